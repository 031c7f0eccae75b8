// SPDX-License-Identifier: Apache-2.0
// The network's part of `polreach map`, for people, tables and graphs.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "cli/report/network_report.h"
#include "cli/report/reasons.h"
#include "cli/report/table.h"

namespace polreach::cli {

namespace queries = solver::queries;

using queries::NetworkLink;
using queries::NetworkMap;
using solver::sets::FlowBox;

namespace {

using compiler::Routed;

std::string rules_text(const NetworkMap& map, const NetworkLink& link) {
  std::vector<std::string> names;
  for (const std::uint32_t i : link.rules) {
    std::string name = name_of(map.rules[i]);
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      names.push_back(std::move(name));
    }
  }
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "by " : ", ") + name;
  return text;
}

std::string destination_of(const NetworkMap& map, const NetworkLink& link) {
  const std::string& name = map.destinations[link.destination].name;
  return name == map.sources[link.source].name ? "itself" : name;
}

std::string if_routed(const NetworkLink& link) {
  return link.routed.answer == Routed::Answer::Unknown ? " (if routed)" : "";
}

std::string routed_line(const Input& input, const NetworkLink& link) {
  std::string line = (link.routed.answer == Routed::Answer::Yes ? "routed: " : "routed or not: ") +
                     link.routed.reason;
  const std::string at = location_of(input, link.routed.where);
  return at.empty() ? line : line + "  " + at;
}

std::vector<const NetworkLink*> listed(const NetworkMap& map) {
  std::vector<const NetworkLink*> links;
  for (const NetworkLink& link : map.links) {
    if (is_listed(link)) links.push_back(&link);
  }
  return links;
}

void write_footer(std::ostream& out, const Style& style, const NetworkMap& map,
                  const std::vector<const NetworkLink*>& links) {
  const std::size_t unrouted = map.links.size() - links.size();
  out << "\n"
      << fmt::format("{} connection{} between places of the network, {} pair{} closed",
                     links.size(), links.size() == 1 ? "" : "s", map.closed,
                     map.closed == 1 ? "" : "s");
  if (unrouted > 0) out << fmt::format(", {} permitted and not routed", unrouted);
  out << "\n";
  const bool open = std::any_of(links.begin(), links.end(),
                                [](const auto* link) { return !if_routed(*link).empty(); });
  if (open) {
    out << "  if routed: whether a route, or a public address, leads there is not known; "
           "--explain says why\n";
  }
  for (const queries::NetworkOpen& each : map.depends) {
    out << "  " << style.bold(each.id) << ": " << printable(each.text) << "\n";
    if (!each.settle.empty()) out << "    " << printable(settling(each.settle)) << "\n";
  }
  for (const std::string& note : map.notes) out << "  note: " << printable(note) << "\n";
  for (const compiler::Standing& each : map.assumes) {
    out << "  " << style.dim(fmt::format("assumes {}: {}", each.id, printable(each.text))) << "\n";
  }
}

}  // namespace

void write_network_text(std::ostream& out, const Style& style, const Input& input,
                        const NetworkMap& map, bool explain, bool brief) {
  out << "network:\n";
  const std::vector<const NetworkLink*> links = listed(map);
  if (links.empty()) out << "nothing may connect\n";
  for (std::size_t i = 0; i < links.size(); ++i) {
    const NetworkLink& link = *links[i];
    if (i > 0 && links[i - 1]->source != link.source) out << "\n";
    const std::string flows = printable(flows_of(map, link));
    const std::string rules = rules_text(map, link);
    out << printable(map.sources[link.source].name) << " -> "
        << printable(destination_of(map, link)) << ": "
        << (link.conditional.boxes.empty() ? flows : style.yellow(flows)) << if_routed(link);
    if (!rules.empty() && !explain) out << style.dim(" [" + printable(rules) + "]");
    out << "\n";
    if (!explain) continue;
    for (const std::uint32_t rule : link.rules) {
      out << "    " << style.dim(printable(line_of(input, map.rules[rule]))) << "\n";
    }
    out << "    " << style.dim(printable(routed_line(input, link))) << "\n";
  }
  if (!brief) write_footer(out, style, map, links);
}

