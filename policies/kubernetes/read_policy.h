// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "policies/kubernetes/read_common.h"

namespace polreach::kubernetes {

/// Reads a NetworkPolicy (networking.k8s.io/v1, and the same shape in extensions/v1beta1), with the
/// API server's validation and defaults:
/// - without policyTypes a policy covers ingress, and egress if it has egress rules;
/// - rules in a direction that policyTypes leaves out do nothing, which is warned about;
/// - a peer holds podSelector and/or namespaceSelector, or ipBlock alone;
/// - `except` lies strictly inside `cidr`; endPort needs a number as port and is not below it.
void read_network_policy(Fields& fields, const Context& context, const syntax::Value& root,
                         Objects& objects);

}  // namespace polreach::kubernetes
