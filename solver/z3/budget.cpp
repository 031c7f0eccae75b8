// SPDX-License-Identifier: Apache-2.0
#include "solver/z3/budget.h"

#include <set>

namespace polreach::solver::z3 {

using compiler::Term;

bool fits(const compiler::TermPool& pool, const std::vector<Term>& question) {
  std::set<Term> seen(question.begin(), question.end());
  std::vector<Term> stack(seen.begin(), seen.end());
  std::size_t intervals = 0;
  while (!stack.empty()) {
    const compiler::TermPool::Node& node = pool[stack.back()];
    stack.pop_back();
    if (node.kind == compiler::TermPool::Kind::AddressOf) {
      intervals += pool.addresses(node).intervals().size();
    }
    for (Term operand : node.operands) {
      if (seen.insert(operand).second) stack.push_back(operand);
    }
    if (seen.size() > kMostTerms || intervals > kMostIntervals) return false;
  }
  return true;
}

}  // namespace polreach::solver::z3
