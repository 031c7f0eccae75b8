// SPDX-License-Identifier: Apache-2.0
// Where things are drawn: layers from left to right, first inside of each group, then of the
// groups. The same data give the same picture.

const kRow = 30;
/** Between workloads: more where there is room. */
const gapOf = (count) => (count <= 40 ? 26 : 14);
const kBetween = 84;

/** Layers of boxes {width, height}: sets x and y of each, gives the size of all. `edges`: [a, b]. */
function layered(boxes, edges, space, gap, ratio) {
  const count = boxes.length;
  const out = boxes.map(() => []);
  const into = boxes.map(() => []);
  for (const [a, b] of edges) {
    if (a === b) continue;
    out[a].push(b);
    into[b].push(a);
  }
  const lonely = [];
  const isLonely = new Set();
  const order = [];
  for (let i = 0; i < count; ++i) {
    if (out[i].length + into[i].length > 0) order.push(i);
    else {
      lonely.push(i);
      isLonely.add(i);
    }
  }
  const lead = (i) => (out[i].length - into[i].length) / (out[i].length + into[i].length);
  order.sort((a, b) => lead(b) - lead(a) || a - b);
  const place = new Array(count).fill(0);
  order.forEach((i, at) => { place[i] = at; });
  const rank = new Array(count).fill(0);
  let deepest = 0;
  for (const i of order) {
    for (const b of out[i]) {
      if (place[b] > place[i]) rank[b] = Math.max(rank[b], rank[i] + 1);
    }
    deepest = Math.max(deepest, rank[i]);
  }
  const area = boxes.reduce((sum, box) => sum + (box.width + space) * (box.height + gap), 0);
  const tallest = Math.max(Math.sqrt(area / ratio), ...boxes.map((box) => box.height));
  const widest = Math.max(1, ...boxes.map((box) => box.width));
  const most = Math.max(4, Math.floor(Math.sqrt(area * ratio) / (widest + space)));
  const layers = [];
  for (const i of order) {
    const at = deepest < most ? rank[i] : Math.floor((rank[i] * most) / (deepest + 1));
    (layers[at] ??= []).push(i);
  }
  const columns = [];
  const position = new Array(count).fill(0);
  for (const layer of layers.filter((each) => each)) {
    const center = (i) => {
      const around = into[i].concat(out[i]).map((j) => position[j]).filter((y) => y > 0);
      return around.length ? around.reduce((a, b) => a + b, 0) / around.length : 0;
    };
    const weights = new Map(layer.map((i) => [i, center(i)]));
    layer.sort((a, b) => weights.get(a) - weights.get(b) || a - b);
    let column = [];
    let height = 0;
    for (const i of layer) {
      if (column.length && height + boxes[i].height > tallest * 1.25) {
        columns.push(column);
        column = [];
        height = 0;
      }
      column.push(i);
      position[i] = height + boxes[i].height / 2 + 1;
      height += boxes[i].height + gap;
    }
    columns.push(column);
  }
  // What nothing leads to, or from, fills columns of its own.
  let rest = [];
  let height = 0;
  for (const i of lonely) {
    if (rest.length && height + boxes[i].height > tallest) {
      columns.push(rest);
      rest = [];
      height = 0;
    }
    rest.push(i);
    height += boxes[i].height + gap;
  }
  if (rest.length) columns.push(rest);
  const heights = columns.map((column) =>
    column.reduce((sum, i) => sum + boxes[i].height + gap, -gap));
  const total = Math.max(0, ...heights);
  let x = 0;
  columns.forEach((column, at) => {
    const width = Math.max(...column.map((i) => boxes[i].width));
    let y = (total - heights[at]) / 2;
    for (const i of column) {
      boxes[i].x = x + (width - boxes[i].width) / 2;
      boxes[i].y = y;
      y += boxes[i].height + gap;
    }
    const last = at + 1 === columns.length;
    const lone = !last && column.every((i) => isLonely.has(i));
    x += width + (last ? 0 : lone ? gap : space);
  });
  return { width: x, height: total };
}

const measure = (() => {
  const context = document.createElement('canvas').getContext('2d');
  return (text, font) => {
    context.font = font;
    return context.measureText(text).width;
  };
})();
const kFont = '12.5px system-ui, sans-serif';
const kBold = `600 ${kFont}`;
const kMostWidth = 300;

/** Room for what stands at the arrows, where they are few. */
function between(least) {
  if (bundles.length > kMostLabels) return least;
  const widest = Math.max(0, ...bundles.map((bundle) => measure(bundleLabel(bundle), kFont)));
  return Math.max(least, Math.min(190, Math.ceil(widest) + 34));
}

