// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "policies/source/result.h"

/// The options of every command, as tables: parsing, --help, the manual page and the completions
/// are all made from them, so that none can say what another does not.
namespace polreach::cli {

struct OptionSpec {
  std::string_view name;      // without dashes
  char letter = '\0';         // a one-letter form, or none
  std::string_view argument;  // what its value is called; empty for a flag
  std::string_view help;      // one sentence, without a final full stop
  std::string_view choices;   // the values there are, separated by '|'; empty: any
  std::string_view fallback;  // the value where it is not given; empty: none
};

struct Arguments;
struct Streams;
class Session;

struct CommandSpec {
  std::string_view name;
  std::string_view synopsis;  // of its arguments
  std::string_view summary;   // one line
  std::string_view description;
  std::span<const OptionSpec> options;
  std::size_t least_arguments = 0;
  bool hidden = false;
  /// A sentence for someone who gave too few arguments.
  std::string_view missing;
  /// Reads the input, asks, reports. Returns the exit status.
  int (*run)(const Arguments& arguments, const Streams& streams) = nullptr;
  /// The same about input that the session has: asks, and reports. Nothing where a command is about
  /// something else than one input. PATHs are not among the arguments then.
  int (*ask)(Session& session) = nullptr;
  /// Whether its text is wrapped to the width of a terminal.
  bool wraps = true;
  /// Reads polreach.yaml itself, for more than the values of its options.
  bool reads_config = false;
};

/// All commands, in the order in which help shows them.
[[nodiscard]] std::span<const CommandSpec* const> commands();
[[nodiscard]] const CommandSpec* find_command(std::string_view name);

/// What was given on a command line.
struct Arguments {
  std::span<const OptionSpec> options;  // of the command
  std::vector<std::string> positional;
  std::map<std::string, std::vector<std::string>, std::less<>> values;

  [[nodiscard]] bool has(std::string_view option) const { return values.contains(option); }
  /// The last value given, or the option's fallback.
  [[nodiscard]] std::string value(std::string_view option) const;
  [[nodiscard]] std::vector<std::string> all(std::string_view option) const;
};

/// Parses what follows the command's name. Fails with a message for the user: an unknown option
/// with the nearest ones, a value that is not among the choices, too few arguments.
source::Result<Arguments> parse(const CommandSpec& command, const std::vector<std::string>& words);

}  // namespace polreach::cli
