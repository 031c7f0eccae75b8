// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "policies/source/source_map.h"

namespace polreach::source {

enum class Severity { Error, Warning, Note };

/// A problem in the input. `code` is one of the stable names of docs/diagnostics.md.
struct Diagnostic {
  Severity severity = Severity::Error;
  std::string_view code;  // a string literal
  std::string message;    // what is wrong, one line, no final full stop
  Span where;             // the place, if there is one
  std::string subject;    // the object at fault, as "NetworkPolicy shop/web"; may be empty
  std::string help;       // what to do; may be empty
  Span other;             // a second place, e.g. the first of two duplicates; may not exist
  std::string other_message;
};

/// Collects the problems of a run. Holds at most kMostKept of each severity; the rest are counted.
class Diagnostics {
 public:
  static constexpr std::size_t kMostKept = 1000;

  void add(Diagnostic diagnostic);

  [[nodiscard]] std::size_t errors() const { return errors_; }
  [[nodiscard]] std::size_t warnings() const { return warnings_; }
  /// How many were added and not kept.
  [[nodiscard]] std::size_t dropped() const { return dropped_; }
  [[nodiscard]] const std::vector<Diagnostic>& all() const { return all_; }
  /// By place, then code: the order does not depend on the order in which files were read.
  [[nodiscard]] std::vector<Diagnostic> sorted(const SourceMap& sources) const;

 private:
  std::vector<Diagnostic> all_;
  std::size_t kept_[3] = {0, 0, 0};
  std::size_t errors_ = 0;
  std::size_t warnings_ = 0;
  std::size_t dropped_ = 0;
};

}  // namespace polreach::source
