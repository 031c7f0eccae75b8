// SPDX-License-Identifier: Apache-2.0
#include "policies/kubernetes/fingerprint.h"

#include <algorithm>
#include <tuple>

namespace polreach::kubernetes {
namespace {

void number(std::string& out, std::uint64_t value) { out += std::to_string(value) + ","; }

void symbol(std::string& out, Symbol value) { number(out, static_cast<std::uint64_t>(value)); }

void selector(std::string& out, const model::Selector& selector) {
  // A selector is a conjunction: the order of its requirements says nothing.
  std::vector<model::Requirement> all = selector.all_of;
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
    return std::tie(a.key, a.op, a.values) < std::tie(b.key, b.op, b.values);
  });
  out += "{";
  for (const model::Requirement& requirement : all) {
    symbol(out, requirement.key);
    number(out, static_cast<std::uint64_t>(requirement.op));
    for (Symbol value : requirement.values) symbol(out, value);
    out += ";";
  }
  out += "}";
}

void peer(std::string& out, const model::Peer& peer) {
  if (const auto* block = std::get_if<model::BlockPeer>(&peer.what)) {
    out += "block " + block->cidr.to_string();
    for (const net::Prefix& except : block->except) out += "-" + except.to_string();
    return;
  }
  if (const auto* nodes = std::get_if<model::NodePeer>(&peer.what)) {
    out += "nodes ";
    selector(out, nodes->nodes);
    return;
  }
  if (const auto* domains = std::get_if<model::DomainPeer>(&peer.what)) {
    out += "domains ";
    for (Symbol name : domains->names) symbol(out, name);
    return;
  }
  const auto& pods = std::get<model::PodPeer>(peer.what);
  out += "pods ";
  if (pods.namespaces) selector(out, *pods.namespaces);
  out += "/";
  selector(out, pods.pods);
}

void port(std::string& out, const model::PortMatch& match) {
  out += "port ";
  number(out, static_cast<std::uint64_t>(match.protocol));
  if (const auto* range = std::get_if<model::PortRange>(&match.ports)) {
    number(out, range->first);
    number(out, range->last);
  } else if (const auto* name = std::get_if<model::PortName>(&match.ports)) {
    out += "name ";
    symbol(out, name->name);
  }
}

void rules(std::string& out, const std::optional<std::vector<model::Rule>>& list) {
  out += list ? "[" : "none";
  if (!list) return;
  for (const model::Rule& rule : *list) {
    out += "rule(";
    number(out, static_cast<std::uint64_t>(rule.action));
    for (const model::Peer& each : rule.peers) peer(out, each);
    for (const model::PortMatch& each : rule.ports) port(out, each);
    out += ")";
  }
  out += "]";
}

}  // namespace

std::string fingerprint(const PolicyObject& policy) {
  std::string out;
  number(out, static_cast<std::uint64_t>(policy.tier));
  number(out, static_cast<std::uint64_t>(policy.priority));
  selector(out, policy.namespaces);
  selector(out, policy.subject);
  rules(out, policy.ingress);
  rules(out, policy.egress);
  return out;
}

}  // namespace polreach::kubernetes
