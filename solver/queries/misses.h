// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "compiler/resolve/view.h"

namespace polreach::solver::queries {

/// Why a peer does not match the other end, in a few words: "the pod lacks tier=backend". The peer
/// must not match it for certain.
[[nodiscard]] std::string why_not(const compiler::Cluster& cluster, model::NamespaceId policy_ns,
                                  const model::Peer& peer, const compiler::End& other);

/// A requirement as kubectl writes it: "tier=backend", "tier in (a, b)", "!tier".
[[nodiscard]] std::string to_string(const model::Model& model,
                                    const model::Requirement& requirement);

}  // namespace polreach::solver::queries
