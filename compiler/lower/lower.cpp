// SPDX-License-Identifier: Apache-2.0
#include "compiler/lower/lower.h"

#include <algorithm>
#include <array>

#include "compiler/resolve/unknown.h"

namespace polreach::compiler {

using model::Direction;
using model::Endpoint;
using model::EndpointId;
using model::Model;

struct Lowering::Labels {
  const model::LabelSet* known = nullptr;
  LabelVariable owner;  // without its key
  bool open_is_unknown = true;
};

Connection Lowering::connection(const Party& source, const Party& destination) {
  const auto* from = std::get_if<EndpointId>(&source);
  const auto* to = std::get_if<EndpointId>(&destination);
  Connection result;
  result.source_is_outside = from == nullptr;
  result.destination_is_outside = to == nullptr;
  result.possible = possible_addresses(source, destination);
  if (from != nullptr && to != nullptr && cluster_.is_one_pod(*from, *to)) {
    result.passes = pool_.constant(true);
    return result;
  }
  const Term leaves =
      from == nullptr ? pool_.constant(true) : direction(Direction::Egress, *from, destination);
  const Term enters =
      to == nullptr
          ? pool_.constant(true)
          : pool_.disjunction({direction(Direction::Ingress, *to, source), own_node(*to, source)});
  result.passes = pool_.conjunction({leaves, enters});
  return result;
}

Term Lowering::traffic(const net::Traffic& traffic) {
  std::vector<Term> parts;
  for (net::Protocol protocol : net::kProtocols) {
    std::vector<Term> ports;
    for (const auto& range : traffic[protocol].intervals()) {
      ports.push_back(pool_.ports(range.first, range.last));
    }
    parts.push_back(pool_.conjunction({pool_.protocol(protocol), pool_.disjunction(ports)}));
  }
  return pool_.disjunction(parts);
}

Term Lowering::addresses(Side side, const net::AddressSet& addresses) {
  std::vector<Term> parts;
  for (const net::Prefix& prefix : net::prefixes_of(addresses)) {
    parts.push_back(pool_.address_in(side, prefix));
  }
  return pool_.disjunction(parts);
}

Lowering::Labels Lowering::pod_labels(EndpointId id, Side side) const {
  const Model& model = cluster_.model();
  const auto owner = side == Side::Source ? LabelOwner::SourcePod : LabelOwner::DestinationPod;
  return {&model.label_sets[model[id].labels], {static_cast<std::uint8_t>(owner), {}, {}}, true};
}

Lowering::Labels Lowering::namespace_labels(model::NamespaceId ns) const {
  const Model& model = cluster_.model();
  return {&model.label_sets[model[ns].labels],
          {static_cast<std::uint8_t>(LabelOwner::Namespace), ns, {}},
          cluster_.profile().unknown_namespace_labels};
}

Term Lowering::requirement(const model::Requirement& requirement, const Labels& labels) {
  using model::Operator;
  const model::Label* known = labels.known->find(requirement.key);
  const bool unknown =
      labels.known->is_unknown(requirement.key) && (!labels.known->open || labels.open_is_unknown);
  LabelVariable variable = labels.owner;
  variable.key = requirement.key;

  if (requirement.op == Operator::Exists || requirement.op == Operator::DoesNotExist) {
    const Term present = unknown ? pool_.label_set(variable) : pool_.constant(known != nullptr);
    return requirement.op == Operator::Exists ? present : pool_.negation(present);
  }
  std::vector<Term> values;
  for (model::Symbol value : requirement.values) {
    values.push_back(unknown ? pool_.label_is(variable, value)
                             : pool_.constant(known != nullptr && known->value == value));
  }
  const Term listed = pool_.disjunction(values);
  return requirement.op == Operator::In ? listed : pool_.negation(listed);
}

Term Lowering::selector(const model::Selector& selector, const Labels& labels) {
  std::vector<Term> parts;
  for (const model::Requirement& part : selector.all_of) {
    parts.push_back(requirement(part, labels));
  }
  return pool_.conjunction(parts);
}

Term Lowering::is_node(EndpointId id) {
  if (!cluster_.model()[id].host_network) return pool_.constant(false);
  switch (cluster_.profile().host_network_is_pod) {
    case model::Reading::No:
      return pool_.constant(true);
    case model::Reading::Yes:
      return pool_.constant(false);
    case model::Reading::Both:
      break;
  }
  return pool_.negation(pool_.flag(Flag::HostNetworkIsPod));
}

Term Lowering::ipblock_matches_pods() {
  const model::Reading reading = cluster_.profile().ipblock_matches_pods;
  if (reading == model::Reading::Both) return pool_.flag(Flag::IpBlockMatchesPods);
  return pool_.constant(reading == model::Reading::Yes);
}

/// isolated => some rule of some selecting policy matches.
Term Lowering::direction(Direction direction, EndpointId self, const Party& other) {
  const Model& model = cluster_.model();
  const bool ingress = direction == Direction::Ingress;
  const Side self_side = ingress ? Side::Destination : Side::Source;
  const Side other_side = ingress ? Side::Source : Side::Destination;
  const auto* other_id = std::get_if<EndpointId>(&other);
  std::optional<EndpointId> destination;
  if (ingress) {
    destination = self;
  } else if (other_id != nullptr) {
    destination = *other_id;
  }
  const model::NamespaceId ns = model.namespace_of(self);
  const Labels labels = pod_labels(self, self_side);

  std::vector<Term> not_isolated;
  std::vector<Term> allowed;
  for (model::PolicyId id : cluster_.candidates(self, direction)) {
    const model::Policy& policy = model[id];
    const Term selects = selector(policy.subject, labels);
    if (selects == pool_.constant(false)) continue;
    not_isolated.push_back(pool_.negation(selects));
    for (const model::Rule& each : *policy.rules(direction)) {
      allowed.push_back(
          pool_.conjunction({selects, rule(each, ns, other, other_side, destination)}));
    }
  }
  return pool_.disjunction(
      {is_node(self), pool_.conjunction(not_isolated), pool_.disjunction(allowed)});
}

Term Lowering::rule(const model::Rule& rule, model::NamespaceId policy_ns, const Party& other,
                    Side other_side, const std::optional<EndpointId>& destination) {
  std::vector<Term> peers;
  for (const model::Peer& each : rule.peers) {
    peers.push_back(peer(each, policy_ns, other, other_side));
  }
  std::vector<Term> ports;
  for (const model::PortMatch& each : rule.ports) ports.push_back(port(each, destination));
  const Term always = pool_.constant(true);
  return pool_.conjunction({rule.peers.empty() ? always : pool_.disjunction(peers),
                            rule.ports.empty() ? always : pool_.disjunction(ports)});
}

Term Lowering::peer(const model::Peer& peer, model::NamespaceId policy_ns, const Party& other,
                    Side other_side) {
  const auto* id = std::get_if<EndpointId>(&other);
  if (const auto* block = std::get_if<model::BlockPeer>(&peer.what)) {
    std::vector<Term> parts{pool_.address_in(other_side, block->cidr)};
    for (const net::Prefix& except : block->except) {
      parts.push_back(pool_.negation(pool_.address_in(other_side, except)));
    }
    if (id != nullptr) {
      parts.push_back(pool_.disjunction({ipblock_matches_pods(), is_node(*id)}));
    }
    return pool_.conjunction(parts);
  }
  if (id == nullptr) return pool_.constant(false);
  const auto& pods = std::get<model::PodPeer>(peer.what);
  const model::NamespaceId ns = cluster_.model().namespace_of(*id);
  const Term in_namespace = pods.namespaces ? selector(*pods.namespaces, namespace_labels(ns))
                                            : pool_.constant(ns == policy_ns);
  return pool_.conjunction({in_namespace, selector(pods.pods, pod_labels(*id, other_side)),
                            pool_.negation(is_node(*id))});
}

Term Lowering::port(const model::PortMatch& match, const std::optional<EndpointId>& destination) {
  const Term protocol = pool_.protocol(match.protocol);
  if (std::holds_alternative<model::AllPorts>(match.ports)) return protocol;
  if (const auto* range = std::get_if<model::PortRange>(&match.ports)) {
    return pool_.conjunction({protocol, pool_.ports(range->first, range->last)});
  }
  if (!destination) return pool_.constant(false);
  const std::vector<model::NamedPort>& ports = cluster_.model()[*destination].ports;
  const model::Symbol name = std::get<model::PortName>(match.ports).name;
  const auto found = std::find_if(ports.begin(), ports.end(), [&](const model::NamedPort& port) {
    return port.name == name && port.protocol == match.protocol;
  });
  if (found == ports.end()) return pool_.constant(false);
  // A node has no named ports.
  return pool_.conjunction(
      {protocol, pool_.ports(found->number, found->number), pool_.negation(is_node(*destination))});
}

/// Pods accept whatever comes from their own node (kubelet probes).
Term Lowering::own_node(EndpointId destination, const Party& source) {
  const Endpoint& to = cluster_.model()[destination];
  const auto* id = std::get_if<EndpointId>(&source);
  if (id == nullptr) {
    std::vector<Term> parts;
    for (const net::Address& address : to.node_addresses) {
      parts.push_back(
          pool_.address_in(Side::Source, net::Prefix::around(address, net::width(address.family))));
    }
    return pool_.disjunction(parts);
  }
  const Endpoint& from = cluster_.model()[*id];
  const Term same =
      from.node && to.node ? pool_.constant(*from.node == *to.node) : pool_.flag(Flag::SameNode);
  return pool_.conjunction({is_node(*id), same});
}

/// The addresses that a party can have within a family, as its reading has it.
Term Lowering::addresses_of(const Party& party, Side side, net::Family family) {
  const net::AddressSet all = net::all_addresses(family);
  const auto* id = std::get_if<EndpointId>(&party);
  if (id == nullptr) return addresses(side, std::get<net::AddressSet>(party) & all);
  const Term node = is_node(*id);
  return pool_.disjunction(
      {pool_.conjunction({node, addresses(side, cluster_.node_addresses(*id) & all)}),
       pool_.conjunction(
           {pool_.negation(node), addresses(side, cluster_.pod_addresses(*id) & all)})});
}

Term Lowering::possible_addresses(const Party& source, const Party& destination) {
  constexpr std::array<net::Family, 2> kFamilies = {net::Family::V4, net::Family::V6};
  std::array<Term, 2> from{};
  std::array<Term, 2> to{};
  for (std::size_t i = 0; i < kFamilies.size(); ++i) {
    from[i] = addresses_of(source, Side::Source, kFamilies[i]);
    to[i] = addresses_of(destination, Side::Destination, kFamilies[i]);
  }
  const Term any =
      pool_.conjunction({pool_.disjunction({from[0], from[1]}), pool_.disjunction({to[0], to[1]})});
  const bool pods =
      std::holds_alternative<EndpointId>(source) && std::holds_alternative<EndpointId>(destination);
  if (!pods) return any;

  // Two pods use one family wherever they have one in common. Which families an end can have
  // follows from its reading alone, not from its address.
  const auto can_have = [&](const Party& party, net::Family family) {
    const EndpointId id = std::get<EndpointId>(party);
    const net::AddressSet all = net::all_addresses(family);
    const Term node = is_node(id);
    const auto has = [&](const net::AddressSet& set) {
      return pool_.constant(!(set & all).empty());
    };
    return pool_.disjunction(
        {pool_.conjunction({node, has(cluster_.node_addresses(id))}),
         pool_.conjunction({pool_.negation(node), has(cluster_.pod_addresses(id))})});
  };
  std::vector<Term> same_family;
  std::vector<Term> common;
  for (std::size_t i = 0; i < kFamilies.size(); ++i) {
    same_family.push_back(pool_.conjunction({from[i], to[i]}));
    common.push_back(
        pool_.conjunction({can_have(source, kFamilies[i]), can_have(destination, kFamilies[i])}));
  }
  return pool_.conjunction({any, pool_.disjunction({pool_.disjunction(same_family),
                                                    pool_.negation(pool_.disjunction(common))})});
}

}  // namespace polreach::compiler
