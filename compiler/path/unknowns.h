// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "policies/model/cloud.h"

namespace polreach::compiler {

/// What the input leaves open, and what the platform's documentation leaves open besides. Starts
/// as the Cloud's list, so that its ids stay valid; Facts of paths point in here.
class Unknowns {
 public:
  explicit Unknowns(const model::Cloud& cloud);

  /// The same scope, id and text twice are one unknown.
  model::UnknownId add(const model::Unknown& unknown);
  /// An unknown about each address by itself: this one, or its like where it is of the world. A set
  /// of addresses that nobody knows is not all or nothing.
  model::UnknownId of_address(model::UnknownId id);

  [[nodiscard]] const model::Unknown& operator[](model::UnknownId id) const {
    return all_[static_cast<std::size_t>(id)];
  }
  [[nodiscard]] const std::vector<model::Unknown>& all() const { return all_; }

 private:
  using Key = std::tuple<model::Unknown::Scope, std::string, std::string>;
  std::vector<model::Unknown> all_;
  std::map<Key, model::UnknownId> index_;
};

}  // namespace polreach::compiler
