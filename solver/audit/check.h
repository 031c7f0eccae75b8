// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

/// What an audit looks for.
namespace polreach::solver::audit {

/// How much a finding matters, the worst first. Critical: the internet reaches what administers or
/// stores. High: something is open to those whom nobody named. Medium: a protection is missing.
/// Low: configuration that does not do what it seems to. Info: worth knowing.
enum class Severity : std::uint8_t { Critical, High, Medium, Low, Info };

[[nodiscard]] std::string_view name_of(Severity severity);  // "critical", ...

/// The same check in another tool: {"Checkov", "CKV_AZURE_10"}.
struct Elsewhere {
  std::string_view tool;
  std::string_view id;
};

/// A check, as tables and documentation name it.
struct Check {
  std::string_view id;     // stable: lower case, hyphens, never reused
  Severity severity;       // usual; a finding may have another
  std::string_view title;  // what a finding says, without a final full stop
  std::string_view why;    // why it matters: a paragraph
  std::string_view remedy;
  std::span<const Elsewhere> elsewhere;
};

}  // namespace polreach::solver::audit
