// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <ostream>
#include <string>

#include "policies/source/progress.h"

namespace polreach::cli {

/// What a line of progress says: the stage, done of total, and the rate, in at most `width` columns
/// (0: any number). "deciding 1,200 of 50,000 pairs, 300/s". Bytes are shown as MB.
[[nodiscard]] std::string progress_text(const source::Progress::Now& now,
                                        std::chrono::nanoseconds since, std::size_t width);

/// A line on the terminal behind standard error that says how far work is that takes longer than a
/// second (policies/source/progress.h). Whatever else is written erases it first; it is gone when
/// this is. It has no colour.
class ProgressLine {
 public:
  /// Keeps references to both. A thread draws; only the one that made this may write.
  ProgressLine(std::ostream& out, std::ostream& err);
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  ~ProgressLine();

  /// Whether the terminal, by $TERM, can erase a line.
  [[nodiscard]] static bool is_possible();

  /// The same streams, for all that is written while this lives.
  [[nodiscard]] std::ostream& out();
  [[nodiscard]] std::ostream& err();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace polreach::cli
