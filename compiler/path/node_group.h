// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "compiler/path/service_facts.h"
#include "policies/model/cloud.h"

/// The security group that AKS keeps at its nodes, as AKS will write it where the input does not
/// hold it (kubernetes-sigs/cloud-provider-azure, securitygroup.go and accesscontrol.go).
namespace polreach::compiler {

/// The six rules that the platform adds to every group (Azure documentation, "Network security
/// groups overview"). They have no place.
void add_default_rules(model::SecurityGroup& group);

/// The default rules, allowed host ports (from the internet), and what each LoadBalancer Service
/// brings: allow rules from 500 upward, deny-all rules from 4095 downward. The destination is the
/// frontend. `frontend`: where it is known, or is certain to be the packet's destination;
/// Services without known frontends are left out unless they are `at_frontend`.
[[nodiscard]] model::SecurityGroup node_group(const model::ManagedCluster& cluster,
                                              const std::vector<ServiceFacts>& services,
                                              const ServiceFacts* at_frontend = nullptr);

}  // namespace polreach::compiler
