// SPDX-License-Identifier: Apache-2.0
// SARIF 2.1.0 (OASIS Standard, 27 March 2020). Paragraphs in comments are those of the standard.
#include <algorithm>
#include <map>

#include "cli/help.h"
#include "cli/report/findings_common.h"
#include "cli/report/json.h"
#include "cli/report/table.h"

namespace polreach::cli {

namespace audit = solver::audit;

using audit::Finding;
using audit::Severity;

namespace {

/// §3.27.10
std::string_view sarif_level(Severity severity) {
  switch (severity) {
    case Severity::Critical:
    case Severity::High:
      return "error";
    case Severity::Medium:
      return "warning";
    case Severity::Low:
    case Severity::Info:
      return "note";
  }
  return "none";
}

/// What GitHub sorts by: above 9.0 critical, from 7.0 high, from 4.0 medium, above 0 low.
std::string_view score_of(Severity severity) {
  switch (severity) {
    case Severity::Critical:
      return "9.5";
    case Severity::High:
      return "8.0";
    case Severity::Medium:
      return "5.5";
    case Severity::Low:
      return "2.5";
    case Severity::Info:
      return "0.0";
  }
  return "0.0";
}

/// A path as a URI reference (RFC 3986): what is not unreserved is written as percent and hex.
std::string uri_of(std::string_view path) {
  static constexpr std::string_view kHex = "0123456789ABCDEF";
  static constexpr std::string_view kPlain = "-._~/";
  std::string uri = path.starts_with("/") ? "file://" : "";
  for (const char c : path) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          (c >= '0' && c <= '9') || kPlain.find(c) != std::string_view::npos;
    if (is_plain) {
      uri += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    uri += '%';
    uri += kHex[byte >> 4U];
    uri += kHex[byte & 0xFU];
  }
  return uri;
}

/// §3.11.6: "[text](target)" is a link in a plain text message; a name is none.
std::string without_links(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == '[' || c == ']') result += '\\';
    result += c;
  }
  return result;
}

class SarifWriter : private JsonWriter {
 public:
  SarifWriter(std::ostream& out, const FindingsReport& report) : JsonWriter(out), report_(report) {}

  void all() {
    json_.StartObject();
    text("$schema", "https://json.schemastore.org/sarif-2.1.0.json");
    text("version", "2.1.0");
    json_.Key("runs");
    json_.StartArray();
    json_.StartObject();
    tool();
    invocation();
    text("columnKind", "unicodeCodePoints");
    results();
    json_.EndObject();
    json_.EndArray();
    end();
  }

 private:
  void message(const char* key, const std::string& value) {
    json_.Key(key);
    json_.StartObject();
    text("text", value);
    json_.EndObject();
  }

  void tool() {
    json_.Key("tool");
    json_.StartObject();
    json_.Key("driver");
    json_.StartObject();
    text("name", "polreach");
    text("version", kVersion);
    text("semanticVersion", kVersion);
    // A rule that a finding is about and that was not asked for would have no number.
    rules_ = report_.checks;
    const auto add = [&](const audit::Check* check) {
      if (std::find(rules_.begin(), rules_.end(), check) == rules_.end()) rules_.push_back(check);
    };
    for (const Finding& each : report_.findings) add(each.check);
    for (const Suppressed& each : report_.suppressed) add(each.finding.check);
    for (std::size_t i = 0; i < rules_.size(); ++i) index_.emplace(rules_[i], i);
    list("rules", rules_, [&](const audit::Check* each) { rule(*each); });
    json_.EndObject();
    json_.EndObject();
  }

  void rule(const audit::Check& check) {
    json_.StartObject();
    text("id", check.id);
    message("shortDescription", printable(check.title));
    message("fullDescription", printable(check.why.empty() ? check.title : check.why));
    json_.Key("help");
    json_.StartObject();
    std::string plain(check.why);
    std::string marked = markdown(check.why);
    if (!check.remedy.empty()) {
      plain += (plain.empty() ? "What to do: " : "\n\nWhat to do: ") + std::string(check.remedy);
      marked +=
          (marked.empty() ? "**What to do:** " : "\n\n**What to do:** ") + markdown(check.remedy);
    }
    if (plain.empty()) plain = marked = std::string(check.title);
    text("text", plain);
    text("markdown", marked);
    json_.EndObject();
    json_.Key("defaultConfiguration");
    json_.StartObject();
    text("level", sarif_level(check.severity));
    json_.EndObject();
    json_.Key("properties");
    json_.StartObject();
    text("security-severity", score_of(check.severity));
    list("tags", tags_of(check), [&](const std::string& each) { string(each); });
    json_.EndObject();
    json_.EndObject();
  }

