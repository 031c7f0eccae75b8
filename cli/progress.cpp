// SPDX-License-Identifier: Apache-2.0
#include "cli/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <mutex>
#include <streambuf>
#include <string_view>
#include <thread>

#include "cli/ending.h"
#include "cli/terminal.h"

namespace polreach::cli {
namespace {

using source::Progress;
using Clock = Progress::Clock;

constexpr auto kQuietTime = std::chrono::seconds(1);
constexpr auto kPause = std::chrono::milliseconds(100);
constexpr double kMega = 1e6;

/// 1234567 as 1,234,567.
std::string grouped(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, ",");
  return text;
}

std::string amount(double number, bool is_bytes) {
  if (!is_bytes) return grouped(static_cast<std::uint64_t>(number));
  return fmt::format("{:.1f}", number / kMega);
}

/// Writes at once: a stream could hold it back.
void draw(std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(STDERR_FILENO, text.data(), text.size());
    if (count <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
}

/// Threads get no signals: who waits for the process to write a file must be the one that they
/// stop.
class NoSignals {
 public:
  NoSignals() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  NoSignals(const NoSignals&) = delete;
  NoSignals& operator=(const NoSignals&) = delete;
  ~NoSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_{};
};

}  // namespace

std::string progress_text(const Progress::Now& now, std::chrono::nanoseconds since,
                          std::size_t width) {
  const std::string_view unit = now.unit;
  const bool is_bytes = unit == "bytes";
  const auto done = static_cast<double>(now.done);
  std::string text = std::string(now.stage) + " " + amount(done, is_bytes);
  if (now.total > 0) text += " of " + amount(static_cast<double>(now.total), is_bytes);
  text += is_bytes ? " MB" : " " + std::string(unit);
  const double seconds = std::chrono::duration<double>(since).count();
  const double rate = seconds > 0 ? done / seconds : 0;
  if (is_bytes) {
    text += fmt::format(", {} MB/s", amount(rate, true));
  } else {
    // What takes more than a second each would seem to stand still.
    text += rate >= 1 || now.done == 0 ? fmt::format(", {}/s", amount(rate, false))
                                       : fmt::format(", {:.1f} s each", 1 / rate);
  }
  if (width > 0 && text.size() > width) text.resize(width);
  return text;
}

struct ProgressLine::State {
  /// Erases the line before anything else is written.
  class Buffer : public std::streambuf {
   public:
    Buffer(State& state, std::streambuf* to) : state_(state), to_(to) {}

   protected:
    int_type overflow(int_type c) override {
      const std::lock_guard lock(state_.mutex);
      if (traits_type::eq_int_type(c, traits_type::eof())) return traits_type::not_eof(c);
      state_.written(traits_type::to_char_type(c));
      return to_->sputc(traits_type::to_char_type(c));
    }
    std::streamsize xsputn(const char* text, std::streamsize count) override {
      const std::lock_guard lock(state_.mutex);
      if (count > 0) state_.written(text[count - 1]);
      return to_->sputn(text, count);
    }
    int sync() override { return to_->pubsync(); }

   private:
    State& state_;
    std::streambuf* to_;
  };

  State(std::ostream& out_stream, std::ostream& err_stream)
      : out_buffer(*this, out_stream.rdbuf()),
        err_buffer(*this, err_stream.rdbuf()),
        out(&out_buffer),
        err(&err_buffer) {
    err.setf(std::ios::unitbuf);
    const NoSignals none;
    painter = std::thread([this] { paint(); });
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    {
      const std::lock_guard lock(mutex);
      is_over = true;
    }
    changed.notify_one();
    painter.join();
    hide();
    out.flush();
  }

  void paint() {
    std::unique_lock lock(mutex);
    while (!changed.wait_for(lock, kPause, [this] { return is_over; })) show();
  }

  void show() {
    const Progress::Now now = Progress::now();
    const auto time = Clock::now();
    if (now.stage == nullptr || !at_line_start || time - started < kQuietTime) {
      hide();
      return;
    }
    // The last column stays free: some terminals break the line there.
    const std::size_t width = terminal_width(STDERR_FILENO);
    const std::string text = progress_text(now, time - now.since, width > 1 ? width - 1 : 0);
    is_shown = true;
    ending::line_is_shown(true);
    draw("\r" + text + "\x1b[K");
  }

  void hide() {
    if (!is_shown) return;
    draw("\r\x1b[K");
    is_shown = false;
    ending::line_is_shown(false);
  }

  /// Something is about to be written that ends in this.
  void written(char last) {
    hide();
    at_line_start = last == '\n';
  }

  std::mutex mutex;
  std::condition_variable changed;
  bool is_over = false;
  bool is_shown = false;
  bool at_line_start = true;
  const Clock::time_point started = Clock::now();
  Buffer out_buffer;
  Buffer err_buffer;
  std::ostream out;
  std::ostream err;
  std::thread painter;
};

ProgressLine::ProgressLine(std::ostream& out, std::ostream& err)
    : state_(std::make_unique<State>(out, err)) {}
ProgressLine::~ProgressLine() = default;

bool ProgressLine::is_possible() {
  const char* const terminal = std::getenv("TERM");
  return terminal != nullptr && *terminal != '\0' && std::string_view(terminal) != "dumb";
}

std::ostream& ProgressLine::out() { return state_->out; }
std::ostream& ProgressLine::err() { return state_->err; }

}  // namespace polreach::cli
