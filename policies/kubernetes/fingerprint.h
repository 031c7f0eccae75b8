// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "policies/kubernetes/objects.h"

namespace polreach::kubernetes {

/// A text that is equal for two NetworkPolicies whose fields are equal, whatever the places,
/// formats and files they were read from. The order of rules and peers counts.
[[nodiscard]] std::string fingerprint(const PolicyObject& policy);

}  // namespace polreach::kubernetes
