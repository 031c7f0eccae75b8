// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "policies/intents/intent.h"

/// Writes files of intents, as `read` reads them.
namespace polreach::intents {

struct DraftMember {
  std::string reference;
  std::vector<std::string> except;  // of a CIDR
};

/// An intent to be written, with a comment above it: one line an item.
struct Draft {
  std::vector<std::string> comment;
  std::string name;
  std::vector<DraftMember> from;
  std::vector<DraftMember> to;
  std::vector<std::string> ports;
  Expect expect = Expect::OnlyFrom;
};

/// `heading`, `remarks`: comments at the start and at the end of the file, one line an item.
[[nodiscard]] std::string write(const std::vector<std::string>& heading,
                                const std::vector<Draft>& drafts,
                                const std::vector<std::string>& remarks);

}  // namespace polreach::intents