/** Groups in layers; what is outside stands at the side to which most of its arrows lead. */
function placeCards(cards, edges) {
  const space = between(kBetween);
  const lead = cards.map(() => 0);
  for (const [a, b] of edges) {
    lead[a]--;
    lead[b]++;
  }
  const sides = { left: [], main: [], right: [] };
  const at = new Map();
  cards.forEach((card, i) => {
    const outside = card.group.kind === 'outside';
    const side = !outside ? sides.main : lead[i] < 0 ? sides.left : sides.right;
    at.set(i, side.length);
    side.push(i);
  });
  const inner = edges.filter(([a, b]) => sides.main.includes(a) && sides.main.includes(b));
  const main = layered(sides.main.map((i) => cards[i]),
                       inner.map(([a, b]) => [at.get(a), at.get(b)]), space, 22, 1.6);
  const stack = (list) => ({
    width: Math.max(0, ...list.map((i) => cards[i].width)),
    height: list.reduce((sum, i) => sum + cards[i].height + 22, -22),
  });
  const left = stack(sides.left);
  const right = stack(sides.right);
  const height = Math.max(main.height, left.height, right.height);
  const put = (list, size, x) => {
    let y = (height - size.height) / 2;
    for (const i of list) {
      cards[i].x = x + (size.width - cards[i].width) / 2;
      cards[i].y = y;
      y += cards[i].height + 22;
    }
  };
  let x = 0;
  if (sides.left.length) {
    put(sides.left, left, 0);
    x = left.width + (sides.main.length || sides.right.length ? space : 0);
  }
  for (const i of sides.main) {
    cards[i].x += x;
    cards[i].y += (height - main.height) / 2;
  }
  x += main.width;
  if (sides.right.length) {
    x += sides.main.length ? space : 0;
    put(sides.right, right, x);
    x += right.width;
  }
  return { width: x, height };
}

/** Cards of groups with their chips: sets x, y, width and height of items, gives cards and size. */
function layOut() {
  const cards = new Map();
  for (const item of items) {
    const wanted = item.node ? measure(item.label, kFont) + 30
      : measure(item.label, kBold) + measure(String(item.size), kFont) + 62;
    item.width = Math.min(kMostWidth, Math.max(84, Math.ceil(wanted)));
    item.height = kRow;
    if (!cards.has(item.group)) cards.set(item.group, { group: item.group, items: [] });
    cards.get(item.group).items.push(item);
  }
  const all = [...cards.values()];
  const cardOf = new Map();
  all.forEach((card, at) => card.items.forEach((item) => cardOf.set(item.id, at)));
  const inner = all.map(() => []);
  const outer = new Map();
  for (const bundle of bundles) {
    const a = cardOf.get(bundle.from);
    const b = cardOf.get(bundle.to);
    if (a === b) {
      const { items: own } = all[a];
      inner[a].push([bundle.from - own[0].id, bundle.to - own[0].id]);
    } else {
      outer.set(a * all.length + b, [a, b]);
    }
  }
  all.forEach((card, at) => {
    card.folded = card.items.length === 1 && !card.items[0].node;
    const size = layered(card.items, inner[at], between(64), gapOf(items.length), 1.1);
    const loops = inner[at].some(([a, b]) => a === b);
    const [side, top] = card.folded ? [0, 0] : [16, loops ? 74 : 42];
    const title = card.folded ? 0 : measure(card.group.name, kBold) + 56;
    card.width = Math.max(size.width + 2 * side, Math.min(title, kMostWidth));
    card.height = size.height + (card.folded ? 0 : top + 16);
    card.inset = { x: (card.width - size.width) / 2, y: top };
  });
  const size = placeCards(all, [...outer.values()]);
  for (const card of all) {
    for (const item of card.items) {
      item.x += card.x + card.inset.x;
      item.y += card.y + card.inset.y;
    }
  }
  return { cards: all, size };
}

/** A curve: where it starts, its two control points, where it ends. */
function path(points) {
  const r = (value) => Math.round(value * 10) / 10;
  const [x1, y1, x2, y2, x3, y3, x4, y4] = points.map(r);
  return { d: `M${x1} ${y1}C${x2} ${y2} ${x3} ${y3} ${x4} ${y4}`, points };
}

/** The point of a curve at t, between 0 and 1. */
function pointAt([x1, y1, x2, y2, x3, y3, x4, y4], t) {
  const u = 1 - t;
  const [a, b, c, d] = [u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t];
  return { x: a * x1 + b * x2 + c * x3 + d * x4, y: a * y1 + b * y2 + c * y3 + d * y4 };
}

/** The curve from one box to another: to the right in the upper lane, back in the lower one, and
 *  the further the more it bows, so that it does not run through what stands between. */
function curve(from, to) {
  const right = from.x + from.width;
  const middle1 = from.y + from.height / 2;
  const middle2 = to.y + to.height / 2;
  if (from === to) {
    const x = right - 10;
    return path([x - 16, from.y, x - 18, from.y - 26, x + 10, from.y - 26, x + 2, from.y - 5]);
  }
  const lane = 5;
  const bend = (x1, x2, side1, side2, way) => {
    const dx = Math.abs(x2 - x1);
    const dy = Math.abs(middle2 - middle1);
    const reach = Math.min(150, Math.max(26, dx / 2.4, dy / 4));
    const flat = Math.max(0, 1 - dy / 90);
    const bow = side1 === side2 || dx < 230 ? 0 : way * flat * Math.min(80, dx * 0.15);
    const y1 = middle1 + way * lane;
    const y2 = middle2 + way * lane;
    return path([x1, y1, x1 + side1 * reach, y1 + bow, x2 + side2 * reach, y2 + bow, x2, y2]);
  };
  if (to.x > right + 8) return bend(right, to.x - 5, 1, -1, -1);
  if (to.x + to.width < from.x - 8) return bend(from.x, to.x + to.width + 5, -1, 1, 1);
  return bend(right, to.x + to.width + 5, 1, 1, to.y > from.y ? -1 : 1);
}
