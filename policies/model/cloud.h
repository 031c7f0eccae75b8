// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "policies/model/model.h"
#include "policies/net/address_set.h"
#include "policies/net/flow.h"

/// The network around a cluster: filters of packets in lists of rules (Azure network security
/// groups), the networks, subnets and interfaces that they are attached to, and the managed
/// clusters in them. References are resolved; nothing is decided here: the meaning of service tags,
/// of attachments and of network models lives in compiler/path.
///
/// Where something was written that could not be evaluated, or refers to what the input does not
/// hold, there is an Unknown in its place. INVARIANT: nothing that was written is left out.
namespace polreach::model {

enum class UnknownId : std::uint32_t {};
enum class GroupId : std::uint32_t {};  // a SecurityGroup
enum class ApplicationGroupId : std::uint32_t {};
enum class NetworkId : std::uint32_t {};  // a VirtualNetwork
enum class SubnetId : std::uint32_t {};
enum class InterfaceId : std::uint32_t {};
enum class RouteTableId : std::uint32_t {};
enum class ManagedClusterId : std::uint32_t {};

/// Something that the input leaves open.
struct Unknown {
  /// World: true or false, once for all packets. Address: of each address by itself ("is it in the
  /// tag?"); then `World` flags of the source and of the destination are two different facts only
  /// where their addresses differ.
  enum class Scope : std::uint8_t { World, Address };
  Scope scope = Scope::World;
  /// A stable name of docs/assumptions.md: "A-service-tag", "A-OVERLAY-TAG".
  std::string id;
  std::string what;    // "the addresses of the service tag Storage are not known"
  std::string settle;  // what to give polreach to know it: "give --service-tags FILE"
  Span where;
};

struct AnyAddress {};
/// A service tag, spelt as Microsoft does ("VirtualNetwork", "Storage.WestUS"), whatever the case
/// in the input. Its meaning may depend on the network that the rule acts in.
struct ServiceTag {
  std::string name;
};
/// One entry of a rule's addresses.
struct AddressTerm {
  std::variant<AnyAddress, net::Prefix, ServiceTag, ApplicationGroupId, UnknownId> what;
  std::string text;  // as it was written
  /// Of an export that has resolved the entry: the addresses that it stands for.
  std::optional<net::AddressSet> expanded;
  Span where;
};

enum class Access : std::uint8_t {
  Allow,
  Deny,
  AlwaysAllow  // of a network manager's rule: no security group is asked any more
};

/// One rule of a security group (Azure REST, SecurityRulePropertiesFormat).
/// A rule matches where its protocol, one of its entries for each of the ports, and one of its
/// entries for each of the addresses do.
struct SecurityRule {
  std::string name;
  /// 100..4096; the platform's own rules from 65000; 0..4096 of a network manager.
  std::int32_t priority = 0;
  Access access = Access::Deny;
  net::ProtocolSet protocols;  // all of them for `*`
  bool any_protocol = false;   // `*` was written: A-nsg-star-port is about such rules with ports
  std::vector<AddressTerm> source;
  std::vector<AddressTerm> destination;
  net::PortSet source_ports;  // 0..65535
  net::PortSet destination_ports;
  bool is_default = false;  // one of the six that the platform adds
  Span where;               // its name; none() for default rules that the input does not hold

  /// What could not be evaluated. All of them must hold for the rule to match (a condition; a
  /// protocol or port; then the field itself holds everything that it might).
  std::vector<UnknownId> only_if;
  /// Allow where it holds, Deny where not; `access` does not count then.
  std::optional<UnknownId> access_open;
  /// The rule's place in the order is not known: `priority` does not count then.
  std::optional<UnknownId> priority_open;
};

/// Azure documentation, "Network security groups": rules of one direction in ascending priority,
/// the first that matches decides. The six default rules are always there.
struct SecurityGroup {
  std::string name;
  std::string resource_group;         // empty: not known
  std::vector<SecurityRule> inbound;  // by priority, then by name
  std::vector<SecurityRule> outbound;
  /// The input refers to the group and does not hold it: nobody knows what it lets pass.
  std::optional<UnknownId> missing;
  Span where;  // its name; of a missing group the reference

