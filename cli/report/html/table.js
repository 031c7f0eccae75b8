// SPDX-License-Identifier: Apache-2.0
// The table: every connection that is kept, a line each. Only the lines in sight are elements.

const kLine = 34;
/** Browsers draw nothing below some millions of pixels. */
const kMostLines = 400000;
const table = { order: new Uint32Array(0), sort: 'source', down: false, at: 0 };

const kColumns = [
  { id: 'source', title: 'From', of: (link) => link.source.name },
  { id: 'destination', title: 'To', of: (link) => link.destination.name },
  { id: 'flow', title: 'What passes', of: (link) => link.flow.text },
];

function orderTable() {
  let order = kept;
  if (table.sort === 'destination') order = sortedBy(kept, links.destination, nodes.length);
  if (table.sort === 'flow') order = sortedBy(kept, links.flow, data.flows.length);
  if (table.down) order = Uint32Array.from(order).reverse();
  table.order = order;
}

function drawTable() {
  const host = byId('table');
  host.replaceChildren();
  if (kept.length === 0) {
    host.append(el('p', { class: 'empty' }, emptyText()));
    table.body = null;
    return;
  }
  orderTable();
  const count = Math.min(kMostLines, table.order.length);
  const heads = kColumns.map((column) => {
    const sorted = table.sort === column.id;
    const arrow = !sorted ? '' : table.down ? ' ↓' : ' ↑';
    return el('div', { role: 'columnheader', 'aria-sort':
      sorted ? (table.down ? 'descending' : 'ascending') : 'none' },
      el('button', { type: 'button', on: { click: () => sortTable(column.id) } },
         column.title + arrow));
  });
  if (isDiff) heads.unshift(el('div', { role: 'columnheader' }, 'Change'));
  const head = el('div', { role: 'row', class: 'line heads', 'aria-rowindex': '1' }, ...heads);
  const rows = el('div', { class: 'rows', role: 'rowgroup' });
  rows.style.height = `${count * kLine}px`;
  const body = el('div', { class: `scroller table${isDiff ? ' diff' : ''}`, role: 'table',
    'aria-label': 'Connections', 'aria-rowcount': String(table.order.length + 1) },
    el('div', { role: 'rowgroup', class: 'top' }, head), rows);
  body.addEventListener('scroll', () => requestAnimationFrame(fillTable));
  rows.addEventListener('keydown', moveInTable);
  host.append(body);
  if (count < table.order.length) {
    host.append(el('p', { class: 'says' }, `The first ${many(count, 'line')} of ` +
      `${table.order.length.toLocaleString('en')}: filter to see the others.`));
  }
  Object.assign(table, { body, rows, count, at: 0 });
  fillTable();
}

function sortTable(column) {
  table.down = table.sort === column ? !table.down : false;
  table.sort = column;
  drawTable();
  byId('table').querySelector('[aria-sort$="ending"] button')?.focus();
}

function fillTable() {
  const { body, rows, count } = table;
  if (!body || byId('table').hidden) return;
  const first = Math.max(0, Math.floor(body.scrollTop / kLine) - 6);
  const last = Math.min(count, first + Math.ceil(body.clientHeight / kLine) + 12);
  const focused = rows.contains(document.activeElement);
  const lines = [];
  for (let at = first; at < last; ++at) lines.push(tableLine(at));
  rows.replaceChildren(...lines);
  if (focused) rows.querySelector('[tabindex="0"]')?.focus({ preventScroll: true });
}

function tableLine(at) {
  const link = linkOf(table.order[at]);
  const change = link.flow.change ?? 0;
  const cells = kColumns.map((column) => {
    const text = column.of(link);
    return el('div', { role: 'cell', class: column.id, title: text }, text);
  });
  if (isDiff) {
    cells.unshift(el('div', { role: 'cell', class: 'change' },
                     el('span', { class: `badge ${kChanges[change]}` },
                        `${kSigns[change]} ${kChanges[change]}`)));
  }
  if (link.flow.depends) cells[cells.length - 1].classList.add('depends');
  const chosen = state.selection?.link === link.id;
  const line = el('div', { role: 'row', class: `line${chosen ? ' chosen' : ''}`,
    'aria-rowindex': String(at + 2), 'aria-selected': String(chosen),
    tabindex: at === table.at ? '0' : '-1',
    on: { click: () => {
      table.at = at;
      select({ link: link.id });
    } } }, ...cells);
  line.dataset.at = at;
  line.style.top = `${at * kLine}px`;
  return line;
}

function moveInTable(event) {
  const by = { ArrowDown: 1, ArrowUp: -1, PageDown: 12, PageUp: -12, Home: -Infinity,
               End: Infinity }[event.key];
  if (by !== undefined) {
    table.at = Math.min(table.count - 1, Math.max(0, table.at + by));
    const top = table.at * kLine;
    const { body } = table;
    if (top < body.scrollTop) body.scrollTop = top;
    else if (top + kLine * 2 > body.scrollTop + body.clientHeight) {
      body.scrollTop = top + kLine * 2 - body.clientHeight;
    }
    fillTable();
    table.rows.querySelector('[tabindex="0"]')?.focus({ preventScroll: true });
  } else if (event.key === 'Enter' || event.key === ' ') {
    select({ link: table.order[table.at] });
    table.rows.querySelector('[tabindex="0"]')?.focus({ preventScroll: true });
  } else {
    return;
  }
  event.preventDefault();
}
