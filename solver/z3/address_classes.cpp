// SPDX-License-Identifier: Apache-2.0
#include "solver/z3/address_classes.h"

#include <algorithm>
#include <set>

namespace polreach::solver::z3 {

using compiler::AddressName;
using compiler::Term;
using Kind = compiler::TermPool::Kind;

namespace {

constexpr std::size_t kBits = 64;
/// One bit for each set: whether an address is in it.
using Signature = std::vector<std::uint64_t>;

/// Where a set begins or ends: from this address on, the other holds.
struct Turn {
  net::Address at;
  std::size_t set = 0;
};

std::vector<Turn> turns_of(const std::vector<net::AddressSet>& sets) {
  const net::Address end = net::highest(net::Family::V6);
  std::vector<Turn> turns;
  for (std::size_t i = 0; i < sets.size(); ++i) {
    for (const auto& interval : sets[i].intervals()) {
      turns.push_back({interval.first, i});
      if (interval.last != end) turns.push_back({net::AddressTraits::next(interval.last), i});
    }
  }
  std::sort(turns.begin(), turns.end(), [](const Turn& a, const Turn& b) { return a.at < b.at; });
  return turns;
}

}  // namespace

AddressClasses::AddressClasses(const std::vector<net::AddressSet>& sets) : ranges_(sets.size()) {
  Signature here((sets.size() + kBits - 1) / kBits, 0);
  std::set<Signature> known;
  const auto meet = [&](const net::Address& address) {
    if (!known.insert(here).second) return;
    const auto one = static_cast<std::uint32_t>(examples_.size());
    examples_.push_back(address);
    for (std::size_t set = 0; set < sets.size(); ++set) {
      if ((here[set / kBits] >> (set % kBits) & 1U) == 0) continue;
      std::vector<Range>& ranges = ranges_[set];
      if (!ranges.empty() && ranges.back().last + 1 == one) {
        ranges.back().last = one;
      } else {
        ranges.push_back({one, one});
      }
    }
  };
  const net::Address lowest = net::lowest(net::Family::V4);
  const std::vector<Turn> turns = turns_of(sets);
  if (turns.empty() || turns.front().at != lowest) meet(lowest);
  for (auto turn = turns.begin(); turn != turns.end();) {
    const net::Address at = turn->at;
    for (; turn != turns.end() && turn->at == at; ++turn) {
      here[turn->set / kBits] ^= std::uint64_t{1} << (turn->set % kBits);
    }
    meet(at);
  }
}

QuestionAddresses::QuestionAddresses(const compiler::TermPool& pool,
                                     const std::vector<Term>& question) {
  std::map<AddressName, std::vector<net::AddressSet>> sets;
  std::set<Term> seen(question.begin(), question.end());
  std::vector<Term> stack(seen.begin(), seen.end());
  while (!stack.empty()) {
    const Term top = stack.back();
    const compiler::TermPool::Node& node = pool[top];
    stack.pop_back();
    if (node.kind == Kind::AddressIn || node.kind == Kind::AddressOf) {
      std::vector<net::AddressSet>& of_one = sets[node.address];
      leaves_[top] = {node.address, of_one.size()};
      of_one.push_back(node.kind == Kind::AddressOf ? pool.addresses(node)
                                                    : net::addresses_of(node.prefix));
    }
    for (Term operand : node.operands) {
      if (seen.insert(operand).second) stack.push_back(operand);
    }
  }
  for (const auto& [address, of_one] : sets) classes_.emplace(address, AddressClasses(of_one));
}

const AddressClasses* QuestionAddresses::classes(const AddressName& address) const {
  const auto found = classes_.find(address);
  return found == classes_.end() ? nullptr : &found->second;
}

const std::vector<AddressClasses::Range>& QuestionAddresses::of(Term leaf) const {
  const auto& [address, set] = leaves_.at(leaf);
  return classes_.at(address).of(set);
}

std::size_t QuestionAddresses::ranges() const {
  std::size_t sum = 0;
  for (const auto& [leaf, place] : leaves_) sum += of(leaf).size();
  return sum;
}

}  // namespace polreach::solver::z3
