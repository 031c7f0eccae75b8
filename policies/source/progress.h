// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace polreach::source {

/// How far work is that can take long, for whoever shows it: counters that cost next to nothing
/// where nobody does.
///
/// A Progress says what is being done for as long as it lives. One that begins while another lives
/// (a question that asks others) says nothing: the outermost counts. One thread works; any may
/// read.
class Progress {
 public:
  /// `stage` and `unit` ("deciding", "pairs") must outlive the program: they are literals. `total`
  /// 0: not known.
  Progress(const char* stage, const char* unit, std::uint64_t total) : outermost_(depth_++ == 0) {
    if (!outermost_) return;
    counts_parts_ = false;
    done_.store(0, std::memory_order_relaxed);
    total_.store(total, std::memory_order_relaxed);
    unit_.store(unit, std::memory_order_relaxed);
    since_.store(Clock::now().time_since_epoch().count(), std::memory_order_relaxed);
    stage_.store(stage, std::memory_order_release);
  }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress() {
    --depth_;
    if (outermost_) stage_.store(nullptr, std::memory_order_release);
  }

  void advance(std::uint64_t by = 1) {
    if (outermost_) set(done_.load(std::memory_order_relaxed) + by);
  }
  /// What is done from here on is counted from `base` by `within`.
  void part(std::uint64_t base) {
    if (!outermost_) return;
    base_ = base;
    counts_parts_ = true;
    set(base);
  }
  /// So much of the part is done; of no meaning where nobody counts parts.
  static void within(std::uint64_t done) {
    if (depth_ > 0 && counts_parts_) set(base_ + done);
  }

  using Clock = std::chrono::steady_clock;
  struct Now {
    const char* stage = nullptr;  // nullptr: nothing that takes long
    const char* unit = nullptr;
    std::uint64_t done = 0;
    std::uint64_t total = 0;
    Clock::time_point since;
  };
  static Now now() {
    Now result;
    result.stage = stage_.load(std::memory_order_acquire);
    if (result.stage == nullptr) return result;
    result.unit = unit_.load(std::memory_order_relaxed);
    result.done = done_.load(std::memory_order_relaxed);
    result.total = total_.load(std::memory_order_relaxed);
    result.since = Clock::time_point(Clock::duration(since_.load(std::memory_order_relaxed)));
    return result;
  }

 private:
  static void set(std::uint64_t done) { done_.store(done, std::memory_order_relaxed); }

  // Of the working thread.
  static inline int depth_ = 0;
  static inline std::uint64_t base_ = 0;
  static inline bool counts_parts_ = false;
  bool outermost_;

  static inline std::atomic<const char*> stage_ = nullptr;
  static inline std::atomic<const char*> unit_ = nullptr;
  static inline std::atomic<std::uint64_t> done_ = 0;
  static inline std::atomic<std::uint64_t> total_ = 0;
  static inline std::atomic<Clock::rep> since_ = 0;
};

}  // namespace polreach::source
