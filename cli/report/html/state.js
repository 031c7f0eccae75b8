// SPDX-License-Identifier: Apache-2.0
// What is filtered, expanded and selected. Views are told through `listeners`.

const state = {
  search: '', group: -1, direction: 'both', port: null, certainty: 'all',
  changes: new Set([0, 1, 2, 3]),
  expanded: new Set(),
  selection: null,
  view: 'graph',
};
const listeners = { filter: [], selection: [], theme: [] };
const tell = (what) => { for (const each of listeners[what]) each(); };

/** The connections that the filters leave: their numbers. */
let kept = new Uint32Array(0);
/** The nodes that are searched for. */
let hits = [];
/** What is drawn: groups that are not expanded, and nodes of those that are. */
let items = [];
let itemOf = new Int32Array(nodes.length);
/** Connections between items: {from, to, count, first, change, depends}. */
let bundles = [];

/** "443", "53/udp", "tcp/443", "8000-8100"; several, apart by commas. Throws a message. */
function parsePorts(text) {
  const wanted = [];
  for (const part of text.split(',')) {
    const word = part.trim().toLowerCase();
    if (word === '') continue;
    const match = /^(?:([a-z]+)\/)?(\d+)(?:-(\d+))?(?:\/([a-z]+))?$/.exec(word);
    const name = /^[a-z]+$/.exec(word);
    if (name) {
      wanted.push({ protocol: word, first: 0, last: 65535 });
      continue;
    }
    const first = match ? Number(match[2]) : -1;
    const last = match ? Number(match[3] ?? match[2]) : -1;
    if (!match || first > last || last > 65535) {
      throw new Error(`“${part.trim()}” is no port: write 443, 53/udp or 8000-8100`);
    }
    wanted.push({ protocol: match[1] ?? match[4] ?? '', first, last });
  }
  return wanted.length === 0 ? null : wanted;
}

function flowPasses(flow) {
  if (!state.changes.has(flow.change ?? 0)) return false;
  if (state.certainty === 'certain' && flow.depends) return false;
  if (state.certainty === 'depends' && !flow.depends) return false;
  if (!state.port) return true;
  return state.port.some((wanted) => flow.ports.some(([protocol, first, last]) => {
    const same = wanted.protocol === '' || protocol === 'any' ||
                 protocol.toLowerCase() === wanted.protocol;
    return same && first <= wanted.last && last >= wanted.first;
  }));
}

function applyFilter() {
  const words = state.search.toLowerCase().split(/\s+/).filter((word) => word !== '');
  const says = (text) => words.every((word) => text.includes(word));
  const flowOk = data.flows.map((flow) => flowPasses(flow));
  const flowHit = data.flows.map((flow) => words.length > 0 && says(flow.text.toLowerCase()));
  const inGroup = nodes.map((node) => state.group < 0 || node.group.id === state.group);
  const hit = nodes.map((node) =>
    inGroup[node.id] && (words.length === 0 || says(`${node.name} ${node.kind}`.toLowerCase())));
  hits = words.length > 0 ? nodes.filter((node) => hit[node.id]) : [];
  const result = new Uint32Array(links.count);
  let count = 0;
  const { source, destination, flow } = links;
  const useSource = state.direction !== 'in';
  const useDestination = state.direction !== 'out';
  for (let i = 0; i < links.count; ++i) {
    if (!flowOk[flow[i]]) continue;
    const a = source[i];
    const b = destination[i];
    const ends = (useSource && hit[a]) || (useDestination && hit[b]);
    const packets = flowHit[flow[i]] && ((useSource && inGroup[a]) || (useDestination && inGroup[b]));
    if (ends || packets) result[count++] = i;
  }
  kept = result.subarray(0, count);
}

