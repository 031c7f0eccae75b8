// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace polreach::image {

/// Makes the hashes of a compiled file fit again after its bytes were changed, as one who means
/// harm would. The sizes of the sections must be as they were written.
void fit_hashes(std::string& bytes);

}  // namespace polreach::image
