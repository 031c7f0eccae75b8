// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/options.h"
#include "policies/model/model.h"

namespace polreach::cli {

/// The cluster profile that the engine settles, and the options, which win; completed from the
/// input: the address families
/// of pods whose address is not known are those of the addresses that the input holds (pods and
/// Services), IPv4 where it holds none.
[[nodiscard]] model::ClusterProfile profile_of(const Arguments& arguments,
                                               const model::Model& model);

/// The same for lists of all connections, which leave out what comes from a pod's own node.
[[nodiscard]] model::ClusterProfile list_profile_of(const Arguments& arguments,
                                                    const model::Model& model);

/// What --engine says; Unstated where it leaves that to the input.
[[nodiscard]] model::Engine engine_of(const Arguments& arguments);

/// Whether to write colours: as --color says; by default on a terminal, unless NO_COLOR is set
/// (https://no-color.org).
[[nodiscard]] bool wants_colour(const std::string& option, bool is_terminal);

}  // namespace polreach::cli
