// SPDX-License-Identifier: Apache-2.0
#include "solver/audit/azure/rules.h"

#include <algorithm>
#include <map>
#include <utility>

#include "compiler/path/hops.h"
#include "compiler/path/tags.h"
#include "solver/queries/effective_rules.h"
#include "solver/sets/filter_audit.h"

namespace polreach::solver::audit::azure {
namespace {

using compiler::Filter;
using compiler::FilterRule;
using model::Access;
using model::Direction;
using model::SecurityGroup;
using model::SecurityRule;
using queries::EffectiveRule;
using sets::Diagram;
using sets::Diagrams;

/// What was said of one rule in every network so far.
struct Said {
  EffectiveRule::Finding finding = EffectiveRule::Finding::None;
  bool is_proven = true;
  std::vector<const SecurityRule*> by;  // NeverDecides: what covers it; Redundant: what says it
};
using SaidOf = std::map<const SecurityRule*, Said>;

/// The networks that a group acts in, with nothing for that which AKS manages.
std::vector<std::optional<model::NetworkId>> networks_of(Ground& ground,
                                                         const SecurityGroup& group) {
  std::set<std::optional<model::NetworkId>> all;
  const model::Cloud& cloud = ground.cloud();
  const auto id = id_of(cloud, &group);
  for (const model::Subnet& each : cloud.subnets) {
    if (each.group == id) all.insert(each.network);
  }
  for (const model::Interface& each : cloud.interfaces) {
    if (each.group != id) continue;
    for (const model::InterfaceAddress& address : each.addresses) {
      if (address.subnet) all.insert(cloud[*address.subnet].network);
    }
  }
  // Nothing in the input is attached: what holds of any network.
  if (all.empty()) all.insert(std::nullopt);
  return {all.begin(), all.end()};
}

class Rules {
 public:
  explicit Rules(Ground& ground) : ground_(ground) {}

  void run() {
    z3::PathProver prover(nullptr, ground_.around().unknowns().all());
    for (const SecurityGroup& group : ground_.cloud().groups) {
      if (group.missing) continue;
      for (const Direction direction : {Direction::Ingress, Direction::Egress}) {
        look_at(group, direction, prover);
      }
    }
  }

 private:
  void look_at(const SecurityGroup& group, Direction direction, z3::PathProver& prover) {
    const auto& rules = group.rules(direction);
    const bool has_own = std::any_of(rules.begin(), rules.end(),
                                     [](const SecurityRule& each) { return !each.is_default; });
    if (!has_own) return;
    std::optional<SaidOf> all;
    for (const auto& network : networks_of(ground_, group)) {
      auto said = in_network(group, direction, network, prover);
      if (!said) {
        ground_.unchecked(Id::RuleNeverDecides, subject_of(group) + ": " + said.error().message);
        return;
      }
      if (!all) {
        all = std::move(*said);
        continue;
      }
      // It has to hold in all of them.
      std::erase_if(*all, [&](const auto& each) {
        const auto other = said->find(each.first);
        return other == said->end() || other->second.finding != each.second.finding;
      });
    }
    if (!all) return;
    for (const SecurityRule& rule : rules) {
      const auto said = all->find(&rule);
      if (said == all->end()) continue;
      if (!said->second.is_proven) {
        ground_.unchecked(Id::RuleNeverDecides, "Z3 gave up on " + name_of(group, rule));
      } else if (said->second.finding == EffectiveRule::Finding::NeverDecides) {
        report_never(group, rule, said->second);
      } else {
        report_redundant(group, rule, said->second);
      }
    }
  }

  source::Result<SaidOf> in_network(const SecurityGroup& group, Direction direction,
                                    std::optional<model::NetworkId> network,
                                    z3::PathProver& prover) {
    const Filter& filter = ground_.around().filters().of(group, direction, network);
    auto rows = queries::effective_rules(ground_.around(), prover, filter, counts_);
    if (!rows) return tl::unexpected(rows.error());
    SaidOf said;
    std::vector<const SecurityRule*> redundant;
    for (const EffectiveRule& row : *rows) {
      if (row.rule->is_default || row.finding == EffectiveRule::Finding::None) continue;
      Said& here = said[row.rule];
      here.finding = row.finding;
      here.is_proven = row.is_proven;
      for (const std::size_t i : row.covered_by) here.by.push_back((*rows)[i].rule);
      if (row.finding == EffectiveRule::Finding::Redundant) redundant.push_back(row.rule);
    }
    if (redundant.empty()) return said;
    return sets::within_budget([&] {
      for (const SecurityRule* rule : redundant) said[rule].by = instead_of(filter, *rule);
      return said;
    });
  }

