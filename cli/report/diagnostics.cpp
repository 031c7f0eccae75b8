// SPDX-License-Identifier: Apache-2.0
#include "cli/report/diagnostics.h"

#include <fmt/format.h>

namespace polreach::cli {
namespace {

using source::Diagnostic;

std::string diagnostic_heading(const Style& style, const Diagnostic& diagnostic) {
  const std::string code = "[" + std::string(diagnostic.code) + "]";
  switch (diagnostic.severity) {
    case source::Severity::Error:
      return style.red("error" + code);
    case source::Severity::Warning:
      return style.yellow("warning" + code);
    case source::Severity::Note:
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
  out << diagnostic_heading(style, diagnostic) << ": ";
  if (diagnostic.where.exists()) out << printable(sources.place(diagnostic.where)) << ": ";
  out << printable(diagnostic.message) << "\n";
}

void write_diagnostic(std::ostream& out, const Style& style, const source::SourceMap& sources,
                      const Diagnostic& diagnostic) {
  if (diagnostic.severity == source::Severity::Note) {
    write_note(out, style, sources, diagnostic);
    return;
  }
  const bool says_subject = diagnostic.subject.empty() ||
                            diagnostic.message.find(diagnostic.subject) != std::string::npos;
  const std::string subject = says_subject ? "" : printable(diagnostic.subject) + ": ";
  out << diagnostic_heading(style, diagnostic) << ": " << subject
      << style.bold(printable(diagnostic.message)) << "\n";
  write_place(out, style, sources, diagnostic.where);
  if (diagnostic.other.exists()) {
    out << "  " << diagnostic.other_message << ":\n";
    write_place(out, style, sources, diagnostic.other);
  }
  if (!diagnostic.help.empty()) out << "  help: " << printable(diagnostic.help) << "\n";
}

std::string escaped(char c) { return fmt::format("\\x{:02x}", static_cast<unsigned char>(c)); }

/// The length of a character at the start that drives a terminal or turns the direction of text:
/// U+0080 to U+009F, U+200E, U+200F, U+202A to U+202E, U+2066 to U+2069. 0 for any other.
std::size_t invisible(std::string_view text) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  if (byte(0) == 0xC2 && byte(1) >= 0x80 && byte(1) <= 0x9F) return 2;
  if (byte(0) != 0xE2) return 0;
  const bool marks = byte(1) == 0x80 && (byte(2) == 0x8E || byte(2) == 0x8F);
  const bool embeddings = byte(1) == 0x80 && byte(2) >= 0xAA && byte(2) <= 0xAE;
  const bool isolates = byte(1) == 0x81 && byte(2) >= 0xA6 && byte(2) <= 0xA9;
  return marks || embeddings || isolates ? 3 : 0;
}

/// Whether a command to a pipeline's agent starts here, whose logs our output goes to: Azure
/// Pipelines looks for "##vso[" anywhere in a line, GitHub's runner for "##[".
bool is_agent_command(std::string_view text) {
  return text.starts_with("##[") || text.starts_with("##vso[");
}

}  // namespace

bool is_utf8(std::string_view text) {
  std::size_t following = 0;
  // Of the byte after the first: some would be a character that a shorter form has, half of a
  // surrogate pair, or beyond the last character (RFC 3629).
  unsigned least = 0x80;
  unsigned most = 0xBF;
  for (char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (following > 0) {
      if (byte < least || byte > most) return false;
      least = 0x80;
      most = 0xBF;
      --following;
    } else if (byte >= 0x80) {
      if (byte < 0xC2 || byte > 0xF4) return false;
      following = byte >= 0xF0 ? 3 : byte >= 0xE0 ? 2 : 1;
      if (byte == 0xE0) least = 0xA0;
      if (byte == 0xED) most = 0x9F;
      if (byte == 0xF0) least = 0x90;
      if (byte == 0xF4) most = 0x8F;
    }
  }
  return following == 0;
}

std::string printable(std::string_view text) {
  // Lines of files that are no UTF-8 are shown too: to say so.
  const bool utf8 = is_utf8(text);
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const std::size_t hidden = utf8 ? invisible(text.substr(i)) : 0;
    if (text[i] == '\t') {
      result += ' ';
    } else if (is_agent_command(text.substr(i))) {
      result += escaped(text[i]);
    } else if (hidden > 0) {
      for (std::size_t j = 0; j < hidden; ++j) result += escaped(text[i + j]);
      i += hidden - 1;
    } else if (byte < 0x20 || byte == 0x7F || (byte >= 0x80 && !utf8)) {
      result += escaped(text[i]);
    } else {
      result += text[i];
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

std::string_view severity_word(source::Severity severity) {
  switch (severity) {
    case source::Severity::Error:
      return "error";
    case source::Severity::Warning:
      return "warning";
    case source::Severity::Note:
      return "note";
  }
  return "?";
}

void write_diagnostics(std::ostream& out, const Style& style, const source::SourceMap& sources,
                       const source::Diagnostics& diagnostics, bool warnings) {
  for (const Diagnostic& diagnostic : diagnostics.sorted(sources)) {
    if (diagnostic.severity == source::Severity::Error || warnings) {
      write_diagnostic(out, style, sources, diagnostic);
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
