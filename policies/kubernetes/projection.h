// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
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
  void learn_role(const syntax::Tape& so_far);

  std::optional<Role> role_;  // of the object around the current member
  // What was classified last: most objects are of the same kind as the one before.
  std::string last_version_;
  std::string last_kind_;
  Role last_role_ = Role::Irrelevant;
};

}  // namespace polreach::kubernetes
