// SPDX-License-Identifier: Apache-2.0
#include "policies/source/parallel.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace polreach::source {
namespace {

/// More threads than that would mostly wait for memory.
constexpr std::size_t kMostThreads = 8;
/// Fewer calls are made before another thread has begun.
constexpr std::size_t kFewestCalls = 32;

class Calls {
 public:
  Calls(std::size_t count, const std::function<void(std::size_t)>& each)
      : count_(count), each_(each) {}

  /// Makes calls until none is left. `done` is told of each.
  template <typename Done>
  void make(const Done& done) {
    try {
      for (std::size_t i = next_++; i < count_; i = next_++) {
        each_(i);
        done();
      }
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (!thrown_) thrown_ = std::current_exception();
      next_ = count_;
    }
  }
  void rethrow() const {
    if (thrown_) std::rethrow_exception(thrown_);
  }

 private:
  std::size_t count_;
  const std::function<void(std::size_t)>& each_;
  std::atomic<std::size_t> next_ = 0;
  std::mutex mutex_;
  std::exception_ptr thrown_;
};

}  // namespace

void in_parallel(std::size_t count, Progress& progress,
                 const std::function<void(std::size_t)>& each) {
  Calls calls(count, each);
  std::atomic<std::size_t> elsewhere = 0;
  std::vector<std::thread> helpers;
  const std::size_t cores = std::thread::hardware_concurrency();
  const std::size_t threads = count < kFewestCalls ? 1 : std::min(cores, kMostThreads);
  try {
    while (helpers.size() + 1 < threads) {
      helpers.emplace_back([&] { calls.make([&] { ++elsewhere; }); });
    }
  } catch (const std::system_error&) {
    // There are no more to be had: those that there are do all of it.
  }
  calls.make([&] { progress.advance(1 + elsewhere.exchange(0)); });
  for (std::thread& helper : helpers) helper.join();
  calls.rethrow();
}

}  // namespace polreach::source
