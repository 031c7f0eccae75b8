// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "cli/shell/completer.h"

namespace polreach::cli::shell {

/// Lines from a terminal, with keys to edit them, completion, and a history that outlives the
/// session. The only part that knows libedit.
class LineEditor {
 public:
  using Complete = std::function<Completion(const std::string& before_cursor)>;

  /// `history`: a file, which need not exist; empty: nothing is kept.
  LineEditor(std::FILE* in, std::FILE* out, const std::string& history, Complete complete);
  LineEditor(const LineEditor&) = delete;
  LineEditor& operator=(const LineEditor&) = delete;
  ~LineEditor();

  /// The next line, without its end; nothing at the end of input (Ctrl-D). A line that was given up
  /// (Ctrl-C) is empty.
  [[nodiscard]] std::optional<std::string> read(const std::string& prompt);
  /// Keeps a line in the history.
  void remember(const std::string& line);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

/// Where the history is kept: polreach/shell-history in $XDG_STATE_HOME, or in ~/.local/state (XDG
/// Base Directory Specification). Makes the folder, for nobody else to read. Empty where there is
/// no place for it.
[[nodiscard]] std::string history_file();

}  // namespace polreach::cli::shell
