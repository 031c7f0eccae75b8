// SPDX-License-Identifier: Apache-2.0
#include "solver/audit/kubernetes/policy_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "solver/queries/misses.h"

namespace polreach::solver::audit::kubernetes {
namespace {

using model::Model;

std::string joined(std::vector<std::string> parts, bool in_order) {
  if (!in_order) std::sort(parts.begin(), parts.end());
  std::string result = "[";
  for (const std::string& part : parts) result += part + ";";
  return result + "]";
}

std::string text_of(const Model& model, const model::Selector& selector) {
  std::vector<std::string> parts;
  for (const model::Requirement& each : selector.all_of) {
    parts.push_back(queries::to_string(model, each));
  }
  return joined(std::move(parts), false);
}

std::string text_of(const Model& model, const model::Peer& peer) {
  if (const auto* pods = std::get_if<model::PodPeer>(&peer.what)) {
    return fmt::format("pods {} {}", text_of(model, pods->pods),
                       pods->namespaces ? text_of(model, *pods->namespaces) : "own");
  }
  if (const auto* block = std::get_if<model::BlockPeer>(&peer.what)) {
    std::vector<std::string> except;
    for (const net::Prefix& each : block->except) except.push_back(each.to_string());
    return fmt::format("block {} {} {}", block->cidr.to_string(), joined(std::move(except), false),
                       block->matches_pods);
  }
  if (const auto* nodes = std::get_if<model::NodePeer>(&peer.what)) {
    return "nodes " + text_of(model, nodes->nodes);
  }
  std::vector<std::string> names;
  for (const model::Symbol name : std::get<model::DomainPeer>(peer.what).names) {
    names.emplace_back(model.text(name));
  }
  return "domains " + joined(std::move(names), false);
}

std::string text_of(const Model& model, const model::PortMatch& port) {
  const std::string_view protocol = net::to_string(port.protocol);
  if (const auto* range = std::get_if<model::PortRange>(&port.ports)) {
    return fmt::format("{} {}-{}", protocol, range->first, range->last);
  }
  if (const auto* name = std::get_if<model::PortName>(&port.ports)) {
    return fmt::format("{} {}", protocol, model.text(name->name));
  }
  return std::string(protocol);
}

std::string text_of(const Model& model, const std::optional<std::vector<model::Rule>>& rules,
                    bool in_order) {
  if (!rules) return "none";
  std::vector<std::string> parts;
  for (const model::Rule& rule : *rules) {
    std::vector<std::string> peers;
    for (const model::Peer& each : rule.peers) peers.push_back(text_of(model, each));
    std::vector<std::string> ports;
    for (const model::PortMatch& each : rule.ports) ports.push_back(text_of(model, each));
    parts.push_back(fmt::format("{} {} {}", static_cast<int>(rule.action),
                                joined(std::move(peers), false), joined(std::move(ports), false)));
  }
  return joined(std::move(parts), in_order);
}

}  // namespace

std::string text_of(const Model& model, const model::Policy& policy) {
  const bool ordered = policy.tier != model::Tier::Network;
  return fmt::format(
      "{} {} {} {} {} {} {}", static_cast<int>(policy.tier), static_cast<std::uint32_t>(policy.ns),
      policy.priority, text_of(model, policy.subject), text_of(model, policy.namespaces),
      text_of(model, policy.ingress, ordered), text_of(model, policy.egress, ordered));
}

}  // namespace polreach::solver::audit::kubernetes
