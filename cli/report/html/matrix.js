// SPDX-License-Identifier: Apache-2.0
// The matrix: sources down, destinations across. Only what is in sight is drawn.

const kMostHead = 230;
const matrix = { cell: 20, rows: [], columns: [], cells: new Map(), at: null, over: null };

function prepareMatrix() {
  const isSource = new Uint8Array(items.length);
  const isDestination = new Uint8Array(items.length);
  matrix.cells = new Map();
  for (const bundle of bundles) {
    isSource[bundle.from] = 1;
    isDestination[bundle.to] = 1;
    matrix.cells.set(bundle.from * items.length + bundle.to, bundle);
  }
  matrix.rows = items.filter((item) => isSource[item.id]);
  matrix.columns = items.filter((item) => isDestination[item.id]);
  const head = (list) => Math.min(kMostHead, Math.max(90, 26 + Math.max(0, ...list.map((item) =>
    measure(matrixName(item), kFont)))));
  matrix.cell = matrix.columns.length <= 28 ? 26 : 20;
  matrix.left = Math.ceil(head(matrix.rows));
  matrix.top = Math.ceil(head(matrix.columns));
  matrix.at = null;
}

const matrixName = (item) => (item.node ? item.name : `${item.group.name} (${item.size})`);

function drawMatrix() {
  const host = byId('matrix');
  host.replaceChildren();
  prepareMatrix();
  if (matrix.rows.length === 0) {
    host.append(el('p', { class: 'empty' }, emptyText()));
    matrix.canvas = null;
    return;
  }
  const canvas = el('canvas', {});
  const spacer = el('div', { class: 'spacer' });
  spacer.style.width = `${matrix.left + matrix.columns.length * matrix.cell + 16}px`;
  spacer.style.height = `${matrix.top + matrix.rows.length * matrix.cell + 16}px`;
  const scroller = el('div', { class: 'scroller', tabindex: '0', role: 'application',
    'aria-roledescription': 'matrix', 'aria-describedby': 'matrix-says', 'aria-label':
    `Matrix of ${many(matrix.rows.length, 'source')} and ` +
    `${many(matrix.columns.length, 'destination')}. Arrow keys move, Enter selects. ` +
    'The table holds the same.' }, spacer, canvas);
  const says = el('p', { id: 'matrix-says', class: 'says', 'aria-live': 'polite' });
  host.append(scroller, says);
  Object.assign(matrix, { canvas, scroller, says });
  scroller.addEventListener('scroll', () => requestAnimationFrame(paintMatrix));
  scroller.addEventListener('click', (event) => {
    const cell = cellAt(event);
    if (cell) openCell(cell);
  });
  scroller.addEventListener('mousemove', (event) => {
    matrix.over = cellAt(event);
    says.textContent = matrix.over ? cellText(matrix.over) : '';
    paintMatrix();
  });
  scroller.addEventListener('mouseleave', () => {
    matrix.over = null;
    paintMatrix();
  });
  scroller.addEventListener('keydown', (event) => {
    const way = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0],
                  PageDown: [15, 0], PageUp: [-15, 0] }[event.key];
    if (way) {
      const at = matrix.at ?? { row: way[0] > 0 ? -1 : 0, column: way[1] > 0 ? -1 : 0 };
      const limit = (value, size) => Math.min(size - 1, Math.max(0, value));
      matrix.at = { row: limit(at.row + way[0], matrix.rows.length),
                    column: limit(at.column + way[1], matrix.columns.length) };
      revealCell(matrix.at);
      says.textContent = cellText(matrix.at);
      paintMatrix();
    } else if (event.key === 'Enter' && matrix.at) {
      openCell(matrix.at);
    } else {
      return;
    }
    event.preventDefault();
  });
  paintMatrix();
}

function bundleAt(cell) {
  if (cell.row < 0 || cell.column < 0) return undefined;
  return matrix.cells.get(matrix.rows[cell.row].id * items.length + matrix.columns[cell.column].id);
}

function cellText(cell) {
  if (cell.row < 0) return matrixName(matrix.columns[cell.column]);
  if (cell.column < 0) return matrixName(matrix.rows[cell.row]);
  const bundle = bundleAt(cell);
  if (bundle) return describeBundle(bundle);
  return `${matrixName(matrix.rows[cell.row])} → ${matrixName(matrix.columns[cell.column])}: nothing` +
         (isDiff ? ' changed' : '');
}

