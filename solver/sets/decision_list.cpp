// SPDX-License-Identifier: Apache-2.0
#include "solver/sets/decision_list.h"

#include <algorithm>

namespace polreach::solver::sets {

DecisionList::DecisionList(Diagrams& diagrams, std::vector<DecisionRule> rules,
                           bool otherwise_allow)
    : diagrams_(diagrams), otherwise_allow_(otherwise_allow) {
  blocks_.push_back(std::move(rules));
  while (blocks_.back().size() > 1) {
    const std::vector<DecisionRule>& halves = blocks_.back();
    std::vector<DecisionRule> wholes;
    for (std::size_t i = 0; i + 1 < halves.size(); i += 2) {
      const DecisionRule& a = halves[i];
      const DecisionRule& b = halves[i + 1];
      wholes.push_back({diagrams_.either(a.match, b.match),
                        diagrams_.either(a.allow, diagrams_.minus(b.allow, a.match)),
                        diagrams_.either(a.always, diagrams_.minus(b.always, a.match))});
    }
    blocks_.push_back(std::move(wholes));
  }
}

std::size_t DecisionList::block_at(std::size_t first,
                                   const std::vector<std::size_t>& without) const {
  const auto next = std::lower_bound(without.begin(), without.end(), first);
  const std::size_t end = next == without.end() ? size() : std::min(*next, size());
  std::size_t exponent = 0;
  while (first % (std::size_t{2} << exponent) == 0 && first + (std::size_t{2} << exponent) <= end) {
    ++exponent;
  }
  return exponent;
}

Outcome DecisionList::outcome(Diagram region, std::size_t first,
                              const std::vector<std::size_t>& without) {
  std::vector<Diagram> allow;
  std::vector<Diagram> always;
  while (first < size() && region != kFalse) {
    if (std::binary_search(without.begin(), without.end(), first)) {
      ++first;
      continue;
    }
    const std::size_t exponent = block_at(first, without);
    const DecisionRule& block = blocks_[exponent][first >> exponent];
    allow.push_back(diagrams_.both(region, block.allow));
    always.push_back(diagrams_.both(region, block.always));
    region = diagrams_.minus(region, block.match);
    first += std::size_t{1} << exponent;
  }
  if (otherwise_allow_) allow.push_back(region);
  return {diagrams_.any_of(std::move(allow)), diagrams_.any_of(std::move(always))};
}

std::vector<Diagram> DecisionList::decides(Diagram region) {
  struct Part {
    std::size_t exponent;
    std::size_t block;
    Diagram reached;  // within what the block matches
  };
  std::vector<Part> parts;
  for (std::size_t first = 0; first < size();) {
    const std::size_t exponent = block_at(first, {});
    const Diagram match = blocks_[exponent][first >> exponent].match;
    parts.push_back({exponent, first >> exponent, diagrams_.both(region, match)});
    region = diagrams_.minus(region, match);
    first += std::size_t{1} << exponent;
  }
  std::vector<Diagram> result(size() + 1, kFalse);
  result.back() = region;
  while (!parts.empty()) {
    const Part part = parts.back();
    parts.pop_back();
    if (part.reached == kFalse) continue;
    if (part.exponent == 0) {
      result[part.block] = part.reached;
      continue;
    }
    const auto& halves = blocks_[part.exponent - 1];
    const Diagram first = halves[part.block * 2].match;
    const Diagram second = halves[part.block * 2 + 1].match;
    parts.push_back({part.exponent - 1, part.block * 2, diagrams_.both(part.reached, first)});
    parts.push_back({part.exponent - 1, part.block * 2 + 1,
                     diagrams_.both(diagrams_.minus(part.reached, first), second)});
  }
  return result;
}

}  // namespace polreach::solver::sets
