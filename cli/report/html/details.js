// SPDX-License-Identifier: Apache-2.0
// The panel at the side: what is selected, with its rules and their lines; findings; what all of it
// rests on.

const kMostListed = 200;

function place(at) {
  if (!at) return null;
  const lines = excerptOf(at);
  const box = el('figure', { class: 'place' }, el('figcaption', {}, el('code', {}, placeText(at))));
  if (lines.length) {
    box.append(el('pre', { tabindex: '0' }, ...lines.map(([number, text, cited]) =>
      el('span', { class: cited ? 'cited' : '' }, el('i', {}, String(number)), `${text}\n`))));
  }
  return box;
}

function reasonList(why) {
  const parts = [];
  let heading = null;
  for (const id of data.whys[why] ?? []) {
    const [under, text, at] = data.reasons[id];
    if (under !== heading) {
      parts.push(el('h4', {}, under));
      heading = under;
    }
    parts.push(el('div', { class: 'reason' }, el('p', {}, text), place(at)));
  }
  return parts;
}

const nodeButton = (node) =>
  el('button', { type: 'button', class: 'link', on: { click: () => select({ node }) } }, node.name);

function linkLine(id, showing) {
  const link = linkOf(id);
  const change = link.flow.change ?? 0;
  const ends = showing === 'out' ? `→ ${link.destination.name}`
    : showing === 'in' ? `${link.source.name} →`
    : `${link.source.name} → ${link.destination.name}`;
  return el('li', {}, el('button', { type: 'button', class: `entry ${kChanges[change]}`,
    on: { click: () => select({ link: id }) } },
    el('span', { class: 'ends' }, (change ? `${kSigns[change]} ` : '') + ends),
    el('span', { class: link.flow.depends ? 'flow depends' : 'flow' }, link.flow.text)));
}

function linkList(title, ids, showing) {
  if (ids.length === 0) return [];
  const list = el('ul', { class: 'entries' });
  for (const id of ids.slice(0, kMostListed)) list.append(linkLine(id, showing));
  const parts = [el('h3', {}, `${title} (${ids.length.toLocaleString('en')})`), list];
  if (ids.length > kMostListed) {
    parts.push(el('p', { class: 'muted' }, `and ${(ids.length - kMostListed).toLocaleString('en')} ` +
      'more: the table shows all of them, filtered.'));
  }
  return parts;
}

function noteList(notes) {
  return el('ul', { class: 'notes' }, ...notes.map((note) => el('li', {},
    el('strong', {}, note.id), ` ${note.text}`,
    note.settle ? el('p', { class: 'muted' }, note.id.includes('[') ? note.settle
                                                                    : `settled by ${note.settle}`)
                : null,
    ...note.places.slice(0, 5).map((at) => place(at)))));
}

function findingsOf(test) {
  return (data.findings ?? []).filter((finding) => finding.nodes.some(test));
}

function findingButtons(found) {
  if (found.length === 0) return [];
  return [el('h3', {}, `Findings (${found.length})`),
          el('ul', { class: 'entries' }, ...found.map((finding) => el('li', {},
            el('button', { type: 'button', class: 'entry', on: { click: () => openFinding(finding) } },
              el('span', { class: `badge ${finding.severity}` }, finding.severity),
              ` ${finding.title}`))))];
}

function showLink(id) {
  const link = linkOf(id);
  const { flow } = link;
  const change = flow.change ?? 0;
  const parts = [
    el('h2', { class: 'pair' }, nodeButton(link.source), el('span', { class: 'arrow' }, ' → '),
       nodeButton(link.destination))];
  if (change) {
    parts.push(el('p', {}, el('span', { class: `badge ${kChanges[change]}` },
                              `${kSigns[change]} ${kChanges[change]}`)));
  }
  if (flow.before !== undefined) {
    parts.push(el('dl', { class: 'sides' }, el('dt', {}, 'before'), el('dd', {}, flow.before),
                  el('dt', {}, 'now'), el('dd', {}, flow.after)));
  } else {
    parts.push(el('p', { class: flow.depends ? 'packets depends' : 'packets' }, flow.text));
  }
  for (const condition of flow.conditions ?? []) {
    const notes = data.depends.filter((note) => note.id === condition);
    if (notes.length) parts.push(el('h4', {}, 'depends on'), noteList(notes));
  }
  if (data.explained || link.why) {
    parts.push(...reasonList(link.why));
  } else if (link.source.egress || link.destination.ingress) {
    parts.push(...reasonList(link.source.egress), ...reasonList(link.destination.ingress),
      el('p', { class: 'muted' }, 'The list is too long to hold the rules of each connection: these ' +
        'policies act on its ends. A list of a part of it, with --namespace, --from or --to, has ' +
        'the rules.'));
  }
  return parts;
}