function openCell(cell) {
  if (cell.row < 0 || cell.column < 0) {
    const item = cell.row < 0 ? matrix.columns[cell.column] : matrix.rows[cell.row];
    if (item.node) select({ node: item.node });
    else toggleGroup(item.group);
    return;
  }
  matrix.at = cell;
  const bundle = bundleAt(cell);
  if (bundle) selectBundle(bundle);
  paintMatrix();
}

function cellAt(event) {
  const host = matrix.scroller.getBoundingClientRect();
  const x = event.clientX - host.left;
  const y = event.clientY - host.top;
  const column = x < matrix.left ? -1
    : Math.floor((x - matrix.left + matrix.scroller.scrollLeft) / matrix.cell);
  const row = y < matrix.top ? -1 : Math.floor((y - matrix.top + matrix.scroller.scrollTop) / matrix.cell);
  if ((row < 0 && column < 0) || row >= matrix.rows.length || column >= matrix.columns.length) {
    return null;
  }
  return { row, column };
}

function revealCell({ row, column }) {
  const { scroller } = matrix;
  const into = (scroll, at, inset, size) => {
    if (at < scroll) return at;
    if (at + matrix.cell > scroll + size - inset) return at + matrix.cell - size + inset;
    return scroll;
  };
  scroller.scrollLeft = into(scroller.scrollLeft, column * matrix.cell, matrix.left, scroller.clientWidth);
  scroller.scrollTop = into(scroller.scrollTop, row * matrix.cell, matrix.top, scroller.clientHeight);
}

function colours() {
  const style = getComputedStyle(document.documentElement);
  const of = (name) => style.getPropertyValue(`--${name}`).trim();
  return { text: of('text'), muted: of('muted'), surface: of('surface'), line: of('line'),
           faint: of('faint'), accent: of('accent'), depends: of('depends'),
           changes: [of('accent'), of('added'), of('removed'), of('changed')] };
}

