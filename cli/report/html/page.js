// SPDX-License-Identifier: Apache-2.0
// The page around the views: header, filters, tabs, theme, print.

function emptyText() {
  if (links.count > 0) return 'No connection passes these filters.';
  if (isDiff) return 'No connection changed.';
  return data.findings && data.groups.length === 0 ? 'This report has findings alone.'
                                                   : 'Nothing may connect.';
}

// Tabs ------------------------------------------------------------------------------------------

function makeTabs(tabs, onChange) {
  const show = (tab) => {
    for (const each of tabs) {
      const is = each === tab;
      each.setAttribute('aria-selected', String(is));
      each.setAttribute('tabindex', is ? '0' : '-1');
      byId(each.getAttribute('aria-controls')).hidden = !is;
    }
    onChange?.(tab);
  };
  for (const tab of tabs) {
    tab.addEventListener('click', () => show(tab));
    tab.addEventListener('keydown', (event) => {
      const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!by) return;
      const next = tabs[(tabs.indexOf(tab) + by + tabs.length) % tabs.length];
      next.focus();
      show(next);
    });
  }
  return show;
}

const draw = { graph: drawGraph, matrix: drawMatrix, table: drawTable };
const stale = new Set(Object.keys(draw));

/** Draws the view that is shown, where it has not been since something changed. */
function drawView() {
  if (stale.delete(state.view)) draw[state.view]();
  else if (state.view === 'matrix') paintMatrix();
  else if (state.view === 'table') fillTable();
}

const showView = makeTabs(['graph', 'matrix', 'table'].map((id) => byId(`tab-${id}`)), (tab) => {
  state.view = tab.getAttribute('aria-controls');
  document.body.dataset.view = state.view;
  drawView();
});
const panels = ['selection', 'findings', 'about'].map((id) => byId(`tab-${id}`));
const showTab = makeTabs(panels);
function showPanel(id) { showTab(byId(`tab-${id}`)); }

// Filters ---------------------------------------------------------------------------------------

function fillFilters() {
  const group = byId('group');
  group.append(el('option', { value: '-1' }, 'all'));
  for (const each of groups) group.append(el('option', { value: String(each.id) }, each.name));
  byId('changes').hidden = !isDiff;
  byId('certainty-field').hidden = !data.flows.some((flow) => flow.depends);
}

function readFilters() {
  const error = byId('port-error');
  try {
    state.port = parsePorts(byId('port').value);
    error.textContent = '';
    byId('port').removeAttribute('aria-invalid');
  } catch (mistake) {
    error.textContent = mistake.message;
    byId('port').setAttribute('aria-invalid', 'true');
    return;
  }
  state.search = byId('search').value;
  state.group = Number(byId('group').value);
  state.direction = byId('direction').value;
  state.certainty = byId('certainty').value;
  if (isDiff) {
    const boxes = byId('changes').querySelectorAll('input');
    state.changes = new Set([...boxes].filter((box) => box.checked).map((box) => Number(box.value)));
  }
  refresh();
}

/** Names that are searched for are shown, and not the box that they are in. */
function expandFound() {
  if (state.search.trim() === '' && state.group < 0) return;
  const seen = new Uint8Array(nodes.length);
  for (const id of kept) {
    seen[links.source[id]] = 1;
    seen[links.destination[id]] = 1;
  }
  const all = nodes.filter((node) => seen[node.id]);
  const found = hits.filter((node) => seen[node.id]);
  const shown = all.length <= kFewNodes ? all : found.length <= kFewNodes ? found : [];
  state.expanded = new Set([...state.expanded, ...shown.map((node) => node.group.id)]);
  if (state.group >= 0) state.expanded.add(state.group);
  applyExpansion();
}

const kFewNodes = 70;
/** What "Expand all" opens at most, so that the page stays fluent. */
const kMostExpanded = 3000;
const kMostExpandedLinks = 40000;

function sayStatus() {
  const all = kept.length === links.count;
  const what = isDiff ? 'change' : 'connection';
  byId('status').textContent = all ? many(links.count, what)
    : `${kept.length.toLocaleString('en')} of ${many(links.count, what)}`;
  const open = groups.filter((group) => group.nodes.length > 1 && state.expanded.has(group.id));
  byId('collapse').disabled = open.length === 0;
  const tooMany = nodes.length > kMostExpanded || kept.length > kMostExpandedLinks;
  byId('expand').disabled = tooMany ||
    open.length === groups.filter((group) => group.nodes.length > 1).length;
  byId('expand').title = tooMany ? 'too many to show at once: open boxes one by one, or filter' : '';
  const hint = byId('hint');
  hint.hidden = !(bundles.length > kMostCurves);
  hint.textContent = 'Very many arrows: those of what you point at, or select, come to the front.';
}

// Header ----------------------------------------------------------------------------------------

function fillHeader() {
  const about = data.asked ? ` on ${data.asked}` : '';
  const between = isDiff ? `: ${data.old} → ${data.new}` : '';
  document.title = `polreach ${data.command}${between}${about}`;
  byId('title').textContent = `polreach ${data.command}`;
  const says = { map: 'what may connect', diff: 'what changed', audit: 'what was found' };
  byId('subtitle').textContent = isDiff ? `${data.old} → ${data.new}${about}`
                                        : (says[data.command] ?? '') + about;
  byId('summary').append(...data.summary.map((text) => el('li', {}, text)));
  const count = data.findings?.length;
  byId('tab-findings').textContent = count === undefined ? 'Findings' : `Findings (${count})`;
  byId('tab-findings').hidden = count === undefined;
  const mark = (name, text) => el('span', {}, el('i', { class: `mark ${name}` }), text);
  const legend = isDiff
    ? [mark('added', '+ added'), mark('removed', '− removed'), mark('changed', '~ changed')]
    : [mark('flow', 'may connect')];
  if (data.flows.some((flow) => flow.depends)) legend.push(mark('depends', 'depends'));
  byId('legend').append(...legend);
}

