// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "compiler/lower/pod_set.h"
#include "compiler/resolve/cluster.h"
#include "compiler/terms/term.h"

namespace polreach::compiler {

/// What the policies say about one pair of parties, as terms over the packet and the world.
struct Connection {
  /// True exactly for the packets and worlds in which the connection passes.
  Term passes{};
  /// What every packet and world of this pair satisfies: the addresses that the ends can have,
  /// and that both use one family where they can.
  Term possible{};
  /// Whether the addresses of the ends belong to the world (they are pods' own) or to the packet
  /// (an outside party's, of which many were asked about).
  bool source_is_outside = false;
  bool destination_is_outside = false;
};

/// What the policies of a pod see of a packet where headers change on the way: which address stands
/// on each side, and the destination port where it has been rewritten.
struct SeenHeader {
  AddressName source{Side::Source};
  AddressName destination{Side::Destination};
  std::optional<net::Port> destination_port;
};

/// Lowers pairs of parties into a pool. At most one of the two parties is an AddressSet.
class Lowering {
 public:
  Lowering(const Cluster& cluster, TermPool& pool) : cluster_(cluster), pool_(pool) {}

  Connection connection(const Party& source, const Party& destination);

  /// True for the packets and worlds that the policies of `self` let pass in one direction, as they
  /// see them; a pod's own node included, and a pod that talks to itself. NetworkPolicy does not
  /// speak of protocols without ports: where no policy selects the pod, and where a rule without
  /// ports lets them, they pass; else that is left to Flag::OtherProtocols.
  Term enforcement(model::Direction direction, model::EndpointId self, const Party& other,
                   const SeenHeader& header);

  /// True for the packets and worlds in which two policies of one ordered tier would decide
  /// differently, each by itself: the first rules of theirs that match have different actions.
  Connection clash(model::Direction direction, model::EndpointId self, const Party& other,
                   const model::Policy& first, const model::Policy& second);

  /// The packets of (protocol, port), and of an address.
  Term traffic(const net::Traffic& traffic);
  Term addresses(Side side, const net::AddressSet& addresses);

  /// True in the worlds in which a pod, at one side, is of the set.
  Term is_of(Side side, model::EndpointId id, const PodSet& set);
  /// True in the worlds in which a namespace has such labels.
  Term labelled(model::NamespaceId ns, const model::Selector& selector);

 private:
  struct Labels;  // the labels of one object, with the variables of those that are not known

  Term some_of(Side side, model::EndpointId id, const std::vector<PodCondition>& conditions);
  Term selector(const model::Selector& selector, const Labels& labels);
  Term requirement(const model::Requirement& requirement, const Labels& labels);
  [[nodiscard]] Labels pod_labels(model::EndpointId id, Side side) const;
  [[nodiscard]] Labels namespace_labels(model::NamespaceId ns) const;

  /// The pod that a direction protects, and the other end.
  struct DirectedPair {
    model::EndpointId self;
    const Party& other;
    Side self_side;
    Side other_side;
    std::optional<model::EndpointId> destination;
    model::Direction direction;
    net::AddressSet other_addresses;  // those that the other end can have, in any world
  };
  DirectedPair directed(model::Direction direction, model::EndpointId self,
                        const Party& other) const;
  Term direction(model::Direction direction, model::EndpointId self, const Party& other);
  Term first_match_is(model::Action action, const model::Policy& policy, const DirectedPair& pair);
  Term ordered_tier(const std::vector<const model::Policy*>& policies, const DirectedPair& pair,
                    Term pass, Term next);
  Term network_tier(const std::vector<const model::Policy*>& policies, const DirectedPair& pair,
                    Term next);
  Term selects(const model::Policy& policy, const DirectedPair& pair);
  Term rule(const model::Rule& rule, const model::Policy& policy, const DirectedPair& pair);
  Term peer(const model::PodPeer& pods, const model::Policy& policy, const DirectedPair& pair);
  Term peer(const model::BlockPeer& block, const model::Policy& policy, const DirectedPair& pair);
  Term peer(const model::NodePeer& nodes, const model::Policy& policy, const DirectedPair& pair);
  Term peer(const model::DomainPeer& names, const model::Policy& policy, const DirectedPair& pair);
  Term port(const model::PortMatch& match, const std::optional<model::EndpointId>& destination);
  Term in_prefix(Side side, const net::Prefix& prefix);
  /// The same for an end that has one of these addresses: a constant where that settles it.
  Term in_prefix(Side side, const net::Prefix& prefix, const net::AddressSet& can_have);
  [[nodiscard]] net::AddressSet addresses_of(const Party& party) const;
  Term destination_ports(net::Port first, net::Port last);
  Term own_node(model::EndpointId destination, const Party& source);
  Term possible_addresses(const Party& source, const Party& destination);
  Term addresses_of(const Party& party, Side side, net::Family family);

  /// The terms of a reading: a constant where the profile settles it.
  Term is_node(model::EndpointId id);
  Term ipblock_matches_pods();

  const Cluster& cluster_;
  TermPool& pool_;
  std::optional<SeenHeader> seen_;  // nothing: the packet's own header
};

}  // namespace polreach::compiler
