// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <sstream>
#include <string>

#include "cli/progress.h"

// The line is drawn by a thread of its own, beside the one that works and writes.
namespace polreach::cli {
namespace {

using namespace std::chrono_literals;
using source::Progress;

/// Standard error goes into a pipe for as long as this lives.
class Terminal {
 public:
  Terminal() : before_(dup(STDERR_FILENO)) {
    REQUIRE(pipe(ends_.data()) == 0);
    dup2(ends_[1], STDERR_FILENO);
    close(ends_[1]);
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;
  ~Terminal() {
    if (before_ >= 0) restore();
    close(ends_[0]);
  }

  [[nodiscard]] bool is_drawn_on() const {
    pollfd end{ends_[0], POLLIN, 0};
    return poll(&end, 1, 0) > 0;
  }
  /// What was drawn. Standard error is then what it was.
  std::string drawn() {
    restore();
    std::string text;
    std::array<char, 4096> part{};
    for (ssize_t count = 1; count > 0;) {
      count = read(ends_[0], part.data(), part.size());
      if (count > 0) text.append(part.data(), static_cast<std::size_t>(count));
    }
    return text;
  }

 private:
  void restore() {
    dup2(before_, STDERR_FILENO);
    close(before_);
    before_ = -1;
  }
  int before_;
  std::array<int, 2> ends_{};
};

}  // namespace

TEST_CASE(
    "progress: the line is drawn while another thread works and writes, and is gone after it") {
  std::ostringstream out;
  std::ostringstream err;
  Terminal terminal;
  std::size_t lines = 0;
  {
    ProgressLine line(out, err);
    const auto begin = Progress::Clock::now();
    // A line needs a second, and on a machine that has much to do longer.
    while (!terminal.is_drawn_on() && Progress::Clock::now() - begin < 60s) {
      Progress stage("deciding", "pairs", 0);
      for (int i = 0; i < 20'000; ++i) stage.advance();
      ++lines;
      line.out() << "line " << lines << '\n';
      if (lines % 2 == 0) line.err() << "warning " << lines << '\n';
    }
  }
  const std::string drawn = terminal.drawn();
  CHECK(drawn.find("deciding") != std::string::npos);
  REQUIRE(drawn.size() > 4);
  CHECK(drawn.substr(drawn.size() - 4) == "\r\x1b[K");
  std::string expected_out;
  std::string expected_err;
  for (std::size_t i = 1; i <= lines; ++i) {
    expected_out += "line " + std::to_string(i) + "\n";
    if (i % 2 == 0) expected_err += "warning " + std::to_string(i) + "\n";
  }
  CHECK((out.str() == expected_out));
  CHECK((err.str() == expected_err));
}

}  // namespace polreach::cli
