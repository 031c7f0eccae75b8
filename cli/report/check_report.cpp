// SPDX-License-Identifier: Apache-2.0
#include "cli/report/check_report.h"

#include <sstream>

#include "cli/report/json.h"

namespace polreach::cli {
namespace {

/// Two documents in one: each is as its own command writes it, and keeps its own schema.
class Json : JsonWriter {
 public:
  explicit Json(std::ostream& out) : JsonWriter(out) {}

  void write(const CheckReport& report, const std::string& findings) {
    begin("polreach.check/v1");
    text("base", report.base);
    text("head", report.head);
    flag("connectionsChanged", report.diff.status == kNo);
    document("diff", report.diff.text);
    document("findings", findings);
    end();
  }

 private:
  void document(const char* key, const std::string& text) {
    json_.Key(key);
    if (text.empty()) {
      json_.Null();
    } else {
      json_.RawValue(text.c_str(), text.size(), rapidjson::kObjectType);
    }
  }
};

source::Result<void> write_check_json(std::ostream& out, const CheckReport& report) {
  std::ostringstream findings;
  auto written = write_findings(findings, "json", Style(false), report.findings, false);
  if (!written) return written;
  Json(out).write(report, std::move(findings).str());
  return {};
}

}  // namespace

source::Result<void> write_check(std::ostream& out, const std::string& format, const Style& style,
                                 const CheckReport& report, bool quiet) {
  if (format == "json") return write_check_json(out, report);
  if (format == "md") {
    out << "## polreach check\n\n" << report.diff.text;
    if (!report.diff.text.empty()) out << "\n";
  } else if (format == "text") {
    out << report.diff.text;
    if (!report.diff.text.empty()) out << "\n";
  }
  return write_findings(out, format, style, report.findings, quiet);
}

}  // namespace polreach::cli
