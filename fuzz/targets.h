// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// What the fuzzers feed, and what must hold of it. Each target takes any bytes; what does not hold
/// ends the process by std::abort, with a message, as a sanitizer would. tests/fuzz feeds them what
/// once was found.
namespace polreach::fuzz {

using Bytes = std::span<const std::uint8_t>;

/// yaml, json: every document is delivered or reported unreadable, with a diagnostic, twice alike.
/// expression: template expressions are read or refused with a place inside the text.
/// commands: the first byte chooses a command, the rest is its standard input: an exit status of 0,
///   1 or 2, no internal error, and, of a part of the runs, the same bytes when it is run again.
/// clusters: a cluster drawn from the bytes and one question about it: the set engine and the
///   replay agree with the oracle, and, of a part of the questions, so does Z3.
/// image: changes of a compiled file whose hashes fit, four bytes each (where, and which bits): it
///   is read, and asked about, or refused.
void yaml(Bytes bytes);
void json(Bytes bytes);
void expression(Bytes bytes);
void commands(Bytes bytes);
void clusters(Bytes bytes);
void image(Bytes bytes);

/// `commands`, with the exit status; 2 for no bytes.
int run_command(Bytes bytes);

struct Target {
  std::string_view name;
  std::string_view holds;  // in words
  void (*run)(Bytes bytes);
};

/// All of them.
[[nodiscard]] const std::vector<Target>& targets();

/// Ends the process where something does not hold.
void demand(bool holds, const char* what, const std::string& detail = {});
/// Of the bytes: any change of them changes it.
[[nodiscard]] inline std::uint64_t number_of(Bytes bytes) {
  std::uint64_t number = 0xCBF29CE484222325ULL;
  for (const std::uint8_t byte : bytes) number = (number ^ byte) * 0x100000001B3ULL;
  return number;
}
[[nodiscard]] inline std::string text_of(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

}  // namespace polreach::fuzz