  [[nodiscard]] const std::vector<SecurityRule>& rules(Direction direction) const {
    return direction == Direction::Ingress ? inbound : outbound;
  }
};

/// A set of interfaces' configurations (Azure: application security group).
struct ApplicationGroup {
  std::string name;
  std::string resource_group;
  net::AddressSet members;
  /// There may be more of them than the input holds.
  std::optional<UnknownId> more;  // of Scope::Address
  Span where;
};

/// The addresses of a network or subnet.
struct AddressSpace {
  std::vector<net::Prefix> prefixes;
  std::optional<UnknownId> more;  // of Scope::Address: (some of) them could not be evaluated
};

struct Peering {
  std::string name;
  std::optional<NetworkId> network;  // where the input holds it
  AddressSpace remote;               // what the peering itself says of the other network
  std::string remote_name;           // "rg/hub" or "hub"
  bool connected = true;             // false: peeringState is Disconnected or Initiated
  bool access = true;                // allowVirtualNetworkAccess
  Span where;
};

struct VirtualNetwork {
  std::string name;
  std::string resource_group;
  AddressSpace space;
  std::vector<Peering> peerings;
  bool has_gateway = false;  // a subnet named GatewaySubnet: on-premises networks may be connected
  Span where;
};

/// Whether filters act on private endpoints in a subnet (privateEndpointNetworkPolicies).
enum class PrivateEndpointPolicies : std::uint8_t { Disabled, Enabled, SecurityGroups, Routes };

struct Subnet {
  NetworkId network{};
  std::string name;
  AddressSpace space;
  std::optional<GroupId> group;  // a missing one where the input does not hold it
  /// Whether there is a group at all is not known (a reference that could not be evaluated).
  std::optional<UnknownId> group_open;
  std::optional<RouteTableId> routes;
  std::optional<UnknownId> routes_open;
  bool nat_gateway = false;
  /// defaultOutboundAccess; nothing: not said, which the platform decides by its age.
  std::optional<bool> default_outbound;
  PrivateEndpointPolicies private_endpoints = PrivateEndpointPolicies::Disabled;
  std::vector<std::string> delegations;        // "Microsoft.ContainerService/managedClusters"
  std::vector<std::string> service_endpoints;  // "Microsoft.Storage"
  Span where;
  Span group_where;  // the reference to the group
};

enum class NextHop : std::uint8_t { VirtualNetwork, Gateway, Internet, Appliance, None };

struct Route {
  std::string name;
  /// A prefix, or a service tag; nothing: not known.
  std::optional<net::Prefix> prefix;
  std::string tag;
  NextHop hop = NextHop::None;
  std::optional<net::Address> appliance;
  std::vector<UnknownId> open;  // parts of it that could not be evaluated
  Span where;
};

struct RouteTable {
  std::string name;
  std::string resource_group;
  std::vector<Route> routes;
  std::optional<UnknownId> missing;  // as SecurityGroup::missing
  bool gateway_propagation = true;
  Span where;
};

/// One address configuration of an interface.
struct InterfaceAddress {
  std::optional<net::Address> address;  // private; nothing: not known
  std::optional<SubnetId> subnet;
  std::vector<ApplicationGroupId> groups;
  bool is_public = false;  // a public address leads here
  std::optional<net::Address> public_address;
};

/// A network interface, or the configuration that a scale set gives to each of its instances.
struct Interface {
  std::string name;
  std::string resource_group;
  std::string machine;  // the virtual machine or scale set; empty: none known
  bool is_scale_set = false;
  std::optional<GroupId> group;
  std::optional<UnknownId> group_open;
  /// Of an effective export: the rules of a network manager that act before the groups.
  std::optional<GroupId> admin;
  std::vector<InterfaceAddress> addresses;
  bool ip_forwarding = false;
  /// Belongs to a private endpoint: see Subnet::private_endpoints.
  bool is_private_endpoint = false;
  Span where;
  Span group_where;
};

/// A firewall between networks (Azure Firewall), by its network rules.
struct FirewallRule {
  std::string name;
  std::int32_t priority = 0;  // of the collection
  Access access = Access::Allow;
  net::ProtocolSet protocols;
  std::vector<AddressTerm> source;
  std::vector<AddressTerm> destination;
  net::PortSet destination_ports;
  std::vector<UnknownId> only_if;  // also for names of domains, which no input resolves
  Span where;
};
struct Firewall {
  std::string name;
  std::string resource_group;
  std::optional<net::Address> address;  // private: the next hop of routes that lead to it
  std::vector<FirewallRule> rules;      // by priority; what none matches is denied
  /// It has application rules or a policy that the input does not hold.
  std::optional<UnknownId> more;
  Span where;
};

/// How pods get their addresses (AKS documentation, "Networking concepts").
enum class NetworkMode : std::uint8_t {
  Kubenet,
  NodeSubnet,  // Azure CNI: pods have addresses of the nodes' subnet
  PodSubnet,   // Azure CNI with podSubnetID
  Overlay,     // Azure CNI Overlay
  Other        // networkPlugin none: a plugin that somebody brings
};

enum class Outbound : std::uint8_t {
  LoadBalancer,
  ManagedNatGateway,
  UserNatGateway,
  UserRouting,
  None,
  Block
};

struct NodePool {
  std::string name;
  bool windows = false;
  std::optional<SubnetId> node_subnet;  // nothing: in the network that AKS manages
  std::optional<SubnetId> pod_subnet;
  bool node_public_ip = false;
  struct HostPorts {
    net::Protocol protocol = net::Protocol::Tcp;
    net::Port first = 1;
    net::Port last = 1;
  };
  std::vector<HostPorts>
      allowed_host_ports;  // opened to the internet in the group that AKS manages
  std::vector<ApplicationGroupId> groups;
  /// Fields that could not be evaluated and that decide which header anything sees: its subnets,
  /// its system, whether it is there.
  std::vector<UnknownId> open;
  /// allowedHostPorts, or the groups that they are limited to: others may be open besides.
  std::optional<UnknownId> host_ports_open;
  std::optional<UnknownId> public_ip_open;  // enableNodePublicIP
  Span where;
};

/// An AKS cluster.
struct ManagedCluster {
  std::string name;
  std::string resource_group;
  std::string node_resource_group;
  NetworkMode mode = NetworkMode::Overlay;
  Engine engine = Engine::None;  // never Unstated
  std::string plugin;            // as it was written, for answers: "azure, overlay"
  bool cilium_dataplane = false;
  std::vector<net::Prefix> pod_ranges;  // of kubenet and overlay
  std::vector<net::Prefix> service_ranges;
  Outbound outbound = Outbound::LoadBalancer;
  bool private_api = false;
  std::vector<net::Prefix> authorized_ranges;  // empty: the API server takes everyone
  bool acns_security = false;                  // advancedNetworking.security.enabled
  std::vector<NodePool> pools;
  /// The group that AKS puts on its nodes' interfaces, where the input holds it.
  std::optional<GroupId> node_group;
  /// Fields that could not be evaluated and that decide how pods are connected or what enforces
  /// their policies: network model, engine, ranges of pods, node pools, whether it is there.
  std::vector<UnknownId> open;
  std::optional<UnknownId> outbound_open;  // outboundType
  /// Fields that no packet between pods, nodes and networks depends on: access to the API server,
  /// ranges of Services, advancedNetworking.
  std::vector<UnknownId> open_elsewhere;
  Span where;         // its name
  Span engine_where;  // networkPolicy; none() where it is left out
  Span mode_where;
};

/// Microsoft's published service tags.
struct ServiceTags {
  /// changeNumber of the file; empty: no file was given.
  std::string change_number;
  std::string file;
  /// By lower-case name; the spelling of the file and the addresses.
  struct Tag {
    std::string name;
    net::AddressSet addresses;
  };
  std::map<std::string, Tag, std::less<>> tags;
};

/// Everything of this kind that was read, in an order that does not depend on the order of files:
/// by name, then resource group, then place. Ids are positions in these lists.
struct Cloud {
  std::vector<Unknown> unknowns;
  std::vector<SecurityGroup> groups;
  std::vector<ApplicationGroup> application_groups;
  std::vector<VirtualNetwork> networks;
  std::vector<Subnet> subnets;
  std::vector<RouteTable> route_tables;
  std::vector<Interface> interfaces;
  std::vector<Firewall> firewalls;
  std::vector<ManagedCluster> clusters;
  ServiceTags service_tags;

