// SPDX-License-Identifier: Apache-2.0
#include "cli/limits.h"

#include <array>
#include <charconv>
#include <sstream>
#include <string>
#include <utility>

#include "cli/ending.h"
#include "cli/profile.h"
#include "cli/progress.h"
#include "cli/report/json.h"
#include "cli/report/style.h"
#include "solver/z3/memory.h"

namespace polreach::cli {
namespace {

struct Unit {
  std::string_view name;
  double seconds;
};

constexpr std::array<Unit, 4> kTimeUnits = {{{"", 1}, {"s", 1}, {"m", 60}, {"h", 3600}}};
constexpr double kLongest = 365.0 * 24 * 3600;
constexpr double kNanoseconds = 1e9;

constexpr std::string_view kSizeLetters = "KMGT";
constexpr unsigned kBitsPerLetter = 10;

struct Reached {
  std::string code;
  std::string message;
  std::string help;
};

Reached time_is_over(const Arguments& arguments) {
  Reached reached;
  reached.code = "timeout";
  reached.message = "the time is over (--timeout " + printable(arguments.value("timeout")) + ")";
  reached.help = "give it more time, or ask about a part of the input";
  return reached;
}

Reached memory_is_over(const Arguments& arguments) {
  Reached reached;
  reached.code = "memory";
  reached.message = "the memory is used up (--memory " + printable(arguments.value("memory")) + ")";
  reached.help = "give it more memory, or ask about a part of the input";
  return reached;
}

ending::LastWords last_words(const CommandSpec& command, const Arguments& arguments,
                             const Streams& streams, const Reached& reached) {
  const Style style(wants_colour(arguments.value("color"), streams.err_is_terminal));
  ending::LastWords words;
  words.err = style.red("error[" + reached.code + "]") + ": " + style.bold(reached.message) +
              "\n  help: " + reached.help + "\nno verdict: the run was ended before it had one\n";
  if (arguments.value("format") == "json") {
    std::ostringstream json;
    write_json_error(json, "polreach." + std::string(command.name) + "/v1", nullptr, reached.code,
                     reached.message, reached.help);
    words.out = json.str();
  }
  return words;
}

}  // namespace

std::optional<std::chrono::nanoseconds> parse_time(std::string_view text) {
  double number = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (error != std::errc()) return std::nullopt;
  const std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
  for (const Unit& each : kTimeUnits) {
    if (each.name != unit) continue;
    const double seconds = number * each.seconds;
    // Less than what the timer tells apart would be no limit, and what is no number none either.
    if (!(seconds >= 1e-6 && seconds <= kLongest)) return std::nullopt;
    return std::chrono::nanoseconds(static_cast<std::int64_t>(seconds * kNanoseconds));
  }
  return std::nullopt;
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number == 0) return std::nullopt;
  std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
  if (unit.empty() || unit == "B") return number;
  const std::size_t letter = kSizeLetters.find(unit.front());
  if (letter == std::string_view::npos) return std::nullopt;
  unit.remove_prefix(1);
  if (!unit.empty() && unit != "B" && unit != "iB") return std::nullopt;
  const unsigned shift = kBitsPerLetter * (static_cast<unsigned>(letter) + 1);
  if (number > (UINT64_MAX >> shift)) return std::nullopt;
  return number << shift;
}

source::Result<Limits> limits_of(const Arguments& arguments) {
  Limits limits;
  if (arguments.has("timeout")) {
    limits.time = parse_time(arguments.value("timeout"));
    if (!limits.time) {
      return source::failure("--timeout " + arguments.value("timeout") +
                             ": is no time; write seconds, or a number with s, m or h");
    }
  }
  if (arguments.has("memory")) {
    limits.bytes = parse_size(arguments.value("memory"));
    if (!limits.bytes) {
      return source::failure("--memory " + arguments.value("memory") +
                             ": is no size; write bytes, or a whole number with K, M, G or T");
    }
  }
  return limits;
}

struct GuardedRun::Parts {
  explicit Parts(const Streams& given) : original(given) {}

  Streams original;
  bool active = false;
  std::optional<ProgressLine> progress;
  std::optional<std::ostringstream> answer;
  std::optional<Streams> guarded;
};

GuardedRun::GuardedRun(const CommandSpec& command, const Arguments& arguments, const Limits& limits,
                       const Streams& streams)
    : parts_(std::make_unique<Parts>(streams)) {
  // The shell has its own way with Ctrl-C, and a prompt where progress would be.
  if (!streams.owns_process || command.name == "shell") return;
  Parts& parts = *parts_;
  parts.active = true;
  ending::watch_signals();
  std::ostream* out = &streams.out;
  std::ostream* err = &streams.err;
  if (streams.err_is_terminal && !arguments.has("quiet") && ProgressLine::is_possible()) {
    parts.progress.emplace(streams.out, streams.err);
    out = &parts.progress->out();
    err = &parts.progress->err();
  }
  if (limits.time || limits.bytes) out = &parts.answer.emplace();
  parts.guarded.emplace(Streams{streams.in, *out, *err, streams.out_is_terminal,
                                streams.err_is_terminal, streams.in_is_terminal, streams.width,
                                true});
  if (limits.time) {
    ending::limit_time(*limits.time,
                       last_words(command, arguments, streams, time_is_over(arguments)));
  }
  if (limits.bytes) {
    auto words = last_words(command, arguments, streams, memory_is_over(arguments));
    solver::z3::share_memory(*limits.bytes);
    ending::limit_memory(*limits.bytes, std::move(words));
  }
}

GuardedRun::~GuardedRun() {
  if (parts_->active) ending::lift_limits();
}

const Streams& GuardedRun::streams() const {
  return parts_->guarded ? *parts_->guarded : parts_->original;
}

void GuardedRun::finish() {
  Parts& parts = *parts_;
  if (!parts.active) return;
  ending::lift_limits();
  parts.progress.reset();
  if (parts.answer) parts.original.out << parts.answer->str();
}

}  // namespace polreach::cli
