// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "policies/azure/resource.h"
#include "policies/model/cloud.h"
#include "policies/source/diagnostics.h"

namespace polreach::azure {

struct LinkOptions {
  /// Errors become warnings, and what they are about is left open (`A-unreadable`).
  bool keep_going = false;
};

/// Resources, whatever they were written in, to the model: children and patches are merged into
/// what they are a part of, references are resolved, values are checked as Azure's API checks them,
/// and the six default rules are added to every security group.
///
/// The same resource twice counts once where nothing that matters differs, and is the error
/// `duplicate-object` otherwise. Two ids are one resource where they may be (see may_be_same) and
/// nothing else in the input may be it.
///
/// What the input refers to and does not hold is there, and open:
/// - a security group: `missing`. So is one of which only some rules are in the input (rules that
///   are resources of their own): the rules are in its lists for explanations, but they decide
///   nothing, since any rule may stand before them;
/// - a network: its addresses are open (`space.more`), and it has a peering with an unknown
/// network;
/// - a subnet: its addresses, its group and its routes are open;
/// - an interface: it has one address, which is not known, and its group is open;
/// - a route table: `missing`; an application group: `more`.
///
/// What could not be evaluated:
/// - a whole rule, or a list of rules: a rule in both directions that matches everything, with
///   `access_open` and `priority_open`; a rule's direction: the rule is in both directions, with
///   `only_if`. A rule with an error becomes such a rule too;
/// - a condition of a rule: `only_if`; of a group, or of the association of a group with a subnet
///   or interface: `group_open` beside `group` (either that group acts there, or none); of
///   a route: `open`; of a peering: as below; of a pool: `open`; of
///   anything else: nothing, since a question about a subnet presupposes that it exists;
/// - a reference to a group: `group_open` without `group` (some group acts there, or none);
/// - who is connected with a network (its list of subnets or peerings, whether a peering exists or
///   gives access): a peering without `network` and with `remote.more`;
/// - privateEndpointNetworkPolicies: Enabled, with `group_open` and `routes_open`;
/// - whether an interface has a public address: it has one, as an audit must assume.
model::Cloud link(const Resources& resources, model::ServiceTags tags, const LinkOptions& options,
                  const source::SourceMap& sources, source::Diagnostics& diagnostics);

}  // namespace polreach::azure
