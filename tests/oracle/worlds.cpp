// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <utility>

#include "tests/oracle/nodes.h"
#include "tests/oracle/oracle.h"

// Which worlds there are. What a policy says of an open value can only depend on which of the
// written values it equals and in which of the written blocks it lies: one representative of each
// such kind stands for all.
namespace polreach::oracle {
namespace {

using model::Endpoint;
using model::EndpointId;
using model::Model;
using model::NamespaceId;
using model::Reading;
using model::Symbol;

/// Everything that the policies of a model compare labels and addresses with.
struct Mentioned {
  std::map<Symbol, std::set<std::string>> pod_labels;
  std::map<Symbol, std::set<std::string>> namespace_labels;
  std::vector<net::Prefix> prefixes;
  bool domains = false;
  bool nodes = false;
};

void mention(const Model& model, const model::Selector& selector,
             std::map<Symbol, std::set<std::string>>& labels) {
  for (const model::Requirement& requirement : selector.all_of) {
    std::set<std::string>& values = labels[requirement.key];
    for (Symbol value : requirement.values) values.emplace(model.text(value));
  }
}

void mention(const Model& model, const std::vector<model::Rule>& rules, Mentioned& result) {
  for (const model::Rule& rule : rules) {
    for (const model::Peer& peer : rule.peers) {
      if (const auto* pods = std::get_if<model::PodPeer>(&peer.what)) {
        mention(model, pods->pods, result.pod_labels);
        if (pods->namespaces) mention(model, *pods->namespaces, result.namespace_labels);
        continue;
      }
      result.domains |= std::holds_alternative<model::DomainPeer>(peer.what);
      result.nodes |= std::holds_alternative<model::NodePeer>(peer.what);
      const auto* block = std::get_if<model::BlockPeer>(&peer.what);
      if (block == nullptr) continue;
      result.prefixes.push_back(block->cidr);
      result.prefixes.insert(result.prefixes.end(), block->except.begin(), block->except.end());
    }
  }
}

Mentioned mentioned(const Model& model) {
  Mentioned result;
  for (const model::Policy& policy : model.policies) {
    mention(model, policy.subject, result.pod_labels);
    if (policy.tier != model::Tier::Network) {
      mention(model, policy.namespaces, result.namespace_labels);
    }
    if (policy.ingress) mention(model, *policy.ingress, result);
    if (policy.egress) mention(model, *policy.egress, result);
  }
  if (!result.nodes) return result;
  for (const model::Node& node : model.nodes) {  // selectors of nodes stand for these addresses
    for (const net::Address& address : node.addresses) {
      result.prefixes.push_back(net::Prefix::around(address, net::width(address.family)));
    }
  }
  return result;
}

/// Absent, every value that is written somewhere for the key, and one that is not.
std::vector<std::optional<std::string>> values_to_try(const std::set<std::string>& written) {
  std::vector<std::optional<std::string>> values = {std::nullopt};
  values.insert(values.end(), written.begin(), written.end());
  std::string fresh = "fresh";
  while (written.count(fresh) != 0) fresh += "-";
  values.emplace_back(fresh);
  return values;
}

/// A label that is open, and what it may be.
struct OpenLabel {
  FixedLabel label;
  std::vector<std::optional<std::string>> values;
};

void add_open(const model::LabelSet& labels, bool may_be_open, Owner owner, NamespaceId ns,
              const std::map<Symbol, std::set<std::string>>& written,
              std::vector<OpenLabel>& result) {
  for (const auto& [key, values] : written) {
    const auto has_key = [key = key](const model::Label& label) { return label.key == key; };
    if (std::any_of(labels.known.begin(), labels.known.end(), has_key)) continue;
    const bool listed =
        std::find(labels.unknown.begin(), labels.unknown.end(), key) != labels.unknown.end();
    if (!listed && !(labels.open && may_be_open)) continue;
    result.push_back({{owner, ns, key, std::nullopt}, values_to_try(values)});
  }
}

std::vector<OpenLabel> open_labels(const Model& model, const model::ClusterProfile& profile,
                                   const Mentioned& written, const Party& source,
                                   const Party& destination) {
  std::vector<OpenLabel> result;
  std::set<NamespaceId> spaces;
  const auto add_pod = [&](const Party& party, Owner owner) {
    const auto* id = std::get_if<EndpointId>(&party);
    if (id == nullptr) return;
    spaces.insert(model.namespace_of(*id));
    add_open(model.label_sets[model[*id].labels], true, owner, {}, written.pod_labels, result);
  };
  add_pod(source, Owner::SourcePod);
  add_pod(destination, Owner::DestinationPod);
  for (NamespaceId ns : spaces) {
    add_open(model.label_sets[model[ns].labels], profile.unknown_namespace_labels, Owner::Namespace,
             ns, written.namespace_labels, result);
  }
  return result;
}

std::vector<net::Family> families_of(const model::ClusterProfile& profile) {
  std::vector<net::Family> families;
  if (profile.pods_have_ipv4) families.push_back(net::Family::V4);
  if (profile.pods_have_ipv6) families.push_back(net::Family::V6);
  return families;
}

/// Addresses of a family, one for each set of written prefixes that has a member: such a set can
/// only begin or end where a prefix does.
std::vector<net::Address> any_address(net::Family family, const std::vector<net::Prefix>& written) {
  std::vector<net::Address> edges = {net::lowest(family), net::highest(family)};
  for (const net::Prefix& prefix : written) {
    if (prefix.address.family != family) continue;
    edges.push_back(prefix.first());
    edges.push_back(prefix.last());
    if (prefix.first() != net::lowest(family)) {
      edges.push_back({family, prefix.first().bits - 1});
    }
    if (prefix.last() != net::highest(family)) edges.push_back({family, prefix.last().bits + 1});
  }
  std::map<std::vector<bool>, net::Address> by_membership;
  for (const net::Address& edge : edges) {
    std::vector<bool> membership;
    for (const net::Prefix& prefix : written) membership.push_back(prefix.contains(edge));
    by_membership.emplace(std::move(membership), edge);
  }
  std::vector<net::Address> result;
  for (const auto& entry : by_membership) result.push_back(entry.second);
  return result;
}

/// The addresses that the input knows of an endpoint, as the network sees it; empty: any.
const std::vector<net::Address>& known_addresses(const Endpoint& endpoint, bool as_pod) {
  const bool is_node = endpoint.host_network && !as_pod;
  return is_node && !endpoint.node_addresses.empty() ? endpoint.node_addresses : endpoint.addresses;
}

std::vector<net::Address> addresses_to_try(const Model& model, const model::ClusterProfile& profile,
                                           const Mentioned& written, const Party& party,
                                           bool host_network_is_pod) {
  if (const auto* address = std::get_if<net::Address>(&party)) return {*address};
  const std::vector<net::Address>& known =
      known_addresses(model[std::get<EndpointId>(party)], host_network_is_pod);
  if (!known.empty()) return known;
  std::vector<net::Address> result;
  for (net::Family family : families_of(profile)) {
    const std::vector<net::Address> some = any_address(family, written.prefixes);
    result.insert(result.end(), some.begin(), some.end());
  }
  return result;
}

bool share_a_family(const std::vector<net::Address>& a, const std::vector<net::Address>& b) {
  return std::any_of(a.begin(), a.end(), [&](const net::Address& x) {
    return std::any_of(b.begin(), b.end(),
                       [&](const net::Address& y) { return x.family == y.family; });
  });
}

using Pairs = std::vector<std::pair<net::Address, net::Address>>;

Pairs address_pairs(const std::vector<net::Address>& sources,
                    const std::vector<net::Address>& destinations, bool both_are_pods) {
  const bool one_family = both_are_pods && share_a_family(sources, destinations);
  Pairs pairs;
  for (const net::Address& source : sources) {
    for (const net::Address& destination : destinations) {
      if (one_family && source.family != destination.family) continue;
      pairs.emplace_back(source, destination);
    }
  }
  return pairs;
}

std::vector<bool> readings(Reading reading) {
  if (reading == Reading::Both) return {false, true};
  return {reading == Reading::Yes};
}

/// Whether it is open if the two run on one node.
std::vector<bool> placements(const Model& model, const Party& source, const Party& destination) {
  const auto* from = std::get_if<EndpointId>(&source);
  const auto* to = std::get_if<EndpointId>(&destination);
  if (from == nullptr || to == nullptr || !model[*from].host_network) return {false};
  if (model[*from].node && model[*to].node) return {false};
  return {false, true};
}

/// Whether what a domain name stands for can matter.
std::vector<bool> domains(const Mentioned& written, const Party& destination) {
  if (!written.domains || destination.index() == 0) return {false};
  return {false, true};
}

/// Every way in which selectors of nodes can match what the Node objects leave open. It can matter
/// where an end is an address or a pod with hostNetwork.
std::vector<std::vector<bool>> open_nodes(const Model& model, const Party& source,
                                          const Party& destination) {
  const auto may_be_node = [&](const Party& party) {
    const auto* id = std::get_if<EndpointId>(&party);
    return id == nullptr || model[*id].host_network;
  };
  std::vector<std::vector<bool>> result = {{}};
  for (const model::Selector* selector : node_selectors(model)) {
    const bool open =
        (may_be_node(source) || may_be_node(destination)) && is_open(model, *selector);
    const std::size_t size = result.size();
    for (std::size_t i = 0; i < size; ++i) {
      if (open) {
        result.push_back(result[i]);
        result.back().push_back(true);
      }
      result[i].push_back(false);
    }
  }
  return result;
}

/// The worlds that differ from `base` in domain names and nodes alone.
std::vector<World> with_names_and_nodes(const World& base, const std::vector<bool>& domains,
                                        const std::vector<std::vector<bool>>& nodes) {
  std::vector<World> worlds;
  for (bool domains_match : domains) {
    for (const std::vector<bool>& node_selectors : nodes) {
      worlds.push_back(base);
      worlds.back().domains_match = domains_match;
      worlds.back().node_selectors = node_selectors;
    }
  }
  return worlds;
}

/// The worlds that differ from those of `worlds` in the open labels alone.
std::vector<World> with_labels(std::vector<World> worlds, const std::vector<OpenLabel>& labels) {
  for (const OpenLabel& open : labels) {
    std::vector<World> more;
    for (const World& world : worlds) {
      for (const std::optional<std::string>& value : open.values) {
        more.push_back(world);
        more.back().labels.push_back(open.label);
        more.back().labels.back().value = value;
      }
    }
    worlds = std::move(more);
  }
  return worlds;
}

}  // namespace

std::vector<Setting> settings(const Model& model, const model::ClusterProfile& profile,
                              const Party& source, const Party& destination) {
  const Mentioned written = mentioned(model);
  const std::vector<OpenLabel> labels = open_labels(model, profile, written, source, destination);
  const std::vector<std::vector<bool>> nodes = open_nodes(model, source, destination);
  const bool both_are_pods = source.index() == 0 && destination.index() == 0;
  std::vector<Setting> result;
  for (bool host_network_is_pod : readings(profile.host_network_is_pod)) {
    const Pairs pairs = address_pairs(
        addresses_to_try(model, profile, written, source, host_network_is_pod),
        addresses_to_try(model, profile, written, destination, host_network_is_pod), both_are_pods);
    for (bool ipblock_matches_pods : readings(profile.ipblock_matches_pods)) {
      for (bool same_node : placements(model, source, destination)) {
        World base;
        base.ipblock_matches_pods = ipblock_matches_pods;
        base.host_network_is_pod = host_network_is_pod;
        base.same_node = same_node;
        const std::vector<World> some =
            with_names_and_nodes(base, domains(written, destination), nodes);
        for (const World& world : with_labels(some, labels)) {
          for (const auto& [from, to] : pairs) result.push_back({world, from, to});
        }
      }
    }
  }
  return result;
}

bool possible(const Model& model, const model::ClusterProfile& profile, const Packet& packet,
              const World& world) {
  const bool as_pod = profile.host_network_is_pod == Reading::Both
                          ? world.host_network_is_pod
                          : profile.host_network_is_pod == Reading::Yes;
  const auto families = [&](EndpointId id) {
    std::set<net::Family> result;
    for (const net::Address& a : known_addresses(model[id], as_pod)) result.insert(a.family);
    if (!result.empty()) return result;
    for (net::Family family : families_of(profile)) result.insert(family);
    return result;
  };
  const auto can_have = [&](EndpointId id, const net::Address& address) {
    const std::vector<net::Address>& known = known_addresses(model[id], as_pod);
    return known.empty() ? families(id).count(address.family) != 0
                         : std::find(known.begin(), known.end(), address) != known.end();
  };
  if (packet.source && !can_have(*packet.source, packet.source_address)) return false;
  if (packet.destination && !can_have(*packet.destination, packet.destination_address)) {
    return false;
  }
  if (!packet.source || !packet.destination) return true;
  if (packet.source_address.family == packet.destination_address.family) return true;
  for (net::Family family : families(*packet.source)) {
    if (families(*packet.destination).count(family) != 0) return false;
  }
  return true;
}

}  // namespace polreach::oracle
