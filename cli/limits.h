// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "cli/options.h"
#include "cli/streams.h"
#include "policies/source/result.h"

/// --timeout and --memory: beyond them there is no verdict.
namespace polreach::cli {

struct Limits {
  std::optional<std::chrono::nanoseconds> time;
  std::optional<std::uint64_t> bytes;
};

/// "90", "0.5", "90s", "5m", "1h": more than nothing, at most a year.
[[nodiscard]] std::optional<std::chrono::nanoseconds> parse_time(std::string_view text);
/// "512M", "2G", "2GiB": a whole number of bytes, or of K, M, G or T (of 1024 each).
[[nodiscard]] std::optional<std::uint64_t> parse_size(std::string_view text);

/// Fails with a message for the user.
[[nodiscard]] source::Result<Limits> limits_of(const Arguments& arguments);

/// One command that is run as the whole process (Streams::owns_process): limits hold for as long as
/// this lives, Ctrl-C ends it, and what takes long shows progress. Otherwise it does nothing, and
/// streams() are those that were given.
///
/// Under a limit the answer is kept, and written by finish(): a run that ends at the limit has
/// written none.
class GuardedRun {
 public:
  GuardedRun(const CommandSpec& command, const Arguments& arguments, const Limits& limits,
             const Streams& streams);
  GuardedRun(const GuardedRun&) = delete;
  GuardedRun& operator=(const GuardedRun&) = delete;
  /// Without finish(), the answer is given up.
  ~GuardedRun();

  [[nodiscard]] const Streams& streams() const;
  void finish();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace polreach::cli
