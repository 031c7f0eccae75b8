// SPDX-License-Identifier: Apache-2.0
#include "cli/shell/isolate.h"

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
    const ssize_t written = write(to, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

std::string read_all(int from) {
  std::string bytes;
  std::array<char, 1U << 16U> buffer{};
  while (true) {
    const ssize_t count = read(from, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return bytes;
    bytes.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

Computed broken(const std::string& why) {
  return {false, "error[internal]: " + why + ". No answer is given.\n"};
}

/// The keyboard's signals are for the child while it runs.
class IgnoreInterrupts {
 public:
  IgnoreInterrupts() : before_(std::signal(SIGINT, SIG_IGN)) {}
  IgnoreInterrupts(const IgnoreInterrupts&) = delete;
  IgnoreInterrupts& operator=(const IgnoreInterrupts&) = delete;
  ~IgnoreInterrupts() { std::signal(SIGINT, before_); }

 private:
  void (*before_)(int);
};

}  // namespace

std::optional<Computed> isolated(const std::function<Computed()>& compute) {
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) return compute();
  const IgnoreInterrupts ignore;
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child < 0) {
    close(ends[0]);
    close(ends[1]);
    return compute();
  }
  if (child == 0) {
    close(ends[0]);
    std::signal(SIGINT, SIG_DFL);
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
  const std::string bytes = read_all(ends[0]);
  close(ends[0]);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGINT) return std::nullopt;
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0 || bytes.empty()) {
    return broken("the question ended without an answer");
  }
  return Computed{bytes[0] == '1', bytes.substr(1)};
}

}  // namespace polreach::cli::shell
