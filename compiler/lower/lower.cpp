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
    parts.push_back(in_prefix(side, prefix));
  }
  return pool_.disjunction(parts);
}

Term Lowering::in_prefix(Side side, const net::Prefix& prefix) {
  if (!seen_) return pool_.address_in(side, prefix);
  return pool_.address_in(side == Side::Source ? seen_->source : seen_->destination, prefix);
}

Term Lowering::in_prefix(Side side, const net::Prefix& prefix, const net::AddressSet& can_have) {
  // What is seen of a header that was rewritten is not what its end has.
  if (!seen_) {
    const net::AddressSet inside = net::addresses_of(prefix);
    if ((can_have & inside).empty()) return pool_.constant(false);
    if (inside.contains(can_have)) return pool_.constant(true);
  }
  return in_prefix(side, prefix);
}

net::AddressSet Lowering::addresses_of(const Party& party) const {
  const auto* id = std::get_if<EndpointId>(&party);
  if (id == nullptr) return std::get<net::AddressSet>(party);
  const net::AddressSet own = cluster_.pod_addresses(*id);
  return cluster_.model()[*id].host_network ? own | cluster_.node_addresses(*id) : own;
}

Term Lowering::destination_ports(net::Port first, net::Port last) {
  if (!seen_) return pool_.ports(first, last);
  if (const auto& port = seen_->destination_port) {
    return pool_.constant(first <= *port && *port <= last);
  }
  return pool_.header_ports(HeaderPort::Destination, first, last);
}

