// SPDX-License-Identifier: Apache-2.0
// Holds docs/diagnostics.md against the source: every code that the program can report has a
// section there, and every section is about a code that the program can report.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
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

/// The source of everything that reports diagnostics.
std::vector<std::string> sources() {
  std::vector<std::string> result;
  for (const char* folder : {"policies", "solver", "cli"}) {
    for (const auto& entry : fs::recursive_directory_iterator(support::source_folder() / folder)) {
      if (entry.path().extension() == ".cpp") result.push_back(support::content_of(entry.path()));
    }
  }
  return result;
}

/// The codes in the calls and initialisers that make a diagnostic.
std::set<std::string> codes_in(const std::vector<std::string>& texts) {
  const std::string code = R"re("([a-z]+(?:-[a-z]+)*)")re";
  const std::array<std::regex, 5> makers = {
      // fields.error("code", ...), input_.fail("code", ...), refuse("code", ...)
      std::regex(R"re(\b(?:error|warning|note|fail|refuse)\(\s*)re" + code + R"re(\s*,)re"),
      // reject(input, "code", ...)
      std::regex(R"re(\breject\(\s*input,\s*)re" + code + R"re(\s*,)re"),
      // {Severity::Error, "code", ...}, also after condition ? ... : Severity::Error
      std::regex(R"re(\bSeverity::(?:Error|Warning|Note)\s*,\s*)re" + code + R"re(\s*,)re"),
      // JsonFault{"code", ...}; kCode = "code"; fault->code = "code"
      std::regex(R"re((?:\bJsonFault\{\s*|\b[kc][Cc]?ode\s*=\s*))re" + code),
      // "error[code]: ..."
      std::regex(R"re("error\[([a-z]+(?:-[a-z]+)*)\])re")};
  std::set<std::string> codes;
  for (const std::string& text : texts) {
    for (const std::regex& maker : makers) {
      for (auto at = std::sregex_iterator(text.begin(), text.end(), maker);
           at != std::sregex_iterator(); ++at) {
        codes.insert((*at)[1].str());
      }
    }
  }
  return codes;
}

/// The headings of the second level, in order.
std::vector<std::string> sections() {
  std::vector<std::string> result;
  std::ifstream file(support::source_folder() / "docs" / "diagnostics.md");
  bool in_example = false;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("```")) in_example = !in_example;
    if (!in_example && line.starts_with("## ")) result.push_back(line.substr(3));
  }
  return result;
}

/// The codes that fixtures/malformed/ expects: known without reading the source.
std::set<std::string> codes_of_fixtures() {
  std::set<std::string> codes;
  for (const auto& entry :
       fs::directory_iterator(support::source_folder() / "fixtures" / "malformed")) {
    if (entry.path().extension() != ".expect") continue;
    std::ifstream file(entry.path());
    for (std::string line; std::getline(file, line);) {
      if (!line.empty() && line[0] != '#') codes.insert(line.substr(0, line.find(' ')));
    }
  }
  return codes;
}

}  // namespace

TEST_CASE("every diagnostic code has a section in docs/diagnostics.md") {
  const std::set<std::string> codes = codes_in(sources());
  REQUIRE(codes.size() > 40);
  const std::vector<std::string> documented = sections();
  for (const std::string& code : codes) {
    CHECK_MESSAGE(std::count(documented.begin(), documented.end(), code) == 1, code);
  }
}

TEST_CASE("every section of docs/diagnostics.md is about a code of the program") {
  const std::set<std::string> codes = codes_in(sources());
  for (const std::string& code : sections()) CHECK_MESSAGE(codes.contains(code), code);
}

TEST_CASE("the scan for codes misses none that the fixtures expect") {
  const std::set<std::string> codes = codes_in(sources());
  const std::set<std::string> expected = codes_of_fixtures();
  REQUIRE(expected.size() > 20);
  for (const std::string& code : expected) CHECK_MESSAGE(codes.contains(code), code);
}

TEST_CASE("the sections of docs/diagnostics.md are in alphabetical order") {
  const std::vector<std::string> documented = sections();
  CHECK(std::is_sorted(documented.begin(), documented.end()));
}

}  // namespace polreach
