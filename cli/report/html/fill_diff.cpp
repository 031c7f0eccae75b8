// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "cli/report/html/fill.h"
#include "cli/report/html_report.h"
#include "cli/report/network_diff_report.h"
#include "cli/report/reasons.h"
#include "cli/report/style.h"

namespace polreach::cli::html {

namespace queries = solver::queries;

using queries::Changed;
using queries::DiffChange;
using queries::DiffPeer;
using queries::NetworkChange;

namespace {

Change change_of(Changed changed) {
  switch (changed) {
    case Changed::Added:
      return Change::Added;
    case Changed::Removed:
      return Change::Removed;
    case Changed::Changed:
      return Change::Changed;
  }
  return Change::Same;
}

class DiffFilling {
 public:
  DiffFilling(Page& page, const DiffReport& report) : page_(page), report_(report) {
    page_.explained = report.explain && report.diff.changes.size() <= kMostExplained;
  }

  void pods() {
    for (const DiffChange& each : report_.diff.changes) {
      const std::uint32_t source = node(each.source);
      const std::uint32_t destination = node(each.destination);
      page_.links.push_back({source, destination, flow(each), why(each)});
    }
    for (const queries::DiffWorkload& each : report_.diff.workloads) {
      page_.came_or_went.emplace_back(
          change_of(each.what),
          printable(fmt::format("workload {}/{} ({})", each.ns, each.name, each.kind)));
    }
  }

  void network() {
    const queries::NetworkDiff& diff = *report_.network;
    for (const queries::NetworkPlaceChange& each : diff.places) {
      page_.came_or_went.emplace_back(change_of(each.what), printable(each.name));
    }
    for (const NetworkChange& each : diff.changes) {
      const std::uint32_t flow = network_flow(each);
      const std::uint32_t why = network_why(each);
      for (const NetworkChange::Pair& pair : each.pairs) {
        const std::uint32_t source = network_place(pair.source);
        page_.links.push_back({source, network_place(pair.destination), flow, why});
      }
    }
  }

 private:
  std::uint32_t node(const DiffPeer& peer) {
    const std::string name = name_of(peer);
    const auto [at, is_new] =
        nodes_.try_emplace({peer.kind, name}, static_cast<std::uint32_t>(page_.nodes.size()));
    if (!is_new) return at->second;
    PageNode node;
    node.name = printable(name);
    node.label = node.name;
    if (peer.is_outside() || peer.is_controller) {
      node.group = peer.is_controller ? "entrances" : "outside the cluster";
      node.group_kind = GroupKind::Outside;
      node.kind = peer.is_controller ? "Ingress controller" : "Addresses";
    } else {
      node.group = printable(peer.ns);
      node.label = printable(name.substr(peer.ns.size() + 1));
      node.kind = printable(peer.kind);
    }
    if (peer.workload) node.change = change_of(*peer.workload);
    page_.nodes.push_back(std::move(node));
    return at->second;
  }

  std::uint32_t flow(const DiffChange& change) {
    PageFlow flow;
    flow.change = change_of(change.what);
    const queries::DiffFlow& shown = change.what == Changed::Removed ? change.before : change.after;
    flow.text = text_of(shown);
    if (change.what == Changed::Changed) flow.text = text_of(change.before) + " → " + flow.text;
    flow.before = text_of(change.before);
    flow.after = text_of(change.after);
    flow.depends = !shown.conditional.empty();
    flow.conditions = shown.condition;
    flow.ports = ports_of(change.before.allowed | change.before.conditional | change.after.allowed |
                          change.after.conditional);
    tidy(flow.ports);
    return page_.flows.add(flow);
  }

  void add_reasons(std::vector<std::uint32_t>& why, const Input& input,
                   const queries::DirectionReason& reason, std::string_view when) {
    const bool out = reason.direction == model::Direction::Egress;
    const std::string heading = std::string(out ? "egress, " : "ingress, ") + std::string(when);
    for (const ReasonLine& line : reason_lines(input, reason, kMostRules)) {
      page_.because(why, input.sources, heading, line.text, line.where);
    }
  }

  std::uint32_t why(const DiffChange& change) {
    if (!page_.explained) return 0;
    std::vector<std::uint32_t> why;
    for (const auto& each : queries::explain(report_.before, report_.after, change)) {
      if (each.before) add_reasons(why, report_.old_input, *each.before, "before");
      if (each.after) add_reasons(why, report_.new_input, *each.after, "now");
    }
    return page_.whys.add(why);
  }

