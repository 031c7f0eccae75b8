// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "solver/queries/reference.h"

namespace polreach::solver::queries {

/// Whether a reference means a port of a Service: it starts with "svc/", and is not one to a
/// workload in a namespace that is called so (names of workloads hold no colon).
[[nodiscard]] bool is_service_reference(const model::Model& model, std::string_view text);

/// Resolves svc/namespace/name:port (svc/name:port in the default namespace) to the pods behind the
/// Service, and to the ports at which they get what is sent there: that is what policies see. The
/// Service itself opens and closes nothing.
///
/// A headless Service translates nothing: its name stands for the pods' addresses, so that a port
/// number stays what it is (Kubernetes documentation, Service, "Headless Services"); a port name is
/// looked up in DNS, which answers with the target port.
[[nodiscard]] tl::expected<Target, ReferenceError> resolve_service(
    const model::Model& model, std::string_view text, std::string_view default_namespace);

}  // namespace polreach::solver::queries
