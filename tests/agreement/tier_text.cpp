// SPDX-License-Identifier: Apache-2.0
#include <stdexcept>

#include "tests/agreement/manifest_writer.h"

namespace polreach::agreement {
namespace {

using PortPair = std::pair<net::Port, net::Port>;

std::string_view text(model::Action action) {
  switch (action) {
    case model::Action::Allow:
      return "Accept";
    case model::Action::Deny:
      return "Deny";
    case model::Action::Pass:
      return "Pass";
  }
  return "?";
}

std::string_view key_of(net::Protocol protocol) {
  switch (protocol) {
    case net::Protocol::Tcp:
      return "tcp";
    case net::Protocol::Udp:
      return "udp";
    case net::Protocol::Sctp:
      return "sctp";
  }
  return "?";
}

/// Writes one ClusterNetworkPolicy.
class TierText {
 public:
  explicit TierText(ManifestWriter& manifest) : manifest_(manifest), out_(manifest.out()) {}

  void write(const PolicySpec& policy) {
    out_.begin_mapping();
    manifest_.head("policy.networking.k8s.io/v1alpha2", "ClusterNetworkPolicy");
    out_.key("metadata");
    out_.begin_mapping();
    manifest_.member("name", policy.name);
    out_.end_mapping();
    out_.key("spec");
    out_.begin_mapping();
    manifest_.member("tier", policy.tier == model::Tier::Admin ? "Admin" : "Baseline");
    out_.key("priority");
    out_.number(policy.priority);
    out_.key("subject");
    out_.begin_mapping();
    pods(policy.namespaces, policy.subject);
    out_.end_mapping();
    if (policy.ingress) rules("ingress", "from", *policy.ingress);
    if (policy.egress) rules("egress", "to", *policy.egress);
    out_.end_mapping();
    out_.end_mapping();
  }

 private:
  /// The pods of namespaces; all of them can be written in two ways.
  void pods(const SelectorSpec& namespaces, const SelectorSpec& labels) {
    if (labels.empty() && manifest_.chance(60)) {
      out_.key("namespaces");
      manifest_.selector(namespaces);
      return;
    }
    out_.key("pods");
    out_.begin_mapping();
    out_.key("namespaceSelector");
    manifest_.selector(namespaces);
    out_.key("podSelector");
    manifest_.selector(labels);
    out_.end_mapping();
  }

  void rules(std::string_view key, std::string_view peers_key, const std::vector<RuleSpec>& all) {
    if (all.empty()) return;
    out_.key(key);
    out_.begin_sequence();
    std::uint64_t number = 0;
    for (const RuleSpec& rule : all) {
      out_.item();
      out_.begin_mapping();
      ++number;
      if (manifest_.chance(30)) manifest_.member("name", numbered("rule-", number));
      manifest_.member("action", text(rule.action));
      out_.key(peers_key);
      out_.begin_sequence();
      for (const PeerSpec& one : rule.peers) peer(one);
      out_.end_sequence();
      if (!rule.ports.empty()) protocols(rule.ports);
      out_.end_mapping();
    }
    out_.end_sequence();
  }

  void peer(const PeerSpec& peer) {
    out_.item();
    out_.begin_mapping();
    if (const auto* some = std::get_if<PodPeerSpec>(&peer)) {
      pods(some->namespaces.value(), some->pods);
    } else if (const auto* nodes = std::get_if<NodePeerSpec>(&peer)) {
      out_.key("nodes");
      manifest_.selector(nodes->nodes);
    } else if (const auto* domains = std::get_if<DomainPeerSpec>(&peer)) {
      manifest_.strings("domainNames", domains->names);
    } else {
      const auto& block = std::get<BlockPeerSpec>(peer);
      if (!block.except.empty()) throw std::logic_error("networks have no holes");
      manifest_.strings("networks", {block.cidr});
    }
    out_.end_mapping();
  }

  void protocols(const std::vector<PortSpec>& all) {
    out_.key("protocols");
    out_.begin_sequence();
    for (const PortSpec& port : all) {
      out_.item();
      out_.begin_mapping();
      if (const auto* name = std::get_if<std::string>(&port.ports)) {
        manifest_.member("destinationNamedPort", *name);
      } else {
        numbers(port.protocol, std::get<PortPair>(port.ports));
      }
      out_.end_mapping();
    }
    out_.end_sequence();
  }

  /// The API wants a range to have more than one port.
  void numbers(net::Protocol protocol, const PortPair& ports) {
    out_.key(key_of(protocol));
    out_.begin_mapping();
    out_.key("destinationPort");
    out_.begin_mapping();
    if (ports.first == ports.second) {
      out_.key("number");
      out_.number(ports.first);
    } else {
      out_.key("range");
      out_.begin_mapping();
      out_.key("start");
      out_.number(ports.first);
      out_.key("end");
      out_.number(ports.second);
      out_.end_mapping();
    }
    out_.end_mapping();
    out_.end_mapping();
  }

  ManifestWriter& manifest_;
  Writer& out_;
};

void node_address(ManifestWriter& manifest, std::string_view type, const std::string& address) {
  manifest.out().item();
  manifest.out().begin_mapping();
  manifest.member("type", type);
  manifest.member("address", address);
  manifest.out().end_mapping();
}

}  // namespace

void write_tier_policy(ManifestWriter& manifest, const PolicySpec& policy) {
  TierText(manifest).write(policy);
}

void write_node(ManifestWriter& manifest, const NodeSpec& node) {
  Writer& out = manifest.out();
  out.begin_mapping();
  manifest.head("v1", "Node");
  out.key("metadata");
  out.begin_mapping();
  manifest.member("name", node.name);
  manifest.labels(node.labels);
  out.end_mapping();
  const bool with_name = manifest.chance(40);  // as the kubelet writes it: not an IP address
  if (!node.addresses.empty() || with_name) {
    out.key("status");
    out.begin_mapping();
    out.key("addresses");
    out.begin_sequence();
    for (const std::string& address : node.addresses) node_address(manifest, "InternalIP", address);
    if (with_name) node_address(manifest, "Hostname", node.name);
    out.end_sequence();
    out.end_mapping();
  }
  out.end_mapping();
}

}  // namespace polreach::agreement
