// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include "compiler/path/hops.h"
#include "solver/audit/azure/rules.h"

namespace polreach::solver::audit::azure {
namespace {

using compiler::Filter;
using compiler::FilterRule;
using model::Access;
using model::Direction;
using model::SecurityGroup;
using model::SecurityRule;
using sets::Diagram;
using sets::Diagrams;

bool is_vnet_default(const SecurityRule& rule) {
  constexpr std::int32_t kAllowVnetInBound = 65000;
  return rule.is_default && rule.priority == kAllowVnetInBound && rule.access == Access::Allow;
}

/// Of one group.
struct Hole {
  std::vector<const SecurityRule*> rules;
  Finding finding;
  std::vector<std::string> also;
};

class Restrictions {
 public:
  explicit Restrictions(Ground& ground) : ground_(ground) {}

  std::set<const SecurityGroup*> run() {
    for (const Place& to : ground_.places()) {
      for (const compiler::Guard& guard : to.site.stands.front().guards) {
        if (guard.group == nullptr || guard.group->missing || guard.admin != nullptr) continue;
        if (!is_of_aks(guard.group)) look_at(guard, to);
      }
    }
    std::set<const SecurityGroup*> groups;
    for (auto& [group, hole] : holes_) {
      groups.insert(group);
      report(*group, hole);
    }
    return groups;
  }

 private:
  /// What AKS writes for Services is looked at as that.
  [[nodiscard]] bool is_of_aks(const SecurityGroup* group) const {
    const auto id = id_of(ground_.cloud(), group);
    const auto& clusters = ground_.cloud().clusters;
    return !id || std::any_of(clusters.begin(), clusters.end(),
                              [&](const auto& each) { return each.node_group == id; });
  }

  void look_at(const compiler::Guard& guard, const Place& to) {
    const std::vector<const SecurityRule*> rules = pointless(guard, to);
    if (rules.empty()) return;
    for (const Place& from : ground_.places()) {
      const bool own = from.site.subnet == to.site.subnet;
      if (own || !from.site.network) continue;
      if (add_between(guard, rules, from, to)) return;
    }
  }

  /// Rules that allow something here, all of which AllowVnetInBound would let pass, and no rule in
  /// between would decide.
  std::vector<const SecurityRule*> pointless(const compiler::Guard& guard, const Place& to) {
    const Filter& filter =
        ground_.around().filters().of(*guard.group, Direction::Ingress, guard.network);
    Diagrams& diagrams = ground_.flows().space().diagrams();
    sets::DecisionList list = ground_.flows().space().decisions(filter, compiler::packet_header());
    const auto decides =
        list.decides(diagrams.addresses(sets::Variable::destination(), to.site.addresses));
    std::vector<std::size_t> defaults;
    for (std::size_t i = 0; i < filter.rules.size(); ++i) {
      if (is_vnet_default(*filter.rules[i].rule)) defaults.push_back(i);
    }
    std::vector<const SecurityRule*> result;
    std::set<const SecurityRule*> needed;
    for (std::size_t i = 0; i < filter.rules.size(); ++i) {
      const FilterRule& rule = filter.rules[i];
      if (rule.rule->is_default || rule.access != Access::Allow || rule.access_open) continue;
      if (decides[i] == sets::kFalse) continue;
      const bool allowed = list.outcome(decides[i], i + 1).allow == decides[i];
      const bool by_default = list.outcome(decides[i], i + 1, defaults).allow == sets::kFalse;
      if (!allowed || !by_default) {
        needed.insert(rule.rule);
      } else if (std::find(result.begin(), result.end(), rule.rule) == result.end()) {
        result.push_back(rule.rule);
      }
    }
    std::erase_if(result, [&](const SecurityRule* each) { return needed.contains(each); });
    return result;
  }

