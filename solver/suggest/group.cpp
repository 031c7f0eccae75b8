// SPDX-License-Identifier: Apache-2.0
#include "solver/suggest/group.h"

#include <algorithm>
#include <map>
#include <set>

#include "solver/suggest/group_parts.h"

namespace polreach::solver::suggest {
namespace {

using compiler::Guard;
using compiler::Site;
using compiler::Stand;
using model::Access;
using model::Direction;
using model::GroupId;
using net::AddressSet;
using net::IpProtocol;
using net::PortSet;

// Azure REST, SecurityRulePropertiesFormat.priority.
constexpr std::int32_t kFirstPriority = 100;
constexpr std::int32_t kLastPriority = 4096;
/// Prefixes of one side, so that a rule stays readable; the platform takes 4000.
constexpr std::size_t kMostPrefixes = 200;

std::string word_of(IpProtocol protocol) {
  switch (protocol) {
    case IpProtocol::Tcp:
      return "Tcp";
    case IpProtocol::Udp:
      return "Udp";
    case IpProtocol::Icmp:
      return "Icmp";
    case IpProtocol::Esp:
      return "Esp";
    case IpProtocol::Ah:
      return "Ah";
    case IpProtocol::Sctp:
    case IpProtocol::Other:
      return "";
  }
  return "";
}

std::vector<std::string> port_texts(const PortSet& ports) {
  if (ports == net::all_header_ports()) return {"*"};
  std::vector<std::string> result;
  for (const auto& interval : ports.intervals()) {
    std::string text = std::to_string(interval.first);
    if (interval.last != interval.first) text += "-" + std::to_string(interval.last);
    result.push_back(std::move(text));
  }
  return result;
}

/// Where a group acts that is common to all that may stand at a place: `wanted`, or the outermost.
std::optional<Guard> guard_of(const Site& site, const model::SecurityGroup* wanted) {
  if (site.stands.empty()) return std::nullopt;
  std::optional<Guard> result;
  const std::vector<Guard>& first = site.stands.front().guards;
  for (auto guard = first.rbegin(); guard != first.rend(); ++guard) {
    if (guard->group == nullptr || guard->group->missing || guard->open) continue;
    const bool everywhere =
        std::all_of(site.stands.begin(), site.stands.end(), [&](const Stand& stand) {
          return std::any_of(stand.guards.begin(), stand.guards.end(), [&](const Guard& each) {
            return each.group == guard->group && !each.open;
          });
        });
    if (!everywhere) continue;
    if (!result || guard->group == wanted) result = *guard;
  }
  return result;
}

class Placing {
 public:
  Placing(compiler::Surroundings& around, const GroupAsked& asked, Direction direction,
          const std::vector<GroupRule>& others, bool allows = false)
      : around_(around),
        cloud_(around.cloud()),
        asked_(asked),
        direction_(direction),
        others_(others),
        allows_(allows) {
    for (const GroupRule& each : others) names_.emplace(each.group, each.name);
  }

  source::Result<std::vector<GroupRule>> rules() {
    const bool inbound = direction_ == Direction::Ingress;
    const std::vector<Site>& ends = inbound ? asked_.destinations : asked_.sources;
    std::map<std::size_t, Behind> groups;
    if (allows_) groups = all_on_the_way(ends);
    for (const Site& site : ends) {
      if (allows_) break;
      const auto guard = guard_of(site, asked_.at ? &cloud_[*asked_.at] : nullptr);
      const auto index = guard ? index_of(guard->group) : std::nullopt;
      if (!index) {
        return source::failure("no security group that the input holds acts at " + site.name);
      }
      Behind& behind = groups.try_emplace(*index, Behind{*guard, {}}).first->second;
      behind.addresses |= site.addresses;
    }
    const auto protocols = named(asked_.packets);
    if (!protocols) return tl::unexpected(protocols.error());
    for (const auto& [index, behind] : groups) {
      const AddressSet source = inbound ? addresses_of(asked_.sources) : behind.addresses;
      const AddressSet destination = inbound ? behind.addresses : addresses_of(asked_.destinations);
      const auto added =
          at_group(static_cast<GroupId>(index), behind.guard, *protocols, source, destination);
      if (!added) return tl::unexpected(added.error());
    }
    return std::move(result_);
  }

