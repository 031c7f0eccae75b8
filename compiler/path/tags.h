// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "compiler/path/filter.h"
#include "compiler/path/unknowns.h"

/// What service tags mean in a network (Azure documentation, "Virtual network service tags").
namespace polreach::compiler {

/// 168.63.129.16 and 169.254.169.254: DHCP, DNS, instance metadata, health. "By default, these
/// services aren't subject to the configured network security groups unless targeted by service
/// tags specific to each service" (Azure documentation, "Network security groups overview").
[[nodiscard]] const net::AddressSet& platform_addresses();
/// Whether it is AzurePlatformDNS, AzurePlatformIMDS or AzurePlatformLKM.
[[nodiscard]] bool is_platform_tag(std::string_view tag);

/// RFC 1918, RFC 6598 and RFC 4193: what networks are made of, and what the platform does not
/// route to the internet.
[[nodiscard]] const net::AddressSet& private_addresses();

/// The addresses of an AddressSpace that are certain.
[[nodiscard]] net::AddressSet addresses_of(const model::AddressSpace& space);

/// How a tag is to be read where the documentation leaves more than one way.
struct TagReading {
  /// Whether the prefixes of user-defined routes are in VirtualNetwork (A-VNET-TAG-UDR).
  enum class Routes : std::uint8_t { Open, In, Out };
  Routes routes = Routes::Open;
  /// The platform's own rules let pods of overlay and kubenet clusters pass whatever the tag holds:
  /// the documentation asks for rules about the pods' range only "if the subnet NSG contains deny
  /// rules that would affect the pod CIDR traffic".
  bool is_default_rule = false;
};

/// VirtualNetwork is the network's own space, the host's 168.63.129.16, that of connected peers,
/// what gateways bring (open: A-gateway-routes), the pods' ranges of its clusters (open:
/// A-OVERLAY-TAG), and prefixes of user-defined routes (open: A-VNET-TAG-UDR). Internet is
/// net::internet_addresses() without these. Private addresses outside of the network are in neither
/// of the two.
///
/// Without a network: that which AKS manages and no input holds. It has private addresses, nobody
/// knows which.
class Tags {
 public:
  Tags(const model::Cloud& cloud, Unknowns& unknowns) : cloud_(&cloud), unknowns_(&unknowns) {}

  [[nodiscard]] AddressMatch meaning(const std::string& tag,
                                     std::optional<model::NetworkId> network,
                                     const TagReading& reading);

  /// Whether Internet differs between TagReading::Routes::In and Out.
  [[nodiscard]] bool routes_change_internet(std::optional<model::NetworkId> network);
  /// The ranges of pods of the network's clusters, which default rules let pass in either reading.
  [[nodiscard]] const net::AddressSet& pod_ranges(std::optional<model::NetworkId> network) {
    return space(network).pods;
  }
  [[nodiscard]] static bool is_virtual_network(std::string_view tag);
  /// A-VNET-TAG-UDR.
  [[nodiscard]] model::UnknownId routes_unknown();

 private:
  struct Space {
    net::AddressSet certain;
    std::vector<AddressMatch::Open> open;
    net::AddressSet pods;
    net::AddressSet routes;
  };
  const Space& space(std::optional<model::NetworkId> network);
  Space space_of(model::NetworkId network);
  void add_peerings(model::NetworkId network, Space& space);
  void add_routes(model::NetworkId network, Space& space);
  void add_open(Space& space, model::UnknownId unknown, const net::AddressSet& addresses);
  AddressMatch virtual_network(const Space& space, const TagReading& reading);
  AddressMatch internet(const Space& space, const TagReading& reading);
  AddressMatch published(const std::string& tag);

  const model::Cloud* cloud_;
  Unknowns* unknowns_;
  std::map<std::optional<model::NetworkId>, Space> spaces_;
};

}  // namespace polreach::compiler
