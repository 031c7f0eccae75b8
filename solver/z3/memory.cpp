// SPDX-License-Identifier: Apache-2.0
#include "solver/z3/memory.h"

#include <z3++.h>

#include <algorithm>
#include <new>

#include "solver/z3/budget.h"

namespace polreach::solver::z3 {
namespace {

constexpr unsigned kBitsOfMebi = 20;
/// The share of Z3, in quarters.
constexpr std::uint64_t kShare = 3;

bool is_shared = false;
int limit = kMemoryLimit;

/// What a context takes before it is asked anything, and more. Z3 makes none where it gets less,
/// and its C++ interface does not look.
constexpr std::size_t kContext = std::size_t(16) << kBitsOfMebi;

}  // namespace

void share_memory(std::uint64_t bytes) {
  const std::uint64_t share = (bytes >> kBitsOfMebi) / 4 * kShare;
  is_shared = share < static_cast<std::uint64_t>(kMemoryLimit);
  // 0 would be no limit for Z3.
  limit = is_shared ? std::max(1, static_cast<int>(share)) : kMemoryLimit;
}

void apply_memory_limit() {
  if (is_shared) {
    // Of the whole run: where there is too little, the new handler is called.
    ::operator delete(::operator new(kContext));
    const std::uint64_t most = static_cast<std::uint64_t>(limit) << kBitsOfMebi;
    if (Z3_get_estimated_alloc_size() + kContext > most) heed_memory("memory");
  }
  ::z3::set_param("memory_max_size", limit);
}

void heed_memory(std::string_view why) {
  if (!is_shared || why.find("mem") == std::string_view::npos) return;
  const std::new_handler handler = std::get_new_handler();
  if (handler != nullptr) handler();
  throw std::bad_alloc();
}

}  // namespace polreach::solver::z3
