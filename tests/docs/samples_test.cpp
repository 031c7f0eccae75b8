// SPDX-License-Identifier: Apache-2.0
// The samples in the documentation are what the program prints: each block that starts with
// `$ polreach` is run from the root of the repository. scripts/update-golden.sh rewrites them.
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/support/environment.h"
#include "tests/support/program.h"

namespace polreach {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kStart = "```\n$ polreach ";
constexpr std::string_view kEnd = "```";

/// Runs every sample of a page and puts what it prints in its place. Samples that are cut, or go
/// through another program, hold a pipe and are left alone.
std::string with_fresh_samples(std::string page, std::size_t& count) {
  std::size_t at = 0;
  while ((at = page.find(kStart, at)) != std::string::npos) {
    const std::size_t command = at + kStart.size();
    const std::size_t line_end = page.find('\n', command);
    const std::string words = page.substr(command, line_end - command);
    const std::size_t end = page.find(kEnd, line_end);
    REQUIRE(end != std::string::npos);
    if (words.find('|') == std::string::npos) {
      page.replace(line_end + 1, end - line_end - 1, support::run(support::words_of(words)).out);
      ++count;
    }
    at = line_end;
  }
  return page;
}

}  // namespace

TEST_CASE("the samples in the documentation are what the program prints") {
  const fs::path before = fs::current_path();
  fs::current_path(support::source_folder());
  std::vector<fs::path> pages{"README.md"};
  for (const auto& entry : fs::directory_iterator("docs")) {
    // The samples of diagnostics.md show standard error.
    const bool shows_errors = entry.path().filename() == "diagnostics.md";
    if (entry.path().extension() == ".md" && !shows_errors) pages.push_back(entry.path());
  }
  std::size_t count = 0;
  for (const fs::path& page : pages) {
    const std::string written = support::content_of(page);
    const std::string fresh = with_fresh_samples(written, count);
    if (std::getenv("POLREACH_UPDATE_GOLDEN") != nullptr && fresh != written) {
      std::ofstream(page, std::ios::binary) << fresh;
    }
    CHECK_MESSAGE(fresh == written, page.string());
  }
  fs::current_path(before);
  CHECK(count >= 4);
  MESSAGE(count << " samples");
}

}  // namespace polreach