  /// The rules that decide what this one does, where it is not there.
  std::vector<const SecurityRule*> instead_of(const Filter& filter, const SecurityRule& rule) {
    sets::PathSpace& space = ground_.flows().space();
    Diagrams& diagrams = space.diagrams();
    Filter without = filter;
    std::erase_if(without.rules, [&](const FilterRule& each) { return each.rule == &rule; });
    const auto before = space.decisions(filter, compiler::packet_header()).decides(sets::kTrue);
    std::vector<Diagram> own;
    for (std::size_t i = 0; i < filter.rules.size(); ++i) {
      if (filter.rules[i].rule == &rule) own.push_back(before[i]);
    }
    const auto after =
        space.decisions(without, compiler::packet_header()).decides(diagrams.any_of(own));
    std::vector<const SecurityRule*> result;
    for (std::size_t i = 0; i < without.rules.size(); ++i) {
      const SecurityRule* each = without.rules[i].rule;
      const bool known = std::find(result.begin(), result.end(), each) != result.end();
      if (after[i] != sets::kFalse && !known) result.push_back(each);
    }
    return result;
  }

  // What is said
  // -----------------------------------------------------------------------------------

  void report_never(const SecurityGroup& group, const SecurityRule& rule, const Said& said) {
    const bool open = rule.access_open.has_value();
    const bool others = std::any_of(said.by.begin(), said.by.end(), [&](const SecurityRule* by) {
      return by->access_open || (by->access == Access::Deny) != (rule.access == Access::Deny);
    });
    // What can match nothing stops nothing.
    const bool is_void = said.by.empty() && rule.access == Access::Deny;
    const bool contradicts = !open && (others || is_void);
    Id id = Id::RuleNeverDecides;
    if (contradicts) id = rule.access == Access::Deny ? Id::DenyNeverActs : Id::AllowNeverActs;
    if (!ground_.wants(id)) return;
    Finding finding = Ground::finding(id, subject_of(group), rule.name, place_of(group, rule));
    finding.message = name_of(group, rule) + " never decides";
    finding.message +=
        said.by.empty() ? ": it can match nothing" : ": rules before it match all that it does";
    for (const SecurityRule* by : said.by) {
      const bool allows = by->access != Access::Deny;
      finding.causes.push_back({place_of(group, *by), name_of(group, *by) + " comes first, and " +
                                                          (allows ? "allows" : "denies")});
    }
    if (said.by.empty() && is_about_platform(rule)) {
      finding.causes.push_back({place_of(group, rule),
                                "no rule acts on 168.63.129.16 and 169.254.169.254, unless it "
                                "names them by AzurePlatformDNS, AzurePlatformIMDS or "
                                "AzurePlatformLKM"});
      finding.remedy =
          "Name the platform by AzurePlatformDNS or AzurePlatformIMDS, or delete the rule.";
    } else if (said.by.empty()) {
      finding.remedy = "Name what it is meant for, or delete it.";
    }
    ground_.add(std::move(finding));
  }

  static bool is_about_platform(const SecurityRule& rule) {
    return std::all_of(rule.destination.begin(), rule.destination.end(),
                       [](const model::AddressTerm& each) {
                         const auto* prefix = std::get_if<net::Prefix>(&each.what);
                         return prefix != nullptr &&
                                compiler::platform_addresses().contains(net::addresses_of(*prefix));
                       });
  }

  /// A rule that says what a platform's rule does says it on purpose.
  void report_redundant(const SecurityGroup& group, const SecurityRule& rule, const Said& said) {
    const bool all_written = std::none_of(said.by.begin(), said.by.end(),
                                          [](const auto* each) { return each->is_default; });
    if (said.by.empty() || !all_written || !ground_.wants(Id::RuleRedundant)) return;
    Finding finding =
        Ground::finding(Id::RuleRedundant, subject_of(group), rule.name, place_of(group, rule));
    finding.message = "without " + name_of(group, rule) + " the group lets pass the same";
    for (const SecurityRule* by : said.by) {
      finding.causes.push_back({place_of(group, *by), name_of(group, *by) + " says it, too"});
    }
    ground_.add(std::move(finding));
  }

  Ground& ground_;
  /// Of all groups: what Z3 is asked to prove is limited for the whole audit.
  queries::Effective counts_;
};

}  // namespace

void check_rules(Ground& ground) { Rules(ground).run(); }

}  // namespace polreach::solver::audit::azure