function paintMatrix() {
  const { canvas, scroller } = matrix;
  if (!canvas || byId('matrix').hidden) return;
  const width = scroller.clientWidth;
  const height = scroller.clientHeight;
  const scale = window.devicePixelRatio || 1;
  if (canvas.width !== width * scale || canvas.height !== height * scale) {
    canvas.width = width * scale;
    canvas.height = height * scale;
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
  }
  const paint = canvas.getContext('2d');
  paint.setTransform(scale, 0, 0, scale, 0, 0);
  const colour = colours();
  paint.fillStyle = colour.surface;
  paint.fillRect(0, 0, width, height);
  const { left, top } = matrix;
  const firstColumn = Math.floor(scroller.scrollLeft / matrix.cell);
  const lastColumn = Math.min(matrix.columns.length,
                              Math.ceil((scroller.scrollLeft + width - left) / matrix.cell));
  const firstRow = Math.floor(scroller.scrollTop / matrix.cell);
  const lastRow = Math.min(matrix.rows.length,
                           Math.ceil((scroller.scrollTop + height - top) / matrix.cell));
  const xOf = (column) => left + column * matrix.cell - scroller.scrollLeft;
  const yOf = (row) => top + row * matrix.cell - scroller.scrollTop;
  const hot = isHot();
  const spot = matrix.over ?? matrix.at;

  paint.save();
  paint.beginPath();
  paint.rect(left, top, width - left, height - top);
  paint.clip();
  if (spot) {
    paint.fillStyle = colour.faint;
    if (spot.row >= 0) paint.fillRect(left, yOf(spot.row), width, matrix.cell);
    if (spot.column >= 0) paint.fillRect(xOf(spot.column), top, matrix.cell, height);
  }
  for (let row = firstRow; row < lastRow; ++row) {
    for (let column = firstColumn; column < lastColumn; ++column) {
      const from = matrix.rows[row];
      const to = matrix.columns[column];
      const x = xOf(column) + 2;
      const y = yOf(row) + 2;
      const side = matrix.cell - 4;
      const bundle = matrix.cells.get(from.id * items.length + to.id);
      if (!bundle) {
        paint.fillStyle = colour.line;
        paint.fillRect(x + side / 2 - 1, y + side / 2 - 1, 2, 2);
        continue;
      }
      paint.globalAlpha = hot && !hot.bundle(bundle) ? 0.3 : 1;
      paint.fillStyle = colour.changes[bundle.change];
      paint.strokeStyle = colour.changes[bundle.change];
      paint.beginPath();
      paint.roundRect(x, y, side, side, 4);
      if (bundle.depends === bundle.count) {
        paint.lineWidth = 1.6;
        paint.setLineDash([3, 2.4]);
        paint.stroke();
        paint.setLineDash([]);
      } else {
        if (bundle.count > 1 || !(from.node && to.node)) {
          const of = from.size * to.size;
          paint.globalAlpha *= 0.35 + 0.65 * Math.min(1, bundle.count / of);
        }
        paint.fill();
      }
      paint.globalAlpha = 1;
      if (bundle.change) {
        const isHollow = bundle.depends === bundle.count;
        paint.fillStyle = isHollow ? colour.changes[bundle.change] : colour.surface;
        paint.font = '700 13px system-ui, sans-serif';
        paint.textAlign = 'center';
        paint.fillText(kSigns[bundle.change], x + side / 2, y + side / 2 + 4.5);
      } else if (bundle.count > 1 && bundle.count < 100) {
        paint.fillStyle = colour.text;
        paint.font = '9.5px system-ui, sans-serif';
        paint.textAlign = 'center';
        paint.fillText(bundle.count, x + side / 2, y + side / 2 + 3.2);
      }
    }
  }
  const change = (list, at) => at > 0 && list[at].group !== list[at - 1].group;
  paint.strokeStyle = colour.line;
  paint.lineWidth = 1;
  paint.beginPath();
  for (let row = firstRow; row < lastRow; ++row) {
    if (!change(matrix.rows, row)) continue;
    paint.moveTo(left, Math.round(yOf(row)) + 0.5);
    paint.lineTo(Math.min(width, xOf(matrix.columns.length)), Math.round(yOf(row)) + 0.5);
  }
  for (let column = firstColumn; column < lastColumn; ++column) {
    if (!change(matrix.columns, column)) continue;
    paint.moveTo(Math.round(xOf(column)) + 0.5, top);
    paint.lineTo(Math.round(xOf(column)) + 0.5, Math.min(height, yOf(matrix.rows.length)));
  }
  paint.stroke();
  if (matrix.at) {
    paint.strokeStyle = colour.accent;
    paint.lineWidth = 2;
    paint.strokeRect(xOf(matrix.at.column) + 0.5, yOf(matrix.at.row) + 0.5, matrix.cell - 1, matrix.cell - 1);
  }
  paint.restore();

  const name = (item, is) => {
    paint.fillStyle = is ? colour.text : colour.muted;
    paint.font = is || !item.node ? kFont.replace(/^/, '600 ') : kFont;
  };
  paint.textAlign = 'right';
  paint.save();
  paint.beginPath();
  paint.rect(0, top, left, height - top);
  paint.clip();
  for (let row = firstRow; row < lastRow; ++row) {
    const item = matrix.rows[row];
    name(item, spot?.row === row);
    paint.fillText(fitText(matrixName(item), left - 20), left - 10, yOf(row) + matrix.cell / 2 + 4);
  }
  paint.restore();
  paint.save();
  paint.beginPath();
  paint.rect(left, 0, width - left, top);
  paint.clip();
  paint.textAlign = 'left';
  for (let column = firstColumn; column < lastColumn; ++column) {
    const item = matrix.columns[column];
    name(item, spot?.column === column);
    paint.save();
    paint.translate(xOf(column) + matrix.cell / 2 + 4, top - 9);
    paint.rotate(-Math.PI / 2);
    paint.fillText(fitText(matrixName(item), top - 20), 0, 0);
    paint.restore();
  }
  paint.restore();
  paint.fillStyle = colour.muted;
  paint.font = '11px system-ui, sans-serif';
  paint.textAlign = 'right';
  paint.fillText('from ↓   to →', left - 10, top - 10);
  paint.strokeStyle = colour.line;
  paint.beginPath();
  paint.moveTo(0, top - 0.5);
  paint.lineTo(width, top - 0.5);
  paint.moveTo(left - 0.5, 0);
  paint.lineTo(left - 0.5, height);
  paint.stroke();
}
