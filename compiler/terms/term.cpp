// SPDX-License-Identifier: Apache-2.0
#include "compiler/terms/term.h"

#include <algorithm>
#include <utility>

namespace polreach::compiler {

TermPool::TermPool() {
  Node node;
  node.kind = Kind::False;
  false_ = intern(node);
  node.kind = Kind::True;
  true_ = intern(node);
}

Term TermPool::intern(Node node) {
  const auto next = static_cast<Term>(nodes_.size());
  const auto [entry, added] = terms_.emplace(std::move(node), next);
  if (added) nodes_.push_back(&entry->first);
  return entry->second;
}

Term TermPool::negation(Term term) {
  if (term == true_) return false_;
  if (term == false_) return true_;
  if ((*this)[term].kind == Kind::Not) return (*this)[term].operands[0];
  Node node;
  node.kind = Kind::Not;
  node.operands = {term};
  return intern(std::move(node));
}

Term TermPool::combine(Kind kind, const std::vector<Term>& operands) {
  const Term neutral = kind == Kind::And ? true_ : false_;
  const Term absorbing = kind == Kind::And ? false_ : true_;
  std::vector<Term> flat;
  for (Term operand : operands) {
    const Node& node = (*this)[operand];
    if (node.kind == kind) {
      // Nested terms were flattened when they were built: one level is all there is.
      flat.insert(flat.end(), node.operands.begin(), node.operands.end());
    } else if (operand != neutral) {
      flat.push_back(operand);
    }
  }
  std::sort(flat.begin(), flat.end());
  flat.erase(std::unique(flat.begin(), flat.end()), flat.end());
  for (Term operand : flat) {
    if (operand == absorbing) return absorbing;
    const Node& node = (*this)[operand];
    const bool opposed =
        node.kind == Kind::Not && std::binary_search(flat.begin(), flat.end(), node.operands[0]);
    if (opposed) return absorbing;
  }
  if (flat.empty()) return neutral;
  if (flat.size() == 1) return flat[0];
  Node node;
  node.kind = kind;
  node.operands = std::move(flat);
  return intern(std::move(node));
}

Term TermPool::conjunction(const std::vector<Term>& operands) {
  return combine(Kind::And, operands);
}

Term TermPool::disjunction(const std::vector<Term>& operands) {
  return combine(Kind::Or, operands);
}

Term TermPool::protocol(net::IpProtocol protocol) {
  Node node;
  node.kind = Kind::Protocol;
  node.protocol = protocol;
  return intern(std::move(node));
}

Term TermPool::ports(net::Port first, net::Port last) {
  if (first <= net::kLowestPort && last == net::kHighestPort) return true_;
  return header_ports(HeaderPort::Destination, first, last);
}

Term TermPool::header_ports(HeaderPort port, net::Port first, net::Port last) {
  if (first == 0 && last == net::kHighestPort) return true_;
  if (last < first) return false_;
  Node node;
  node.kind = Kind::Ports;
  node.port = port;
  node.first = first;
  node.last = last;
  return intern(std::move(node));
}

Term TermPool::address_in(const AddressName& address, const net::Prefix& prefix) {
  Node node;
  node.kind = Kind::AddressIn;
  node.address = address;
  node.prefix = prefix;
  return intern(std::move(node));
}

Term TermPool::address_of(const AddressName& address, const net::AddressSet& addresses) {
  if (addresses.empty()) return false_;
  if (addresses == net::all_addresses()) return true_;
  const auto next = static_cast<std::uint32_t>(sets_.size());
  const auto [entry, added] = set_indices_.emplace(addresses, next);
  if (added) sets_.push_back(&entry->first);
  Node node;
  node.kind = Kind::AddressOf;
  node.address = address;
  node.index = entry->second;
  return intern(std::move(node));
}

Term TermPool::label_is(const LabelVariable& label, model::Symbol value) {
  Node node;
  node.kind = Kind::LabelIs;
  node.label = label;
  node.value = value;
  return intern(std::move(node));
}

Term TermPool::label_set(const LabelVariable& label) {
  Node node;
  node.kind = Kind::LabelSet;
  node.label = label;
  return intern(std::move(node));
}

Term TermPool::flag(Flag flag, std::uint32_t index) {
  Node node;
  node.kind = Kind::Flag;
  node.flag = flag;
  node.index = index;
  return intern(std::move(node));
}

Term TermPool::fact(const OpenFact& fact) {
  Node node;
  node.kind = Kind::Fact;
  node.fact = fact;
  return intern(std::move(node));
}

}  // namespace polreach::compiler
