// SPDX-License-Identifier: Apache-2.0
#include "solver/z3/budget.h"

#include <set>

namespace polreach::solver::z3 {

using compiler::Term;

bool fits(const compiler::TermPool& pool, const std::vector<Term>& question) {
  std::set<Term> seen(question.begin(), question.end());
  std::vector<Term> stack(seen.begin(), seen.end());
  std::size_t intervals = 0;
  std::size_t sets = 0;
  while (!stack.empty()) {
    const compiler::TermPool::Node& node = pool[stack.back()];
    stack.pop_back();
    if (node.kind == compiler::TermPool::Kind::AddressOf) {
      intervals += pool.addresses(node).intervals().size();
      ++sets;
    }
    for (Term operand : node.operands) {
      if (seen.insert(operand).second) stack.push_back(operand);
    }
    if (seen.size() > kMostTerms) return false;
  }
  constexpr std::size_t kBits = 64;
  return intervals * (sets / kBits + 1) <= kMostIntervalWords;
}

}  // namespace polreach::solver::z3
