// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "policies/image/meta.h"

namespace polreach::image {

/// Whether the readers of policies could have made this: what the layers above take for granted
/// (docs of model::Policy and its parts). `namespaces`: how many there are.
[[nodiscard]] bool is_sound(const Core& core, std::size_t namespaces);
[[nodiscard]] bool is_sound(const Traits& traits);
[[nodiscard]] bool is_sound(const Callers& callers, std::size_t endpoints);

/// The code of a diagnostic: small letters, digits and hyphens.
[[nodiscard]] bool is_code(std::string_view text);

}  // namespace polreach::image
