// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace polreach::source {

/// A failure of the world: a file that cannot be opened, a tool that is missing, a budget that ran
/// out, a solver that gave up. Problems *in* the input are Diagnostics instead.
struct Failure {
  std::string message;
};

/// A bug of ours that was noticed in time: evaluators that disagree. It ends the run without an
/// answer; nothing but the entry of the program catches it.
class InternalError : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

template <typename T>
using Result = tl::expected<T, Failure>;

/// The failing value of any Result.
[[nodiscard]] inline tl::unexpected<Failure> failure(std::string message) {
  return tl::unexpected<Failure>(Failure{std::move(message)});
}

}  // namespace polreach::source
