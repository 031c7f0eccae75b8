// SPDX-License-Identifier: Apache-2.0
#include "cli/report/diagnostics.h"

#include <fmt/format.h>

namespace polreach::cli {
namespace {

using source::Diagnostic;
using source::Severity;

std::string heading(const Style& style, const Diagnostic& diagnostic) {
  const std::string code = "[" + std::string(diagnostic.code) + "]";
  switch (diagnostic.severity) {
    case Severity::Error:
      return style.red("error" + code);
    case Severity::Warning:
      return style.yellow("warning" + code);
    case Severity::Note:
      return style.blue("note" + code);
  }
  return code;
}

void write_place(std::ostream& out, const Style& style, const source::SourceMap& sources,
                 const source::Span& where) {
  if (!where.exists()) return;
  out << "  --> " << printable(sources.place(where)) << "\n";
  write_excerpt(out, style, sources, where, "  ");
}

/// Notes change nothing: a line is enough.
void write_note(std::ostream& out, const Style& style, const source::SourceMap& sources,
                const Diagnostic& diagnostic) {
  out << heading(style, diagnostic) << ": ";
  if (diagnostic.where.exists()) out << printable(sources.place(diagnostic.where)) << ": ";
  out << printable(diagnostic.message) << "\n";
}

void write(std::ostream& out, const Style& style, const source::SourceMap& sources,
           const Diagnostic& diagnostic) {
  if (diagnostic.severity == Severity::Note) {
    write_note(out, style, sources, diagnostic);
    return;
  }
  const bool says_subject = diagnostic.subject.empty() ||
                            diagnostic.message.find(diagnostic.subject) != std::string::npos;
  const std::string subject = says_subject ? "" : printable(diagnostic.subject) + ": ";
  out << heading(style, diagnostic) << ": " << subject << style.bold(printable(diagnostic.message))
      << "\n";
  write_place(out, style, sources, diagnostic.where);
  if (diagnostic.other.exists()) {
    out << "  " << diagnostic.other_message << ":\n";
    write_place(out, style, sources, diagnostic.other);
  }
  if (!diagnostic.help.empty()) out << "  help: " << printable(diagnostic.help) << "\n";
}

/// Whether the bytes have the shape of UTF-8.
bool is_utf8(std::string_view text) {
  std::size_t following = 0;
  for (char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (following > 0) {
      if ((byte & 0xC0U) != 0x80U) return false;
      --following;
    } else if (byte >= 0x80) {
      if (byte < 0xC2 || byte > 0xF4) return false;
      following = byte >= 0xF0 ? 3 : byte >= 0xE0 ? 2 : 1;
    }
  }
  return following == 0;
}

}  // namespace

std::string printable(std::string_view text) {
  // Lines of files that are no UTF-8 are shown too: to say so.
  const bool utf8 = is_utf8(text);
  std::string result;
  for (char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\t') {
      result += ' ';
    } else if (byte < 0x20 || byte == 0x7F || (byte >= 0x80 && !utf8)) {
      result += fmt::format("\\x{:02x}", byte);
    } else {
      result += c;
    }
  }
  return result;
}

void write_excerpt(std::ostream& out, const Style& style, const source::SourceMap& sources,
                   const source::Span& where, std::string_view indent) {
  const source::Location location = sources.location(where);
  if (location.column > source::SourceMap::kLongestLine) return;
  const std::string number = std::to_string(location.line);
  out << indent << style.dim(number + " | ") << printable(location.text) << "\n";
  // The caret stands under what is shown: printable() can make characters longer.
  const std::string before = printable(location.text.substr(0, location.column - 1));
  std::size_t columns = 0;
  for (char c : before) columns += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  const std::string_view marked = location.text.substr(
      std::min<std::size_t>(location.column - 1, location.text.size()), location.length);
  std::size_t width = 0;
  for (char c : marked) width += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  out << indent << std::string(number.size(), ' ') << style.dim(" | ") << std::string(columns, ' ')
      << style.blue(std::string(std::max<std::size_t>(width, 1), '^')) << "\n";
}

void write_diagnostics(std::ostream& out, const Style& style, const source::SourceMap& sources,
                       const source::Diagnostics& diagnostics, bool warnings) {
  for (const Diagnostic& diagnostic : diagnostics.sorted(sources)) {
    if (diagnostic.severity == Severity::Error || warnings) {
      write(out, style, sources, diagnostic);
    }
  }
  if (diagnostics.dropped() > 0) {
    out << fmt::format("... and {} more problems that are not shown\n", diagnostics.dropped());
  }
}

std::string describe(const kubernetes::Ledger& ledger) {
  std::string text = fmt::format("read {} {}: {} used", ledger.read(),
                                 ledger.read() == 1 ? "object" : "objects", ledger.used);
  if (ledger.irrelevant > 0) text += fmt::format(", {} irrelevant", ledger.irrelevant);
  if (ledger.unsupported > 0) text += fmt::format(", {} unsupported", ledger.unsupported);
  if (ledger.rejected > 0) text += fmt::format(", {} rejected", ledger.rejected);
  return text;
}

}  // namespace polreach::cli
