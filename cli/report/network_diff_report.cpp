// SPDX-License-Identifier: Apache-2.0
#include "cli/report/network_diff_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "cli/report/lists.h"
#include "cli/report/table.h"

namespace polreach::cli {

namespace queries = solver::queries;

using queries::Changed;
using queries::NetworkChange;
using queries::NetworkDiff;
using queries::NetworkGroupChange;
using queries::NetworkRule;
using queries::NetworkRuleChange;
using queries::Passes;

namespace {

/// Of more pairs with one cause the rest is counted; JSON has them all.
constexpr std::size_t kMostPairs = 10;

/// The boxes say themselves which ends are whole.
NetworkEnds any_ends() { return {net::all_addresses(), net::all_addresses()}; }

std::string_view change_verb(Passes before, Passes after) {
  if (after == Passes::Always) return before == Passes::Never ? "now allowed" : "now for certain";
  if (after == Passes::Depends)
    return before == Passes::Never ? "now depends" : "no longer certain";
  return before == Passes::Always ? "no longer allowed" : "no longer possible";
}

std::string pair_text(const NetworkChange::Pair& pair) {
  return pair.source + " -> " + (pair.source == pair.destination ? "itself" : pair.destination);
}

std::vector<std::string> causes_of(const DiffReport& report, const NetworkChange& change) {
  std::vector<std::string> lines;
  const auto add = [&](const char* when, const Input& input, const NetworkRule& rule) {
    const char* verb = rule.access_is_open                  ? "depends on "
                       : rule.access == model::Access::Deny ? "denied by "
                                                            : "allowed by ";
    const char* way = rule.direction == model::Direction::Egress ? "out: " : "in: ";
    const std::string at = location_of(input, rule.where);
    lines.push_back(std::string(when) + way + verb + name_of(rule) + (at.empty() ? "" : "  " + at));
  };
  for (const NetworkRule& rule : change.was) add("was ", report.old_input, rule);
  if (!change.was_unrouted.empty()) lines.push_back("was not routed: " + change.was_unrouted);
  for (const NetworkRule& rule : change.now) add("now ", report.new_input, rule);
  if (!change.now_unrouted.empty()) lines.push_back("now not routed: " + change.now_unrouted);
  return lines;
}

std::string group_text(const NetworkGroupChange& group) {
  std::string text = "security group " + group.name;
  if (group.what != Changed::Changed) {
    return text + (group.what == Changed::Added ? " is new" : " is gone");
  }
  std::size_t counts[3] = {0, 0, 0};
  for (const NetworkRuleChange& rule : group.rules) ++counts[static_cast<std::size_t>(rule.what)];
  text += fmt::format(": rules {} added, {} removed, {} changed", counts[0], counts[1], counts[2]);
  if (group.effect == NetworkGroupChange::Effect::Same) {
    text += "; it lets pass what it did";
    if (group.is_proven) text += " (proven by Z3)";
  }
  return text;
}

std::string rule_text(const DiffReport& report, const NetworkRuleChange& rule) {
  const bool in = rule.direction == model::Direction::Ingress;
  std::string text = std::string(in ? "inbound " : "outbound ") + rule.name + ": ";
  text += rule.before.empty()  ? rule.after
          : rule.after.empty() ? rule.before
                               : rule.before + " => " + rule.after;
  const std::string at = rule.after.empty() ? location_of(report.old_input, rule.before_where)
                                            : location_of(report.new_input, rule.after_where);
  return at.empty() ? text : text + "  " + at;
}

}  // namespace

std::string summary_of(const NetworkDiff& diff) {
  std::size_t counts[3] = {0, 0, 0};
  for (const NetworkChange& change : diff.changes) ++counts[static_cast<std::size_t>(change.what)];
  return fmt::format("{} added, {} removed, {} changed", counts[0], counts[1], counts[2]);
}

std::vector<std::string> parts_of(const NetworkChange& change) {
  std::vector<std::string> parts;
  for (const NetworkChange::Part& part : change.parts) {
    parts.push_back(std::string(change_verb(part.before, part.after)) + " " +
                    text_of(part.packets, any_ends()));
  }
  return parts;
}

void write_network_diff_text(std::ostream& out, const Style& style, const DiffReport& report,
                             bool brief) {
  const NetworkDiff& diff = *report.network;
  for (const NetworkChange& change : diff.changes) {
    out << painted(style, change.what) << "  " << printable(pair_text(change.pairs.front())) << ": "
        << printable(joined(parts_of(change), "; ")) << "\n";
    for (std::size_t i = 1; i < change.pairs.size() && i < kMostPairs; ++i) {
      out << "          " << printable(pair_text(change.pairs[i])) << ": the same\n";
    }
    if (change.pairs.size() > kMostPairs) {
      out << "          and " << change.pairs.size() - kMostPairs << " more pairs: the same\n";
    }
    if (brief || !report.explain) continue;
    for (const std::string& line : causes_of(report, change)) {
      out << "            " << style.dim(printable(line)) << "\n";
    }
  }
  if (!diff.changes.empty()) out << "\n";
  for (const queries::NetworkPlaceChange& place : diff.places) {
    out << painted(style, place.what) << "  " << printable(place.name) << "\n";
  }
  for (const NetworkGroupChange& group : diff.groups) {
    out << painted(style, group.what) << "  " << printable(group_text(group)) << "\n";
    if (brief) continue;
    for (const NetworkRuleChange& rule : group.rules) {
      out << "            " << word(rule.what) << " "
          << style.dim(printable(rule_text(report, rule))) << "\n";
    }
  }
  const std::string about = report.asked.empty() ? "" : " on " + report.asked;
  if (diff.changes.empty()) {
    out << (report.network_not_counted == 0 ? "network: no traffic changed"
                                            : "network: no change that counts")
        << about;
  } else {
    out << "network" << about << ": " << summary_of(diff);
  }
  if (report.network_not_counted > 0) {
    out << fmt::format(" ({} of other kinds)", report.network_not_counted);
  }
  out << "  " << style.dim(printable(report.old_name) + " => " + printable(report.new_name))
      << "\n";
}

void write_network_diff_markdown(std::ostream& out, const DiffReport& report) {
  const NetworkDiff& diff = *report.network;
  out << "**Network:** "
      << (!diff.changes.empty()             ? summary_of(diff)
          : report.network_not_counted == 0 ? "no traffic changed"
                                            : "no change that counts")
      << " (" << markdown(report.old_name) << " => " << markdown(report.new_name) << ")\n";
  if (!diff.changes.empty()) out << "\n| | Between | Traffic |\n|---|---|---|\n";
  for (const NetworkChange& change : diff.changes) {
    std::string pairs;
    for (std::size_t i = 0; i < change.pairs.size() && i < kMostPairs; ++i) {
      pairs += (i == 0 ? "" : "<br>") + markdown(pair_text(change.pairs[i]));
    }
    if (change.pairs.size() > kMostPairs) {
      pairs += fmt::format("<br>and {} more", change.pairs.size() - kMostPairs);
    }
    out << "| " << word(change.what) << " | " << pairs << " | "
        << markdown(joined(parts_of(change), "; "));
    if (report.explain) {
      for (const std::string& line : causes_of(report, change)) out << "<br>" << markdown(line);
    }
    out << " |\n";
  }
  if (!diff.places.empty() || !diff.groups.empty()) out << "\n";
  for (const queries::NetworkPlaceChange& place : diff.places) {
    out << "- " << markdown(place.name) << " " << word(place.what) << "\n";
  }
  for (const NetworkGroupChange& group : diff.groups) {
    out << "- " << markdown(group_text(group)) << "\n";
    for (const NetworkRuleChange& rule : group.rules) {
      out << "  - " << word(rule.what) << " " << markdown(rule_text(report, rule)) << "\n";
    }
  }
}

namespace {

std::string cidrs_of(const net::AddressSet& set) {
  std::string text;
  if (set == net::all_addresses()) return text;
  for (const net::Prefix& prefix : net::prefixes_of(set)) {
    text += (text.empty() ? "" : " ") + prefix.to_string();
  }
  return text;
}

std::string csv_ports(const solver::sets::FlowBox& box, net::IpProtocol protocol) {
  if (!net::has_ports(protocol)) return "";
  std::string ports = ports_text(box.destination_ports & net::all_ports());
  if (!box.source_ports.contains(net::all_ports())) {
    ports += " from " + ports_text(box.source_ports);
  }
  return ports;
}

}  // namespace

void write_network_diff_csv(std::ostream& out, const DiffReport& report) {
  for (const NetworkChange& change : report.network->changes) {
    for (const NetworkChange::Pair& pair : change.pairs) {
      for (const NetworkChange::Part& part : change.parts) {
        for (const solver::sets::FlowBox& box : part.packets.boxes) {
          for (const net::IpProtocol protocol : net::kIpProtocols) {
            if (!box.protocols.contains(protocol)) continue;
            const std::string ends = fmt::format(
                "{},,Network,{},,{},,Network,{},,{},", word(change.what), csv(pair.source),
                csv(cidrs_of(box.source)), csv(pair.destination), csv(cidrs_of(box.destination)));
            const std::string packets =
                fmt::format("{},{},", net::to_string(protocol), csv(csv_ports(box, protocol)));
            const auto side = [&](const char* name, Passes passes) {
              if (passes == Passes::Never) return;
              out << ends << name << "," << packets << (passes == Passes::Depends ? "depends" : "")
                  << "\n";
            };
            side("old", part.before);
            side("new", part.after);
          }
        }
      }
    }
  }
}

void add_network(Graph& graph, const DiffReport& report) {
  std::set<std::string> known;
  const auto node = [&](const std::string& name) {
    const std::string id = "network " + name;
    if (!known.insert(id).second) return id;
    GraphNode result{id, name, "network", NodeShape::Workload, cli::Change::Same};
    for (const queries::NetworkPlaceChange& place : report.network->places) {
      if (place.name != name) continue;
      result.change = place.what == Changed::Added ? cli::Change::Added : cli::Change::Removed;
    }
    graph.nodes.push_back(std::move(result));
    return id;
  };
  for (const NetworkChange& change : report.network->changes) {
    const cli::Change what = change.what == Changed::Added     ? cli::Change::Added
                             : change.what == Changed::Removed ? cli::Change::Removed
                                                               : cli::Change::Changed;
    for (const NetworkChange::Pair& pair : change.pairs) {
      const std::string from = node(pair.source);
      const std::string to = node(pair.destination);
      graph.edges.push_back({from, to, joined(parts_of(change), "; "), what, false});
    }
  }
}

}  // namespace polreach::cli