/** Makes items and bundles of what is kept. */
function applyExpansion() {
  const used = new Uint8Array(nodes.length);
  for (const id of kept) {
    used[links.source[id]] = 1;
    used[links.destination[id]] = 1;
  }
  items = [];
  itemOf = new Int32Array(nodes.length).fill(-1);
  for (const group of groups) {
    const shown = group.nodes.filter((node) => used[node.id]);
    if (shown.length === 0) continue;
    if (state.expanded.has(group.id) || group.nodes.length === 1) {
      for (const node of shown) {
        itemOf[node.id] = items.length;
        items.push({ id: items.length, node, group, name: node.name, label: node.label, size: 1,
                     change: node.change });
      }
    } else {
      for (const node of shown) itemOf[node.id] = items.length;
      items.push({ id: items.length, node: null, group, name: group.name, label: group.name,
                   size: shown.length, change: 0 });
    }
  }
  bundles = [];
  const known = items.length <= 2000 ? new Int32Array(items.length * items.length) : new Map();
  const dense = known instanceof Int32Array;
  for (const id of kept) {
    const from = itemOf[links.source[id]];
    const to = itemOf[links.destination[id]];
    const key = from * items.length + to;
    const at = dense ? known[key] : known.get(key) ?? 0;
    const flow = data.flows[links.flow[id]];
    const change = flow.change ?? 0;
    if (at === 0) {
      bundles.push({ id: bundles.length, from, to, count: 1, first: id, change,
                     depends: flow.depends ? 1 : 0 });
      if (dense) known[key] = bundles.length;
      else known.set(key, bundles.length);
    } else {
      const bundle = bundles[at - 1];
      bundle.count++;
      if (bundle.change !== change) bundle.change = 3;
      if (flow.depends) bundle.depends++;
    }
  }
}

function refresh() {
  applyFilter();
  applyExpansion();
  expandFound();
  tell('filter');
}

function setExpanded(which) {
  state.expanded = new Set(which);
  applyExpansion();
  tell('filter');
}

function toggleGroup(group) {
  const expanded = new Set(state.expanded);
  if (!expanded.delete(group.id)) expanded.add(group.id);
  setExpanded(expanded);
}

/** `selection`: {node}, {group}, {link}, {bundle: [item, item], ids}, {finding}. */
function select(selection, andShow = true) {
  state.selection = selection;
  tell('selection');
  if (andShow) showPanel('selection');
}

/** The connections that a bundle holds. */
function linksOf(bundle) {
  const ids = [];
  for (const id of kept) {
    if (itemOf[links.source[id]] === bundle.from && itemOf[links.destination[id]] === bundle.to) {
      ids.push(id);
    }
  }
  return ids;
}

function selectBundle(bundle) {
  if (bundle.count === 1) return select({ link: bundle.first });
  return select({ from: items[bundle.from], to: items[bundle.to], ids: linksOf(bundle) });
}

/** Whether an item or a bundle has to do with the selection; null without one. */
function isHot() {
  const selection = state.selection;
  if (!selection) return null;
  const ofNode = (test) => ({
    item: (item) => (item.node ? test(item.node) : item.group.nodes.some(test)),
    bundle: (bundle) => {
      const touches = (at) => {
        const item = items[at];
        return item.node ? test(item.node) : item.group.nodes.some(test);
      };
      return touches(bundle.from) || touches(bundle.to);
    },
  });
  if (selection.node) return ofNode((node) => node === selection.node);
  if (selection.group) return ofNode((node) => node.group === selection.group);
  if (selection.finding) {
    const wanted = new Set(selection.finding.nodes);
    return wanted.size === 0 ? null : ofNode((node) => wanted.has(node.id));
  }
  const ids = selection.ids ?? [selection.link];
  const pairs = new Set();
  const ends = new Set();
  for (const id of ids) {
    const from = itemOf[links.source[id]];
    const to = itemOf[links.destination[id]];
    pairs.add(from * items.length + to);
    ends.add(from).add(to);
  }
  return { item: (item) => ends.has(item.id),
           bundle: (bundle) => pairs.has(bundle.from * items.length + bundle.to) };
}
