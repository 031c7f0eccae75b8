// SPDX-License-Identifier: Apache-2.0
#include "tests/oracle/aks.h"

#include "tests/oracle/choices.h"

namespace polreach::oracle {
namespace {

using model::Direction;
using model::EndpointId;
using model::Engine;
using model::NetworkMode;
using Way = AksQuestion::Way;

constexpr Direction kOut = Direction::Egress;
constexpr Direction kIn = Direction::Ingress;

/// Who stands at an address of the nodes' subnet.
enum class Stands : std::uint8_t { Machine, OwnNode, OtherNode };

model::SecurityRule default_rule(const char* name, std::int32_t priority, model::Access access,
                                 const char* source, const char* destination) {
  const auto term = [](const std::string& text) {
    model::AddressTerm result;
    if (text != "*") result.what = model::ServiceTag{text};
    result.text = text;
    return result;
  };
  model::SecurityRule rule;
  rule.name = name;
  rule.priority = priority;
  rule.access = access;
  rule.protocols = net::ProtocolSet::all();
  rule.any_protocol = true;
  rule.source = {term(source)};
  rule.destination = {term(destination)};
  rule.source_ports = rule.destination_ports = net::all_header_ports();
  rule.is_default = true;
  return rule;
}

/// A group to which nobody has added anything.
model::SecurityGroup default_group() {
  using enum model::Access;
  model::SecurityGroup group;
  group.inbound = {
      default_rule("AllowVnetInBound", 65000, Allow, "VirtualNetwork", "VirtualNetwork"),
      default_rule("AllowAzureLoadBalancerInBound", 65001, Allow, "AzureLoadBalancer", "*"),
      default_rule("DenyAllInBound", 65500, Deny, "*", "*")};
  group.outbound = {
      default_rule("AllowVnetOutBound", 65000, Allow, "VirtualNetwork", "VirtualNetwork"),
      default_rule("AllowInternetOutBound", 65001, Allow, "*", "Internet"),
      default_rule("DenyAllOutBound", 65500, Deny, "*", "*")};
  return group;
}

/// A node, as policies of Cilium see it: an identity that no range of IPv4 holds.
const net::Address& nobody() {
  static const net::Address kNobody = net::Address::parse("fd00:dead::1").value();
  return kNobody;
}

/// A header on its way.
struct Seen {
  net::Address source;
  net::Address destination;
  net::Port source_port = 0;
  net::Port port = 0;
};

/// One packet, one truth.
class Journey {
 public:
  Journey(const AksScene& scene, const AksQuestion& q, const CloudTruth& truth)
      : cloud_(*scene.cloud),
        model_(*scene.model),
        profile_(*scene.profile),
        q_(q),
        truth_(truth),
        cluster_(cloud_.clusters.at(0)),
        pool_(cluster_.pools.at(0)) {}

  bool arrives() {
    if (q_.way == Way::NodePort) return through_node_port();
    if (q_.way == Way::HostPort) {
      return q_.source.pod ? pod_to_host_port() : site_to_host_port();
    }
    if (q_.source.pod && q_.destination.pod) return pod_to_pod();
    return q_.source.pod ? pod_to_site() : site_to_pod();
  }

 private:
  // The rows of the table ------------------------------------------------------------------------

  /// 1 to 4.
  bool pod_to_pod() {
    const EndpointId from = *q_.source.pod;
    const EndpointId to = *q_.destination.pod;
    const Seen seen = packet(address_of(from), address_of(to));
    if (!policies(kOut, from, to, seen)) return false;
    if (!are_on_one_node(from, to)) {
      if (!pod_filters(kOut, seen) || !pod_filters(kIn, seen)) return false;
    }
    return policies(kIn, to, from, seen);
  }

  /// 6 to 9, and 17.
  bool pod_to_site() {
    const EndpointId from = *q_.source.pod;
    const net::Address& to = q_.destination.site.address;
    const Stands stands = stands_at(q_.destination.site, from);
    const Seen own = packet(address_of(from), to);
    // "Doesn't block egress traffic from a pod to its own node's IP."
    const bool is_let = stands == Stands::OwnNode && profile_.engine == Engine::AzureNpm;
    if (!is_let && !policies(kOut, from, {}, to_node(own, stands))) return false;
    if (stands == Stands::OwnNode) return true;
    Seen seen = own;
    if (keeps_address(to)) {
      if (!pod_filters(kOut, seen)) return false;
    } else {
      seen = as_node(own, from);
      if (!node_filters(kOut, seen)) return false;
    }
    if (stands == Stands::OtherNode) return node_filters(kIn, seen);
    return end_passes(cloud_, header(seen), q_.destination.site, kIn, truth_);
  }

  /// 3 and 14, and from nodes.
  bool site_to_pod() {
    const EndpointId to = *q_.destination.pod;
    const Stands stands = stands_at(q_.source.site, to);
    // "Traffic to and from the node where a Pod is running is always allowed."
    if (stands == Stands::OwnNode) return true;
    const Seen seen = packet(q_.source.site.address, address_of(to));
    if (stands == Stands::Machine && has_own_range() && !is_routed_to_pods()) return false;
    return leaves(stands, seen) && pod_filters(kIn, seen) &&
           policies(kIn, to, {}, from_node(seen, stands));
  }

