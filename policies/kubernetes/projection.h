// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "policies/kubernetes/kinds.h"
#include "policies/syntax/tape.h"

namespace polreach::kubernetes {

/// Decides which parts of an object are worth keeping while it is read, so that an export of a
/// large cluster costs little more than scanning it. Everything that a reader looks at, or reports
/// as unknown, is kept; before the kind is known, everything is.
class Projection {
 public:
  /// See syntax::Sink::wanted.
  bool wanted(std::span<const std::string_view> path, const syntax::Tape& so_far);

 private:
  std::optional<Role> role_;  // of the object around the current member
};

}  // namespace polreach::kubernetes