const dark = window.matchMedia('(prefers-color-scheme: dark)');
function isDark() {
  const { theme } = document.documentElement.dataset;
  return theme ? theme === 'dark' : dark.matches;
}
function sayTheme() {
  byId('theme').textContent = isDark() ? 'Light' : 'Dark';
  byId('theme').setAttribute('aria-label', `Use the ${isDark() ? 'light' : 'dark'} colours`);
  paintMatrix();
}

// Print -----------------------------------------------------------------------------------------

const kMostPrinted = 3000;

/** On paper: the graph as a whole, all connections as a table, findings, what it rests on. */
function preparePrint() {
  const shown = [...kept.slice(0, kMostPrinted)].map(linkOf);
  const head = el('tr', {}, ...(isDiff ? ['Change'] : []).concat(['From', 'To', 'What passes'])
    .map((text) => el('th', { scope: 'col' }, text)));
  const rows = shown.map((link) => {
    const change = link.flow.change ?? 0;
    const cells = [link.source.name, link.destination.name, link.flow.text];
    if (isDiff) cells.unshift(`${kSigns[change]} ${kChanges[change]}`);
    return el('tr', { class: kChanges[change] }, ...cells.map((text) => el('td', {}, text)));
  });
  const parts = [];
  if (shown.length) {
    parts.push(el('h2', {}, byId('status').textContent),
               el('table', {}, el('thead', {}, head), el('tbody', {}, ...rows)));
  }
  if (kept.length > shown.length) {
    parts.push(el('p', {}, `and ${(kept.length - shown.length).toLocaleString('en')} more`));
  }
  if (data.findings?.length) {
    parts.push(el('h2', {}, 'Findings'));
    for (const finding of data.findings) {
      parts.push(el('article', {}, ...showFinding(finding).filter((part) => part)));
    }
  }
  const about = byId('about').cloneNode(true);
  about.removeAttribute('id');
  about.hidden = false;
  byId('printed').replaceChildren(...parts, about);
  if (stale.delete('graph')) drawGraph();
  if (graph.root) {
    const { x, y, width, height } = graph.all;
    graph.root.setAttribute('viewBox', `${x} ${y} ${width} ${height}`);
  }
}

function endPrint() {
  byId('printed').replaceChildren();
  showBox();
}

// Start -----------------------------------------------------------------------------------------

listeners.filter.push(() => {
  for (const view of Object.keys(draw)) stale.add(view);
  sayStatus();
  drawFindings();
  drawView();
});
listeners.selection.push(() => {
  drawSelection();
  if (stale.has(state.view)) return;
  if (state.view === 'graph') heatGraph();
  if (state.view === 'matrix') paintMatrix();
  if (state.view === 'table') fillTable();
});

function start() {
  fillHeader();
  fillFilters();
  let wait = 0;
  const later = () => {
    clearTimeout(wait);
    wait = setTimeout(() => {
      readFilters();
    }, links.count > 50000 ? 250 : 60);
  };
  const filters = byId('filters');
  filters.addEventListener('input', later);
  filters.addEventListener('change', later);
  filters.addEventListener('submit', (event) => event.preventDefault());
  filters.addEventListener('reset', () => setTimeout(() => {
    graph.moved = false;
    state.expanded = startExpanded();
    readFilters();
  }));
  byId('expand').addEventListener('click', () => {
    graph.moved = false;
    setExpanded(groups.map((group) => group.id));
  });
  byId('collapse').addEventListener('click', () => {
    graph.moved = false;
    setExpanded([]);
  });
  byId('zoom-in').addEventListener('click', () => zoomGraph(1 / 1.3));
  byId('zoom-out').addEventListener('click', () => zoomGraph(1.3));
  byId('zoom-fit').addEventListener('click', fitGraph);
  byId('print').addEventListener('click', () => window.print());
  byId('theme').addEventListener('click', () => {
    document.documentElement.dataset.theme = isDark() ? 'light' : 'dark';
    sayTheme();
  });
  dark.addEventListener('change', sayTheme);
  window.addEventListener('beforeprint', preparePrint);
  window.addEventListener('afterprint', endPrint);
  new ResizeObserver(() => {
    if (state.view === 'graph' && !graph.moved) fitGraph();
    drawView();
  }).observe(document.querySelector('.views'));
  document.addEventListener('keydown', (event) => {
    const typing = event.target.matches?.('input, select, textarea');
    if (event.key === '/' && !typing && !event.ctrlKey && !event.metaKey) {
      byId('search').focus();
      event.preventDefault();
    } else if (event.key === 'Escape' && !typing) {
      select(null, false);
    }
  });
  sayTheme();
  drawSelection();
  drawFindings();
  drawAbout();
  state.expanded = startExpanded();
  refresh();
  showView(byId('tab-graph'));
  if (data.findings) showPanel('findings');
}

function startExpanded() {
  return new Set(nodes.length <= kFewNodes ? groups.map((group) => group.id) : []);
}

start();
