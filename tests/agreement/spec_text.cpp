// SPDX-License-Identifier: Apache-2.0
#include <set>

#include "tests/agreement/manifest_writer.h"

namespace polreach::agreement {
namespace {

/// Writes the objects of a spec; the style decides wherever the API leaves a choice.
class Manifests : public ManifestWriter {
 public:
  Manifests(Writer& out, const Spec& spec, std::uint64_t style)
      : ManifestWriter(out, style), spec_(spec) {}

  void write(const NamespaceSpec& ns) {
    out_.begin_mapping();
    head("v1", "Namespace");
    out_.key("metadata");
    out_.begin_mapping();
    member("name", ns.name);
    std::vector<LabelSpec> written = ns.labels;
    if (style_.chance(50)) written.push_back({kNamespaceName, ns.name});  // as kubectl prints it
    labels(written);
    out_.end_mapping();
    out_.end_mapping();
  }

  void write(const EndpointSpec& endpoint) {
    out_.begin_mapping();
    head(endpoint.is_template ? "apps/v1" : "v1", endpoint.is_template ? "Deployment" : "Pod");
    out_.key("metadata");
    out_.begin_mapping();
    member("name", endpoint.name);
    member("namespace", spec_.namespaces[endpoint.ns].name);
    if (!endpoint.is_template) labels(endpoint.labels);
    out_.end_mapping();
    out_.key("spec");
    endpoint.is_template ? deployment_spec(endpoint) : pod_spec(endpoint);
    if (!endpoint.is_template) pod_status(endpoint);
    out_.end_mapping();
  }

  void write(const NodeSpec& node) { write_node(*this, node); }

  void write(const PolicySpec& policy) {
    if (policy.tier != model::Tier::Network) {
      write_tier_policy(*this, policy);
      return;
    }
    out_.begin_mapping();
    head("networking.k8s.io/v1", "NetworkPolicy");
    out_.key("metadata");
    out_.begin_mapping();
    member("name", policy.name);
    member("namespace", spec_.namespaces[policy.ns].name);
    out_.end_mapping();
    out_.key("spec");
    out_.begin_mapping();
    out_.key("podSelector");
    selector(policy.subject);
    policy_types(policy);
    if (policy.ingress) rules("ingress", "from", *policy.ingress);
    if (policy.egress) rules("egress", "to", *policy.egress);
    out_.end_mapping();
    out_.end_mapping();
  }

 private:
  void deployment_spec(const EndpointSpec& endpoint) {
    out_.begin_mapping();
    out_.key("replicas");
    out_.number(2);
    out_.key("selector");
    out_.begin_mapping();
    out_.key("matchLabels");
    out_.begin_mapping();
    for (const LabelSpec& label : endpoint.labels) member(label.key, label.value);
    out_.end_mapping();
    out_.end_mapping();
    out_.key("template");
    out_.begin_mapping();
    out_.key("metadata");
    out_.begin_mapping();
    labels(endpoint.labels);
    out_.end_mapping();
    out_.key("spec");
    pod_spec(endpoint);
    out_.end_mapping();
    out_.end_mapping();
  }

  void pod_spec(const EndpointSpec& endpoint) {
    out_.begin_mapping();
    if (endpoint.host_network || style_.chance(20)) {
      out_.key("hostNetwork");
      out_.boolean(endpoint.host_network);
    }
    if (endpoint.node) member("nodeName", *endpoint.node);
    out_.key("containers");
    out_.begin_sequence();
    std::size_t next = 0;
    for (std::uint64_t number = 0; number == 0 || next < endpoint.ports.size(); ++number) {
      container(endpoint.ports, next, number);
    }
    out_.end_sequence();
    out_.end_mapping();
  }

  /// A container with the ports from `next` on, up to one whose name it already has: names are
  /// unique in a container, not in a pod.
  void container(const std::vector<NamedPortSpec>& ports, std::size_t& next, std::uint64_t number) {
    out_.item();
    out_.begin_mapping();
    member("name", numbered("c", number));
    member("image", "example.test/image");
    if (next < ports.size()) {
      out_.key("ports");
      out_.begin_sequence();
      std::set<std::string> names;
      while (next < ports.size() && names.insert(ports[next].name).second) {
        container_port(ports[next++]);
      }
      out_.end_sequence();
    }
    out_.end_mapping();
  }

  void container_port(const NamedPortSpec& port) {
    out_.item();
    out_.begin_mapping();
    member("name", port.name);
    out_.key("containerPort");
    out_.number(port.number);
    protocol(port.protocol);
    out_.end_mapping();
  }

  /// TCP is what a missing protocol means.
  void protocol(net::Protocol value) {
    if (value == net::Protocol::Tcp && style_.chance(40)) return;
    member("protocol", net::to_string(value));
  }

