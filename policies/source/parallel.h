// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>

#include "policies/source/progress.h"

namespace polreach::source {

/// Calls `each` with 0 up to, without, `count`, from the calling thread and one for each further
/// core, in no order. Returns when all calls have returned; `progress` is advanced by each.
///
/// Calls must not depend on each other, must leave alone what they share (each fills a place of its
/// own), and begin no Progress. What one of them throws is thrown here, the rest is left out then.
void in_parallel(std::size_t count, Progress& progress,
                 const std::function<void(std::size_t)>& each);

}  // namespace polreach::source
