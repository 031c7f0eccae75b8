// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "policies/model/cloud.h"
#include "tests/oracle/oracle.h"

/// The naive referee one level up: a packet between two addresses of a model::Cloud, by what the
/// documentation of Azure says about network security groups. Shares nothing with compiler/path.
///
/// What it takes from the documentation ("Network security groups", "How network security groups
/// filter network traffic", "Virtual network service tags", "Application security groups",
/// "Manage peering", "Security admin rules"):
/// - Outbound the interface's group, then the subnet's; inbound the subnet's, then the interface's;
///   both must allow, also within one subnet. No group lets pass.
/// - Rules of one direction by priority, the first that matches decides, at last the default ones.
/// - A network manager's rules come first: Deny stops, AlwaysAllow passes without any group.
/// - Packets to 168.63.129.16 and 169.254.169.254 are subject to no rule of a group but those whose
///   destination is one of the tags AzurePlatformDNS, AzurePlatformIMDS and AzurePlatformLKM.
/// - VirtualNetwork: the network's own space, the spaces of peered networks (connected, and with
///   allowVirtualNetworkAccess, without which the tag does not hold them), 168.63.129.16, what is
///   connected through a gateway, and the prefixes of user-defined routes.
/// - Internet: public addresses that are not in VirtualNetwork.
/// - AzureLoadBalancer: 168.63.129.16.
/// - On private endpoints groups act only where privateEndpointNetworkPolicies says so.
///
/// What it takes to be open, since no document settles it or the input does not hold it:
/// - prefixes of user-defined routes of the network's subnets in VirtualNetwork ("address prefixes
///   used on user-defined routes", and not of which): one fact of the world (A-VNET-TAG-UDR); pod
///   ranges of an overlay and of kubenet likewise (A-OVERLAY-TAG), but for the default rules: AKS
///   asks for rules between pods only where others deny;
/// - whether a network with a gateway, its own or a connected peer's, reaches an address through
///   it: a fact of each private address (that it brings no others is A-GATEWAY-PRIVATE);
/// - a tag that no table has: a fact of each tag and public address (every prefix of the published
///   file is public);
/// - `*` with ports, for protocols without ports (A-NSG-STAR-PORT): one fact of the world;
/// - the network of an interface without a subnet: VirtualNetwork is a fact of each address.
/// A network manager's rules are subject to no exemption of platform addresses: it is documented
/// for security groups.
namespace polreach::oracle {

/// One end of a packet: an address, and where it is attached. Neither: outside.
struct CloudEnd {
  net::Address address;
  std::optional<model::SubnetId> subnet;
  std::optional<model::InterfaceId> interface;
};

struct CloudPacket {
  net::IpProtocol protocol = net::IpProtocol::Tcp;
  CloudEnd source;
  CloudEnd destination;
  net::Port source_port = 50000;
  net::Port destination_port = 0;
};

/// The truth of a fact that is open, by name: "A-NSG-STAR-PORT", "unknown 3", "unknown 3 of
/// 10.0.0.4", "tag storage of 20.0.0.1".
using CloudTruth = std::function<bool(const std::string& fact)>;

/// What a filter decided, as the first of them that stopped the packet, or as the last.
struct CloudVerdict {
  bool passes = true;
  std::string place;  // "subnet web", "interface nic"; empty: no filter was asked
  std::string rule;   // the deciding rule; "" for a missing group
};

[[nodiscard]] CloudVerdict judge(const model::Cloud& cloud, const CloudPacket& packet,
                                 const CloudTruth& truth);

/// What acts at one end alone: the groups of its interface and its subnet.
[[nodiscard]] bool end_passes(const model::Cloud& cloud, const CloudPacket& packet,
                              const CloudEnd& end, model::Direction direction,
                              const CloudTruth& truth);
/// One group, as it acts in the network of a subnet.
[[nodiscard]] bool group_passes(const model::Cloud& cloud, const model::SecurityGroup& group,
                                const CloudPacket& packet, const model::SubnetId& place,
                                model::Direction direction, const CloudTruth& truth);

/// judge() in all truths of the facts it asks for.
[[nodiscard]] Tri decide(const model::Cloud& cloud, const CloudPacket& packet);

/// Whether an address is in a service tag, as rules that act in a subnet see it.
[[nodiscard]] bool matches_tag(const model::Cloud& cloud, const std::string& tag,
                               const net::Address& address,
                               const std::optional<model::SubnetId>& place,
                               const CloudTruth& truth);

}  // namespace polreach::oracle
