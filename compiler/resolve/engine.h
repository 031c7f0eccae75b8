// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "policies/model/model.h"

namespace polreach::compiler {

/// What the engine that enforces policies makes of them (AKS documentation, "Secure traffic between
/// pods by using network policies", and the pages on migrating from Azure NPM and on Azure CNI
/// powered by Cilium):
///
///   None      policies are stored and not enforced.
///   AzureNpm  NetworkPolicy alone. An ipBlock matches the addresses of pods and nodes; pods with
///             hostNetwork are left alone. On Windows nodes a policy with named ports, SCTP,
///             negative selectors or `except` is not programmed.
///   Calico    an ipBlock matches the addresses of pods and nodes; pods with hostNetwork are left
///             alone.
///   Cilium    an ipBlock matches neither pods nor nodes, since these have identities; pods with
///             hostNetwork have that of their node.

/// Sets the engine of a profile, and the readings that it settles.
void settle(model::ClusterProfile& profile, model::Engine engine);

/// Says in the model which engine it is (Model::engine), takes the policies that the engine does
/// not enforce out of the model (Model::unenforced), and makes gaps of those of which nobody knows
/// what it does with them. `windows`: some of its nodes run Windows, and pods without a node
/// selector may be there.
///
/// For Cilium the known addresses of nodes (Node objects, those of the nodes of pods, and `nodes`)
/// are taken out of ipBlocks.
void enforce(model::Model& model, model::Engine engine, bool windows, const net::AddressSet& nodes);

/// "Azure NPM", "Calico", "Cilium", "none".
[[nodiscard]] std::string_view to_string(model::Engine engine);

}  // namespace polreach::compiler
