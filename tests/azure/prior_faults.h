// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

/// What other analysers and scanners of network security groups are known to get wrong, as small
/// inputs of our own with the answers that Microsoft's documentation demands. Data only: the tests
/// that replay it write the files into a folder and ask.
namespace polreach::azure {

struct PriorFault {
  std::string_view id;     // "analyser-1-...", "scanner-..."
  std::string_view what;   // what goes wrong elsewhere
  std::string_view rules;  // of the group `nsg`, as `az network nsg list -o json` writes them
  std::string_view interface_rules;  // of the group `nsg-vm2`
  std::string_view question;         // words of `polreach can`, without paths
  std::string_view verdict;          // allowed, denied, partly, depends
  std::string_view place;            // where the deciding rule acts; empty: any of several
  std::string_view rule;             // its name; empty where no single rule decides
  /// A file of service tags, to be given with --service-tags; empty: none.
  std::string_view tags = {};
  /// `rules` is a whole ARM template with both groups.
  bool is_template = false;
};

/// The network of all of them (`az network vnet list` and `az network nic list`): vnet 10.0.0.0/16
/// and 172.20.0.0/16 with subnets web (10.0.1.0/24, group `nsg`), db (10.0.2.0/24) and old
/// (172.20.0.0/24); interfaces vm1-nic 10.0.1.4, vm2-nic 10.0.1.5 (group `nsg-vm2`, application
/// group `asg`), vm3-nic 10.0.2.4, vm4-nic 172.20.0.4.
[[nodiscard]] std::string_view prior_fault_networks();
[[nodiscard]] std::string_view prior_fault_interfaces();
/// The file of the groups: `az network nsg list -o json`, or the template.
[[nodiscard]] std::string prior_fault_groups(const PriorFault& fault);

[[nodiscard]] const std::vector<PriorFault>& prior_faults();

}  // namespace polreach::azure
