// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "policies/model/cloud.h"
#include "policies/model/model.h"

/// Symbolic terms: Boolean formulas over the fields of a packet and over what is not known.
///
/// A Term is a handle into the pool that made it. Terms are built by the pool's factories only,
/// which simplify and share: two handles are equal exactly when their terms are built alike, so
/// that a rule set that occurs twice is lowered, encoded and solved once.
namespace polreach::compiler {

enum class Term : std::uint32_t {};

enum class Side : std::uint8_t { Source, Destination };

/// Which address of a header: the packet's own of a side, or (variable > 0) a chosen one, which is
/// the same whatever side it stands on.
struct AddressName {
  Side side = Side::Source;
  std::uint32_t variable = 0;

  AddressName() = default;
  AddressName(Side side_of_packet, std::uint32_t chosen = 0)
      : side(chosen == 0 ? side_of_packet : Side::Source), variable(chosen) {}
  friend auto operator<=>(const AddressName&, const AddressName&) = default;
};

/// Which port of a header. ChosenSource: the one that a translation of addresses has put in.
enum class HeaderPort : std::uint8_t { Destination, Source, ChosenSource };

/// Something that the input leaves open (model::Unknown), as a Boolean: of the world, or of one
/// address.
struct OpenFact {
  model::UnknownId unknown{};
  bool of_address = false;
  AddressName address;  // where it is of one
  friend auto operator<=>(const OpenFact&, const OpenFact&) = default;
};

/// A fact about the world of a cluster that is true or false, independent of the packet.
enum class Flag : std::uint8_t {
  IpBlockMatchesPods,
  HostNetworkIsPod,
  SameNode,
  DomainsMatch,
  NodeSelector,  // of one selector, by its index in Cluster::node_selectors
  NamedPort,     // the destination, whose ports are open, has this port by a name: named_port_index
  OtherProtocols,  // pods that policies select take part in protocols that have no ports
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
    Ports,      // first <= the port `port` <= last
    AddressIn,  // the address `address` is in `prefix`
    AddressOf,  // the address `address` is in the set `index`
    LabelIs,    // the label is present with `value`
    LabelSet,   // the label is present
    Flag,
    Fact,  // `fact` holds
  };

  struct Node {
    Kind kind = Kind::False;
    net::IpProtocol protocol = net::IpProtocol::Tcp;
    HeaderPort port = HeaderPort::Destination;
    AddressName address;
    Flag flag = Flag::SameNode;
    std::uint32_t index = 0;  // of a flag that there are several of; of a set: see addresses()
    net::Port first = 0;
    net::Port last = 0;
    net::Prefix prefix;
    LabelVariable label;
    model::Symbol value{};
    OpenFact fact;
    std::vector<Term> operands;
    friend auto operator<=>(const Node&, const Node&) = default;
  };

  TermPool();

  [[nodiscard]] const Node& operator[](Term term) const {
    return *nodes_[static_cast<std::size_t>(term)];
  }
  [[nodiscard]] std::size_t size() const { return nodes_.size(); }
  /// The set of a node of Kind::AddressOf.
  [[nodiscard]] const net::AddressSet& addresses(const Node& node) const {
    return *sets_[node.index];
  }

  [[nodiscard]] Term constant(bool value) const { return value ? true_ : false_; }
  Term negation(Term term);
  Term conjunction(const std::vector<Term>& operands);
  Term disjunction(const std::vector<Term>& operands);
  Term protocol(net::IpProtocol protocol);
  Term protocol(net::Protocol protocol) { return this->protocol(net::ip_protocol(protocol)); }
  /// Of the destination port of a packet that something may listen for: from 1.
  Term ports(net::Port first, net::Port last);
  /// Of any port of a header, where 0 is one like the others.
  Term header_ports(HeaderPort port, net::Port first, net::Port last);
  Term address_in(const AddressName& address, const net::Prefix& prefix);
  /// One leaf however large the set.
  Term address_of(const AddressName& address, const net::AddressSet& addresses);
  Term label_is(const LabelVariable& label, model::Symbol value);
  Term label_set(const LabelVariable& label);
  Term flag(Flag flag, std::uint32_t index = 0);
  Term fact(const OpenFact& fact);

 private:
  Term intern(Node node);
  Term combine(Kind kind, const std::vector<Term>& operands);

  std::map<Node, Term> terms_;
  std::vector<const Node*> nodes_;  // into terms_, whose nodes do not move
  std::map<net::AddressSet, std::uint32_t> set_indices_;
  std::vector<const net::AddressSet*> sets_;  // into set_indices_
  Term false_{};
  Term true_{};
};

}  // namespace polreach::compiler
