// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "policies/kubernetes/fields.h"
#include "policies/kubernetes/read_common.h"

namespace polreach::kubernetes {

/// The destination ports of policies of the network policy API. Each function reads one item of a
/// list and gives `before` with what it means at the end. A named port has no protocol there: it
/// stands for the destination's ports of that name of any protocol.

/// An AdminNetworkPolicyPort: portNumber, portRange or namedPort.
std::vector<model::PortMatch> read_admin_port(Fields& fields, const Context& context,
                                              const syntax::Value& value,
                                              std::vector<model::PortMatch> before);
/// A ClusterNetworkPolicyProtocol: tcp, udp or sctp with destinationPort, or destinationNamedPort.
std::vector<model::PortMatch> read_cluster_port(Fields& fields, const Context& context,
                                                const syntax::Value& value,
                                                std::vector<model::PortMatch> before);

}  // namespace polreach::kubernetes
