// SPDX-License-Identifier: Apache-2.0
// Checks that documentation names exist: in the values of options, in what leaves findings out, and
// in links to the pages of checks.
#include <doctest/doctest.h>

#include <filesystem>
#include <regex>
#include <set>

#include "solver/audit/audit.h"
#include "tests/support/environment.h"

namespace polreach {
namespace {

/// The ids in a list "a, b" or "a,b".
void take_list(const std::string& list, std::set<std::string>& ids) {
  static const std::regex id("[a-z][a-z-]+[a-z]");
  for (auto at = std::sregex_iterator(list.begin(), list.end(), id); at != std::sregex_iterator();
       ++at) {
    ids.insert(at->str());
  }
}

/// What stands where only a check can stand.
std::set<std::string> named_checks(const std::string& text) {
  static const std::regex places[] = {
      std::regex(R"(--(?:only|skip)[ =]([a-z-]+(?:,[a-z-]+)*))"),  // options
      std::regex(R"(polreach\.dev/ignore: *"([a-z, -]+):)"),       // annotations
      std::regex(R"(^ +(?:- )?(?:only|skip|check): *\[?([a-z-]+(?:, *[a-z-]+)*))",
                 std::regex::multiline),                                // polreach.yaml
      std::regex(R"(checks-(?:kubernetes|azure)\.md#([a-z-]+))"),       // links
      std::regex(R"((?:critical|high|medium|low|info)\[([a-z-]+)\])"),  // samples
      std::regex(R"(^ +(?!fail-on)([a-z]+(?:-[a-z]+)+): *(?:critical|high|medium|low|info|off))",
                 std::regex::multiline),  // severities
  };
  std::set<std::string> ids;
  for (const std::regex& place : places) {
    for (auto at = std::sregex_iterator(text.begin(), text.end(), place);
         at != std::sregex_iterator(); ++at) {
      take_list((*at)[1], ids);
    }
  }
  return ids;
}

}  // namespace

TEST_CASE("checks that the documentation names exist") {
  for (const char* page : {"audit.md", "configuration.md"}) {
    const auto ids = named_checks(support::content_of(support::source_folder() / "docs" / page));
    CHECK_MESSAGE(ids.size() >= 2, std::string(page));
    for (const std::string& id : ids) {
      CHECK_MESSAGE(solver::audit::find_check(id) != nullptr, std::string(page) << " names " << id);
    }
  }
}

}  // namespace polreach
