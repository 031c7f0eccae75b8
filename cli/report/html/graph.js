// SPDX-License-Identifier: Apache-2.0
// The graph: cards of groups with their workloads, and curves between them. Where there are very
// many, they are one path in the background, and only those of what is selected are by themselves.

const kMostCurves = 700;
const kMostCrowd = 12000;
const kMostLabels = 36;

const graph = { box: { x: 0, y: 0, width: 100, height: 100 }, all: null, shown: false, parts: [] };

function fitText(text, width, font = kFont) {
  if (measure(text, font) <= width) return text;
  let low = 0;
  let high = text.length;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (measure(`${text.slice(0, middle)}…`, font) <= width) low = middle;
    else high = middle - 1;
  }
  return `${text.slice(0, low)}…`;
}

function drawGraph() {
  const host = byId('graph');
  const focused = document.activeElement?.closest?.('[data-key]')?.dataset.key;
  host.replaceChildren();
  graph.parts = [];
  if (items.length === 0) {
    host.append(el('p', { class: 'empty' }, emptyText()));
    graph.root = null;
    return;
  }
  const { cards, size } = layOut();
  graph.all = boundsOf(size);
  const root = svg('svg', { role: 'group', 'aria-label': 'Graph of the connections. Arrow keys move ' +
    'between workloads, Enter selects. The table holds the same.', class: 'graph' });
  const marker = (id) => svg('marker', { id, viewBox: '0 0 8 8', refX: '6', refY: '4',
    markerWidth: '7', markerHeight: '7', orient: 'auto-start-reverse', markerUnits: 'userSpaceOnUse',
    class: id }, svg('path', { d: 'M0 0.6 7 4 0 7.4Z' }));
  root.append(svg('defs', {}, marker('tip-0'), marker('tip-1'), marker('tip-2'), marker('tip-3'),
                  marker('tip-hot')));
  const layers = { cards: svg('g'), edges: svg('g', { class: 'edges' }), chips: svg('g'),
                   labels: svg('g', { class: 'labels' }) };
  for (const card of cards) drawCard(card, layers);
  graph.root = root;
  graph.cards = cards;
  graph.layers = layers;
  drawEdges();
  root.append(layers.cards, layers.edges, layers.chips, layers.labels);
  host.append(root);
  watchGraph(root);
  graph.parts[0]?.element.setAttribute('tabindex', '0');
  if (!graph.moved) fitGraph();
  else showBox();
  heatGraph();
  if (focused) {
    const again = graph.parts.find((part) => part.element.dataset.key === focused);
    if (again) focusPart(again);
  }
}

/** Around the boxes and the curves, which bow beyond them. */
function boundsOf(size) {
  const bounds = { left: 0, top: 0, right: size.width, bottom: size.height };
  for (const bundle of bundles.slice(0, kMostCrowd)) {
    const { points } = curve(items[bundle.from], items[bundle.to]);
    for (const t of [0.25, 0.5, 0.75]) {
      const { x, y } = pointAt(points, t);
      bounds.left = Math.min(bounds.left, x);
      bounds.right = Math.max(bounds.right, x);
      bounds.top = Math.min(bounds.top, y);
      bounds.bottom = Math.max(bounds.bottom, y);
    }
  }
  return { x: bounds.left - 30, y: bounds.top - 30, width: bounds.right - bounds.left + 60,
           height: bounds.bottom - bounds.top + 60 };
}

function drawCard(card, layers) {
  const { group } = card;
  const kind = group.kind;
  if (!card.folded) {
    const box = svg('g', { class: `card ${kind}` });
    box.append(svg('rect', { x: card.x, y: card.y, width: card.width, height: card.height, rx: 12 }));
    layers.cards.append(box);
    const head = svg('g', { class: `head ${kind}`, role: 'button', tabindex: '-1',
      'aria-expanded': 'true', 'aria-label': `${kind} ${group.name}, expanded` });
    head.dataset.key = `g${group.id}`;
    head.append(svg('rect', { x: card.x + 6, y: card.y + 6, width: card.width - 12, height: 26, rx: 7 }));
    const name = svg('text', { x: card.x + 16, y: card.y + 23.5 });
    name.textContent = fitText(group.name, card.width - 56, kBold);
    head.append(name);
    if (group.nodes.length > 1) {
      head.append(svg('path', { class: 'sign',
        d: `M${card.x + card.width - 24} ${card.y + 19}h9` }));
    }
    layers.cards.append(head);
    addPart(head, card.x, card.y, () => {
      if (group.nodes.length > 1) toggleGroup(group);
    }, () => select({ group }));
  }
  for (const item of card.items) drawChip(item, layers);
}

