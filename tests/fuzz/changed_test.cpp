// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/targets.h"
#include "tests/agreement/random.h"
#include "tests/support/environment.h"

// Whole runs on fixtures whose lines were changed: what bytes at random seldom give, manifests that
// are nearly right. Each seed is one text and one command. POLREACH_FUZZ_RUNS sets how many,
// POLREACH_FUZZ_SEED from which on.
namespace polreach::fuzz {
namespace {

namespace fs = std::filesystem;
using agreement::Random;
using Lines = std::vector<std::string>;

constexpr std::uint64_t kDefaultRuns = 300;
constexpr std::size_t kLargestText = 12'000;
/// Of CPU time: what else the machine does is no fault of a run.
constexpr double kMostSeconds = 20;

Lines lines_of(const std::string& text) {
  std::istringstream stream(text);
  Lines lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

/// The manifests of a folder, as documents of one text; nothing where they are too large.
Lines manifests_in(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const fs::path& path = entry.path();
    if (entry.is_regular_file() && (path.extension() == ".yaml" || path.extension() == ".json")) {
      files.push_back(path);
    }
  }
  std::sort(files.begin(), files.end());
  std::string text;
  for (const fs::path& file : files) {
    text += "---\n" + support::content_of(file) + "\n";
    if (text.size() > kLargestText) return {};
  }
  return lines_of(text);
}

std::vector<Lines> all_fixtures() {
  std::vector<fs::path> folders;
  for (const auto& entry : fs::directory_iterator(support::source_folder() / "fixtures")) {
    const std::string name = entry.path().filename().string();
    if (entry.is_directory() && name != "fuzz") folders.push_back(entry.path());
  }
  std::vector<fs::path> deeper;
  for (const fs::path& folder : folders) {
    for (const auto& entry : fs::directory_iterator(folder)) {
      if (entry.is_directory()) deeper.push_back(entry.path());
    }
  }
  folders.insert(folders.end(), deeper.begin(), deeper.end());
  std::sort(folders.begin(), folders.end());
  std::vector<Lines> result;
  for (const fs::path& folder : folders) {
    Lines lines = manifests_in(folder);
    if (lines.size() > 4) result.push_back(std::move(lines));
  }
  return result;
}

/// Puts something else behind the colon, or behind the dash, of a line.
std::string with_other_value(const std::string& line, Random& random) {
  static const std::array<const char*, 40> values = {"",           "null",        "0",
                                                     "-1",         "1",           "65535",
                                                     "65536",      "1.5",         "99999999999",
                                                     "true",       "\"\"",        "\"80\"",
                                                     "[]",         "{}",          "[{}]",
                                                     "[null]",     "{a: b}",      "TCP",
                                                     "SCTP",       "ICMP",        "http",
                                                     "10.0.0.0/8", "10.0.0.1/8",  "0.0.0.0/0",
                                                     "::/0",       "fd00::/8",    "1.2.3.4",
                                                     "default",    "kube-system", "In",
                                                     "NotIn",      "Exists",      "DoesNotExist",
                                                     "*",          "a.b/c",       "Ingress",
                                                     "Egress",     "Deny",        "Pass",
                                                     "\xC3\xA4"};
  std::size_t at = line.find(": ");
  at = at == std::string::npos ? line.find("- ") : at;
  if (at == std::string::npos) return line + " " + values[random.below(values.size())];
  return line.substr(0, at + 2) + values[random.below(values.size())];
}

void change(Lines& lines, const std::vector<Lines>& all, Random& random) {
  const std::size_t at = random.below(lines.size());
  const auto place = lines.begin() + static_cast<std::ptrdiff_t>(at);
  switch (random.below(9)) {
    case 0:
      if (lines.size() > 1) lines.erase(place);
      break;
    case 1: {
      const std::string same = *place;
      lines.insert(place, same);
      break;
    }
    case 2:
      std::swap(*place, lines[random.below(lines.size())]);
      break;
    case 3:
      *place = "  " + *place;
      break;
    case 4:
      if (place->starts_with("  ")) place->erase(0, 2);
      break;
    case 5: {
      const std::string other = random.pick(random.pick(all));
      lines.insert(place, other);
      break;
    }
    case 6:
      *place = random.pick(random.pick(all));
      break;
    default:
      *place = with_other_value(*place, random);
  }
}

std::string text_of(std::uint64_t seed, const std::vector<Lines>& all) {
  Random random(seed);
  Lines lines = random.pick(all);
  if (random.chance(20)) {
    const Lines& more = random.pick(all);
    lines.insert(lines.end(), more.begin(), more.end());
  }
  const int changes = random.between(1, 2);
  for (int i = 0; i < changes; ++i) change(lines, all, random);
  std::string text(1, static_cast<char>(random.below(16)));
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

}  // namespace

TEST_CASE("fuzz: whole runs on fixtures whose lines were changed") {
  const std::vector<Lines> all = all_fixtures();
  REQUIRE(all.size() > 100);
  const std::uint64_t first = support::number_in("POLREACH_FUZZ_SEED").value_or(0);
  const std::uint64_t runs =
      support::number_in("POLREACH_FUZZ_RUNS").value_or(support::cases(kDefaultRuns));
  std::uint64_t verdicts = 0;
  double longest = 0;
  for (std::uint64_t seed = first; seed < first + runs; ++seed) {
    CAPTURE(seed);
    const std::string text = text_of(seed, all);
    if (std::getenv("POLREACH_FUZZ_SHOW") != nullptr) MESSAGE(text);
    const std::clock_t begin = std::clock();
    const int status =
        run_command({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
    verdicts += status < 2 ? 1 : 0;
    const double seconds = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
    REQUIRE(seconds < kMostSeconds);
    longest = std::max(longest, seconds);
  }
  MESSAGE(runs << " runs from seed " << first << ", of which " << verdicts
               << " had a verdict, the longest of " << longest << " CPU seconds");
  // What is refused at once says little of what comes behind the readers.
  CHECK(verdicts > runs / 5);
}

TEST_CASE("fuzz: compiled files of which some bytes were changed") {
  const std::uint64_t first = support::number_in("POLREACH_FUZZ_SEED").value_or(0);
  const std::uint64_t runs =
      support::number_in("POLREACH_FUZZ_RUNS").value_or(support::cases(kDefaultRuns));
  for (std::uint64_t seed = first; seed < first + runs; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    std::vector<std::uint8_t> bytes(4 * (1 + random.below(4)));
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random.next());
    image(bytes);
  }
  MESSAGE(runs << " files from seed " << first);
}

}  // namespace polreach::fuzz
