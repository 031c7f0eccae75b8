// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "fuzz/targets.h"
#include "tests/support/environment.h"

// What the fuzzers once found, and the seeds that they start from: fixtures/fuzz, a folder a
// target. What does not hold ends the process.
namespace polreach::fuzz {
namespace {

namespace fs = std::filesystem;

std::vector<std::uint8_t> bytes_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("fuzz: what was found once holds") {
  const fs::path root = support::source_folder() / "fixtures/fuzz";
  for (const Target& target : targets()) {
    CAPTURE(target.name);
    std::size_t replayed = 0;
    for (const auto& entry : fs::directory_iterator(root / target.name)) {
      if (!entry.is_regular_file()) continue;
      INFO(entry.path().string());
      target.run(bytes_of(entry.path()));
      ++replayed;
    }
    CHECK(replayed > 0);
    target.run({});
  }
}

TEST_CASE("fuzz: the readers hold on every malformed fixture") {
  const fs::path root = support::source_folder() / "fixtures/malformed";
  std::size_t read = 0;
  for (const auto& entry : fs::directory_iterator(root)) {
    if (!entry.is_regular_file()) continue;
    const auto bytes = bytes_of(entry.path());
    for (const Target& target : targets()) {
      if (target.name == "yaml" || target.name == "json") target.run(bytes);
    }
    ++read;
  }
  CHECK(read > 500);
}

}  // namespace polreach::fuzz
