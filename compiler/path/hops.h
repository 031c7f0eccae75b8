// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "compiler/path/site.h"

/// The parts that paths are made of.
namespace polreach::compiler {

/// The two ends of the packet itself.
[[nodiscard]] inline Header packet_header() { return {}; }
/// One of some addresses, which nobody knows. `variable` from 1.
[[nodiscard]] HeaderAddress chosen(std::uint32_t variable, net::AddressSet among);

/// The groups at a guard, where one acts.
void add_guard(Surroundings& around, Path& path, const Guard& guard, model::Direction direction,
               const Header& header);
/// The same where it is not known whether the group at the guard acts on these packets at all.
void add_perhaps(Surroundings& around, Path& path, const Guard& guard, model::Direction direction,
                 const Header& header, model::UnknownId not_acting);
/// All guards of a stand in the order in which a packet meets them: out of it (Egress), or into it.
void add_guards(Surroundings& around, Path& path, const std::vector<Guard>& guards,
                model::Direction direction, const Header& header);

/// The policies of a pod, as they see the other end.
void add_policies(Surroundings& around, Path& path, model::EndpointId self, const Party& other,
                  model::Direction direction, const Header& header);
/// The same where the other end is one of the cluster's nodes: of Cilium no ipBlock matches these,
/// whatever their addresses ("network policies can't use ipBlock to allow access to node or pod
/// IPs"). Where a policy has one that would, what else it says of nodes is open (A-cilium-node).
void add_policies_of_node(Surroundings& around, Path& path, model::EndpointId self,
                          const net::AddressSet& nodes, model::Direction direction,
                          const Header& header);
void add_gate(Path& path, std::string place, std::optional<model::UnknownId> unknown,
              std::string why);

/// "pod shop/web".
[[nodiscard]] std::string name_of(const model::Model& model, model::EndpointId id);

/// Labels joined by ", ", without empty ones.
[[nodiscard]] std::string join_labels(const std::string& a, const std::string& b);

/// What of `addresses` is of a family that `other` has too: packets have one family.
[[nodiscard]] net::AddressSet of_common_family(const net::AddressSet& addresses,
                                               const net::AddressSet& other);

}  // namespace polreach::compiler
