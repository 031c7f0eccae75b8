// SPDX-License-Identifier: Apache-2.0
#include "solver/sets/filter_audit.h"

#include <algorithm>
#include <map>

namespace polreach::solver::sets {
namespace {

using compiler::Filter;

/// The FilterRules of each SecurityRule, in the order of their first.
std::vector<std::vector<std::size_t>> groups_of(const Filter& filter) {
  std::vector<std::vector<std::size_t>> groups;
  std::map<const model::SecurityRule*, std::size_t, std::less<>> known;
  for (std::size_t i = 0; i < filter.rules.size(); ++i) {
    const model::SecurityRule* rule = filter.rules[i].rule;
    const auto [at, is_new] = known.emplace(rule, groups.size());
    if (is_new || rule == nullptr) {
      groups.push_back({i});
    } else {
      groups[at->second].push_back(i);
    }
  }
  return groups;
}

/// Earlier rules that cover all that a rule matches; none of them can be left out.
class Cover {
 public:
  Cover(Diagrams& diagrams, const DecisionList& list, const std::vector<Diagram>& decides)
      : diagrams_(diagrams), list_(list), decides_(decides) {}

  [[nodiscard]] std::vector<std::size_t> of(std::size_t rule,
                                            const std::vector<std::size_t>& group) {
    const Diagram match = list_[rule].match;
    if (match == kFalse) return {};
    std::vector<std::size_t> candidates;
    std::vector<Diagram> parts;
    for (std::size_t i = 0; i < rule; ++i) {
      if (std::binary_search(group.begin(), group.end(), i)) continue;
      const Diagram part = diagrams_.both(match, list_[i].match);
      if (part == match) return {i};
      // What decides a part of it, as the first that matches, is enough together.
      if (diagrams_.both(match, decides_[i]) == kFalse) continue;
      candidates.push_back(i);
      parts.push_back(part);
    }
    return minimal(match, candidates, parts);
  }

 private:
  /// Leaves out, from the last on, what the others cover.
  std::vector<std::size_t> minimal(Diagram match, const std::vector<std::size_t>& candidates,
                                   const std::vector<Diagram>& parts) {
    std::vector<Diagram> before = {kFalse};  // by index: the union of the parts before it
    for (const Diagram part : parts) before.push_back(diagrams_.either(before.back(), part));
    Diagram kept = kFalse;
    std::vector<std::size_t> result;
    for (std::size_t i = parts.size(); i-- > 0;) {
      if (diagrams_.either(before[i], kept) == match) continue;
      kept = diagrams_.either(kept, parts[i]);
      result.push_back(candidates[i]);
    }
    std::reverse(result.begin(), result.end());
    return result;
  }

  Diagrams& diagrams_;
  const DecisionList& list_;
  const std::vector<Diagram>& decides_;
};

FilterAudit audit_rules(PathSpace& space, const Filter& filter) {
  Diagrams& diagrams = space.diagrams();
  DecisionList list = space.decisions(filter, compiler::Header{});
  FilterAudit result;
  result.decides = list.decides(kTrue);
  result.decides.pop_back();
  Cover cover(diagrams, list, result.decides);
  for (const std::vector<std::size_t>& group : groups_of(filter)) {
    const auto decides_nothing = [&](std::size_t i) { return result.decides[i] == kFalse; };
    if (std::all_of(group.begin(), group.end(), decides_nothing)) {
      FilterAudit::Shadowed shadowed{group, {}};
      for (const std::size_t i : group) {
        const std::vector<std::size_t> by = cover.of(i, group);
        shadowed.by.insert(shadowed.by.end(), by.begin(), by.end());
      }
      std::sort(shadowed.by.begin(), shadowed.by.end());
      shadowed.by.erase(std::unique(shadowed.by.begin(), shadowed.by.end()), shadowed.by.end());
      result.shadowed.push_back(std::move(shadowed));
      continue;
    }
    const auto changes_nothing = [&](std::size_t i) {
      const Diagram region = result.decides[i];
      const Outcome own{diagrams.both(region, list[i].allow),
                        diagrams.both(region, list[i].always)};
      return list.outcome(region, i + 1, group) == own;
    };
    if (std::all_of(group.begin(), group.end(), changes_nothing)) result.redundant.push_back(group);
  }
  return result;
}

}  // namespace

source::Result<FilterAudit> audit(PathSpace& space, const Filter& filter) {
  if (filter.missing) return FilterAudit{};
  return within_budget([&] { return audit_rules(space, filter); });
}

}  // namespace polreach::solver::sets
