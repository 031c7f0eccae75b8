// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <set>
#include <tuple>

#include "cli/report/effective_report.h"
#include "compiler/path/tags.h"

namespace polreach::cli {

namespace queries = solver::queries;

using net::AddressSet;
using queries::EffectiveList;
using queries::EffectiveRule;
using solver::sets::FlowBox;

namespace {

/// How much of a list is written where it is not asked for in full.
constexpr std::size_t kMostTerms = 3;
constexpr std::size_t kMostLeftOut = 200;

template <typename List, typename Text>
std::string list_text(const List& list, std::size_t most, Text text) {
  std::string result;
  std::size_t i = 0;
  for (const auto& each : list) {
    if (i == most) return result + " and " + std::to_string(list.size() - most) + " more";
    result += (i++ == 0 ? "" : ", ") + text(each);
  }
  return result;
}

std::size_t most(bool in_full, std::size_t otherwise) {
  return in_full ? static_cast<std::size_t>(-1) : otherwise;
}

bool is_all_ports(const net::PortSet& ports) { return ports == net::all_header_ports(); }

/// Of the sets that differ from it in `either` only: one without small holes.
AddressSet shortest(const AddressSet& set, const AddressSet& either) {
  AddressSet best = set;
  for (const auto& interval : either.intervals()) {
    AddressSet wider = best | AddressSet(interval.first, interval.last);
    if (wider.intervals().size() < best.intervals().size()) best = std::move(wider);
  }
  return best;
}

/// The smallest prefix that holds the set, or nothing where it has addresses of both families.
AddressSet around(const AddressSet& set) {
  const net::Address first = set.intervals().front().first;
  const net::Address last = set.intervals().back().last;
  if (first.family != last.family) return {};
  int length = net::width(first.family);
  while (!net::Prefix::around(first, length).contains(last)) --length;
  return net::addresses_of(net::Prefix::around(first, length));
}

/// Prefixes, and "the internet" where all of it is there.
std::vector<std::string> address_parts(const AddressSet& set, const AddressSet& either) {
  std::vector<std::string> parts;
  AddressSet rest = set;
  if ((net::internet_addresses() - set - either).empty()) {
    parts.emplace_back("the internet");
    rest -= net::internet_addresses();
  }
  for (const net::Prefix& prefix : net::prefixes_of(shortest(rest, either))) {
    parts.push_back(prefix.to_string());
  }
  return parts;
}

std::string with_ports(std::string text, const net::PortSet& ports) {
  if (is_all_ports(ports)) return text;
  const bool several = ports.intervals().size() != 1 ||
                       ports.intervals().front().first != ports.intervals().front().last;
  return std::move(text) + (several ? " ports " : " port ") + net::to_string(ports);
}

}  // namespace

std::string_view word(model::Direction direction) {
  return direction == model::Direction::Ingress ? "inbound" : "outbound";
}

std::string heading(const EffectiveList& list) {
  constexpr std::size_t kMostPlaces = 4;
  std::string text(word(list.direction));
  if (list.places.empty()) {
    text += ", attached to nothing";
  } else {
    text += " at " + list_text(list.places, kMostPlaces, [](const auto& place) { return place; });
  }
  if (list.group == nullptr) return text + ": a security group that is not known";
  text += list.is_admin ? ": network manager " : ": security group ";
  if (!list.group->resource_group.empty()) text += list.group->resource_group + "/";
  return text + list.group->name;
}

std::string priority_text(const model::SecurityRule& rule) {
  return rule.priority_open ? "not known" : std::to_string(rule.priority);
}

std::string access_text(const model::SecurityRule& rule) {
  if (rule.access_open) return "not known";
  switch (rule.access) {
    case model::Access::Allow:
      return "allow";
    case model::Access::Deny:
      return "deny";
    case model::Access::AlwaysAllow:
      return "always allow";
  }
  return "?";
}

std::string protocol_text(const model::SecurityRule& rule) {
  return rule.protocols == net::ProtocolSet::all() ? "any" : net::to_string(rule.protocols);
}

std::string side_text(const std::vector<model::AddressTerm>& terms, const net::PortSet& ports,
                      bool in_full) {
  std::string text = list_text(terms, most(in_full, kMostTerms), [](const auto& term) {
    return std::holds_alternative<model::AnyAddress>(term.what) ? "any" : term.text;
  });
  return with_ports(terms.empty() ? "no address" : std::move(text), ports);
}

std::string addresses_text(const AddressSet& set, End end, bool in_full) {
  constexpr std::size_t kMostPrefixes = 4;
  // Headers to these pass whatever rules say.
  const AddressSet either = end == End::Destination ? compiler::platform_addresses() : AddressSet();
  const AddressSet shown = shortest(set, either);
  if (shown == net::all_addresses()) return "any";
  if (shown.empty()) return "no address";
  const std::string whole = net::to_string(shown);
  if (whole.find('/') == std::string::npos) return whole;  // in words
  std::vector<std::string> parts = address_parts(shown, either);
  std::string but;
  for (const AddressSet& base :
       {net::all_addresses(), net::all_addresses(net::Family::V4),
        net::all_addresses(net::Family::V6), net::internet_addresses(), around(shown)}) {
    if (!(shown - base).empty()) continue;
    const AddressSet rest = base - shown - either;
    if (rest.intervals().size() > kMostLeftOut) continue;  // nobody would read it
    std::vector<std::string> others = address_parts(rest, either);
    if (others.empty() || others.size() >= parts.size()) continue;
    parts = std::move(others);
    but = base == net::all_addresses() ? "any but " : net::to_string(base) + " but ";
  }
  return but +
         list_text(parts, most(in_full, kMostPrefixes), [](const auto& part) { return part; });
}

std::string box_text(const FlowBox& box, bool in_full) {
  std::string text = net::to_string(box.protocols);
  if (!is_all_ports(box.destination_ports)) text += " " + net::to_string(box.destination_ports);
  const std::string source =
      with_ports(addresses_text(box.source, End::Source, in_full), box.source_ports);
  const std::string destination = addresses_text(box.destination, End::Destination, in_full);
  if (source == "any" && destination == "any") {
    return box.protocols == net::ProtocolSet::all() ? "everything" : text;
  }
  if (source != "any") text += " from " + source;
  if (destination != "any") text += " to " + destination;
  return text;
}

std::vector<std::string> decides_lines(const EffectiveReport& report, const EffectiveRule& rule) {
  constexpr std::size_t kMostBoxes = 4;
  if (rule.is_whole && !report.expand) return {"all of it"};
  std::vector<std::string> lines;
  const auto add = [&](const solver::sets::FlowBoxes& boxes, const std::string& before,
                       const std::string& after) {
    const std::size_t limit = most(report.expand, kMostBoxes);
    for (std::size_t i = 0; i < boxes.boxes.size() && i < limit; ++i) {
      lines.push_back(before + box_text(boxes.boxes[i], report.expand) + after);
    }
    const std::size_t rest = boxes.boxes.size() - std::min(boxes.boxes.size(), limit);
    if (rest > 0) lines.push_back(before + "and " + std::to_string(rest) + " more");
    if (!boxes.complete) lines.push_back(before + "and more than is written out");
  };
  add(rule.decides, "", "");
  add(rule.perhaps, "perhaps ", " if " + ids_text(report, rule.depends_on));
  if (lines.empty()) lines.emplace_back("nothing");
  return lines;
}

std::string finding_text(const EffectiveList& list, const EffectiveRule& rule) {
  const std::string unproven = rule.is_proven ? "" : " (unproven: Z3 gave up)";
  switch (rule.finding) {
    case EffectiveRule::Finding::None:
      return "";
    case EffectiveRule::Finding::Redundant:
      return "redundant: without it the group lets pass the same" + unproven;
    case EffectiveRule::Finding::NeverDecides:
      break;
  }
  if (rule.covered_by.empty()) return "never decides: it matches nothing" + unproven;
  return "never decides: covered by " +
         list_text(rule.covered_by, most(true, 0),
                   [&](std::size_t i) {
                     const model::SecurityRule& by = *list.rules[i].rule;
                     return priority_text(by) + " " + by.name;
                   }) +
         unproven;
}

std::vector<std::string> ids_of(const EffectiveReport& report,
                                const std::vector<model::UnknownId>& unknowns) {
  std::set<std::string> ids;
  for (const model::UnknownId id : unknowns) {
    ids.insert(report.unknowns[static_cast<std::size_t>(id)].id);
  }
  return {ids.begin(), ids.end()};
}

std::string ids_text(const EffectiveReport& report, const std::vector<model::UnknownId>& unknowns) {
  return list_text(ids_of(report, unknowns), most(true, 0), [](const auto& id) { return id; });
}

std::vector<queries::NamedAssumption> open_assumptions(const EffectiveReport& report) {
  std::set<model::UnknownId> all;
  const auto add = [&](const auto& unknowns) { all.insert(unknowns.begin(), unknowns.end()); };
  for (const EffectiveList& list : report.effective.lists) {
    if (list.missing) all.insert(*list.missing);
    if (list.open) all.insert(*list.open);
    for (const EffectiveRule& rule : list.rules) {
      add(rule.depends_on);
      if (report.expand) add(rule.source.depends_on);
      if (report.expand) add(rule.destination.depends_on);
    }
  }
  std::vector<queries::NamedAssumption> result;
  for (const model::UnknownId id : all) {
    const model::Unknown& unknown = report.unknowns[static_cast<std::size_t>(id)];
    result.push_back({unknown.id, unknown.what, unknown.settle, {}});
    if (unknown.where.exists()) result.back().where.push_back(unknown.where);
  }
  std::stable_sort(result.begin(), result.end(), [](const auto& a, const auto& b) {
    return std::tie(a.id, a.text) < std::tie(b.id, b.text);
  });
  return result;
}

std::vector<queries::NamedAssumption> standing_assumptions(const EffectiveReport& report) {
  std::vector<queries::NamedAssumption> result;
  for (const compiler::Standing& each : report.effective.assumes) {
    result.push_back({each.id, each.text, "", {}});
  }
  return result;
}

}  // namespace polreach::cli
