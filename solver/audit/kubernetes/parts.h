// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

#include "solver/audit/kubernetes/context.h"

/// The checks by what they look at, a file each.
namespace polreach::solver::audit::kubernetes {

/// The table. `check` throws an InternalError where there is no check of that id.
[[nodiscard]] std::span<const Check> checks();
[[nodiscard]] const Check& check(std::string_view id);

void audit_engine(Context& context);      // what the engine does not act on
void audit_unselected(Context& context);  // pods, and pods to come, that no policy selects
void audit_openings(Context& context);    // what rules open to those whom nobody named
void audit_entrances(Context& context);  // what the internet reaches, and what it should and cannot
void audit_egress(Context& context);     // where pods get to
void audit_callbacks(Context& context);  // what the API server calls, and cannot
void audit_api_server(Context& context);  // who gets to the API server
void audit_node_ports(Context& context);  // Services that nodes open ports for
void audit_nodes(Context& context);       // pods that use the network of their node
void audit_selectors(Context& context);   // selectors and port names that match nothing
void audit_dead(Context& context);        // policies and rules that change nothing

}  // namespace polreach::solver::audit::kubernetes