  /// A packet from where the rules let in to where they lead, of another kind, that only
  /// AllowVnetInBound lets pass.
  bool add_between(const compiler::Guard& guard, const std::vector<const SecurityRule*>& rules,
                   const Place& from, const Place& to) {
    const auto pair = ground_.flows().between(from.site, to.site);
    if (pair.routed.answer == compiler::Routed::Answer::No || pair.flows.ways.empty()) return false;
    Diagrams& diagrams = ground_.flows().space().diagrams();
    Diagram region = sets::kFalse;
    for (const Decider& each : ground_.deciders(guard, Direction::Ingress, pair.flows.must)) {
      if (is_vnet_default(*each.rule)) region = each.packets;
    }
    const Filter& filter =
        ground_.around().filters().of(*guard.group, Direction::Ingress, guard.network);
    // No connection has port 0: rules that leave nothing else are done.
    region =
        diagrams.all_of({region, diagrams.protocols(net::ProtocolSet(net::IpProtocol::Tcp)),
                         diagrams.ports(sets::Variable::destination_port(), net::all_ports())});
    std::map<const SecurityRule*, Diagram> near;
    std::vector<Diagram> parts;
    for (const FilterRule& each : filter.rules) {
      if (std::find(rules.begin(), rules.end(), each.rule) == rules.end()) continue;
      parts.push_back(diagrams.all_of(
          {region, diagrams.addresses(sets::Variable::source(), each.source.certain),
           diagrams.addresses(sets::Variable::destination(), each.destination.certain)}));
      if (parts.back() != sets::kFalse) near.emplace(each.rule, parts.back());
    }
    region = diagrams.any_of(std::move(parts));
    if (region == sets::kFalse) return false;
    Hole& hole = holes_[guard.group];
    // Of the rules only those that are about the packet's ends.
    std::vector<const SecurityRule*> own;
    std::copy_if(rules.begin(), rules.end(), std::back_inserter(own),
                 [&](const SecurityRule* rule) { return near.contains(rule); });
    for (const SecurityRule* rule : own) {
      const bool known = std::find(hole.rules.begin(), hole.rules.end(), rule) != hole.rules.end();
      if (!known) hole.rules.push_back(rule);
    }
    const net::PortSet ports = net::all_ports() & sets::ports_of(diagrams.values(
                                                      region, sets::Variable::destination_port()));
    if (hole.finding.check != nullptr) {
      hole.also.push_back(to.name);
      Opening& known = *hole.finding.opening;
      // Other ports from elsewhere would be more than is open.
      if (known.addresses == from.site.addresses && known.traffic[net::Protocol::Tcp] == ports) {
        known.own |= to.site.addresses;
      }
      return true;
    }
    hole.finding = Ground::finding(Id::AllowRestrictsNothing, subject_of(*guard.group), "",
                                   place_of(*guard.group, *own.front()));
    hole.finding.message = from.name + " reaches TCP " + net::to_string(ports) + " of " + to.name +
                           ", although " + name_of(*guard.group, *own.front()) +
                           " reads as if it let in less";
    const Diagram ssh =
        diagrams.both(region, diagrams.ports(sets::Variable::destination_port(), {22, 22}));
    hole.finding.example = ground_.example(from.site, to.site, ssh == sets::kFalse ? region : ssh);
    Opening opening;
    opening.group = id_of(ground_.cloud(), guard.group);
    opening.traffic[net::Protocol::Tcp] = ports;
    opening.addresses = from.site.addresses;
    opening.own = to.site.addresses;
    hole.finding.opening = std::move(opening);
    return true;
  }

  void report(const SecurityGroup& group, Hole& hole) {
    if (!ground_.wants(Id::AllowRestrictsNothing)) return;
    for (const SecurityRule* rule : hole.rules) {
      hole.finding.causes.push_back(
          {place_of(group, *rule),
           name_of(group, *rule) + " changes nothing: what it lets in gets in without it"});
    }
    hole.finding.causes.push_back(
        {group.where,
         "rule 65000 AllowVnetInBound, which every group has, lets in the rest of the network"});
    hole.finding.also = std::move(hole.also);
    ground_.add(std::move(hole.finding));
  }

  Ground& ground_;
  std::map<const SecurityGroup*, Hole> holes_;
};

}  // namespace

std::set<const SecurityGroup*> check_restrictions(Ground& ground) {
  return Restrictions(ground).run();
}

}  // namespace polreach::solver::audit::azure
