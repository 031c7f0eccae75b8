// SPDX-License-Identifier: Apache-2.0
// GitLab's code quality report: a list of issues of the Code Climate specification, with the
// members that GitLab reads.
#include <map>

#include "cli/report/findings_common.h"
#include "cli/report/json.h"

namespace polreach::cli {

namespace audit = solver::audit;

using audit::Finding;
using audit::Severity;

namespace {

std::string_view gitlab_severity(Severity severity) {
  switch (severity) {
    case Severity::Critical:
      return "blocker";
    case Severity::High:
      return "critical";
    case Severity::Medium:
      return "major";
    case Severity::Low:
      return "minor";
    case Severity::Info:
      return "info";
  }
  return "info";
}

class GitlabWriter : private JsonWriter {
 public:
  GitlabWriter(std::ostream& out, const FindingsReport& report)
      : JsonWriter(out), report_(report) {}

  void all() {
    json_.StartArray();
    const std::vector<std::string> prints = fingerprints_of(report_.findings);
    for (std::size_t i = 0; i < prints.size(); ++i) {
      const Finding& each = report_.findings[i];
      issue(each.check->id, headline(each), prints[i], gitlab_severity(each.severity),
            spot_of(report_, place_of(each)));
    }
    std::map<std::string, std::size_t> seen;
    for (const audit::Unchecked& each : report_.unchecked) {
      std::string print = "unchecked-" + std::string(each.check->id);
      if (const std::size_t before = seen[print]++; before > 0) {
        print += "-" + std::to_string(before + 1);
      }
      issue(each.check->id, "not checked: " + printable(each.why), print, "blocker", std::nullopt);
    }
    json_.EndArray();
    finish();
  }

 private:
  /// GitLab takes no issue without a place: what has none is shown at the root.
  void issue(std::string_view check, const std::string& description, const std::string& print,
             std::string_view severity, const std::optional<Spot>& spot) {
    json_.StartObject();
    text("type", "issue");
    text("description", description);
    text("check_name", check);
    text("fingerprint", print);
    text("severity", severity);
    list("categories", std::vector<std::string_view>{"Security"},
         [&](std::string_view each) { string(each); });
    json_.Key("location");
    json_.StartObject();
    text("path", spot && spot->is_file ? printable(spot->path) : ".");
    json_.Key("lines");
    json_.StartObject();
    number("begin", spot && spot->is_file ? spot->line : 1);
    json_.EndObject();
    json_.EndObject();
    json_.EndObject();
  }

  const FindingsReport& report_;
};

}  // namespace

void write_findings_gitlab(std::ostream& out, const FindingsReport& report) {
  GitlabWriter(out, report).all();
}

}  // namespace polreach::cli
