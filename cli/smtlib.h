// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "cli/session.h"
#include "solver/z3/transcript.h"

namespace polreach::cli {

/// What --smtlib FILE asks for: the questions that were put to Z3, for another solver.
class SmtLibFile {
 public:
  explicit SmtLibFile(Session& session);

  /// Where provers add their questions; nullptr where no file was asked for.
  [[nodiscard]] solver::z3::Transcript* transcript() {
    return transcript_ ? &*transcript_ : nullptr;
  }
  /// Writes the file, if one was asked for. False where it cannot be written: that has been said.
  bool write();

 private:
  Session& session_;
  std::optional<solver::z3::Transcript> transcript_;
};

}  // namespace polreach::cli
