// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

/// The memory of Z3. What it may take of its own accord is in budget.h: beyond that the proof is
/// given up. Where the whole run has a limit (--memory), that of Z3 is below it, and reaching it
/// ends the run.
namespace polreach::solver::z3 {

/// The run may take so many bytes.
void share_memory(std::uint64_t bytes);

/// Tells Z3; for each that makes a context to call first.
void apply_memory_limit();

/// `why`: what Z3 gave up for, in its words. Where that is memory, and the run has a limit, this
/// does what an allocation does that fails: std::get_new_handler is called, or std::bad_alloc
/// thrown.
void heed_memory(std::string_view why);

}  // namespace polreach::solver::z3
