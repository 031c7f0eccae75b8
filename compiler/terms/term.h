// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "policies/model/model.h"

/// Symbolic terms: Boolean formulas over the fields of a packet and over what is not known.
///
/// A Term is a handle into the pool that made it. Terms are built by the pool's factories only,
/// which simplify and share: two handles are equal exactly when their terms are built alike, so
/// that a rule set that occurs twice is lowered, encoded and solved once.
namespace polreach::compiler {

enum class Term : std::uint32_t {};

enum class Side : std::uint8_t { Source, Destination };

/// A fact about the world that is true or false, independent of the packet.
enum class Flag : std::uint8_t {
  IpBlockMatchesPods,
  HostNetworkIsPod,
  SameNode,
  DomainsMatch,
  NodeSelector,  // of one selector, by its index in Cluster::node_selectors
  NamedPort,     // the destination, whose ports are open, has this port by a name: named_port_index
};

/// Whose label a term speaks of; see compiler/resolve/unknown.h for the meaning of the owners.
struct LabelVariable {
  std::uint8_t owner = 0;  // LabelOwner
  model::NamespaceId ns{};
  model::Symbol key{};
  friend auto operator<=>(const LabelVariable&, const LabelVariable&) = default;
};

class TermPool {
 public:
  enum class Kind : std::uint8_t {
    False,
    True,
    Not,        // of operands[0]
    And,        // of at least two operands, sorted and unique
    Or,         // likewise
    Protocol,   // the packet's protocol is `protocol`
    Ports,      // first <= destination port <= last
    AddressIn,  // the address of `side` is in `prefix`
    LabelIs,    // the label is present with `value`
    LabelSet,   // the label is present
    Flag,
  };

  struct Node {
    Kind kind = Kind::False;
    net::Protocol protocol = net::Protocol::Tcp;
    Side side = Side::Source;
    Flag flag = Flag::SameNode;
    std::uint32_t index = 0;  // of a flag that there are several of
    net::Port first = 0;
    net::Port last = 0;
    net::Prefix prefix;
    LabelVariable label;
    model::Symbol value{};
    std::vector<Term> operands;
    friend auto operator<=>(const Node&, const Node&) = default;
  };

  TermPool();

  [[nodiscard]] const Node& operator[](Term term) const {
    return *nodes_[static_cast<std::size_t>(term)];
  }
  [[nodiscard]] std::size_t size() const { return nodes_.size(); }

  [[nodiscard]] Term constant(bool value) const { return value ? true_ : false_; }
  Term negation(Term term);
  Term conjunction(const std::vector<Term>& operands);
  Term disjunction(const std::vector<Term>& operands);
  Term protocol(net::Protocol protocol);
  Term ports(net::Port first, net::Port last);
  Term address_in(Side side, const net::Prefix& prefix);
  Term label_is(const LabelVariable& label, model::Symbol value);
  Term label_set(const LabelVariable& label);
  Term flag(Flag flag, std::uint32_t index = 0);

 private:
  Term intern(Node node);
  Term combine(Kind kind, const std::vector<Term>& operands);

  std::map<Node, Term> terms_;
  std::vector<const Node*> nodes_;  // into terms_, whose nodes do not move
  Term false_{};
  Term true_{};
};

}  // namespace polreach::compiler
