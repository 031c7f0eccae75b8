// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <tuple>
#include <utility>
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
  /// One more of its kind, with words behind what it is about: always the same for the same two.
  model::UnknownId another(model::UnknownId id, const std::string& words);

  [[nodiscard]] const model::Unknown& operator[](model::UnknownId id) const {
    return all_[static_cast<std::size_t>(id)];
  }
  [[nodiscard]] const std::vector<model::Unknown>& all() const { return all_; }

 private:
  using Key = std::tuple<model::Unknown::Scope, std::string, std::string>;
  std::vector<model::Unknown> all_;
  std::map<Key, model::UnknownId> index_;
  /// By the unknown that they are made from, not by text: two facts can have one text.
  std::map<std::pair<model::UnknownId, std::string>, model::UnknownId> made_;
};

}  // namespace polreach::compiler
