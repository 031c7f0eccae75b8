// SPDX-License-Identifier: Apache-2.0
#include "cli/baseline.h"

#define RAPIDJSON_HAS_STDSTRING 1
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <memory>

#include "policies/syntax/reader.h"

namespace polreach::cli {
namespace {

using source::Span;
using syntax::Type;
using syntax::Value;

constexpr std::string_view kBaselineSchema = "polreach.baseline/v1";
constexpr std::string_view kFindingsReportSchema = "polreach.findings/v1";

bool is_fingerprint(std::string_view text) {
  return text.size() == 16 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::string json_string(const std::string& text) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer>(buffer).String(text);
  return buffer.GetString();
}

class BaselineReader : public syntax::Sink {
 public:
  Known known;
  std::string problem;  // empty: none
  Span where;
  bool has_schema = false;

  bool wanted(std::span<const std::string_view> path, const syntax::Tape& /*so_far*/) override {
    if (path[0] == "schema") return true;
    if (path[0] != "findings" && path[0] != "known") return false;
    return path.size() == 1 || path[1] == "check" || path[1] == "fingerprint" || path[1] == "also";
  }

  void object(const syntax::Tape& tape, std::string_view /*list_kind*/,
              std::string_view /*list_api_version*/) override {
    const Value root = tape.root();
    const auto schema = root.is(Type::Mapping) ? root.find("schema") : std::nullopt;
    if (!schema || (schema->text() != kBaselineSchema && schema->text() != kFindingsReportSchema)) {
      return fail(root, "this is no baseline: it has no schema " + std::string(kBaselineSchema) +
                            " or " + std::string(kFindingsReportSchema));
    }
    has_schema = true;
    const auto findings = root.find("findings");
    if (!findings || !findings->is(Type::Sequence)) {
      return fail(root, "the run that wrote this had no verdict: it has no findings");
    }
    for (const Value each : *findings) add(each);
    const auto before = root.find("known");
    if (!before) return;
    if (!before->is(Type::Sequence)) return fail(*before, "known must be a list");
    for (const Value each : *before) add(each);
  }

  void unreadable(const Span& at) override {
    if (!problem.empty()) return;
    problem = "cannot be read as JSON";
    where = at;
  }

 private:
  void fail(const Value& at, std::string what) {
    if (!problem.empty()) return;
    problem = std::move(what);
    where = at.span();
  }

  void add(const Value& finding) {
    const auto check = finding.is(Type::Mapping) ? finding.find("check") : std::nullopt;
    if (!check || !check->is(Type::String)) return fail(finding, "an entry without a check");
    add(finding, std::string(check->text()));
    const auto also = finding.find("also");
    if (!also) return;
    if (!also->is(Type::Sequence)) return fail(*also, "also must be a list");
    for (const Value each : *also) add(each, std::string(check->text()));
  }

  void add(const Value& entry, const std::string& check) {
    const auto print = entry.is(Type::Mapping) ? entry.find("fingerprint") : std::nullopt;
    if (!print || !print->is(Type::String) || !is_fingerprint(print->text())) {
      return fail(entry, "an entry without a fingerprint of 16 hexadecimal digits");
    }
    known.insert({check, std::string(print->text())});
  }
};

}  // namespace

source::Result<Known> read_baseline(const std::string& path) {
  auto text = source::Text::map(path);
  if (!text) return tl::unexpected(text.error());
  source::SourceMap sources;
  const source::FileId file = sources.add(path, std::move(*text));
  source::Diagnostics diagnostics;
  BaselineReader reader;
  syntax::read(sources, file, syntax::Format::Json, {}, diagnostics, reader);
  if (diagnostics.errors() > 0) {
    const source::Diagnostic& first = diagnostics.all().front();
    return source::failure(sources.place(first.where) + ": " + first.message);
  }
  if (!reader.problem.empty()) {
    return source::failure(sources.place(reader.where) + ": " + reader.problem);
  }
  if (!reader.has_schema) return source::failure(path + ": is empty");
  return std::move(reader.known);
}

std::string baseline_text(const std::vector<KnownFinding>& found) {
  std::string text =
      "{\n  \"schema\": \"" + std::string(kBaselineSchema) + "\",\n  \"findings\": [";
  for (std::size_t i = 0; i < found.size(); ++i) {
    text += (i == 0 ? "\n" : ",\n");
    text += "    {\"check\": " + json_string(found[i].check) +
            ", \"fingerprint\": " + json_string(found[i].fingerprint) + "}";
  }
  return text + (found.empty() ? "]\n}\n" : "\n  ]\n}\n");
}

}  // namespace polreach::cli