function drawChip(item, layers) {
  const { node, group } = item;
  const kind = node ? group.kind : `folded ${group.kind}`;
  const change = item.change ? ` ${kChanges[item.change]}` : '';
  const chip = svg('g', { class: `chip ${kind}${change}`, role: 'button', tabindex: '-1' });
  chip.dataset.key = node ? `n${node.id}` : `g${group.id}`;
  const counts = graphCounts(item);
  chip.setAttribute('aria-label', node
    ? `${node.kind} ${node.name}${change ? `,${change}` : ''}, ${counts}`
    : `${group.kind} ${group.name}, ${many(item.size, 'workload')}, collapsed, ${counts}`);
  if (!node) chip.setAttribute('aria-expanded', 'false');
  chip.append(svg('rect', { x: item.x, y: item.y, width: item.width, height: item.height,
                            rx: group.kind === 'outside' ? 15 : 8 }));
  const text = svg('text', { x: item.x + 15, y: item.y + 19.5 });
  const sign = item.change ? `${kSigns[item.change]} ` : '';
  text.textContent = fitText(sign + item.label, item.width - (node ? 28
    : measure(String(item.size), kFont) + 58), node ? kFont : kBold);
  chip.append(text);
  if (!node) {
    const count = svg('text', { class: 'count', x: item.x + item.width - 34, y: item.y + 19.5,
                                'text-anchor': 'end' });
    count.textContent = item.size;
    chip.append(count, svg('path', { class: 'sign', d:
      `M${item.x + item.width - 25} ${item.y + 15}h9m-4.5 -4.5v9` }));
  }
  const worst = worstOf(item);
  if (worst) {
    chip.append(svg('circle', { class: `dot ${worst}`, cx: item.x + item.width - 3, cy: item.y + 3,
                                r: 5.5 }));
    chip.setAttribute('aria-label', `${chip.getAttribute('aria-label')}, ${worst} finding`);
  }
  const full = svg('title');
  full.textContent = node ? `${node.kind} ${node.name}` : `${group.kind} ${group.name}`;
  chip.append(full);
  layers.chips.append(chip);
  const act = node ? () => select({ node }) : () => toggleGroup(group);
  addPart(chip, item.x, item.y, act, node ? act : () => select({ group }), item);
}

function graphCounts(item) {
  const counts = countsOfItems();
  return `${counts.out[item.id].toLocaleString('en')} out, ${counts.into[item.id].toLocaleString('en')} in`;
}

let countsFor = null;
let itemCounts = null;
function countsOfItems() {
  if (countsFor === bundles) return itemCounts;
  itemCounts = { out: new Uint32Array(items.length), into: new Uint32Array(items.length) };
  for (const bundle of bundles) {
    itemCounts.out[bundle.from] += bundle.count;
    itemCounts.into[bundle.to] += bundle.count;
  }
  countsFor = bundles;
  return itemCounts;
}

function addPart(element, x, y, act, choose, item = null) {
  const part = { element, x, y, act, choose, item };
  graph.parts.push(part);
  element.addEventListener('click', () => {
    if (graph.dragged) return;
    focusPart(part);
    act();
  });
  element.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') act();
    else if (event.key === ' ') choose();
    else if (!moveFocus(part, event.key)) return;
    event.preventDefault();
  });
  element.addEventListener('mouseenter', () => hover(item));
  element.addEventListener('mouseleave', () => hover(null));
}

function focusPart(part) {
  for (const each of graph.parts) {
    if (each.element.getAttribute('tabindex') === '0') each.element.setAttribute('tabindex', '-1');
  }
  part.element.setAttribute('tabindex', '0');
  part.element.focus({ preventScroll: true });
}

/** To the nearest part in the direction of an arrow key. */
function moveFocus(from, key) {
  const ways = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };
  const way = ways[key];
  if (!way) return false;
  let best = null;
  let least = Infinity;
  for (const part of graph.parts) {
    const dx = part.x - from.x;
    const dy = part.y - from.y;
    const along = dx * way[0] + dy * way[1];
    const across = Math.abs(dx * way[1]) + Math.abs(dy * way[0]);
    if (part === from || along <= 1) continue;
    const cost = along + across * 2.5;
    if (cost < least) {
      least = cost;
      best = part;
    }
  }
  if (best) {
    focusPart(best);
    reveal(best);
  }
  return true;
}

