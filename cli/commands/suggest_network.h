// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "cli/ports.h"
#include "cli/session.h"
#include "compiler/resolve/cluster.h"
#include "solver/audit/finding.h"

namespace polreach::cli {

/// `polreach suggest` between two places of a network: rules of security groups. `options`: how
/// the input was read, to read it again with the suggestion. Returns the exit status.
int run_suggest_network(Session& session, const InputOptions& options,
                        const compiler::Cluster& pods, const AskedPackets& packets);

/// Likewise what closes a finding whose opening is a security group's.
int run_suggest_group(Session& session, const InputOptions& options, const compiler::Cluster& pods,
                      const solver::audit::Finding& finding);

/// The input with a template beside it, read again. Fails where that has problems of its own.
[[nodiscard]] source::Result<std::unique_ptr<Input>> read_with(const Input& given,
                                                               InputOptions options,
                                                               const std::string& arm);

}  // namespace polreach::cli
