// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "tests/oracle/oracle.h"

namespace polreach::oracle {

/// All truth assignments that an evaluation can tell apart. The evaluation asks for the truth of
/// facts as it meets them; run it again until next() says that all answers have been given. It must
/// ask in the same order where it got the same answers.
template <typename Key>
class Choices {
 public:
  bool operator()(const Key& key) {
    const auto same = [&](const auto& asked) { return asked.first == key; };
    const auto found = std::find_if(asked_.begin(), asked_.end(), same);
    if (found != asked_.end()) return found->second;
    asked_.emplace_back(key, false);
    return false;
  }

  /// Turns the last answer that was no into yes, and forgets those after it; false: none is left.
  bool next() {
    while (!asked_.empty() && asked_.back().second) asked_.pop_back();
    if (asked_.empty()) return false;
    asked_.back().second = true;
    return true;
  }

  [[nodiscard]] const std::vector<std::pair<Key, bool>>& asked() const { return asked_; }

 private:
  std::vector<std::pair<Key, bool>> asked_;
};

/// Which of the two answers have been met.
struct Met {
  bool yes = false;
  bool no = false;

  void add(bool answer) { (answer ? yes : no) = true; }
  [[nodiscard]] bool both() const { return yes && no; }
  [[nodiscard]] Tri tri() const { return both() ? Tri::Sometimes : yes ? Tri::Always : Tri::Never; }
};

}  // namespace polreach::oracle
