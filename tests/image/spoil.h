// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace polreach::image {

/// Makes the hashes of a compiled file fit again after its bytes were changed, as one who means
/// harm would. The table of sections must be as it was written.
void fit_hashes(std::string& bytes);

}  // namespace polreach::image