  std::uint32_t network_place(const std::string& name) {
    const auto [at, is_new] =
        network_nodes_.try_emplace(name, static_cast<std::uint32_t>(page_.nodes.size()));
    if (!is_new) return at->second;
    PageNode node = network_node(name);
    for (const queries::NetworkPlaceChange& place : report_.network->places) {
      if (place.name == name) node.change = change_of(place.what);
    }
    page_.nodes.push_back(std::move(node));
    return at->second;
  }

  std::uint32_t network_flow(const NetworkChange& change) {
    PageFlow flow;
    flow.change = change_of(change.what);
    for (const std::string& part : parts_of(change)) {
      flow.text += (flow.text.empty() ? "" : "; ") + printable(part);
    }
    for (const NetworkChange::Part& part : change.parts) {
      flow.depends = flow.depends || part.after == queries::Passes::Depends;
      add_ports(flow.ports, part.packets);
    }
    tidy(flow.ports);
    return page_.flows.add(flow);
  }

  std::uint32_t network_why(const NetworkChange& change) {
    if (!report_.explain) return 0;
    std::vector<std::uint32_t> why;
    const auto add = [&](std::string_view when, const Input& input,
                         const std::vector<queries::NetworkRule>& rules) {
      for (const queries::NetworkRule& rule : rules) {
        const bool out = rule.direction == model::Direction::Egress;
        because_of(page_, why, input.sources,
                   std::string(out ? "outbound, " : "inbound, ") + std::string(when), rule);
      }
    };
    const auto add_route = [&](const std::string& heading, const std::string& text) {
      if (text.empty()) return;
      page_.because(why, report_.new_input.sources, heading, "not routed: " + text,
                    source::Span::none());
    };
    add("before", report_.old_input, change.was);
    add_route("routing, before", change.was_unrouted);
    add("now", report_.new_input, change.now);
    add_route("routing, now", change.now_unrouted);
    return page_.whys.add(why);
  }

  Page& page_;
  const DiffReport& report_;
  std::map<std::pair<std::string, std::string>, std::uint32_t> nodes_;
  std::map<std::string, std::uint32_t> network_nodes_;
};

/// "security group web: 2 of its rules changed" with the rules; also where no packet changes.
void add_groups(Page& page, const DiffReport& report) {
  for (const queries::NetworkGroupChange& group : report.network->groups) {
    PageNote note;
    note.id = std::string(word(group.what)) + " security group " + printable(group.name);
    for (const queries::NetworkRuleChange& rule : group.rules) {
      note.text += (note.text.empty() ? "" : "; ") + std::string(word(rule.what)) + " " +
                   (rule.direction == model::Direction::Ingress ? "inbound " : "outbound ") +
                   printable(rule.name);
      if (rule.before_where.exists()) {
        note.places.push_back(page.places.add(report.old_input.sources, rule.before_where));
      }
      if (rule.after_where.exists()) {
        note.places.push_back(page.places.add(report.new_input.sources, rule.after_where));
      }
    }
    if (group.effect == queries::NetworkGroupChange::Effect::Same) {
      note.text += note.text.empty() ? "" : "; ";
      note.text += "it lets pass what it did";
      if (group.is_proven) note.text += " (proven by Z3)";
    }
    page.warnings.push_back(std::move(note));
  }
}

}  // namespace

Page page_of(const DiffReport& report) {
  Page page;
  page.command = "diff";
  page.asked = report.asked;
  page.old_name = printable(report.old_name);
  page.new_name = printable(report.new_name);
  DiffFilling filling(page, report);
  if (report.has_pods) {
    filling.pods();
    page.summary.push_back("connections: " + summary_of(report.diff));
  }
  if (report.network != nullptr) {
    filling.network();
    page.summary.push_back("network: " + summary_of(*report.network));
    add_groups(page, report);
  }
  const std::size_t not_counted = report.not_counted + report.network_not_counted;
  if (not_counted > 0) {
    page.notes.push_back(fmt::format("{} changes of kinds that were not asked for", not_counted));
  }
  if (!report.explain) page.notes.emplace_back("the rules behind the changes were left out");
  add_warnings(page, report.old_input.sources, report.old_input.diagnostics, "before: ");
  add_warnings(page, report.new_input.sources, report.new_input.diagnostics, "now: ");
  return page;
}

}  // namespace polreach::cli::html

namespace polreach::cli {

void write_diff_html(std::ostream& out, const DiffReport& report) {
  html::write_page(out, html::page_of(report));
}

}  // namespace polreach::cli
