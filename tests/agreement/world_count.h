// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "tests/agreement/spec.h"

namespace polreach::agreement {

/// Upper bounds for the worlds between any two endpoints of a spec.
struct WorldCount {
  std::uint64_t choices = 1;  // of readings, placement, labels, nodes and domain names
  std::uint64_t all = 1;      // of addresses too: what the oracle tries
};

[[nodiscard]] WorldCount most_worlds(const Spec& spec);

}  // namespace polreach::agreement