void write_network_markdown(std::ostream& out, const Input& input, const NetworkMap& map,
                            bool explain) {
  out << "| Source | Destination | Network |\n|---|---|---|\n";
  for (const NetworkLink* link : listed(map)) {
    out << "| " << markdown(map.sources[link->source].name) << " | "
        << markdown(destination_of(map, *link)) << " | " << markdown(flows_of(map, *link))
        << if_routed(*link);
    const std::string rules = rules_text(map, *link);
    if (!rules.empty() && !explain) out << " " << markdown("[" + rules + "]");
    if (explain) {
      for (const std::uint32_t rule : link->rules) {
        out << "<br>" << markdown(line_of(input, map.rules[rule]));
      }
    }
    out << " |\n";
  }
  if (!map.depends.empty()) out << "\n";
  for (const queries::NetworkOpen& each : map.depends) {
    out << "- **" << each.id << "**: " << markdown(each.text);
    if (!each.settle.empty()) out << "; " << markdown(settling(each.settle));
    out << "\n";
  }
}

namespace {

std::string csv_end(const queries::NetworkPlace& place, const net::AddressSet& box,
                    const net::AddressSet& end) {
  std::string cidrs;
  if (!box.contains(end)) {
    for (const net::Prefix& prefix : net::prefixes_of(box & end)) {
      cidrs += (cidrs.empty() ? "" : " ") + prefix.to_string();
    }
  }
  return "," + std::string(kind_of(place.site)) + "," + csv(place.name) + ",," + csv(cidrs);
}

}  // namespace

void write_network_csv(std::ostream& out, const NetworkMap& map) {
  for (const NetworkLink* link : listed(map)) {
    const NetworkEnds ends = ends_of(map, *link);
    std::string condition;
    for (const std::string& id : conditions_of(map, *link)) {
      condition += (condition.empty() ? "" : " ") + id;
    }
    for (const auto& [boxes, when] :
         {std::pair{&link->allowed, std::string()}, std::pair{&link->conditional, condition}}) {
      for (const FlowBox& box : boxes->boxes) {
        const std::string both =
            csv_end(map.sources[link->source], box.source, ends.source) + "," +
            csv_end(map.destinations[link->destination], box.destination, ends.destination);
        for (const net::IpProtocol protocol : net::kIpProtocols) {
          if (!box.protocols.contains(protocol)) continue;
          std::string ports;
          if (net::has_ports(protocol)) {
            ports = ports_text(box.destination_ports & net::all_ports());
            const bool any = box.source_ports.contains(net::all_ports());
            if (!any) ports += " from " + ports_text(box.source_ports);
          }
          out << both << "," << net::to_string(protocol) << "," << csv(ports) << "," << when
              << "\n";
        }
      }
    }
  }
}

void add_network(Graph& graph, const NetworkMap& map) {
  std::set<std::string> known;
  const auto node = [&](const queries::NetworkPlace& place) {
    const std::string id = "network " + place.name;
    if (!known.insert(id).second) return id;
    const bool outside = place.site.kind == compiler::Site::Kind::Outside;
    graph.nodes.push_back({id, place.name, outside ? "" : "network",
                           outside ? NodeShape::Addresses : NodeShape::Workload, Change::Same});
    return id;
  };
  for (const NetworkLink* link : listed(map)) {
    const std::string from = node(map.sources[link->source]);
    const std::string to = node(map.destinations[link->destination]);
    graph.edges.push_back(
        {from, to, flows_of(map, *link), Change::Same,
         link->allowed.boxes.empty() || link->routed.answer == Routed::Answer::Unknown});
  }
}

}  // namespace polreach::cli
