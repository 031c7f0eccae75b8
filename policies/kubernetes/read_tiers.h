// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "policies/kubernetes/fields.h"
#include "policies/kubernetes/objects.h"
#include "policies/kubernetes/read_common.h"

namespace polreach::kubernetes {

/// Reads a policy of the network policy API (policy.networking.k8s.io): a ClusterNetworkPolicy
/// (v1alpha2), an AdminNetworkPolicy or a BaselineAdminNetworkPolicy (v1alpha1), and adds it to the
/// objects unless a field is wrong. Refuses what the schemas of the custom resources refuse.
///
/// A peer with one field that is not known may be of a newer version of the API, which says to fail
/// closed (ClusterNetworkPolicyIngressPeer): a rule that allows then matches nothing, one that
/// denies or passes denies everything. The warning `unknown-peer` says so.
void read_tier_policy(Fields& fields, const Context& context, const syntax::Value& root,
                      std::string_view kind, Objects& objects);

}  // namespace polreach::kubernetes