Term Lowering::enforcement(Direction direction, EndpointId self, const Party& other,
                           const SeenHeader& header) {
  const auto* id = std::get_if<EndpointId>(&other);
  if (id != nullptr && cluster_.is_one_pod(self, *id)) return pool_.constant(true);
  seen_ = header;
  std::vector<Term> passes{this->direction(direction, self, other)};
  if (direction == Direction::Ingress) passes.push_back(own_node(self, other));
  seen_.reset();
  std::vector<Term> without_ports{pool_.flag(Flag::OtherProtocols)};
  for (net::Protocol protocol : net::kProtocols) {
    without_ports.push_back(pool_.negation(pool_.protocol(protocol)));
  }
  passes.push_back(pool_.conjunction(without_ports));
  return pool_.disjunction(passes);
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

Term Lowering::some_of(Side side, EndpointId id, const std::vector<PodCondition>& conditions) {
  std::vector<Term> parts;
  const model::NamespaceId ns = cluster_.model().namespace_of(id);
  for (const PodCondition& each : conditions) {
    parts.push_back(pool_.conjunction(
        {labelled(ns, each.namespaces), selector(each.pods, pod_labels(id, side))}));
  }
  return pool_.disjunction(parts);
}

Term Lowering::is_of(Side side, EndpointId id, const PodSet& set) {
  const Term inside =
      pool_.conjunction({some_of(side, id, set.in), pool_.negation(some_of(side, id, set.except))});
  return set.complement ? pool_.negation(inside) : inside;
}

Term Lowering::labelled(model::NamespaceId ns, const model::Selector& selector) {
  return this->selector(selector, namespace_labels(ns));
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

Connection Lowering::clash(Direction direction, EndpointId self, const Party& other,
                           const model::Policy& first, const model::Policy& second) {
  using model::Action;
  const bool ingress = direction == Direction::Ingress;
  const Party own = self;
  Connection result;
  result.source_is_outside = ingress && std::holds_alternative<net::AddressSet>(other);
  result.destination_is_outside = !ingress && std::holds_alternative<net::AddressSet>(other);
  result.possible = possible_addresses(ingress ? other : own, ingress ? own : other);
  const DirectedPair pair = directed(direction, self, other);
  std::vector<Term> cases;
  for (Action a : {Action::Allow, Action::Deny, Action::Pass}) {
    std::vector<Term> different;
    for (Action b : {Action::Allow, Action::Deny, Action::Pass}) {
      if (a != b) different.push_back(first_match_is(b, second, pair));
    }
    cases.push_back(
        pool_.conjunction({first_match_is(a, first, pair), pool_.disjunction(different)}));
  }
  result.passes = pool_.disjunction(cases);
  return result;
}

Term Lowering::first_match_is(model::Action action, const model::Policy& policy,
                              const DirectedPair& pair) {
  const std::vector<model::Rule>& rules = *policy.rules(pair.direction);
  Term result = pool_.constant(false);
  for (auto each = rules.rbegin(); each != rules.rend(); ++each) {
    const Term match = rule(*each, policy, pair);
    result = each->action == action ? pool_.disjunction({match, result})
                                    : pool_.conjunction({pool_.negation(match), result});
  }
  return pool_.conjunction({selects(policy, pair), result});
}

Lowering::DirectedPair Lowering::directed(Direction direction, EndpointId self,
                                          const Party& other) const {
  const bool ingress = direction == Direction::Ingress;
  const auto* other_id = std::get_if<EndpointId>(&other);
  DirectedPair pair{self,
                    other,
                    ingress ? Side::Destination : Side::Source,
                    ingress ? Side::Source : Side::Destination,
                    std::nullopt,
                    direction,
                    addresses_of(other)};
  if (ingress) {
    pair.destination = self;
  } else if (other_id != nullptr) {
    pair.destination = *other_id;
  }
  return pair;
}

Term Lowering::direction(Direction direction, EndpointId self, const Party& other) {
  const DirectedPair pair = directed(direction, self, other);
  std::array<std::vector<const model::Policy*>, 3> tiers;
  for (model::PolicyId id : cluster_.candidates(self, direction)) {
    const model::Policy& policy = cluster_.model()[id];
    tiers[static_cast<std::size_t>(policy.tier)].push_back(&policy);
  }
  const Term always = pool_.constant(true);
  const Term baseline = ordered_tier(tiers[2], pair, always, always);
  const Term network = network_tier(tiers[1], pair, baseline);
  const Term admin = ordered_tier(tiers[0], pair, network, network);
  return pool_.disjunction({is_node(self), admin});
}

/// isolated => some rule of some selecting policy matches; not isolated => the next tier.
Term Lowering::network_tier(const std::vector<const model::Policy*>& policies,
                            const DirectedPair& pair, Term next) {
  std::vector<Term> not_isolated{next};
  std::vector<Term> allowed;
  for (const model::Policy* policy : policies) {
    const Term selects = this->selects(*policy, pair);
    if (selects == pool_.constant(false)) continue;
    not_isolated.push_back(pool_.negation(selects));
    for (const model::Rule& each : *policy->rules(pair.direction)) {
      allowed.push_back(pool_.conjunction({selects, rule(each, *policy, pair)}));
    }
  }
  return pool_.disjunction({pool_.conjunction(not_isolated), pool_.disjunction(allowed)});
}

/// The first rule that matches decides: built from the last to the first, rules with one action in
/// a row together. `pass`: what holds where one passes; `next`: where none matches.
Term Lowering::ordered_tier(const std::vector<const model::Policy*>& policies,
                            const DirectedPair& pair, Term pass, Term next) {
  struct Run {
    model::Action action;
    std::vector<Term> matches;
  };
  std::vector<Run> runs;
  for (const model::Policy* policy : policies) {
    const Term selects = this->selects(*policy, pair);
    for (const model::Rule& each : *policy->rules(pair.direction)) {
      const Term match = pool_.conjunction({selects, rule(each, *policy, pair)});
      if (match == pool_.constant(false)) continue;
      if (runs.empty() || runs.back().action != each.action) runs.push_back({each.action, {}});
      runs.back().matches.push_back(match);
    }
  }
  Term result = next;
  for (auto run = runs.rbegin(); run != runs.rend(); ++run) {
    const Term any = pool_.disjunction(run->matches);
    switch (run->action) {
      case model::Action::Allow:
        result = pool_.disjunction({any, result});
        break;
      case model::Action::Deny:
        result = pool_.conjunction({pool_.negation(any), result});
        break;
      case model::Action::Pass:
        result = pool_.disjunction(
            {pool_.conjunction({any, pass}), pool_.conjunction({pool_.negation(any), result})});
        break;
    }
  }
  return result;
}

Term Lowering::selects(const model::Policy& policy, const DirectedPair& pair) {
  const Term pod = selector(policy.subject, pod_labels(pair.self, pair.self_side));
  if (policy.tier == model::Tier::Network) return pod;
  const model::NamespaceId ns = cluster_.model().namespace_of(pair.self);
  return pool_.conjunction({pod, selector(policy.namespaces, namespace_labels(ns))});
}

Term Lowering::rule(const model::Rule& rule, const model::Policy& policy,
                    const DirectedPair& pair) {
  std::vector<Term> peers;
  for (const model::Peer& each : rule.peers) {
    peers.push_back(
        std::visit([&](const auto& what) { return peer(what, policy, pair); }, each.what));
  }
  std::vector<Term> ports;
  for (const model::PortMatch& each : rule.ports) ports.push_back(port(each, pair.destination));
  const Term always = pool_.constant(true);
  return pool_.conjunction({rule.peers.empty() ? always : pool_.disjunction(peers),
                            rule.ports.empty() ? always : pool_.disjunction(ports)});
}

Term Lowering::peer(const model::BlockPeer& block, const model::Policy& /*policy*/,
                    const DirectedPair& pair) {
  const auto* id = std::get_if<EndpointId>(&pair.other);
  const auto is_in = [&](const net::Prefix& prefix) {
    return in_prefix(pair.other_side, prefix, pair.other_addresses);
  };
  std::vector<Term> parts{is_in(block.cidr)};
  for (const net::Prefix& except : block.except) {
    parts.push_back(pool_.negation(is_in(except)));
  }
  if (id != nullptr && !block.matches_pods) {
    const Term node = is_node(*id);
    const Term as_node =
        pool_.conjunction({node, pool_.constant(cluster_.profile().blocks_match_nodes)});
    const Term as_pod = pool_.conjunction({pool_.negation(node), ipblock_matches_pods()});
    parts.push_back(pool_.disjunction({as_node, as_pod}));
  }
  return pool_.conjunction(parts);
}

Term Lowering::peer(const model::PodPeer& pods, const model::Policy& policy,
                    const DirectedPair& pair) {
  const auto* id = std::get_if<EndpointId>(&pair.other);
  if (id == nullptr) return pool_.constant(false);
  const Model& model = cluster_.model();
  const model::NamespaceId ns = model.namespace_of(*id);
  const Term in_namespace = pods.namespaces ? selector(*pods.namespaces, namespace_labels(ns))
                                            : pool_.constant(ns == policy.ns);
  const Term is_no_pod =
      policy.tier == model::Tier::Network ? is_node(*id) : pool_.constant(model[*id].host_network);
  return pool_.conjunction({in_namespace, selector(pods.pods, pod_labels(*id, pair.other_side)),
                            pool_.negation(is_no_pod)});
}

Term Lowering::peer(const model::NodePeer& nodes, const model::Policy& /*policy*/,
                    const DirectedPair& pair) {
  const auto* id = std::get_if<EndpointId>(&pair.other);
  if (id != nullptr && !cluster_.model()[*id].host_network) return pool_.constant(false);
  const std::size_t index = cluster_.index_of(nodes);
  const NodeSelector& selector = cluster_.node_selectors()[index];
  std::vector<Term> parts{addresses(pair.other_side, selector.addresses)};
  if (selector.open) {
    parts.push_back(pool_.flag(Flag::NodeSelector, static_cast<std::uint32_t>(index)));
  }
  return pool_.disjunction(parts);
}

Term Lowering::peer(const model::DomainPeer& /*names*/, const model::Policy& /*policy*/,
                    const DirectedPair& pair) {
  const bool outside = std::holds_alternative<net::AddressSet>(pair.other);
  return outside ? pool_.flag(Flag::DomainsMatch) : pool_.constant(false);
}

Term Lowering::port(const model::PortMatch& match, const std::optional<EndpointId>& destination) {
  const Term protocol = pool_.protocol(match.protocol);
  if (std::holds_alternative<model::AllPorts>(match.ports)) return protocol;
  if (const auto* range = std::get_if<model::PortRange>(&match.ports)) {
    return pool_.conjunction({protocol, destination_ports(range->first, range->last)});
  }
  if (!destination) return pool_.constant(false);
  const std::vector<model::NamedPort>& ports = cluster_.model()[*destination].ports;
  const model::Symbol name = std::get<model::PortName>(match.ports).name;
  if (cluster_.model()[*destination].open_ports) {
    const std::uint32_t index = named_port_index(name, match.protocol);
    return pool_.conjunction({protocol, pool_.flag(Flag::NamedPort, index)});
  }
  const auto found = std::find_if(ports.begin(), ports.end(), [&](const model::NamedPort& port) {
    return port.name == name && port.protocol == match.protocol;
  });
  if (found == ports.end()) return pool_.constant(false);
  // A node has no named ports.
  return pool_.conjunction({protocol, destination_ports(found->number, found->number),
                            pool_.negation(is_node(*destination))});
}

/// Pods accept whatever comes from their own node (kubelet probes).
Term Lowering::own_node(EndpointId destination, const Party& source) {
  if (!cluster_.profile().own_node_passes) return pool_.constant(false);
  const Endpoint& to = cluster_.model()[destination];
  const auto* id = std::get_if<EndpointId>(&source);
  if (id == nullptr) {
    std::vector<Term> parts;
    for (const net::Address& address : to.node_addresses) {
      parts.push_back(in_prefix(Side::Source,
                                net::Prefix::around(address, net::width(address.family)),
                                std::get<net::AddressSet>(source)));
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
