// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/ports.h"
#include "cli/session.h"

namespace polreach::cli {

/// `polreach can` where the input holds a network around the cluster, or a network alone: pods,
/// subnets, interfaces, nodes, service tags and addresses, and every enforcement point between two
/// of them. The input has been read. Gives the exit status.
int run_can_network(Session& session, const AskedPackets& packets);

}  // namespace polreach::cli
