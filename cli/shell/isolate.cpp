// SPDX-License-Identifier: Apache-2.0
#include "cli/shell/isolate.h"

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <string>

namespace polreach::cli::shell {
namespace {

bool write_all(int to, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(to, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

/// How soon Ctrl-C is noticed.
constexpr int kMilliseconds = 50;

/// Keeps SIGINT for the parent to look for. Child processes inherit that: Z3 would take the signal
/// for a wish to end one of its proofs.
class InterruptsHeld {
 public:
  InterruptsHeld() {
    sigemptyset(&interrupt_);
    sigaddset(&interrupt_, SIGINT);
    sigprocmask(SIG_BLOCK, &interrupt_, &before_);
  }
  InterruptsHeld(const InterruptsHeld&) = delete;
  InterruptsHeld& operator=(const InterruptsHeld&) = delete;
  ~InterruptsHeld() { sigprocmask(SIG_SETMASK, &before_, nullptr); }

  /// Whether Ctrl-C was pressed since; it is taken.
  [[nodiscard]] bool take() const {
    sigset_t pending;
    if (sigpending(&pending) != 0 || sigismember(&pending, SIGINT) != 1) return false;
    int signal = 0;
    return sigwait(&interrupt_, &signal) == 0;
  }

 private:
  sigset_t interrupt_{};
  sigset_t before_{};
};

/// Everything that the child writes; nothing where it was ended.
std::optional<std::string> read_all(int from, pid_t child, const InterruptsHeld& interrupts) {
  std::string bytes;
  std::array<char, 1U << 16U> buffer{};
  while (true) {
    if (interrupts.take()) {
      kill(child, SIGKILL);
      return std::nullopt;
    }
    pollfd wait{from, POLLIN, 0};
    if (poll(&wait, 1, kMilliseconds) <= 0) continue;
    const ssize_t count = read(from, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return bytes;
    bytes.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

Computed broken(const std::string& why) {
  return {false, "error[internal]: " + why + ". No answer is given.\n"};
}

}  // namespace

std::optional<Computed> isolated(const std::function<Computed()>& compute) {
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) return compute();
  const InterruptsHeld interrupts;
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child < 0) {
    close(ends[0]);
    close(ends[1]);
    return compute();
  }
  if (child == 0) {
    close(ends[0]);
    bool done = false;
    try {
      const Computed result = compute();
      done = write_all(ends[1], (result.answered ? "1" : "0") + result.text);
    } catch (...) {
      // The parent says that there is no answer.
    }
    _exit(done ? 0 : 1);
  }
  close(ends[1]);
  const auto bytes = read_all(ends[0], child, interrupts);
  close(ends[0]);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (!bytes) return std::nullopt;
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0 || bytes->empty()) {
    return broken("the question ended without an answer");
  }
  return Computed{bytes->front() == '1', bytes->substr(1)};
}

}  // namespace polreach::cli::shell
