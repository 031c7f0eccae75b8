// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

/// Labels that clusters set themselves.
namespace polreach::model {

/// "The Kubernetes control plane sets an immutable label kubernetes.io/metadata.name on all
/// namespaces. The value of the label is the namespace name" (Network Policies, "Targeting a
/// Namespace by its name").
inline constexpr std::string_view kNamespaceNameKey = "kubernetes.io/metadata.name";

}  // namespace polreach::model
