// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

/// What the fuzzers feed, and what must hold of it. Each target takes any bytes; what does not hold
/// ends the process by std::abort, with a message, as a sanitizer would. tests/fuzz feeds them what
/// once was found.
namespace polreach::fuzz {

struct Target {
  std::string_view name;
  std::string_view holds;  // in words
  void (*run)(std::span<const std::uint8_t> bytes);
};

/// yaml, json: every document is delivered or reported unreadable, with a diagnostic, twice alike.
/// expression: template expressions are read or refused with a place inside the text.
/// commands: the first byte chooses a command, the rest is its standard input: an exit status of 0,
///   1 or 2, no internal error, and the same bytes when it is run again.
/// clusters: a cluster drawn from the bytes: the set engine, Z3 and the replay agree with the
///   oracle.
[[nodiscard]] const std::vector<Target>& targets();

}  // namespace polreach::fuzz
