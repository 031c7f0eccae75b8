// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "policies/image/contents.h"
#include "policies/source/result.h"

namespace polreach::image {

/// A compiled file: all of the contents, and of the texts what places point into. Texts of at most
/// kLargestText bytes are held as a whole, in the order of the files up to kMostText bytes
/// together; of the others the lines that places are in. Equal contents give equal bytes.
///
/// Fails where there is more than 32 bits can number. The diagnostics must hold no error.
[[nodiscard]] source::Result<std::string> write(const Contents& contents);

inline constexpr std::size_t kLargestText = std::size_t{1} << 20U;
inline constexpr std::size_t kMostText = std::size_t{64} << 20U;

}  // namespace polreach::image
