// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

/// What can be typed at the prompt of `polreach shell`: the table of its questions, from which
/// parsing, completion and help are made, and a line of it taken apart.
namespace polreach::cli::shell {

enum class Kind : std::uint8_t {
  Can,
  Reaches,  // who reaches X, what reaches X
  Reached,  // what does X reach
  Why,
  Again,
  Delete,
  Apply,
  Undo,
  Exposure,
  Show,
  Source,
  Map,
  Audit,
  Reload,
  Help,
  Quit,
};

/// What stands in a place of a question: which names complete it.
enum class Slot : std::uint8_t {
  Place,     // what can be asked about: a workload, a Service, addresses, a subnet
  Port,      // 80, 8000-8080, http, 53/udp
  Policy,    // namespace/name
  Object,    // whatever `show` can show
  Scope,     // a namespace or a workload
  Space,     // a namespace
  File,      // the rest of the line
  Citation,  // a number, or file:line
  Word,      // the first word of a question
};

struct QuestionSpec {
  Kind kind;
  std::string_view id;       // in JSON, and for help
  std::string_view form;     // "can SOURCE DESTINATION [PORT]"
  std::string_view summary;  // one line
  std::string_view more;     // what else help says of it; may be empty
  /// The words that it starts with, joined by spaces, several joined by '|'.
  std::string_view starts;
  std::span<const Slot> slots;
  std::size_t least = 0;  // how many of the slots must be filled
};

/// All questions, in the order in which help shows them.
[[nodiscard]] std::span<const QuestionSpec> questions();
[[nodiscard]] const QuestionSpec& spec_of(Kind kind);

/// Something that is wrong with a line. `code` as in docs/diagnostics.md.
struct Mistake {
  std::string code;
  std::string message;
  std::string help;
};

struct Question {
  Kind kind = Kind::Help;
  std::vector<std::string> words;  // what fills the slots, in order; names are as they were written
};

/// What a line of text starts with, for completion: the question, and the words behind its start;
/// the last of them is the one that is being written, and may be empty. Nothing where no start is
/// complete yet.
struct Beginning {
  const QuestionSpec* spec = nullptr;
  std::vector<std::string> words;
};
[[nodiscard]] Beginning beginning_of(std::string_view line);

/// Takes a line apart. Words that only make a sentence of it ("can pod A reach B on port 80") may
/// be left out. An empty line, and one that starts with #, is not to be parsed.
[[nodiscard]] tl::expected<Question, Mistake> parse(std::string_view line);

/// The words of a line; "two words" in double quotes are one.
[[nodiscard]] std::vector<std::string> split(std::string_view line);

}  // namespace polreach::cli::shell