  bool site_to_host_port() {
    const EndpointId to = *q_.destination.pod;
    const Stands stands = stands_at(q_.source.site, to);
    if (!is_mapped(to)) return false;
    if (stands == Stands::OwnNode) return true;
    const Seen before = {q_.source.site.address, node_of(to), q_.source_port, q_.on_node};
    if (!leaves(stands, before) || !node_filters(kIn, before)) return false;
    return policies(kIn, to, {}, from_node(packet(before.source, address_of(to)), stands));
  }

  bool pod_to_host_port() {
    const EndpointId from = *q_.source.pod;
    const EndpointId to = *q_.destination.pod;
    if (!is_mapped(to)) return false;
    if (are_on_one_node(from, to)) return truth_("host port of the own node");
    const Seen called = {address_of(from), node_of(to), q_.source_port, q_.on_node};
    if (!policies(kOut, from, {}, to_node(called, Stands::OtherNode))) return false;
    Seen behind = packet(called.source, address_of(to));
    if (!has_own_range()) {
      return pod_filters(kOut, called) && node_filters(kIn, called) &&
             policies(kIn, to, from, behind);
    }
    const Seen seen = as_node(called, from);
    behind.source = seen.source;
    return node_filters(kOut, seen) && node_filters(kIn, seen) &&
           policies(kIn, to, {}, from_node(behind, Stands::OtherNode));
  }

  /// 13.
  bool through_node_port() {
    const EndpointId to = *q_.destination.pod;
    const net::Address taking = q_.local ? node_of(to) : some_node("the node that takes it");
    const Seen before = {q_.source.site.address, taking, q_.source_port, q_.on_node};
    if (!end_passes(cloud_, header(before), q_.source.site, kOut, truth_)) return false;
    if (!node_filters(kIn, before)) return false;
    if (q_.local) return policies(kIn, to, {}, packet(before.source, address_of(to)));
    const Seen onward = {taking, address_of(to), chosen_port(), q_.port};
    if (!truth_("a pod on the node that takes it")) {
      if (!node_filters(kOut, onward) || !pod_filters(kIn, onward)) return false;
    }
    // "Isn't subject to ingress policy enforcement."
    if (profile_.engine == Engine::AzureNpm) return true;
    return policies(kIn, to, {}, from_node(onward, Stands::OtherNode));
  }

  // What stands on the way -----------------------------------------------------------------------

  [[nodiscard]] Seen packet(const net::Address& from, const net::Address& to) const {
    return {from, to, q_.source_port, q_.port};
  }

  [[nodiscard]] CloudPacket header(const Seen& seen) const {
    return {q_.protocol,
            {seen.source, {}, {}},
            {seen.destination, {}, {}},
            seen.source_port,
            seen.port};
  }

  [[nodiscard]] bool subnet_passes(const model::SubnetId& id, Direction direction,
                                   const Seen& seen) const {
    return end_passes(cloud_, header(seen), {seen.source, id, {}}, direction, truth_);
  }

  [[nodiscard]] bool interface_passes(Direction direction, const Seen& seen) const {
    static const model::SecurityGroup kDefault = default_group();
    const model::SecurityGroup& group =
        cluster_.node_group ? cloud_[*cluster_.node_group] : kDefault;
    return group_passes(cloud_, group, header(seen), *pool_.node_subnet, direction, truth_);
  }

  /// Of packets with the address of a node.
  [[nodiscard]] bool node_filters(Direction direction, const Seen& seen) const {
    return interface_passes(direction, seen) && subnet_passes(*pool_.node_subnet, direction, seen);
  }

  /// Of packets with the address of a pod.
  [[nodiscard]] bool pod_filters(Direction direction, const Seen& seen) const {
    const bool is_own = cluster_.mode == NetworkMode::NodeSubnet;
    const bool sees = is_own || !truth_("A-NICNSG-PODIP");
    if (sees && !interface_passes(direction, seen)) return false;
    const bool apart = cluster_.mode == NetworkMode::PodSubnet;
    return subnet_passes(apart ? *pool_.pod_subnet : *pool_.node_subnet, direction, seen);
  }

  [[nodiscard]] bool leaves(Stands stands, const Seen& seen) const {
    if (stands == Stands::OtherNode) return node_filters(kOut, seen);
    return end_passes(cloud_, header(seen), q_.source.site, kOut, truth_);
  }

  [[nodiscard]] bool policies(Direction direction, EndpointId self, std::optional<EndpointId> other,
                              const Seen& seen) const {
    if (profile_.engine == Engine::None) return true;
    Packet packet;
    packet.source = direction == kOut ? std::optional(self) : other;
    packet.destination = direction == kIn ? std::optional(self) : other;
    packet.source_address = seen.source;
    packet.destination_address = seen.destination;
    packet.port = seen.port;
    const bool has_ports = net::has_ports(q_.protocol);
    if (has_ports) packet.protocol = static_cast<net::Protocol>(q_.protocol);
    if (oracle::passes(model_, profile_, direction, packet, {}, has_ports)) return true;
    return !has_ports && truth_("protocols without ports");
  }