  /// Whether the input held anything of all this. Service tags alone do not count.
  [[nodiscard]] bool empty() const {
    return groups.empty() && networks.empty() && interfaces.empty() && clusters.empty() &&
           application_groups.empty() && route_tables.empty() && firewalls.empty();
  }
  [[nodiscard]] const Unknown& operator[](UnknownId id) const {
    return unknowns[static_cast<std::size_t>(id)];
  }
  [[nodiscard]] const SecurityGroup& operator[](GroupId id) const {
    return groups[static_cast<std::size_t>(id)];
  }
  [[nodiscard]] const ApplicationGroup& operator[](ApplicationGroupId id) const {
    return application_groups[static_cast<std::size_t>(id)];
  }
  [[nodiscard]] const VirtualNetwork& operator[](NetworkId id) const {
    return networks[static_cast<std::size_t>(id)];
  }
  [[nodiscard]] const Subnet& operator[](SubnetId id) const {
    return subnets[static_cast<std::size_t>(id)];
  }
  [[nodiscard]] const Interface& operator[](InterfaceId id) const {
    return interfaces[static_cast<std::size_t>(id)];
  }
  [[nodiscard]] const RouteTable& operator[](RouteTableId id) const {
    return route_tables[static_cast<std::size_t>(id)];
  }
  [[nodiscard]] const ManagedCluster& operator[](ManagedClusterId id) const {
    return clusters[static_cast<std::size_t>(id)];
  }
};

/// What unknowns are: those of a cloud, or of a longer list that starts with them. Refers to it.
class UnknownTable {
 public:
  UnknownTable(const Cloud& cloud) : all_(&cloud.unknowns) {}              // NOLINT: a view
  UnknownTable(const std::vector<Unknown>& unknowns) : all_(&unknowns) {}  // NOLINT: a view

  [[nodiscard]] const Unknown& operator[](UnknownId id) const {
    return (*all_)[static_cast<std::size_t>(id)];
  }

 private:
  const std::vector<Unknown>* all_;
};

}  // namespace polreach::model
