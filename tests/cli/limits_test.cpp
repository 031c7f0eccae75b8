// SPDX-License-Identifier: Apache-2.0
#include "cli/limits.h"

#include <doctest/doctest.h>

#include "cli/progress.h"
#include "policies/source/progress.h"
#include "tests/support/program.h"

// How limits are written, and what a line of progress says. That they end a run is for
// tests/cli/limits.py: they end the process.
namespace polreach::cli {
namespace {

using source::Progress;
using namespace std::chrono_literals;

TEST_CASE("limits: times") {
  CHECK(parse_time("30") == 30s);
  CHECK(parse_time("0.5") == 500ms);
  CHECK(parse_time("90s") == 90s);
  CHECK(parse_time("5m") == 5min);
  CHECK(parse_time("1h") == 1h);
  CHECK(parse_time("8760h") == 8760h);
  for (const char* wrong : {"", "s", "0", "0.0", "-1", "+1", "1d", "1 s", "1s ", "nan", "inf",
                            "1e3", "0x10", "8761h", "99999999999999999999999999"}) {
    CAPTURE(wrong);
    CHECK(!parse_time(wrong));
  }
}

TEST_CASE("limits: sizes") {
  CHECK(parse_size("1") == 1U);
  CHECK(parse_size("512B") == 512U);
  CHECK(parse_size("2K") == 2048U);
  CHECK(parse_size("512M") == 512U << 20U);
  CHECK(parse_size("4GB") == 4ULL << 30U);
  CHECK(parse_size("4GiB") == 4ULL << 30U);
  CHECK(parse_size("16T") == 16ULL << 40U);
  // 2^64 and more are no numbers of bytes.
  CHECK(parse_size("16777215T") == 16777215ULL << 40U);
  for (const char* wrong : {"", "0", "0G", "-1", "+1", "1.5G", "1g", "1GI", "1 G", "G", "16777216T",
                            "18446744073709551616"}) {
    CAPTURE(wrong);
    CHECK(!parse_size(wrong));
  }
}

TEST_CASE("limits: a limit that is none is a mistake of the command line") {
  const support::Run run = support::run({"map", "-", "--timeout", "soon"}, "");
  CHECK(run.status == 2);
  CHECK(run.err.find("error[usage]: --timeout soon: is no time") == 0);
  CHECK(run.out.empty());
}

TEST_CASE("progress: what the line says") {
  const Progress::Now pairs{"deciding", "pairs", 1'200, 50'000, {}};
  CHECK(progress_text(pairs, 4s, 0) == "deciding 1,200 of 50,000 pairs, 300/s");
  CHECK(progress_text(pairs, 4s, 14) == "deciding 1,200");
  const Progress::Now slow{"checking", "parts", 1, 2, {}};
  CHECK(progress_text(slow, 5s, 0) == "checking 1 of 2 parts, 5.0 s each");
  const Progress::Now none{"checking", "parts", 0, 2, {}};
  CHECK(progress_text(none, 5s, 0) == "checking 0 of 2 parts, 0/s");
  const Progress::Now bytes{"reading", "bytes", 500'000'000, 2'000'000'000, {}};
  CHECK(progress_text(bytes, 2s, 0) == "reading 500.0 of 2000.0 MB, 250.0 MB/s");
  const Progress::Now open{"proving", "connections", 1'234'567, 0, {}};
  CHECK(progress_text(open, 1s, 0) == "proving 1,234,567 connections, 1,234,567/s");
}

TEST_CASE("progress: the outermost stage counts") {
  CHECK(Progress::now().stage == nullptr);
  {
    Progress outer("verifying", "intents", 2);
    outer.advance();
    {
      Progress inner("deciding", "pairs", 10);
      inner.advance(7);
      inner.part(100);
      Progress::within(5);
      CHECK(Progress::now().stage == std::string("verifying"));
      CHECK(Progress::now().done == 1);
    }
    CHECK(Progress::now().stage == std::string("verifying"));
    CHECK(Progress::now().total == 2);
  }
  CHECK(Progress::now().stage == nullptr);
  Progress reading("reading", "bytes", 30);
  reading.part(10);
  Progress::within(5);
  CHECK(Progress::now().done == 15);
  reading.part(20);
  CHECK(Progress::now().done == 20);
}

}  // namespace
}  // namespace polreach::cli
