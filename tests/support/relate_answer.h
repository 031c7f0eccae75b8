// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>

namespace polreach::support {

/// What a test wants to know of a polreach.relate/v1 report.
struct RelateAnswer {
  std::string verdict;                        // empty for null
  std::string error;                          // the code of the error, if there is one
  std::map<std::string, std::string> claims;  // "a-within-b": "yes"
  std::string vacuous;
  std::size_t empty = 0;
  std::size_t redundant = 0;
  std::size_t changes = 0;
  /// Everything that the report says, as short sentences: "b-within-a", "a-permits-b no",
  /// "1 broken of a-within-b", "lost kept", "depends A-nodes", "a borrows", "3 empty",
  /// "empty shop/web ingress 2", "redundant shop/web", "perhaps redundant shop/web", and
  /// counterexamples: "only-a shop/web -> shop/db TCP 80", with stated-denied, stated-allowed,
  /// opened-by-a and opened-by-b likewise.
  std::set<std::string> facts;
  /// Whether each counterexample that is certain was replayed.
  bool all_replayed = true;
};

/// Reads a report. Fails the test where the text is no such report.
[[nodiscard]] RelateAnswer read_relate_answer(std::string_view json);

}  // namespace polreach::support