/** Draws the curves. Of very many only those that are `wanted` are elements. */
function drawEdges() {
  const { edges, labels } = graph.layers;
  edges.replaceChildren();
  labels.replaceChildren();
  graph.curves = new Map();
  graph.isCrowded = bundles.length > kMostCurves;
  if (graph.isCrowded) {
    const d = [];
    // More than these would be a grey area and nothing else.
    for (const bundle of bundles.slice(0, kMostCrowd)) d.push(curve(items[bundle.from], items[bundle.to]).d);
    edges.append(svg('path', { class: 'crowd', d: d.join('') }));
    graph.hot = svg('g');
    edges.append(graph.hot);
    return;
  }
  for (const bundle of bundles) edges.append(drawEdge(bundle));
  if (bundles.length <= kMostLabels) drawLabels();
}

/** Names arrows where nothing else stands. */
function drawLabels() {
  const taken = items.map(({ x, y, width, height }) => ({ x, y, width, height }));
  for (const card of graph.cards) {
    if (card.folded) continue;
    taken.push({ x: card.x, y: card.y, width: measure(card.group.name, kBold) + 20, height: 30 });
  }
  for (const bundle of bundles) {
    const label = bundleLabel(bundle);
    const width = measure(label, '11px system-ui, sans-serif') + 8;
    const { points } = curve(items[bundle.from], items[bundle.to]);
    // Beside its arrow: above those to the right, below those back.
    const above = points[0] <= points[6] || bundle.from === bundle.to;
    for (const t of [0.5, 0.4, 0.6, 0.3, 0.7]) {
      const at = pointAt(points, t);
      const box = { x: at.x - width / 2, y: at.y + (above ? -17 : 2), width, height: 15 };
      const free = taken.every((other) => box.x + width < other.x || other.x + other.width < box.x ||
        box.y + box.height < other.y || other.y + other.height < box.y);
      if (!free) continue;
      taken.push(box);
      const text = svg('text', { x: at.x, y: box.y + 11.5, 'text-anchor': 'middle',
        class: kChanges[bundle.change] });
      text.textContent = label;
      text.dataset.bundle = bundle.id;
      graph.layers.labels.append(text);
      break;
    }
  }
}

function bundleLabel(bundle) {
  const sign = bundle.change ? `${kSigns[bundle.change]} ` : '';
  if (bundle.count > 1) return `${sign}${bundle.count}×`;
  // That it is allowed, or depends, the arrow says; what on, the selection.
  const whole = data.flows[links.flow[bundle.first]].text;
  const text = whole.replace(/^(now )?(allowed|depends) /, '')
    .replace(whole.includes(';') ? /^$/ : / if A-.*$/, '');
  return sign + (text.length > 24 ? `${text.slice(0, 23)}…` : text);
}

function describeBundle(bundle) {
  const what = bundle.count === 1 ? data.flows[links.flow[bundle.first]].text
                                  : many(bundle.count, 'connection');
  const change = bundle.change ? `${kChanges[bundle.change]}: ` : '';
  return `${change}${items[bundle.from].name} → ${items[bundle.to].name}: ${what}`;
}

function drawEdge(bundle) {
  const { d } = curve(items[bundle.from], items[bundle.to]);
  const depends = bundle.depends === bundle.count ? ' depends' : '';
  const edge = svg('g', { class: `edge ${kChanges[bundle.change]}${depends}` });
  edge.append(svg('path', { class: 'hit', d }));
  const line = svg('path', { class: 'line', d, 'marker-end': `url(#tip-${bundle.change})` });
  if (bundle.count > 1) line.setAttribute('stroke-width', Math.min(5, 1.4 + Math.log10(bundle.count)));
  edge.append(line);
  const title = svg('title');
  title.textContent = describeBundle(bundle);
  edge.append(title);
  edge.dataset.bundle = bundle.id;
  edge.addEventListener('click', () => {
    if (!graph.dragged) selectBundle(bundle);
  });
  graph.curves.set(bundle.id, edge);
  return edge;
}

function hover(item) {
  graph.over = item;
  heatGraph();
}

