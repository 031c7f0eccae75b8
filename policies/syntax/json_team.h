// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "policies/syntax/json_pieces.h"

namespace polreach::syntax {

/// Reads the elements of one long array, piece by piece, with the calling thread and another one.
/// The calling thread delivers what was read, in order; where the next piece is not there yet, it
/// reads one itself. At most kSlots pieces are in memory.
class JsonTeam {
 public:
  /// What becomes of the objects of a piece. False: no more are wanted.
  using Deliver = std::function<bool(const Objects& objects)>;

  JsonTeam(const Input& input, ByteRange elements);
  JsonTeam(const JsonTeam&) = delete;
  JsonTeam& operator=(const JsonTeam&) = delete;
  ~JsonTeam();

  /// Returns the offset of the first element that was not delivered; `elements.end` where all were.
  std::size_t run(const Deliver& deliver);

 private:
  static constexpr std::size_t kSlots = 8;

  class Reader;
  enum class State : std::uint8_t { Free, Read, Good, Bad };
  struct Slot {
    State state = State::Free;
    ByteRange range;
    Objects objects;
    std::size_t lines = 0;  // newlines in the range
    std::exception_ptr thrown;
  };

  void help();
  [[nodiscard]] Slot* claim();
  void read(Reader& reader, Slot& slot, std::unique_lock<std::mutex>& lock);

  const Input& input_;
  ByteRange elements_;
  JsonCutter cutter_;
  std::vector<Slot> slots_;
  std::size_t claimed_ = 0;    // pieces
  std::size_t delivered_ = 0;  // pieces
  bool cut_ = false;           // the last piece was claimed
  bool stopped_ = false;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::thread helper_;
};

}  // namespace polreach::syntax