function showNode(node) {
  const out = [];
  const into = [];
  for (const id of kept) {
    if (links.source[id] === node.id) out.push(id);
    if (links.destination[id] === node.id) into.push(id);
  }
  const change = node.change ? el('span', { class: `badge ${kChanges[node.change]}` },
                                  `${kSigns[node.change]} ${kChanges[node.change]}`) : null;
  return [el('h2', {}, node.name),
          el('p', { class: 'muted' }, `${node.kind} · ${node.group.name}`, ' ', change),
          ...findingButtons(findingsOf((id) => id === node.id)),
          ...linkList('May connect to', out, 'out'), ...linkList('May be connected to by', into, 'in'),
          ...(data.explained ? [] : [...reasonList(node.egress), ...reasonList(node.ingress)])];
}

function showGroup(group) {
  const counts = { out: 0, into: 0, inside: 0 };
  for (const id of kept) {
    const a = nodes[links.source[id]].group === group;
    const b = nodes[links.destination[id]].group === group;
    if (a && b) counts.inside++;
    else if (a) counts.out++;
    else if (b) counts.into++;
  }
  const expanded = state.expanded.has(group.id);
  return [el('h2', {}, group.name),
          el('p', { class: 'muted' }, `${group.kind} · ${many(group.nodes.length,
            group.kind === 'namespace' ? 'workload' : 'place')}`),
          el('p', {}, el('button', { type: 'button', on: { click: () => toggleGroup(group) } },
            expanded ? 'Collapse' : 'Expand'), ' ',
            el('button', { type: 'button', on: { click: () => filterGroup(group) } },
              'Show only this')),
          el('dl', { class: 'sides' },
             el('dt', {}, 'inside'), el('dd', {}, many(counts.inside, 'connection')),
             el('dt', {}, 'out of it'), el('dd', {}, many(counts.out, 'connection')),
             el('dt', {}, 'into it'), el('dd', {}, many(counts.into, 'connection'))),
          ...findingButtons(findingsOf((id) => nodes[id].group === group)),
          el('h3', {}, group.kind === 'namespace' ? 'Workloads' : 'Places'),
          el('ul', { class: 'entries' }, ...group.nodes.slice(0, kMostListed).map((node) =>
            el('li', {}, el('button', { type: 'button', class: 'entry',
              on: { click: () => select({ node }) } }, el('span', { class: 'ends' }, node.label),
              el('span', { class: 'flow' }, node.kind))))),
          group.nodes.length > kMostListed
            ? el('p', { class: 'muted' }, `and ${group.nodes.length - kMostListed} more`) : null];
}

function filterGroup(group) {
  byId('group').value = String(group.id);
  state.group = group.id;
  refresh();
}

function drawSelection() {
  const panel = byId('selection');
  const { selection } = state;
  let parts;
  if (!selection) {
    parts = [el('p', { class: 'empty' }, 'Select a workload, an arrow, a cell or a line to see what ' +
      'passes, and the rules that let it.')];
  } else if (selection.node) {
    parts = showNode(selection.node);
  } else if (selection.group) {
    parts = showGroup(selection.group);
  } else if (selection.finding) {
    parts = showFinding(selection.finding);
  } else if (selection.ids) {
    parts = [el('h2', { class: 'pair' }, selection.from.name, ' → ', selection.to.name),
             ...linkList('Connections', selection.ids)];
  } else {
    parts = showLink(selection.link);
  }
  panel.replaceChildren(...parts.filter((part) => part));
  panel.scrollTop = 0;
}

// Findings --------------------------------------------------------------------------------------

