// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ostream>

#include "cli/report/style.h"
#include "policies/kubernetes/objects.h"
#include "policies/source/diagnostics.h"

namespace polreach::cli {

/// "error", "warning", "note".
[[nodiscard]] std::string_view severity_word(source::Severity severity);

/// Writes the problems of the input, by place: what is wrong, where, the line with a caret, and
/// what to do.
void write_diagnostics(std::ostream& out, const Style& style, const source::SourceMap& sources,
                       const source::Diagnostics& diagnostics, bool warnings);

/// Writes the line of a place with a caret under it, each line starting with `indent`.
void write_excerpt(std::ostream& out, const Style& style, const source::SourceMap& sources,
                   const source::Span& where, std::string_view indent);

/// "read 34 objects: 25 used, 9 irrelevant".
[[nodiscard]] std::string describe(const kubernetes::Ledger& ledger);

}  // namespace polreach::cli
