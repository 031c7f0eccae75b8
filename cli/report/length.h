// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace polreach::cli {

/// How much of an answer a report for people shows. Programs get all of it.
enum class Length : std::uint8_t {
  Verdict,  // one line
  Answer,   // which packets, what that depends on, and the rules behind it in a line each
  Full,     // with the lines of the manifests, near misses, a witness, and what is assumed
};

}  // namespace polreach::cli