function showFinding(finding) {
  const parts = [
    el('p', {}, el('span', { class: `badge ${finding.severity}` }, finding.severity), ' ',
       el('code', {}, finding.check)),
    el('h2', {}, finding.title),
    el('p', { class: 'packets' }, finding.subject), el('p', {}, finding.message)];
  if (finding.suppressed) parts.push(el('p', { class: 'muted' }, `suppressed: ${finding.suppressed}`));
  parts.push(place(finding.place));
  if (finding.causes.length) parts.push(el('h4', {}, 'because of'));
  for (const [text, at] of finding.causes) {
    parts.push(el('div', { class: 'reason' }, el('p', {}, text),
                  at === finding.place ? null : place(at)));
  }
  if (finding.example.length) {
    parts.push(el('h4', {}, 'an example'), el('dl', { class: 'sides' },
      ...finding.example.flatMap(([name, text]) => [el('dt', {}, name), el('dd', {}, text)])));
  }
  for (const [name, text] of finding.advice) parts.push(el('h4', {}, name), el('p', {}, text));
  if (finding.restsOn.length) parts.push(el('h4', {}, 'depends on'), noteList(finding.restsOn));
  if (finding.also.length) {
    parts.push(el('h4', {}, `also (${finding.also.length})`),
               el('ul', { class: 'plain' }, ...finding.also.map((each) => el('li', {}, each))));
  }
  const shown = finding.nodes.map((id) => nodes[id]);
  if (shown.length) {
    parts.push(el('h4', {}, 'on this page'),
               el('ul', { class: 'plain' }, ...shown.map((node) => el('li', {}, nodeButton(node)))));
  }
  return parts;
}

const kSeverities = ['critical', 'high', 'medium', 'low', 'info'];

/** The worst finding about an item, of those that count. */
function worstOf(item) {
  const of = item.node ? (id) => id === item.node.id : (id) => nodes[id].group === item.group;
  const found = (data.findings ?? []).filter((finding) =>
    !finding.suppressed && finding.nodes.some(of));
  return kSeverities.find((severity) => found.some((each) => each.severity === severity));
}

function openFinding(finding) {
  const hidden = finding.nodes.map((id) => nodes[id].group.id)
    .filter((id) => !state.expanded.has(id));
  if (hidden.length) setExpanded([...state.expanded, ...hidden]);
  select({ finding });
}

function drawFindings() {
  const panel = byId('findings');
  const found = data.findings;
  if (!found) {
    panel.replaceChildren(el('p', { class: 'empty' },
      `polreach ${data.command} does not look for findings; polreach audit does.`));
    return;
  }
  if (found.length === 0) {
    panel.replaceChildren(el('p', { class: 'empty' }, 'Nothing was found.'));
    return;
  }
  const entry = (finding) => el('li', {}, el('button', { type: 'button',
    class: `finding${finding.suppressed ? ' suppressed' : ''}`,
    on: { click: () => openFinding(finding) } },
    el('span', { class: `badge ${finding.severity}` }, finding.severity),
    el('strong', {}, finding.title),
    el('span', { class: 'subject' }, finding.subject +
      (finding.also.length ? ` and ${finding.also.length} more` : '')),
    el('span', {}, finding.suppressed ? `suppressed: ${finding.suppressed}` : finding.message)));
  const words = state.search.toLowerCase().split(/\s+/).filter((word) => word !== '');
  const left = found.filter((finding) => words.every((word) =>
    [finding.title, finding.subject, finding.message, finding.check, finding.severity,
     ...finding.also].join(' ').toLowerCase().includes(word)));
  const hidden = found.length - left.length;
  panel.replaceChildren(el('ul', { class: 'findings' }, ...left.map(entry)));
  if (hidden) panel.append(el('p', { class: 'muted' }, `${hidden} more without “${state.search}”`));
}

// What it rests on ------------------------------------------------------------------------------

function drawAbout() {
  const parts = [];
  const section = (title, content) => parts.push(el('h3', {}, title), content);
  const plain = (texts) => el('ul', { class: 'plain' }, ...texts.map((text) => el('li', {}, text)));
  section('Summary', plain(data.summary));
  if (data.notes.length) section('Notes', plain(data.notes));
  if (data.cameOrWent.length) {
    section('Came and went', el('ul', { class: 'plain' }, ...data.cameOrWent.map(([change, text]) =>
      el('li', {}, el('span', { class: `badge ${kChanges[change]}` },
                      `${kSigns[change]} ${kChanges[change]}`), ` ${text}`))));
  }
  if (data.depends.length) section('What conditional connections depend on', noteList(data.depends));
  if (data.warnings.length) section(isDiff ? 'Groups and warnings' : 'Warnings', noteList(data.warnings));
  if (data.assumes.length) section('What all of it takes for granted', noteList(data.assumes));
  byId('about').replaceChildren(...parts);
}
