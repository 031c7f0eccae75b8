// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace polreach::syntax {

/// What a reader made of a document that it was offered. A document can hold several things (a
/// list, a page of query results): each is counted.
struct Taken {
  bool ours = false;           // false: another reader may have it, and nothing is counted
  std::size_t used = 0;        // read
  std::size_t irrelevant = 0;  // says nothing about connections
  std::size_t rejected = 0;    // could not be read: the diagnostics say why

  [[nodiscard]] static Taken not_ours() { return {}; }
  [[nodiscard]] static Taken one_used() { return {true, 1, 0, 0}; }
  [[nodiscard]] static Taken one_irrelevant() { return {true, 0, 1, 0}; }
  [[nodiscard]] static Taken one_rejected() { return {true, 0, 0, 1}; }

  Taken& operator+=(const Taken& more) {
    ours = ours || more.ours;
    used += more.used;
    irrelevant += more.irrelevant;
    rejected += more.rejected;
    return *this;
  }
};

}  // namespace polreach::syntax
