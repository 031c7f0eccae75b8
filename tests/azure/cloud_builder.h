// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/path/path.h"
#include "compiler/path/unknowns.h"

/// Small clouds by hand, and what their filters decide.
namespace polreach::support {

[[nodiscard]] net::Address address(std::string_view text);
[[nodiscard]] net::Prefix prefix(std::string_view text);
[[nodiscard]] net::AddressSet addresses(std::string_view cidr);

/// A term as people write it: "*", a CIDR or address, else a service tag.
[[nodiscard]] model::AddressTerm term(const std::string& text);
/// "Allow 100 Tcp 10.0.0.0/8 -> VirtualNetwork 443"; ports "*" or a number; protocol "*" for any.
[[nodiscard]] model::SecurityRule rule(const std::string& text);

struct CloudBuilder {
  model::Cloud cloud;

  model::UnknownId unknown(const std::string& id, model::Unknown::Scope scope);
  /// With the default rules.
  model::GroupId group(const std::string& name, const std::vector<std::string>& inbound = {},
                       const std::vector<std::string>& outbound = {});
  model::NetworkId network(const std::string& name, std::string_view cidr);
  model::SubnetId subnet(model::NetworkId network, const std::string& name, std::string_view cidr,
                         std::optional<model::GroupId> group = {});
  model::InterfaceId interface(const std::string& name, model::SubnetId subnet,
                               std::string_view address, std::optional<model::GroupId> group = {});
  void peer(model::NetworkId from, model::NetworkId to);
  void route(model::SubnetId subnet, std::string_view cidr, model::NextHop hop);
  model::ManagedClusterId cluster(model::NetworkMode mode, std::optional<model::SubnetId> nodes,
                                  std::optional<model::SubnetId> pods = {});
};

/// What a filter decides on a header, where the unknowns with the ids in `holding` hold and no
/// others do. The name of the deciding rule.
struct Decision {
  bool passes = false;
  std::string rule;
};
[[nodiscard]] Decision decide(const compiler::Filter& filter, const net::Flow& flow,
                              const compiler::Unknowns& unknowns,
                              const std::set<std::string>& holding = {});

[[nodiscard]] net::Flow tcp(std::string_view source, std::string_view destination, net::Port port);

}  // namespace polreach::support
