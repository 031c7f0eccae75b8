// SPDX-License-Identifier: Apache-2.0
// Holds docs/checks-azure.md against the table of checks: a section for each, in its order, with
// its texts.
#include <doctest/doctest.h>

#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "solver/audit/audit.h"
#include "solver/audit/azure/checks.h"
#include "tests/support/environment.h"

namespace polreach {
namespace {

using solver::audit::Check;

struct Section {
  std::string heading;
  std::string text;
};

/// Those of the second level.
std::vector<Section> sections() {
  std::istringstream in(support::content_of(support::source_folder() / "docs/checks-azure.md"));
  std::vector<Section> result;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("## ")) {
      result.push_back({line.substr(3), ""});
    } else if (!result.empty()) {
      result.back().text += line + "\n";
    }
  }
  return result;
}

std::string elsewhere(const Check& check) {
  std::string text;
  for (const auto& each : check.elsewhere) {
    text += (text.empty() ? "Elsewhere: " : ", ") + std::string(each.tool) + " `" +
            std::string(each.id) + "`";
  }
  return text.empty() ? text : text + "\n\n";
}

TEST_CASE("checks of Azure are documented as they are") {
  const std::vector<Section> all = sections();
  const auto checks = solver::audit::azure::checks();
  REQUIRE(all.size() == checks.size() + 1);
  CHECK(all.back().heading == "What is not decided");
  for (std::size_t i = 0; i < checks.size(); ++i) {
    const Check& check = checks[i];
    CAPTURE(std::string(check.id));
    CHECK(all[i].heading == check.id);
    const std::string head = "\n**" + std::string(check.title) + "** · " +
                             std::string(name_of(check.severity)) + "\n\n" +
                             std::string(check.why) + "\n\n*What to do:* " +
                             std::string(check.remedy) + "\n\n" + elsewhere(check);
    const std::string text = all[i].text;
    CHECK(text.substr(0, head.size()) == head);
    // How it is decided.
    CHECK(text.size() > head.size() + 3);
  }
}

TEST_CASE("ids of checks are used once, and the audit knows them") {
  std::map<std::string_view, int> count;
  for (const Check& check : solver::audit::azure::checks()) {
    ++count[check.id];
    CHECK(solver::audit::find_check(check.id) == &check);
    CHECK(check.id.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") ==
          std::string_view::npos);
    CHECK_FALSE(check.title.ends_with("."));
  }
  for (const auto& [id, times] : count) CHECK(times == 1);
}

}  // namespace
}  // namespace polreach
