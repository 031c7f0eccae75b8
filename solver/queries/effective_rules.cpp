// SPDX-License-Identifier: Apache-2.0
#include "solver/queries/effective_rules.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "solver/check/path.h"
#include "solver/sets/filter_audit.h"

namespace polreach::solver::queries {
namespace {

using compiler::AddressMatch;
using compiler::Filter;
using compiler::FilterRule;
using sets::Diagram;
using sets::Diagrams;
using sets::PathSpace;
using sets::Variable;

/// What Z3 is asked to prove in one answer: more only inputs have that are made to cost time.
constexpr std::size_t kMostProofs = 2000;

template <typename T>
void sort_out(std::vector<T>& found) {
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
}

class Rules {
 public:
  Rules(compiler::Surroundings& around, z3::PathProver& prover, const Filter& filter,
        Effective& answer)
      : around_(around),
        prover_(prover),
        filter_(filter),
        answer_(answer),
        space_(around.unknowns().all()),
        diagrams_(space_.diagrams()) {}

  source::Result<std::vector<EffectiveRule>> run() {
    auto audit = sets::audit(space_, filter_);
    if (!audit) return tl::unexpected(audit.error());
    audit_ = std::move(*audit);
    return sets::within_budget([&] { return all(); });
  }

 private:
  std::vector<EffectiveRule> all() {
    gather();
    for (std::size_t row = 0; row < rows_.size(); ++row) {
      sides(row);
      decides(row);
    }
    for (const sets::FilterAudit::Shadowed& each : audit_.shadowed) never_decides(each);
    for (const std::vector<std::size_t>& each : audit_.redundant) redundant(each);
    return std::move(rules_);
  }

  /// A row for each rule that somebody, or the platform, wrote.
  void gather() {
    std::set<const model::SecurityRule*> of_the_group;
    for (const model::SecurityRule& each : filter_.group->rules(filter_.direction)) {
      of_the_group.insert(&each);
    }
    std::map<const model::SecurityRule*, std::size_t> known;
    row_of_.resize(filter_.rules.size());
    for (std::size_t i = 0; i < filter_.rules.size(); ++i) {
      const FilterRule& rule = filter_.rules[i];
      if (!of_the_group.contains(rule.rule)) continue;
      const auto [at, is_new] = known.emplace(rule.rule, rows_.size());
      if (is_new) {
        rows_.emplace_back();
        rules_.emplace_back().rule = rule.rule;
      }
      rows_[at->second].push_back(i);
      row_of_[i] = at->second;
    }
  }

  // What it matches and decides
  // --------------------------------------------------------------------

  void sides(std::size_t row) {
    rules_[row].source = side(rows_[row], &FilterRule::source);
    rules_[row].destination = side(rows_[row], &FilterRule::destination);
  }

  /// Of the readings of a rule: certain is what all of them have.
  EffectiveSide side(const std::vector<std::size_t>& indices, AddressMatch FilterRule::*which) {
    EffectiveSide result;
    result.certain = (filter_.rules[indices.front()].*which).certain;
    for (const std::size_t i : indices) {
      const AddressMatch& match = filter_.rules[i].*which;
      if (match.certain != result.certain) {  // the two readings of VirtualNetwork
        result.depends_on.push_back(around_.filters().tags().routes_unknown());
        result.perhaps |= match.certain | result.certain;
        result.certain &= match.certain;
      }
      for (const AddressMatch::Open& open : match.open) {
        result.perhaps |= open.addresses;
        result.depends_on.push_back(open.unknown);
      }
    }
    result.perhaps -= result.certain;
    sort_out(result.depends_on);
    return result;
  }