  /// §3.8.2.1: each once.
  static std::vector<std::string> tags_of(const audit::Check& check) {
    std::vector<std::string> tags{"network", "security"};
    for (const audit::Elsewhere& each : check.elsewhere) {
      tags.push_back(std::string(each.tool) + "/" + std::string(each.id));
    }
    std::sort(tags.begin(), tags.end());
    tags.erase(std::unique(tags.begin(), tags.end()), tags.end());
    return tags;
  }

  /// §3.20: a check that was not made is told, and the run was not all that was asked for.
  void invocation() {
    json_.Key("invocations");
    json_.StartArray();
    json_.StartObject();
    flag("executionSuccessful", report_.unchecked.empty());
    list("toolExecutionNotifications", report_.unchecked, [&](const audit::Unchecked& each) {
      json_.StartObject();
      text("level", "error");
      message("message", "not checked: " + without_links(printable(each.why)));
      if (const auto at = index_.find(each.check); at != index_.end()) {
        json_.Key("associatedRule");
        json_.StartObject();
        text("id", each.check->id);
        number("index", at->second);
        json_.EndObject();
      }
      json_.EndObject();
    });
    json_.EndObject();
    json_.EndArray();
  }

  void results() {
    json_.Key("results");
    json_.StartArray();
    const std::vector<std::string> prints = fingerprints_of(report_.findings);
    for (std::size_t i = 0; i < prints.size(); ++i) {
      result(report_.findings[i], prints[i], nullptr);
    }
    for (const Suppressed& each : report_.suppressed) {
      result(each.finding, audit::fingerprint(each.finding), &each);
    }
    json_.EndArray();
  }

  void result(const Finding& finding, const std::string& print, const Suppressed* suppressed) {
    json_.StartObject();
    text("ruleId", finding.check->id);
    number("ruleIndex", index_.at(finding.check));
    text("level", sarif_level(finding.severity));
    std::string words = headline(finding) + ".";
    for (const std::string& line : details_of(report_, finding)) words += "\n" + line;
    message("message", without_links(words));
    json_.Key("locations");
    json_.StartArray();
    location(place_of(finding), finding.subject, std::nullopt, "");
    json_.EndArray();
    related(finding);
    json_.Key("partialFingerprints");
    json_.StartObject();
    text("polreachFinding/v1", print);
    json_.EndObject();
    if (suppressed != nullptr) suppression(*suppressed);
    json_.Key("properties");
    json_.StartObject();
    text("severity", audit::name_of(finding.severity));
    text("security-severity", score_of(finding.severity));
    flag("certain", finding.certain);
    json_.EndObject();
    json_.EndObject();
  }

  void related(const Finding& finding) {
    json_.Key("relatedLocations");
    json_.StartArray();
    std::uint64_t id = 0;
    for (const audit::Cause& cause : finding.causes) {
      if (cause.where.exists()) location(cause.where, "", ++id, cause.text);
    }
    json_.EndArray();
  }

  void location(const source::Span& where, const std::string& subject,
                std::optional<std::uint64_t> id, const std::string& words) {
    const auto spot = spot_of(report_, where);
    json_.StartObject();
    if (id) number("id", *id);
    if (spot && spot->is_file) physical(*spot);
    if (!subject.empty()) {
      json_.Key("logicalLocations");
      json_.StartArray();
      json_.StartObject();
      text("fullyQualifiedName", printable(subject));
      json_.EndObject();
      json_.EndArray();
    }
    if (!words.empty()) message("message", without_links(printable(words)));
    json_.EndObject();
  }

  void physical(const Spot& spot) {
    json_.Key("physicalLocation");
    json_.StartObject();
    json_.Key("artifactLocation");
    json_.StartObject();
    text("uri", uri_of(spot.path));
    json_.EndObject();
    json_.Key("region");
    json_.StartObject();
    number("startLine", spot.line);
    number("startColumn", spot.column);
    number("endColumn", spot.end_column);
    json_.EndObject();
    json_.EndObject();
  }

  /// §3.35
  void suppression(const Suppressed& suppressed) {
    json_.Key("suppressions");
    json_.StartArray();
    json_.StartObject();
    text("kind", suppressed.external ? "external" : "inSource");
    text("status", "accepted");
    text("justification", printable(suppressed.reason));
    if (const auto spot = spot_of(report_, suppressed.where); spot && spot->is_file) {
      json_.Key("location");
      json_.StartObject();
      physical(*spot);
      json_.EndObject();
    }
    json_.EndObject();
    json_.EndArray();
  }

  const FindingsReport& report_;
  std::vector<const audit::Check*> rules_;
  std::map<const audit::Check*, std::size_t> index_;
};

}  // namespace

void write_findings_sarif(std::ostream& out, const FindingsReport& report) {
  SarifWriter(out, report).all();
}

}  // namespace polreach::cli
