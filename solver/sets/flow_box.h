// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "policies/net/address_set.h"
#include "policies/net/flow.h"

namespace polreach::solver::sets {

/// A set of headers: every combination of what its parts hold. Of protocols without ports, the
/// ports say nothing; of an end that is not asked about, its addresses.
struct FlowBox {
  net::ProtocolSet protocols;
  net::AddressSet source;
  net::AddressSet destination;
  net::PortSet source_ports;
  net::PortSet destination_ports;
  friend auto operator<=>(const FlowBox&, const FlowBox&) = default;
};

}  // namespace polreach::solver::sets