 private:
  /// A group and what of the ends is behind it.
  struct Behind {
    Guard guard;
    AddressSet addresses;
  };

  /// A packet passes where all groups on its way let it pass.
  [[nodiscard]] std::map<std::size_t, Behind> all_on_the_way(const std::vector<Site>& ends) const {
    std::map<std::size_t, Behind> groups;
    for (const Site& site : ends) {
      for (const Stand& stand : site.stands) {
        for (const Guard& guard : stand.guards) {
          const bool is_known = guard.group != nullptr && !guard.group->missing && !guard.open;
          const auto index = is_known ? index_of(guard.group) : std::nullopt;
          if (!index) continue;
          groups.try_emplace(*index, Behind{guard, {}}).first->second.addresses |= site.addresses;
        }
      }
    }
    return groups;
  }

  [[nodiscard]] std::optional<std::size_t> index_of(const model::SecurityGroup* group) const {
    for (std::size_t i = 0; i < cloud_.groups.size(); ++i) {
      if (&cloud_.groups[i] == group) return i;
    }
    return std::nullopt;
  }

  source::Result<void> at_group(GroupId id, const Guard& guard, const std::vector<Named>& protocols,
                                const AddressSet& source, const AddressSet& destination) {
    const compiler::FilterRule* first = nullptr;
    std::vector<GroupRule> rules;
    for (const Named& each : protocols) {
      const compiler::FilterRule* decides = allows_
                                                ? first_denying(guard, each, source, destination)
                                                : first_allowing(guard, each, source, destination);
      if (decides == nullptr) continue;  // it is so here already
      if (first == nullptr || decides->rule->priority < first->rule->priority) first = decides;
      for (const net::Family family : {net::Family::V4, net::Family::V6}) {
        GroupRule rule;
        rule.group = id;
        rule.direction = direction_;
        rule.allows = allows_;
        rule.protocol = each.word;
        rule.destination_ports = port_texts(each.ports);
        rule.source = side(source, asked_.from_internet, family);
        rule.destination = side(destination, asked_.to_internet, family);
        if (rule.source.empty() || rule.destination.empty()) continue;
        // Without prefixes the first is about both families.
        if (family == net::Family::V6 && !has_prefixes(rule)) continue;
        if (rule.source.size() > kMostPrefixes || rule.destination.size() > kMostPrefixes) {
          return source::failure("a rule would have more than " + std::to_string(kMostPrefixes) +
                                 " prefixes; ask about fewer addresses");
        }
        rules.push_back(std::move(rule));
      }
    }
    if (rules.empty()) return {};
    return place(id, *first, std::move(rules));
  }

  [[nodiscard]] static bool has_prefixes(const GroupRule& rule) {
    return rule.source.front().find('/') != std::string::npos ||
           rule.destination.front().find('/') != std::string::npos;
  }

  /// One side for packets of a family; nothing: none of its addresses are.
  static std::vector<std::string> side(const AddressSet& addresses, bool internet,
                                       net::Family family) {
    if (internet) return {"Internet"};
    if (addresses == net::all_addresses()) return {"*"};
    std::vector<std::string> result;
    for (const net::Prefix& prefix : net::prefixes_of(addresses & net::all_addresses(family))) {
      result.push_back(prefix.to_string());
    }
    return result;
  }

  /// Whether some packet may have one of the addresses.
  static bool meets(const compiler::AddressMatch& match, const AddressSet& addresses) {
    return !(match.certain & addresses).empty() ||
           std::any_of(match.open.begin(), match.open.end(),
                       [&](const auto& open) { return !(open.addresses & addresses).empty(); });
  }

