// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <vector>

#include "tests/agreement/spec.h"

namespace polreach::agreement {

/// Every spec that is one step simpler: without one of its parts, or with one thing settled.
[[nodiscard]] std::vector<Spec> simpler(const Spec& spec);

/// A spec that still fails, and of which no simpler() one does.
[[nodiscard]] Spec shrink(Spec spec, const std::function<bool(const Spec&)>& fails);

}  // namespace polreach::agreement
