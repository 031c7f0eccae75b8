// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compiler/path/routed.h"
#include "compiler/path/service_paths.h"

namespace polreach::compiler {

/// Whether a client's packets are led to the entry of a Service. `around.managed()` must have a
/// value.
[[nodiscard]] Routed routed_to_service(Surroundings& around, const Site& client,
                                       const ServiceFacts& service, Entry entry);

}  // namespace polreach::compiler
