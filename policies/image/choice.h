// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "policies/image/load.h"
#include "policies/image/meta.h"
#include "policies/image/numbers.h"

namespace polreach::image {

/// Which entries of a file are read.
struct Choice {
  /// The workloads, with those of their endpoints that are read; nothing: all.
  std::map<std::uint32_t, std::optional<std::vector<std::uint32_t>>> workloads;
  Numbers services;
  Numbers policies_of;  // namespaces
};

/// What image::load promises to read. False where the file is damaged.
[[nodiscard]] bool choose(const Image& image, const std::optional<Wanted>& wanted,
                          const Summary& summary, Choice& choice);

}  // namespace polreach::image