  /// The first rule that may stop some of the packets; nullptr: one before it allows all of them.
  const compiler::FilterRule* first_denying(const Guard& guard, const Named& packets,
                                            const AddressSet& source,
                                            const AddressSet& destination) {
    const compiler::Filter& filter = around_.filters().of(*guard.group, direction_, guard.network);
    for (const compiler::FilterRule& rule : filter.rules) {
      if (rule.rule == &compiler::platform_rule()) continue;
      const bool may_deny = rule.access == Access::Deny || rule.access_open;
      if (may_deny && !(rule.protocols & packets.protocols).empty() &&
          !(rule.destination_ports & packets.ports).empty() && meets(rule.source, source) &&
          meets(rule.destination, destination)) {
        return &rule;
      }
      const bool allows_all =
          !may_deny && rule.only_if.empty() && (packets.protocols - rule.protocols).empty() &&
          rule.destination_ports.contains(packets.ports) &&
          rule.source_ports.contains(net::all_header_ports()) &&
          rule.source.certain.contains(source) && rule.destination.certain.contains(destination);
      if (allows_all) return nullptr;
    }
    return nullptr;
  }

  /// The first rule that may let some of the packets pass.
  const compiler::FilterRule* first_allowing(const Guard& guard, const Named& packets,
                                             const AddressSet& source,
                                             const AddressSet& destination) {
    const compiler::Filter& filter = around_.filters().of(*guard.group, direction_, guard.network);
    for (const compiler::FilterRule& rule : filter.rules) {
      if (rule.access == Access::Deny && !rule.access_open) continue;
      if ((rule.protocols & packets.protocols).empty()) continue;
      if ((rule.destination_ports & packets.ports).empty()) continue;
      // The platform's own exemptions are no rules that another could stand before.
      if (rule.rule == &compiler::platform_rule()) continue;
      if (meets(rule.source, source) && meets(rule.destination, destination)) return &rule;
    }
    return nullptr;
  }

  /// Gives the rules names, and the last free priorities before the one that lets pass.
  source::Result<void> place(GroupId id, const compiler::FilterRule& first,
                             std::vector<GroupRule> rules) {
    const model::SecurityGroup& group = cloud_[id];
    std::set<std::int32_t> taken;
    for (const GroupRule& each : others_) {
      if (each.group == id && each.direction == direction_) taken.insert(each.priority);
    }
    for (const model::SecurityRule& rule : group.rules(direction_)) {
      if (!rule.is_default) taken.insert(rule.priority);
    }
    const bool unknown_place = first.rule->priority_open.has_value();
    std::int32_t priority =
        unknown_place ? kFirstPriority : std::min(first.rule->priority - 1, kLastPriority);
    const std::string before = unknown_place
                                   ? first.rule->name
                                   : std::to_string(first.rule->priority) + " " + first.rule->name;
    for (auto rule = rules.rbegin(); rule != rules.rend(); ++rule) {
      while (priority >= kFirstPriority && taken.contains(priority)) --priority;
      if (priority < kFirstPriority) {
        const auto missing = static_cast<std::int32_t>(rules.rend() - rule);
        return source::failure("security group " + group.name +
                               " has no free priority before rule " + before + "; " +
                               renumbered(group, first, missing));
      }
      rule->priority = priority--;
      rule->before = before;
      rule->name = free_name(group, *rule);
    }
    result_.insert(result_.end(), rules.begin(), rules.end());
    return {};
  }

  /// The fewest rules that have to move so that `missing` priorities become free before one. The
  /// order of the rules, and so what they mean, stays.
  [[nodiscard]] std::string renumbered(const model::SecurityGroup& group,
                                       const compiler::FilterRule& first,
                                       std::int32_t missing) const {
    const std::string unknown = "give that rule a higher number first";
    std::map<std::int32_t, std::string> names;
    for (const model::SecurityRule& rule : group.rules(direction_)) {
      if (rule.is_default) continue;
      const bool is_one = names.emplace(rule.priority, rule.name).second;
      if (rule.priority_open || !is_one) return unknown;
    }
    for (const GroupRule& each : others_) {
      const bool is_behind = each.priority >= first.rule->priority;
      if (&cloud_[each.group] == &group && each.direction == direction_ && is_behind)
        return unknown;
    }
    std::string moves;  // the last first, so that each number is free when it is taken
    std::int32_t next = first.rule->priority + missing;
    for (auto rule = names.find(first.rule->priority); rule != names.end() && rule->first < next;
         ++rule) {
      if (next > kLastPriority) return "and no room to move rules behind it";
      std::string move = std::to_string(rule->first);
      move += " " + rule->second + " to " + std::to_string(next++);
      moves = moves.empty() ? move : move + ", " + moves;
    }
    return moves.empty() ? unknown : "first move " + moves + ": that leaves their order as it is";
  }