/** Shows what has to do with the selection, or with what the pointer is over. */
function heatGraph() {
  if (!graph.root) return;
  let hot = isHot();
  const over = graph.over;
  if (over && items[over.id] === over) {
    hot = { item: (item) => item === over || bundlesTouch(over, item),
            bundle: (bundle) => bundle.from === over.id || bundle.to === over.id };
  }
  graph.root.classList.toggle('heated', hot !== null);
  const ends = new Set();
  let shown = 0;
  if (graph.isCrowded) graph.hot.replaceChildren();
  for (const bundle of bundles) {
    const is = hot !== null && hot.bundle(bundle);
    if (is) ends.add(bundle.from).add(bundle.to);
    if (graph.isCrowded) {
      if (is && shown++ < kMostCurves) {
        const edge = drawEdge(bundle);
        edge.classList.add('hot');
        graph.hot.append(edge);
      }
    } else {
      const edge = graph.curves.get(bundle.id);
      edge.classList.toggle('hot', is);
    }
  }
  for (const label of graph.layers.labels.children) {
    label.classList.toggle('hot', hot !== null && hot.bundle(bundles[label.dataset.bundle]));
  }
  for (const part of graph.parts) {
    if (part.item) {
      const is = hot !== null && hot.item(part.item);
      part.element.classList.toggle('hot', is);
      part.element.classList.toggle('near', hot !== null && !is && ends.has(part.item.id));
    }
  }
}

let touching = { over: null, set: null };
function bundlesTouch(over, item) {
  if (touching.over !== over) {
    const set = new Set();
    for (const bundle of bundles) {
      if (bundle.from === over.id) set.add(bundle.to);
      if (bundle.to === over.id) set.add(bundle.from);
    }
    touching = { over, set };
  }
  return touching.set.has(item.id);
}

// Moving around ---------------------------------------------------------------------------------

function showBox() {
  const { x, y, width, height } = graph.box;
  graph.root?.setAttribute('viewBox', `${x} ${y} ${width} ${height}`);
}

function fitGraph() {
  if (!graph.root) return;
  const host = byId('graph').getBoundingClientRect();
  const all = graph.all;
  const scale = Math.max(all.width / Math.max(host.width, 50), all.height / Math.max(host.height, 50),
                         1 / 1.4);
  const width = host.width * scale;
  const height = host.height * scale;
  graph.box = { x: all.x - (width - all.width) / 2, y: all.y - (height - all.height) / 2, width,
                height };
  graph.moved = false;
  showBox();
}

function zoomGraph(factor, at = { x: 0.5, y: 0.5 }) {
  const { box, all } = graph;
  if (!all) return;
  const width = Math.min(Math.max(box.width * factor, 120), Math.max(all.width, all.height) * 4);
  const real = width / box.width;
  graph.box = { x: box.x + box.width * at.x * (1 - real), y: box.y + box.height * at.y * (1 - real),
                width, height: box.height * real };
  graph.moved = true;
  showBox();
}

function moveGraph(dx, dy) {
  graph.box.x += dx;
  graph.box.y += dy;
  graph.moved = true;
  showBox();
}

/** Brings a part into the picture. */
function reveal(part) {
  const { box } = graph;
  const outside = part.x < box.x || part.y < box.y || part.x > box.x + box.width - 60 ||
                  part.y > box.y + box.height - 40;
  if (outside) moveGraph(part.x - box.x - box.width / 2, part.y - box.y - box.height / 2);
}

function watchGraph(root) {
  root.addEventListener('wheel', (event) => {
    event.preventDefault();
    const host = root.getBoundingClientRect();
    const at = { x: (event.clientX - host.left) / host.width,
                 y: (event.clientY - host.top) / host.height };
    if (event.ctrlKey || event.metaKey) {
      zoomGraph(Math.exp(event.deltaY * 0.01), at);
    } else if (event.shiftKey) {
      moveGraph((event.deltaY * graph.box.width) / host.width, 0);
    } else {
      const scale = graph.box.width / host.width;
      moveGraph(event.deltaX * scale, event.deltaY * scale);
    }
  }, { passive: false });
  let start = null;
  root.addEventListener('pointerdown', (event) => {
    graph.dragged = false;
    if (event.button === 0) start = { x: event.clientX, y: event.clientY, box: { ...graph.box } };
  });
  root.addEventListener('pointermove', (event) => {
    if (!start) return;
    if (event.buttons === 0) {
      start = null;
      return;
    }
    const dx = event.clientX - start.x;
    const dy = event.clientY - start.y;
    if (!graph.dragged && Math.hypot(dx, dy) < 4) return;
    graph.dragged = true;
    root.classList.add('dragging');
    const scale = graph.box.width / root.getBoundingClientRect().width;
    graph.box.x = start.box.x - dx * scale;
    graph.box.y = start.box.y - dy * scale;
    graph.moved = true;
    showBox();
  });
  const end = () => {
    start = null;
    root.classList.remove('dragging');
  };
  root.addEventListener('pointerup', end);
  root.addEventListener('pointerleave', end);
}
