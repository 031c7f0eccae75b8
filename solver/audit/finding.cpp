// SPDX-License-Identifier: Apache-2.0
#include "solver/audit/finding.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <tuple>

namespace polreach::solver::audit {
namespace {

/// FNV-1a of 64 bits: names findings, protects nothing.
std::uint64_t hashed(std::uint64_t hash, std::string_view text) {
  for (const char c : text) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3ULL;
  }
  // What ends here is not what goes on in the next field.
  hash ^= 0xFFU;
  return hash * 0x100000001b3ULL;
}

}  // namespace

std::string_view name_of(Severity severity) {
  static constexpr std::array<std::string_view, 5> kNames = {"critical", "high", "medium", "low",
                                                             "info"};
  return kNames[static_cast<std::size_t>(severity)];
}

void sort(std::vector<Finding>& findings) {
  const auto order = [](const Finding& f) {
    return std::tuple(f.severity, f.check->id, std::string_view(f.subject),
                      std::string_view(f.key));
  };
  std::stable_sort(findings.begin(), findings.end(),
                   [&](const Finding& a, const Finding& b) { return order(a) < order(b); });
}

std::string fingerprint(const Finding& finding) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const std::string_view part :
       {finding.check->id, std::string_view(finding.subject), std::string_view(finding.key)}) {
    hash = hashed(hash, part);
  }
  return fmt::format("{:016x}", hash);
}

}  // namespace polreach::solver::audit
