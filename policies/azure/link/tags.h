// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "policies/model/cloud.h"

namespace polreach::azure {

/// Whether a text has the form of a service tag: letters, digits, "_" and ".", a letter first.
[[nodiscard]] bool looks_like_tag(std::string_view text);

/// A service tag in Microsoft's spelling: that of the file of tags, else that of the tags that are
/// known without one, else as it was written. INTERNET, VIRTUAL_NETWORK and AZURE_LOADBALANCER are
/// older spellings that the API still takes.
[[nodiscard]] std::string canonical_tag(std::string_view text, const model::ServiceTags& tags);

/// The known tag that a text is one edit away from, where it is no known tag itself: Microsoft adds
/// tags, and only what is as near as that is taken for a mistake.
[[nodiscard]] std::optional<std::string> misspelt_tag(std::string_view text,
                                                      const model::ServiceTags& tags);

}  // namespace polreach::azure
