// SPDX-License-Identifier: Apache-2.0
// The data of the page, taken apart: nodes, groups, and connections in typed arrays, so that
// millions of them fit.

const data = JSON.parse(document.getElementById('data').textContent);

const kChanges = ['', 'added', 'removed', 'changed'];
const kSigns = ['', '+', '−', '~'];

const groups = data.groups.map(([name, kind], id) => ({ id, name, kind, nodes: [] }));
const nodes = data.nodes.map(([name, label, group, kind, change, egress, ingress], id) => {
  const node = { id, name, label: label || name, group: groups[group], kind: data.kinds[kind], change, egress,
                 ingress };
  node.group.nodes.push(node);
  return node;
});
const isDiff = data.command === 'diff';

/** Connections: source, destination, flow and reasons of each, sorted by source. */
const links = decode(data.rows);

function decode(rows) {
  let capacity = 1024;
  let arrays = [0, 1, 2, 3].map(() => new Uint32Array(capacity));
  let count = 0;
  const grow = (needed) => {
    while (capacity < needed) capacity *= 2;
    arrays = arrays.map((old) => {
      const larger = new Uint32Array(capacity);
      larger.set(old);
      return larger;
    });
  };
  for (const [source, encoded] of rows) {
    const bytes = atob(encoded);
    let at = 0;
    const next = () => {
      let value = 0;
      for (let shift = 0; ; shift += 7) {
        const byte = bytes.charCodeAt(at++);
        value |= (byte & 0x7f) << shift;
        if (byte < 0x80) return value;
      }
    };
    let destination = 0;
    while (at < bytes.length) {
      const start = next();
      destination += start >>> 1;
      const run = start & 1 ? next() : 1;
      const flow = next();
      const why = data.explained ? next() : 0;
      if (count + run > capacity) grow(count + run);
      for (let i = 0; i < run; ++i, ++count) {
        arrays[0][count] = source;
        arrays[1][count] = destination++;
        arrays[2][count] = flow;
        arrays[3][count] = why;
      }
    }
  }
  const [source, destination, flow, why] = arrays.map((array) => array.subarray(0, count));
  return { source, destination, flow, why, count };
}

/** Positions sorted by a small number that each has, stable. */
function sortedBy(ids, key, size) {
  const starts = new Uint32Array(size + 1);
  for (const id of ids) starts[key[id] + 1]++;
  for (let i = 0; i < size; ++i) starts[i + 1] += starts[i];
  const sorted = new Uint32Array(ids.length);
  for (const id of ids) sorted[starts[key[id]]++] = id;
  return sorted;
}

/** What a link is, from its number. */
function linkOf(id) {
  return { id, source: nodes[links.source[id]], destination: nodes[links.destination[id]],
           flow: data.flows[links.flow[id]], why: links.why[id] };
}

/** "file:line:column". */
function placeText(place) {
  const [file, line, column] = data.places[place];
  return `${data.files[file][0]}:${line}:${column}`;
}

/** The lines that are shown of a place: [number, text, is it cited]. */
function excerptOf(place) {
  const [file, line, , last, shown, excerpt] = data.places[place];
  if (excerpt !== undefined) return [[line, excerpt, true]];
  const chunks = data.files[file];
  for (let i = 1; i + 1 < chunks.length; i += 2) {
    const first = chunks[i];
    if (first > line) break;
    const lines = chunks[i + 1].split('\n');
    if (line >= first + lines.length) continue;
    const from = Math.max(first, line - 2);
    const to = Math.min(first + lines.length - 1, shown);
    const result = [];
    for (let n = from; n <= to; ++n) result.push([n, lines[n - first], n >= line && n <= last]);
    return result;
  }
  return [];
}

/** An element. Text becomes text, never markup. */
function el(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === 'on') {
      for (const [event, handler] of Object.entries(value)) element.addEventListener(event, handler);
    } else if (value === true) {
      element.setAttribute(key, '');
    } else if (value !== false && value !== undefined) {
      element.setAttribute(key, value);
    }
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

function svg(name, attributes = {}, ...children) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

const byId = (id) => document.getElementById(id);
const many = (count, noun) => `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