  // Addresses ------------------------------------------------------------------------------------

  [[nodiscard]] net::Address address_of(EndpointId pod) const {
    return model_[pod].addresses.at(0);
  }

  /// One of the nodes' subnet.
  [[nodiscard]] net::Address some_node(const std::string& which) const {
    net::Address node = cloud_[*pool_.node_subnet].space.prefixes.at(0).first();
    for (unsigned bit = 0; bit < 4; ++bit) {
      if (truth_(which + ", bit " + std::to_string(bit))) node.bits += 1U << bit;
    }
    return node;
  }

  [[nodiscard]] net::Address node_of(EndpointId pod) const {
    const auto& known = model_[pod].node_addresses;
    if (!known.empty()) return known.front();
    return some_node("the node of " + std::to_string(static_cast<std::uint32_t>(pod)));
  }

  /// From 1024; the rules of the scene tell these apart.
  [[nodiscard]] net::Port chosen_port() const {
    if (!net::has_ports(q_.protocol)) return 0;
    if (truth_("a source port from 1025")) {
      if (!truth_("a source port from 65534")) return 50000;
      return truth_("the source port 65535") ? 65535 : 65534;
    }
    return 1024;
  }

  [[nodiscard]] Seen as_node(Seen seen, EndpointId pod) const {
    seen.source = node_of(pod);
    seen.source_port = chosen_port();
    return seen;
  }

  /// As policies see it.
  [[nodiscard]] Seen to_node(Seen seen, Stands stands) const {
    const bool is_node = stands != Stands::Machine;
    if (is_node && profile_.engine == Engine::Cilium) seen.destination = nobody();
    return seen;
  }
  [[nodiscard]] Seen from_node(Seen seen, Stands stands) const {
    const bool is_node = stands != Stands::Machine;
    if (is_node && profile_.engine == Engine::Cilium) seen.source = nobody();
    return seen;
  }

  // Facts ----------------------------------------------------------------------------------------

  [[nodiscard]] bool are_on_one_node(EndpointId a, EndpointId b) const {
    const auto& from = model_[a].node;
    const auto& to = model_[b].node;
    return from && to ? *from == *to : truth_("on one node");
  }

  /// A node that the model knows is no other address.
  [[nodiscard]] Stands stands_at(const CloudEnd& end, EndpointId pod) const {
    if (end.interface || end.subnet != pool_.node_subnet) return Stands::Machine;
    if (!truth_("a node stands there")) return Stands::Machine;
    const auto& known = model_[pod].node_addresses;
    if (!known.empty()) return known.front() == end.address ? Stands::OwnNode : Stands::OtherNode;
    return truth_("it is the pod's own") ? Stands::OwnNode : Stands::OtherNode;
  }

  [[nodiscard]] bool has_own_range() const {
    return cluster_.mode == NetworkMode::Overlay || cluster_.mode == NetworkMode::Kubenet;
  }

  /// Whether a pod's packet to the address has the pod's own.
  [[nodiscard]] bool keeps_address(const net::Address& to) const {
    const auto is = [&](const char* text) { return to == *net::Address::parse(text); };
    if (is("168.63.129.16") || is("169.254.169.254")) return false;
    if (cluster_.mode == NetworkMode::PodSubnet) return true;
    if (cluster_.mode != NetworkMode::NodeSubnet) return false;
    const model::VirtualNetwork& network = cloud_[cloud_[*pool_.node_subnet].network];
    for (const net::Prefix& each : network.space.prefixes) {
      if (each.contains(to)) return true;
    }
    return false;
  }

  /// A machine reaches pods of kubenet where its subnet's routes lead to them.
  [[nodiscard]] bool is_routed_to_pods() const {
    if (cluster_.mode != NetworkMode::Kubenet || !q_.source.site.subnet) return false;
    const auto& table = cloud_[*q_.source.site.subnet].routes;
    return table && cloud_[*table].missing && truth_("routes to the pods");
  }

  [[nodiscard]] bool is_mapped(EndpointId pod) const {
    for (const model::HostPort& each : model_[pod].host_ports) {
      if (net::ip_protocol(each.protocol) == q_.protocol && each.on_node == q_.on_node &&
          each.in_container == q_.port) {
        return true;
      }
    }
    return false;
  }

  const model::Cloud& cloud_;
  const model::Model& model_;
  const model::ClusterProfile& profile_;
  const AksQuestion& q_;
  const CloudTruth& truth_;
  const model::ManagedCluster& cluster_;
  const model::NodePool& pool_;
};

}  // namespace

Tri decide(const AksScene& scene, const AksQuestion& question) {
  Met met;
  Choices<std::string> choices;
  const CloudTruth truth = [&](const std::string& fact) { return choices(fact); };
  do {
    met.add(Journey(scene, question, truth).arrives());
  } while (!met.both() && choices.next());
  return met.tri();
}

}  // namespace polreach::oracle
