// SPDX-License-Identifier: Apache-2.0
#include "cli/report/check_list.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/report/findings_common.h"
#include "cli/report/json.h"

namespace polreach::cli {

namespace audit = solver::audit;

using audit::Check;
using audit::Severity;

namespace {

using Checks = std::span<const Check* const>;

std::string coloured_by_severity(const Style& style, Severity severity, const std::string& text) {
  if (severity <= Severity::High) return style.red(text);
  if (severity == Severity::Medium) return style.yellow(text);
  return severity == Severity::Low ? style.blue(text) : style.dim(text);
}

class CheckListJsonWriter : private JsonWriter {
 public:
  explicit CheckListJsonWriter(std::ostream& out) : JsonWriter(out) {}

  void all(Checks checks) {
    begin("polreach.checks/v1");
    list("checks", checks, [&](const Check* check) {
      json_.StartObject();
      text("id", check->id);
      text("severity", audit::name_of(check->severity));
      text("title", check->title);
      text("why", check->why);
      text("remedy", check->remedy);
      list("elsewhere", check->elsewhere, [&](const audit::Elsewhere& each) {
        json_.StartObject();
        text("tool", each.tool);
        text("id", each.id);
        json_.EndObject();
      });
      json_.EndObject();
    });
    end();
  }
};

}  // namespace

void write_check_list(std::ostream& out, const Style& style, Checks checks, bool brief) {
  std::size_t width = 0;
  for (const Check* const check : checks) width = std::max(width, check->id.size());
  for (const Check* const check : checks) {
    const std::string severity = fmt::format("{:<8}", audit::name_of(check->severity));
    out << fmt::format("{}  {:<{}}  {}\n", coloured_by_severity(style, check->severity, severity),
                       check->id, width, check->title);
    if (brief || check->elsewhere.empty()) continue;
    std::string elsewhere;
    for (const audit::Elsewhere& each : check->elsewhere) {
      elsewhere += fmt::format("{}{} {}", elsewhere.empty() ? "" : ", ", each.tool, each.id);
    }
    out << std::string(width + 12, ' ') << style.dim(elsewhere) << "\n";
  }
  if (!brief) out << "\n" << counted(checks.size(), "check") << "\n";
}

void write_check_list_json(std::ostream& out, Checks checks) {
  CheckListJsonWriter(out).all(checks);
}

}  // namespace polreach::cli