  void pod_status(const EndpointSpec& endpoint) {
    if (endpoint.addresses.empty() && endpoint.node_addresses.empty()) return;
    out_.key("status");
    out_.begin_mapping();
    addresses("hostIP", "hostIPs", endpoint.node_addresses);
    addresses("podIP", "podIPs", endpoint.addresses);
    out_.end_mapping();
  }

  void addresses(std::string_view first, std::string_view list,
                 const std::vector<std::string>& all) {
    if (all.empty()) return;
    member(first, all.front());
    out_.key(list);
    out_.begin_sequence();
    for (const std::string& address : all) {
      out_.item();
      out_.begin_mapping();
      member("ip", address);
      out_.end_mapping();
    }
    out_.end_sequence();
  }

  /// May be left out where the API server's default is the same: Ingress, and Egress where there
  /// are rules for it.
  void policy_types(const PolicySpec& policy) {
    const bool default_egress = policy.egress && !policy.egress->empty();
    const bool is_default = policy.ingress && policy.egress.has_value() == default_egress;
    if (is_default && style_.chance(50)) return;
    out_.key("policyTypes");
    out_.begin_sequence();
    for (int i = 0; i < 2; ++i) {
      if (!(i == 0 ? policy.ingress : policy.egress)) continue;
      out_.item();
      out_.string(i == 0 ? "Ingress" : "Egress");
    }
    out_.end_sequence();
  }

  void rules(std::string_view key, std::string_view peers_key, const std::vector<RuleSpec>& all) {
    if (all.empty() && style_.chance(50)) return;
    out_.key(key);
    out_.begin_sequence();
    for (const RuleSpec& rule : all) {
      out_.item();
      out_.begin_mapping();
      if (!rule.peers.empty() || style_.chance(30)) peers(peers_key, rule.peers);
      if (!rule.ports.empty() || style_.chance(30)) ports(rule.ports);
      out_.end_mapping();
    }
    out_.end_sequence();
  }

  void peers(std::string_view key, const std::vector<PeerSpec>& all) {
    out_.key(key);
    out_.begin_sequence();
    for (const PeerSpec& peer : all) {
      out_.item();
      out_.begin_mapping();
      if (const auto* pods = std::get_if<PodPeerSpec>(&peer)) {
        pod_peer(*pods);
      } else {
        block_peer(std::get<BlockPeerSpec>(peer));
      }
      out_.end_mapping();
    }
    out_.end_sequence();
  }

  void pod_peer(const PodPeerSpec& peer) {
    if (peer.namespaces) {
      out_.key("namespaceSelector");
      selector(*peer.namespaces);
    }
    if (peer.namespaces && peer.pods.empty() && style_.chance(60)) return;
    out_.key("podSelector");
    selector(peer.pods);
  }

  void block_peer(const BlockPeerSpec& peer) {
    out_.key("ipBlock");
    out_.begin_mapping();
    member("cidr", peer.cidr);
    if (!peer.except.empty() || style_.chance(20)) strings("except", peer.except);
    out_.end_mapping();
  }

  void ports(const std::vector<PortSpec>& all) {
    out_.key("ports");
    out_.begin_sequence();
    for (const PortSpec& port : all) {
      out_.item();
      out_.begin_mapping();
      protocol(port.protocol);
      if (const auto* name = std::get_if<std::string>(&port.ports)) member("port", *name);
      if (const auto* range = std::get_if<std::pair<net::Port, net::Port>>(&port.ports)) {
        out_.key("port");
        out_.number(range->first);
        if (range->first != range->second || style_.chance(20)) {
          out_.key("endPort");
          out_.number(range->second);
        }
      }
      out_.end_mapping();
    }
    out_.end_sequence();
  }

  const Spec& spec_;
};

template <typename Visit>
void for_each_object(const Spec& spec, const Visit& visit) {
  for (const NamespaceSpec& ns : spec.namespaces) {
    if (ns.declared) visit(ns);
  }
  for (const EndpointSpec& endpoint : spec.endpoints) visit(endpoint);
  for (const NodeSpec& node : spec.nodes) visit(node);
  for (const PolicySpec& policy : spec.policies) visit(policy);
}

}  // namespace

std::string to_yaml(const Spec& spec) {
  std::string result;
  std::uint64_t number = 0;
  for_each_object(spec, [&](const auto& object) {
    YamlWriter out;
    Manifests(out, spec, spec.style + ++number).write(object);
    if (!result.empty()) result += "---\n";
    result += out.take();
  });
  return result;
}

std::string to_json(const Spec& spec) {
  JsonWriter out;
  Manifests manifests(out, spec, ~spec.style);
  out.begin_mapping();
  out.key("apiVersion");
  out.string("v1");
  out.key("kind");
  out.string("List");
  out.key("items");
  out.begin_sequence();
  for_each_object(spec, [&](const auto& object) {
    out.item();
    manifests.write(object);
  });
  out.end_sequence();
  out.end_mapping();
  return out.take();
}

}  // namespace polreach::agreement
