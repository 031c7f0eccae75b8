// SPDX-License-Identifier: Apache-2.0
// Holds docs/assumptions.md against the source: every assumption that an answer can name is in one
// of its tables, and the tables name no others.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "tests/support/environment.h"

namespace polreach {
namespace {

namespace fs = std::filesystem;

/// The ids in quotes in the source of what can write them into an answer.
std::set<std::string> ids_of_program() {
  const std::regex id(R"re("(A-[A-Za-z0-9-]+)")re");
  std::set<std::string> ids;
  for (const char* folder : {"policies", "compiler", "solver", "cli"}) {
    for (const auto& entry : fs::recursive_directory_iterator(support::source_folder() / folder)) {
      const fs::path extension = entry.path().extension();
      if (extension != ".cpp" && extension != ".h") continue;
      const std::string text = support::content_of(entry.path());
      for (auto at = std::sregex_iterator(text.begin(), text.end(), id);
           at != std::sregex_iterator(); ++at) {
        ids.insert((*at)[1].str());
      }
    }
  }
  return ids;
}

struct Page {
  std::vector<std::string> rows;      // ids in the first column of a table
  std::vector<std::string> linked;    // those of them that link to a section
  std::vector<std::string> sections;  // headings that are ids
};

Page page() {
  const std::regex row(R"re(^\| (\[?)(A-[A-Za-z0-9-]+)\]?(\(#[a-z-]+\))? \|)re");
  Page result;
  std::ifstream file(support::source_folder() / "docs" / "assumptions.md");
  for (std::string line; std::getline(file, line);) {
    std::smatch match;
    if (line.starts_with("## A-")) result.sections.push_back(line.substr(3));
    if (!std::regex_search(line, match, row)) continue;
    result.rows.push_back(match[2].str());
    if (match[1].length() > 0) result.linked.push_back(match[2].str());
  }
  return result;
}

}  // namespace

TEST_CASE("every assumption that the program names is in a table of docs/assumptions.md") {
  const std::set<std::string> ids = ids_of_program();
  REQUIRE(ids.size() > 40);
  const std::vector<std::string> rows = page().rows;
  for (const std::string& id : ids) {
    CHECK_MESSAGE(std::count(rows.begin(), rows.end(), id) == 1, id);
  }
  for (const std::string& id : rows) CHECK_MESSAGE(ids.contains(id), id);
}

TEST_CASE("rows of docs/assumptions.md that link to a section have one, and the other way round") {
  Page found = page();
  REQUIRE(found.sections.size() > 20);
  std::sort(found.linked.begin(), found.linked.end());
  std::sort(found.sections.begin(), found.sections.end());
  CHECK(found.linked == found.sections);
}

}  // namespace polreach
