// SPDX-License-Identifier: Apache-2.0
#include "compiler/resolve/classes.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

namespace polreach::compiler {
namespace {

using model::Endpoint;
using model::Symbol;

/// Everything in the policies that can tell endpoints apart.
struct Distinctions {
  std::set<Symbol> keys;
  std::vector<net::Prefix> prefixes;
  bool any_matches_pods = false;  // some block does, whatever the profile says

  explicit Distinctions(const model::Model& model) {
    for (const model::Policy& policy : model.policies) {
      add(policy.subject);
      add(policy.namespaces);
      for (const auto* rules : {&policy.ingress, &policy.egress}) {
        if (!*rules) continue;
        for (const model::Rule& rule : **rules) {
          for (const model::Peer& peer : rule.peers) add(peer);
        }
      }
    }
  }

  /// Nodes are told apart by their addresses.
  void add_nodes(const Cluster& cluster) {
    for (const NodeSelector& nodes : cluster.node_selectors()) {
      const std::vector<net::Prefix> more = net::prefixes_of(nodes.addresses);
      prefixes.insert(prefixes.end(), more.begin(), more.end());
    }
    std::sort(prefixes.begin(), prefixes.end());
    prefixes.erase(std::unique(prefixes.begin(), prefixes.end()), prefixes.end());
  }

 private:
  void add(const model::Selector& selector) {
    for (const model::Requirement& requirement : selector.all_of) keys.insert(requirement.key);
  }
  void add(const model::Peer& peer) {
    if (const auto* pods = std::get_if<model::PodPeer>(&peer.what)) {
      add(pods->pods);
    } else if (const auto* block = std::get_if<model::BlockPeer>(&peer.what)) {
      any_matches_pods = any_matches_pods || block->matches_pods;
      prefixes.push_back(block->cidr);
      prefixes.insert(prefixes.end(), block->except.begin(), block->except.end());
    }
  }
};

model::LabelSet projected(const model::LabelSet& labels, const std::set<Symbol>& keys) {
  model::LabelSet result;
  result.open = labels.open;
  for (const model::Label& label : labels.known) {
    if (keys.contains(label.key)) result.known.push_back(label);
  }
  for (Symbol key : labels.unknown) {
    if (keys.contains(key)) result.unknown.push_back(key);
  }
  return result;
}

/// Which of many prefixes are around an address. Between two neighbouring ends of prefixes it is
/// the same for all, and computed once.
class Surroundings {
 public:
  explicit Surroundings(std::vector<net::Prefix> prefixes) : prefixes_(std::move(prefixes)) {
    starts_.push_back(net::lowest(net::Family::V6));
    for (const net::Prefix& prefix : prefixes_) {
      starts_.push_back(prefix.first());
      net::Address after = prefix.last();
      if (after == net::highest(after.family)) continue;
      ++after.bits;
      starts_.push_back(after);
    }
    std::sort(starts_.begin(), starts_.end());
    starts_.erase(std::unique(starts_.begin(), starts_.end()), starts_.end());
    around_.resize(starts_.size() + 1);
  }

  /// The family, which counts too since both ends of a connection use the same one, and the
  /// prefixes by their positions.
  [[nodiscard]] const std::vector<std::uint32_t>& of(const net::Address& address) {
    const auto start = std::upper_bound(starts_.begin(), starts_.end(), address);
    std::vector<std::uint32_t>& around = around_[static_cast<std::size_t>(start - starts_.begin())];
    if (!around.empty()) return around;
    around.push_back(static_cast<std::uint32_t>(address.family));
    for (std::uint32_t i = 0; i < prefixes_.size(); ++i) {
      if (prefixes_[i].contains(address)) around.push_back(i);
    }
    return around;
  }

 private:
  std::vector<net::Prefix> prefixes_;
  std::vector<net::Address> starts_;                // where ranges start, but for the first
  std::vector<std::vector<std::uint32_t>> around_;  // of a range; empty: not computed yet
};

/// For each address, the prefixes around it; an empty list for "not known".
std::vector<std::vector<std::uint32_t>> memberships(const std::vector<net::Address>& addresses,
                                                    Surroundings& surroundings) {
  std::vector<std::vector<std::uint32_t>> result;
  for (const net::Address& address : addresses) result.push_back(surroundings.of(address));
  std::sort(result.begin(), result.end());
  result.erase(std::unique(result.begin(), result.end()), result.end());
  return result;
}

std::vector<net::Address> within(std::vector<net::Address> addresses, const net::AddressSet& set) {
  std::erase_if(addresses, [&](const net::Address& address) { return !set.contains(address); });
  std::sort(addresses.begin(), addresses.end());
  return addresses;
}

}  // namespace

Classes::Classes(const Cluster& cluster, const net::AddressSet& outside, Nodes nodes) {
  const model::Model& model = cluster.model();
  Distinctions seen(model);
  seen.add_nodes(cluster);
  const bool any_host = std::any_of(model.endpoints.begin(), model.endpoints.end(),
                                    [](const Endpoint& e) { return e.host_network; });
  const bool nodes_count = any_host && nodes == Nodes::Apart && cluster.profile().own_node_passes;
  const bool addresses_count = any_host || seen.any_matches_pods ||
                               cluster.profile().ipblock_matches_pods != model::Reading::No;

  // Label sets are few: project each once.
  model::LabelSets small_sets;
  std::vector<model::LabelSetId> small(model.label_sets.size());
  for (std::size_t i = 0; i < small.size(); ++i) {
    small[i] = small_sets.intern(
        projected(model.label_sets[static_cast<model::LabelSetId>(i)], seen.keys));
  }

  using Memberships = std::vector<std::vector<std::uint32_t>>;
  using Key =
      std::tuple<model::NamespaceId, model::LabelSetId, std::vector<model::NamedPort>, bool,
                 std::optional<Symbol>, Memberships, Memberships, std::vector<net::Address>>;
  Surroundings around(std::move(seen.prefixes));
  std::map<Key, std::uint32_t> ids;
  std::map<std::pair<Memberships, Memberships>, std::uint32_t> signatures;
  for (std::size_t i = 0; i < model.endpoints.size(); ++i) {
    const Endpoint& endpoint = model.endpoints[i];
    Key key{model[endpoint.workload].ns,
            small[static_cast<std::size_t>(endpoint.labels)],
            endpoint.ports,
            endpoint.host_network,
            nodes_count ? endpoint.node : std::nullopt,
            addresses_count ? memberships(endpoint.addresses, around) : Memberships{},
            any_host && endpoint.host_network ? memberships(endpoint.node_addresses, around)
                                              : Memberships{},
            within(endpoint.node_addresses, outside)};
    const auto next = static_cast<std::uint32_t>(ids.size());
    const auto [entry, added] = ids.emplace(std::move(key), next);
    class_of_.push_back(entry->second);
    if (added) {
      const auto& [pod, node] = std::tie(std::get<5>(entry->first), std::get<6>(entry->first));
      const auto signature = static_cast<std::uint32_t>(signatures.size());
      address_signatures_.push_back(
          signatures.emplace(std::pair{pod, node}, signature).first->second);
      members_.emplace_back();
    }
    members_[entry->second].push_back(static_cast<model::EndpointId>(i));
  }
}

}  // namespace polreach::compiler
