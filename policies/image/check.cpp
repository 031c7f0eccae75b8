// SPDX-License-Identifier: Apache-2.0
#include "policies/image/check.h"

#include <algorithm>

namespace polreach::image {
namespace {

using model::Policy;
using model::Tier;

bool is_sound(const model::Peer& peer, const Policy& policy, const model::Rule& rule) {
  const bool of_network = policy.tier == Tier::Network;
  if (const auto* block = std::get_if<model::BlockPeer>(&peer.what)) {
    return std::all_of(block->except.begin(), block->except.end(), [&](const net::Prefix& each) {
      return block->cidr.contains(each) && block->cidr.length < each.length;
    });
  }
  if (const auto* pods = std::get_if<model::PodPeer>(&peer.what)) {
    return of_network || pods->namespaces.has_value();
  }
  if (std::holds_alternative<model::DomainPeer>(peer.what)) {
    return !of_network && rule.action == model::Action::Allow;
  }
  return !of_network;  // nodes
}

bool is_sound(const Policy& policy, std::size_t namespaces) {
  const bool of_network = policy.tier == Tier::Network;
  if (of_network && static_cast<std::size_t>(policy.ns) >= namespaces) return false;
  if (policy.priority < 0 || policy.priority > Policy::kLastPriority) return false;
  for (const auto* rules : {&policy.ingress, &policy.egress}) {
    if (!*rules) continue;
    for (const model::Rule& rule : **rules) {
      if (of_network && rule.action != model::Action::Allow) return false;
      for (const model::Peer& peer : rule.peers) {
        if (!is_sound(peer, policy, rule)) return false;
      }
    }
  }
  return true;
}

bool is_sound(const model::Service& service) {
  return std::all_of(service.ports.begin(), service.ports.end(), [](const auto& port) {
    const auto* target = std::get_if<net::Port>(&port.target);
    return port.number >= net::kLowestPort && (target == nullptr || *target >= net::kLowestPort) &&
           (!port.node_port || *port.node_port >= net::kLowestPort);
  });
}

bool has_sound_port(const model::Entrance& entrance) {
  const auto* port = std::get_if<net::Port>(&entrance.port);
  return port == nullptr || *port >= net::kLowestPort;
}

}  // namespace

bool is_sound(const Core& core, std::size_t namespaces) {
  const bool in_namespaces =
      !core.services.empty() || !core.entrances.empty() ||
      std::any_of(core.gaps.begin(), core.gaps.end(), [](const auto& gap) { return gap.ns; });
  if (in_namespaces && namespaces == 0) return false;
  return std::all_of(core.policies.begin(), core.policies.end(),
                     [&](const Policy& each) { return is_sound(each, namespaces); }) &&
         std::all_of(core.services.begin(), core.services.end(),
                     [](const model::Service& each) { return is_sound(each); }) &&
         std::all_of(core.entrances.begin(), core.entrances.end(), has_sound_port);
}

bool is_sound(const Traits& traits) {
  return std::all_of(
             traits.ports.begin(), traits.ports.end(),
             [](const model::NamedPort& each) { return each.number >= net::kLowestPort; }) &&
         std::all_of(
             traits.host_ports.begin(), traits.host_ports.end(), [](const model::HostPort& each) {
               return each.on_node >= net::kLowestPort && each.in_container >= net::kLowestPort;
             });
}

bool is_sound(const Callers& callers, std::size_t endpoints) {
  return callers.accounts.size() <= endpoints &&
         std::all_of(callers.callbacks.begin(), callers.callbacks.end(), has_sound_port);
}

bool is_code(std::string_view text) {
  return !text.empty() && text.size() <= 64 &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string_view::npos;
}

}  // namespace polreach::image
