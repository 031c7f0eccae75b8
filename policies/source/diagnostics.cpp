// SPDX-License-Identifier: Apache-2.0
#include "policies/source/diagnostics.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace polreach::source {

void Diagnostics::add(Diagnostic diagnostic) {
  if (diagnostic.severity == Severity::Error) ++errors_;
  if (diagnostic.severity == Severity::Warning) ++warnings_;
  std::size_t& kept = kept_[static_cast<std::size_t>(diagnostic.severity)];
  if (kept == kMostKept) {
    ++dropped_;
    return;
  }
  ++kept;
  all_.push_back(std::move(diagnostic));
}

std::vector<Diagnostic> Diagnostics::sorted(const SourceMap& sources) const {
  std::vector<Diagnostic> result = all_;
  std::stable_sort(result.begin(), result.end(), [&](const Diagnostic& a, const Diagnostic& b) {
    if (sources.before(a.where, b.where)) return true;
    if (sources.before(b.where, a.where)) return false;
    return std::tie(a.code, a.message, a.subject) < std::tie(b.code, b.message, b.subject);
  });
  return result;
}

}  // namespace polreach::source
