// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "solver/audit/check.h"

namespace polreach::solver::audit::azure {

/// In the order of the table.
enum class Id : std::uint8_t {
  InternetAnyPort,
  InternetSsh,
  InternetRdp,
  InternetSensitive,
  InternetUdp,
  InternetHttp,
  BroadTag,
  AllowRestrictsNothing,
  LateralManagement,
  EgressByRule,
  EgressByDefault,
  EgressBypassesFirewall,
  SubnetNotPrivate,
  SubnetWithoutNsg,
  InterfaceWithoutNsg,
  InterfacePublicAddress,
  NsgNotAttached,
  PrivateEndpointUnfiltered,
  RoutesWidenNetwork,
  IpForwarding,
  DenyNeverActs,
  AllowNeverActs,
  RuleNeverDecides,
  RuleRedundant,
  ProbesDenied,
  NodeGroupRules,
  NoEngine,
  ApiOpen,
  ApiPublic,
  NodePublicIp,
  PublicService,
  RangesInNetwork,
  NpmSkipsPolicies,
  NpmIpBlocks,
  PodsDenied,
  Kubenet,
  FlowLogMissing,
  FlowLogRetention,
  BasicSku,
  HttpRouting,
  GatewayWithoutWaf,
  GatewayDetects,
};

[[nodiscard]] std::span<const Check> checks();
[[nodiscard]] const Check& check(Id id);

}  // namespace polreach::solver::audit::azure
