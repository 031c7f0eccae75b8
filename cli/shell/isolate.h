// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>

#include "cli/shell/executor.h"

namespace polreach::cli::shell {

/// Computes an answer in a process of its own, so that Ctrl-C ends the question and nothing else:
/// neither the sets nor Z3 can be stopped half-way. Nothing where it was ended. What goes wrong
/// beyond that is said in the text. Only for programs with one thread.
[[nodiscard]] std::optional<Computed> isolated(const std::function<Computed()>& compute);

}  // namespace polreach::cli::shell