  void decides(std::size_t row) {
    std::vector<Diagram> decided;
    std::vector<Diagram> matched;
    for (const std::size_t i : rows_[row]) {
      decided.push_back(audit_.decides[i]);
      matched.push_back(space_.match(filter_.rules[i], compiler::Header{}));
      replay(i);
    }
    const Diagram all = diagrams_.any_of(std::move(decided));
    const Diagram some = diagrams_.exists_facts(all);
    const Diagram certain = diagrams_.forall_facts(all);
    EffectiveRule& rule = rules_[row];
    rule.is_whole = all != sets::kFalse && all == diagrams_.any_of(std::move(matched));
    rule.decides = sets::boxes_of(diagrams_, certain, sets::kMostShownBoxes);
    const Diagram besides = diagrams_.minus(some, certain);
    if (besides == sets::kFalse) return;
    rule.perhaps = sets::boxes_of(diagrams_, besides, sets::kMostShownBoxes);
    for (const Variable variable : diagrams_.support(all)) {
      if (!variable.is_fact()) continue;
      const PathSpace::FactKey& key = space_.key(variable.index());
      if (key.unknown) rule.depends_on.push_back(*key.unknown);
    }
    sort_out(rule.depends_on);
  }

  /// One packet that it decides, by the plain reading of the rules.
  void replay(std::size_t i) {
    if (audit_.decides[i] == sets::kFalse) return;
    const sets::FlowPoint point = sets::pick(diagrams_, audit_.decides[i]);
    check::PathWitness witness;
    witness.flow = point.flow;
    for (const auto& [fact, holds] : point.facts) {
      using Of = check::OpenFact::Of;
      const PathSpace::FactKey& key = space_.key(fact);
      if (!key.unknown) continue;
      Of of = Of::World;
      if (key.address) of = *key.address == Variable::source() ? Of::Source : Of::Destination;
      witness.facts[{*key.unknown, of, 0}] = holds;
    }
    if (check::deciding_rule(around_.unknowns().all(), filter_, witness) != i) {
      throw source::InternalError(
          "the single-packet evaluator finds that another rule of a group decides");
    }
  }

  // Findings
  // ---------------------------------------------------------------------------------------

  void never_decides(const sets::FilterAudit::Shadowed& shadowed) {
    const auto row = row_of_[shadowed.rules.front()];
    if (!row) return;
    EffectiveRule& rule = rules_[*row];
    rule.finding = EffectiveRule::Finding::NeverDecides;
    for (const std::size_t i : shadowed.by) {
      if (row_of_[i]) rule.covered_by.push_back(*row_of_[i]);
    }
    sort_out(rule.covered_by);
    rule.is_proven = true;
    for (const std::size_t i : shadowed.rules) {
      const bool proven = proves([&] { return prover_.decides(filter_, i); });
      rule.is_proven = rule.is_proven && proven;
    }
    count(rule);
  }

  void redundant(const std::vector<std::size_t>& indices) {
    const auto row = row_of_[indices.front()];
    if (!row || rules_[*row].rule->is_default) return;
    EffectiveRule& rule = rules_[*row];
    rule.finding = EffectiveRule::Finding::Redundant;
    rule.is_proven = proves([&] {
      Filter without = filter_;
      for (std::size_t k = indices.size(); k-- > 0;) {
        without.rules.erase(without.rules.begin() + static_cast<std::ptrdiff_t>(indices[k]));
      }
      return prover_.difference(filter_, without);
    });
    count(rule);
  }

  /// Whether Z3 finds no counterexample. One that it finds is our mistake.
  template <typename Ask>
  bool proves(Ask ask) {
    if (answer_.proofs >= kMostProofs) return false;
    const source::Result<std::optional<check::PathWitness>> found = ask();
    if (!found) return false;
    if (*found) throw source::InternalError("Z3 refutes what the sets say of a security group");
    ++answer_.proofs;
    return true;
  }

  void count(const EffectiveRule& rule) {
    if (!rule.is_proven) ++answer_.unproven;
    if (!rule.rule->is_default) ++answer_.findings;
  }

  compiler::Surroundings& around_;
  z3::PathProver& prover_;
  const Filter& filter_;
  Effective& answer_;
  PathSpace space_;
  Diagrams& diagrams_;
  sets::FilterAudit audit_;
  std::vector<EffectiveRule> rules_;
  std::vector<std::vector<std::size_t>> rows_;      // the FilterRules of each
  std::vector<std::optional<std::size_t>> row_of_;  // by FilterRule
};

}  // namespace

source::Result<std::vector<EffectiveRule>> effective_rules(compiler::Surroundings& around,
                                                           z3::PathProver& prover,
                                                           const Filter& filter,
                                                           Effective& answer) {
  return Rules(around, prover, filter, answer).run();
}

}  // namespace polreach::solver::queries
