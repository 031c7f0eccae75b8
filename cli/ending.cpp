// SPDX-License-Identifier: Apache-2.0
#include "cli/ending.h"

#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <climits>
#include <csignal>
#include <cstring>
#include <new>
#include <utility>

#include "cli/streams.h"

namespace polreach::cli::ending {
namespace {

/// Everything that a handler needs is there before it is installed: it allocates nothing.
LastWords out_of_time;    // NOLINT(bugprone-throwing-static-initialization): empty strings
LastWords out_of_memory;  // NOLINT(bugprone-throwing-static-initialization)
std::array<char, PATH_MAX> unfinished{};
volatile std::sig_atomic_t is_unfinished = 0;
std::atomic<bool> has_line = false;
std::atomic<bool> has_limits = false;
std::atomic<bool> is_ending = false;

constexpr std::string_view kEraseLine = "\r\x1b[K";
constexpr int kSignalBase = 128;

void write_all(int to, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(to, bytes.data(), bytes.size());
    if (count <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

void tidy() {
  if (is_unfinished != 0) ::unlink(unfinished.data());
  if (has_line.load()) write_all(STDERR_FILENO, kEraseLine);
}

[[noreturn]] void end(const LastWords& words) {
  // The time can be over while memory is: one of the two is said.
  if (!is_ending.exchange(true)) {
    tidy();
    write_all(STDERR_FILENO, words.err);
    write_all(STDOUT_FILENO, words.out);
  }
  _exit(kNoVerdict);
}

void time_is_over(int /*signal*/) {
  if (has_limits.load()) end(out_of_time);
}

void memory_is_over() {
  if (!has_limits.load()) throw std::bad_alloc();
  end(out_of_memory);
}

/// Z3 does not look at each pointer that it gets where memory is used up.
void crashed(int /*signal*/) { end(out_of_memory); }

void interrupted(int signal) {
  tidy();
  // The handler is gone by now (SA_RESETHAND): whoever waits for the process learns of the signal.
  // The first process of a container outlives it.
  ::raise(signal);
  _exit(kSignalBase + signal);
}

void handle(int signal, void (*handler)(int), unsigned flags) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = static_cast<int>(flags);
  sigemptyset(&action.sa_mask);
  sigaction(signal, &action, nullptr);
}

sigset_t ending_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int each : {SIGINT, SIGTERM, SIGALRM}) sigaddset(&signals, each);
  return signals;
}

sigset_t mask_before{};

}  // namespace

void watch_signals() {
  for (const int each : {SIGINT, SIGTERM}) {
    struct sigaction before {};
    sigaction(each, nullptr, &before);
    if (before.sa_handler == SIG_DFL) handle(each, interrupted, SA_NODEFER | SA_RESETHAND);
  }
}

void limit_time(std::chrono::nanoseconds time, LastWords words) {
  out_of_time = std::move(words);
  has_limits = true;
  handle(SIGALRM, time_is_over, SA_RESTART);
  sigset_t alarm;
  sigemptyset(&alarm);
  sigaddset(&alarm, SIGALRM);
  sigprocmask(SIG_UNBLOCK, &alarm, nullptr);
  using std::chrono::duration_cast;
  const auto seconds = duration_cast<std::chrono::seconds>(time);
  const auto rest = duration_cast<std::chrono::microseconds>(time - seconds);
  itimerval timer{};
  timer.it_value.tv_sec = seconds.count();
  // A timer of 0 would never end anything.
  timer.it_value.tv_usec = seconds.count() == 0 ? std::max<long>(rest.count(), 1) : rest.count();
  setitimer(ITIMER_REAL, &timer, nullptr);
}

void limit_memory(std::uint64_t bytes, LastWords words) {
  out_of_memory = std::move(words);
  has_limits = true;
  std::set_new_handler(memory_is_over);
  for (const int each : {SIGSEGV, SIGABRT}) handle(each, crashed, SA_RESETHAND);
  rlimit limit{};
  getrlimit(RLIMIT_DATA, &limit);
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, bytes);
  setrlimit(RLIMIT_DATA, &limit);
}

void lift_limits() {
  if (!has_limits.load()) return;
  const itimerval none{};
  setitimer(ITIMER_REAL, &none, nullptr);
  has_limits = false;
  for (const int each : {SIGSEGV, SIGABRT}) handle(each, SIG_DFL, 0);
  rlimit limit{};
  getrlimit(RLIMIT_DATA, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_DATA, &limit);
}

UnfinishedFile::Quiet::Quiet() {
  const sigset_t signals = ending_signals();
  sigprocmask(SIG_BLOCK, &signals, &mask_before);
}

UnfinishedFile::Quiet::~Quiet() { sigprocmask(SIG_SETMASK, &mask_before, nullptr); }

void UnfinishedFile::note(const std::string& path) {
  if (path.size() >= unfinished.size()) return;
  std::memcpy(unfinished.data(), path.c_str(), path.size() + 1);
  is_unfinished = 1;
}

void UnfinishedFile::forget() { is_unfinished = 0; }

void line_is_shown(bool shown) { has_line = shown; }

}  // namespace polreach::cli::ending
