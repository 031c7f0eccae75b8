// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

/// How the process ends before its time: at a limit, or at Ctrl-C. It ends there and then, wherever
/// the work is, with nothing half written: a file that is being written is removed, the line of
/// progress is erased, and no answer has been written, since an answer under a limit is written
/// only once it is complete.
///
/// Only for a process of our own (Streams::owns_process): the whole process is meant.
namespace polreach::cli::ending {

/// What is said before the process ends with kNoVerdict.
struct LastWords {
  std::string err;
  std::string out;  // for programs that read JSON
};

/// From now on SIGINT and SIGTERM end the process at once (exit status 130 and 143), where whoever
/// started it does not have them ignored.
void watch_signals();
/// The process ends when the time is over.
void limit_time(std::chrono::nanoseconds time, LastWords words);
/// It ends where it would need more memory: what it allocates counts, mapped files do not. A crash
/// counts as a want of memory, since libraries do not survive it everywhere.
void limit_memory(std::uint64_t bytes, LastWords words);
/// The answer is complete: no limit ends the process any more.
void lift_limits();

/// A file that must not stay as it is; the path is copied. One at a time.
class UnfinishedFile {
 public:
  /// `make` creates the file and says whether it did; no signal comes between that and the note of
  /// it. It may change `path`.
  template <typename Make>
  UnfinishedFile(std::string& path, Make make) {
    const Quiet quiet;
    if (make()) note(path);
  }
  UnfinishedFile(const UnfinishedFile&) = delete;
  UnfinishedFile& operator=(const UnfinishedFile&) = delete;
  ~UnfinishedFile() { forget(); }

 private:
  /// While one lives, no signal ends the process.
  struct Quiet {
    Quiet();
    Quiet(const Quiet&) = delete;
    Quiet& operator=(const Quiet&) = delete;
    ~Quiet();
  };
  static void note(const std::string& path);
  static void forget();
};

/// Whether there is a line of progress on the terminal behind standard error.
void line_is_shown(bool shown);

}  // namespace polreach::cli::ending
