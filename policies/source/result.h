// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace polreach::source {

/// A failure of the world: a file that cannot be opened, a tool that is missing, a budget that ran
/// out, a solver that gave up. Problems *in* the input are Diagnostics instead.
struct Failure {
  std::string message;
};

template <typename T>
using Result = tl::expected<T, Failure>;

/// The failing value of any Result.
[[nodiscard]] inline tl::unexpected<Failure> failure(std::string message) {
  return tl::unexpected<Failure>(Failure{std::move(message)});
}

}  // namespace polreach::source