  /// "DenyTcp22Inbound", "AllowTcp1433Inbound".
  std::string free_name(const model::SecurityGroup& group, const GroupRule& rule) {
    std::string base = allows_ ? "Allow" : "Deny";
    base += (rule.protocol == "*" ? "Any" : rule.protocol);
    const std::string& port = rule.destination_ports.front();
    if (port != "*") base += port;
    std::replace(base.begin(), base.end(), '-', '_');
    base += direction_ == Direction::Ingress ? "Inbound" : "Outbound";
    const auto is_taken = [&](const std::string& name) {
      const auto same = [&](const auto& each) {
        return std::equal(each.name.begin(), each.name.end(), name.begin(), name.end(),
                          [](char a, char b) {
                            return std::tolower(static_cast<unsigned char>(a)) ==
                                   std::tolower(static_cast<unsigned char>(b));
                          });
      };
      return names_.contains({rule.group, name}) ||
             std::any_of(group.inbound.begin(), group.inbound.end(), same) ||
             std::any_of(group.outbound.begin(), group.outbound.end(), same);
    };
    std::string name = base;
    for (std::size_t i = 2; is_taken(name); ++i) name = base + std::to_string(i);
    names_.emplace(rule.group, name);
    return name;
  }

  compiler::Surroundings& around_;
  const model::Cloud& cloud_;
  const GroupAsked& asked_;
  Direction direction_;
  const std::vector<GroupRule>& others_;
  bool allows_;
  std::vector<GroupRule> result_;
  std::set<std::pair<GroupId, std::string>> names_;
};

}  // namespace

source::Result<std::vector<Named>> named(const queries::PassageAsked& asked) {
  std::vector<Named> result;
  if (asked.ports.entries.empty()) {
    if (asked.protocols == net::ProtocolSet::all()) {
      result.push_back({"*", asked.protocols});
      return result;
    }
    for (const IpProtocol protocol : net::kIpProtocols) {
      if (!asked.protocols.contains(protocol)) continue;
      result.push_back({word_of(protocol), net::ProtocolSet(protocol)});
    }
  }
  for (const net::Protocol protocol : net::kProtocols) {
    PortSet ports;
    for (const auto& entry : asked.ports.entries) {
      const auto* numbers = std::get_if<PortSet>(&entry.ports);
      if (numbers == nullptr) return source::failure("names of ports mean nothing in a network");
      if (entry.protocol == protocol) ports |= *numbers;
    }
    if (ports.empty()) continue;
    if (ports == net::all_ports()) ports = net::all_header_ports();
    const IpProtocol as_ip = net::ip_protocol(protocol);
    result.push_back({word_of(as_ip), net::ProtocolSet(as_ip), std::move(ports)});
  }
  for (const Named& each : result) {
    if (each.word.empty()) {
      return source::failure("a security group cannot name this protocol by itself");
    }
  }
  return result;
}

AddressSet addresses_of(const std::vector<Site>& sites) {
  AddressSet result;
  for (const Site& site : sites) result |= site.addresses;
  return result;
}

source::Result<std::vector<GroupRule>> deny(compiler::Surroundings& around, const GroupAsked& asked,
                                            Direction direction,
                                            const std::vector<GroupRule>& others) {
  return Placing(around, asked, direction, others).rules();
}

source::Result<std::vector<GroupRule>> allow(compiler::Surroundings& around,
                                             const GroupAsked& asked,
                                             const std::vector<GroupRule>& others) {
  std::vector<GroupRule> result;
  for (const Direction direction : {Direction::Ingress, Direction::Egress}) {
    // Names are of both directions.
    std::vector<GroupRule> taken = others;
    taken.insert(taken.end(), result.begin(), result.end());
    auto rules = Placing(around, asked, direction, taken, true).rules();
    if (!rules) return rules;
    result.insert(result.end(), rules->begin(), rules->end());
  }
  return result;
}

}  // namespace polreach::solver::suggest
