// SPDX-License-Identifier: Apache-2.0
#include "compiler/resolve/engine.h"

#include <algorithm>
#include <string>
#include <utility>

#include "policies/model/well_known_labels.h"

namespace polreach::compiler {
namespace {

using model::Engine;
using model::Model;
using model::Policy;
using model::Tier;

std::string name_of(const Model& model, const Policy& policy) {
  std::string name = std::string(model.text(policy.kind)) + " ";
  if (policy.tier == Tier::Network) name += std::string(model.text(model[policy.ns].name)) + "/";
  return name + std::string(model.text(policy.name));
}

template <typename Predicate>
void leave_out(Model& model, Predicate is_left_out) {
  for (const Policy& policy : model.policies) {
    if (is_left_out(policy)) model.unenforced.push_back({name_of(model, policy), policy.where});
  }
  std::erase_if(model.policies, is_left_out);
}

bool is_negative(const model::Selector& selector) {
  return std::any_of(selector.all_of.begin(), selector.all_of.end(), [](const auto& requirement) {
    return requirement.op == model::Operator::NotIn ||
           requirement.op == model::Operator::DoesNotExist;
  });
}

/// What Azure NPM cannot program on Windows; empty: nothing.
std::string_view not_for_windows(const model::Peer& peer) {
  if (const auto* block = std::get_if<model::BlockPeer>(&peer.what)) {
    return block->except.empty() ? "" : "an except";
  }
  const auto* pods = std::get_if<model::PodPeer>(&peer.what);
  if (pods == nullptr) return "";
  const bool negative =
      is_negative(pods->pods) || (pods->namespaces && is_negative(*pods->namespaces));
  return negative ? "a negative selector" : "";
}

std::string_view not_for_windows(const Policy& policy) {
  if (is_negative(policy.subject)) return "a negative selector";
  for (const auto* rules : {&policy.ingress, &policy.egress}) {
    if (!*rules) continue;
    for (const model::Rule& rule : **rules) {
      for (const model::Peer& peer : rule.peers) {
        if (const auto found = not_for_windows(peer); !found.empty()) return found;
      }
      for (const model::PortMatch& port : rule.ports) {
        if (std::holds_alternative<model::PortName>(port.ports)) return "a named port";
        if (port.protocol == net::Protocol::Sctp) return "SCTP";
      }
    }
  }
  return "";
}

/// Whether a pod can run on a Windows node.
bool may_be_on_windows(const Model& model, const model::Endpoint& endpoint) {
  for (const model::Label& label : endpoint.node_labels) {
    const std::string_view key = model.text(label.key);
    if (key != "kubernetes.io/os" && key != "beta.kubernetes.io/os") continue;
    return model.text(label.value) == "windows";
  }
  return true;
}

/// A namespace with pods on Windows has a gap for each policy that is not programmed there: such
/// pods are open (the policy is an error to the agent), pods on Linux are not.
void add_windows_gaps(Model& model) {
  std::vector<bool> has_windows(model.namespaces.size(), false);
  for (std::size_t i = 0; i < model.endpoints.size(); ++i) {
    const auto ns = static_cast<std::size_t>(model.namespace_of(static_cast<model::EndpointId>(i)));
    has_windows[ns] = has_windows[ns] || may_be_on_windows(model, model.endpoints[i]);
  }
  for (const Policy& policy : model.policies) {
    if (policy.tier != Tier::Network || !has_windows[static_cast<std::size_t>(policy.ns)]) continue;
    const std::string_view reason = not_for_windows(policy);
    if (reason.empty()) continue;
    model.gaps.push_back({model::Gap::Why::UnsupportedKind, model::Gap::Effect::AllowOrDeny,
                          name_of(model, policy) + " on Windows nodes, where Azure NPM does not " +
                              "program " + std::string(reason),
                          policy.ns, policy.where});
  }
}

/// Matches nothing: the key would have to be there and not be there.
model::PodPeer nothing(Model& model, const model::Span& where) {
  const model::Symbol key = model.symbols->intern(model::kNamespaceNameKey);
  model::PodPeer peer;
  peer.pods.all_of = {{key, model::Operator::Exists, {}, where},
                      {key, model::Operator::DoesNotExist, {}, where}};
  return peer;
}

net::AddressSet node_addresses(const Model& model, const net::AddressSet& more) {
  std::vector<net::AddressSet::Interval> intervals = more.intervals();
  const auto add = [&](const std::vector<net::Address>& addresses) {
    for (const net::Address& address : addresses) intervals.push_back({address, address});
  };
  for (const model::Node& node : model.nodes) add(node.addresses);
  for (const model::Endpoint& endpoint : model.endpoints) add(endpoint.node_addresses);
  return net::AddressSet::of(std::move(intervals));
}

void take_out(Model& model, model::Peer& peer, const std::vector<net::Prefix>& nodes) {
  auto* block = std::get_if<model::BlockPeer>(&peer.what);
  if (block == nullptr || block->matches_pods) return;
  for (const net::Prefix& node : nodes) {
    if (node.contains(block->cidr)) {
      peer.what = nothing(model, peer.where);
      return;
    }
    if (block->cidr.contains(node)) block->except.push_back(node);
  }
}

void take_nodes_out(Model& model, const net::AddressSet& nodes) {
  const std::vector<net::Prefix> prefixes = net::prefixes_of(nodes);
  if (prefixes.empty()) return;
  for (Policy& policy : model.policies) {
    for (auto* rules : {&policy.ingress, &policy.egress}) {
      if (!*rules) continue;
      for (model::Rule& rule : **rules) {
        for (model::Peer& peer : rule.peers) take_out(model, peer, prefixes);
      }
    }
  }
}

}  // namespace

void settle(model::ClusterProfile& profile, Engine engine) {
  profile.engine = engine;
  if (engine == Engine::Unstated || engine == Engine::None) return;
  const bool cilium = engine == Engine::Cilium;
  profile.ipblock_matches_pods = cilium ? model::Reading::No : model::Reading::Yes;
  profile.host_network_is_pod = model::Reading::No;
  profile.blocks_match_nodes = !cilium;
}

void enforce(Model& model, Engine engine, bool windows, const net::AddressSet& nodes) {
  model.engine = engine;
  if (engine == Engine::None) {
    leave_out(model, [](const Policy&) { return true; });
  }
  if (engine == Engine::AzureNpm) {
    leave_out(model, [](const Policy& policy) { return policy.tier != Tier::Network; });
    if (windows) add_windows_gaps(model);
  }
  if (engine == Engine::Cilium) take_nodes_out(model, node_addresses(model, nodes));
}

std::string_view to_string(Engine engine) {
  switch (engine) {
    case Engine::Unstated:
      return "not known";
    case Engine::None:
      return "none";
    case Engine::AzureNpm:
      return "Azure NPM";
    case Engine::Calico:
      return "Calico";
    case Engine::Cilium:
      return "Cilium";
  }
  return "?";
}

}  // namespace polreach::compiler
