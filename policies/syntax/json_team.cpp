// SPDX-License-Identifier: Apache-2.0
#include "policies/syntax/json_team.h"

#include <algorithm>
#include <system_error>

#include "policies/syntax/json_brackets.h"
#include "policies/syntax/json_splitter.h"

namespace polreach::syntax {

/// Reads pieces in one thread. What it finds wrong is read, and said, by another reader.
class JsonTeam::Reader : public Sink {
 public:
  explicit Reader(const Input& input)
      : selection_(input.sink.selection()),
        input_{input.sources, input.file, input.bytes, input.limits, problems_, *this},
        builder_(input_),
        walker_(input_, builder_) {}

  [[nodiscard]] bool read(ByteRange range, Objects& objects) {
    objects_ = &objects;
    builder_.begin(ObjectBuilder::Lists::Whole);
    builder_.begin_items(kAround);
    return walker_.walk(range) == JsonWalker::Outcome::Good &&
           brackets_.match(walker_.text(), input_.limits.depth - kAround + 1);
  }

  bool wanted(std::span<const std::string_view> path, const Tape& so_far) override {
    return selection_->wanted(path, so_far);
  }
  void object(const Tape& tape, std::string_view /*list_kind*/,
              std::string_view /*list_api_version*/) override {
    objects_->add(tape);
  }
  void unreadable(const source::Span& /*where*/) override {}

 private:
  static constexpr std::uint32_t kAround = 2;  // the list and its items

  std::unique_ptr<Selection> selection_;
  source::Diagnostics problems_;
  Input input_;
  ObjectBuilder builder_;
  JsonWalker walker_;
  JsonBrackets brackets_;
  Objects* objects_ = nullptr;
};

JsonTeam::JsonTeam(const Input& input, ByteRange elements)
    : input_(input), elements_(elements), cutter_(input.bytes, elements), slots_(kSlots) {
  if (std::thread::hardware_concurrency() == 1) return;
  try {
    helper_ = std::thread([this] { help(); });
  } catch (const std::system_error&) {
    // There is none to be had: the calling thread does all of it.
  }
}

JsonTeam::~JsonTeam() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  changed_.notify_all();
  if (helper_.joinable()) helper_.join();
}

/// The slot of the next piece; nothing where there is none, or no room for one. To be called with
/// the lock.
JsonTeam::Slot* JsonTeam::claim() {
  if (stopped_ || cut_ || claimed_ - delivered_ == kSlots) return nullptr;
  const ByteRange range = cutter_.next();
  if (range.begin == range.end) {
    cut_ = true;
    return nullptr;
  }
  Slot& slot = slots_[claimed_++ % kSlots];
  slot.state = State::Read;
  slot.range = range;
  return &slot;
}

void JsonTeam::read(Reader& reader, Slot& slot, std::unique_lock<std::mutex>& lock) {
  lock.unlock();
  bool good = false;
  slot.objects.clear();
  try {
    good = reader.read(slot.range, slot.objects);
    // They are at hand now; for places in messages the whole file would be read once more.
    const auto first = input_.bytes.begin();
    slot.lines = static_cast<std::size_t>(
        std::count(first + static_cast<std::ptrdiff_t>(slot.range.begin),
                   first + static_cast<std::ptrdiff_t>(slot.range.end), '\n'));
  } catch (...) {
    slot.thrown = std::current_exception();
  }
  lock.lock();
  slot.state = good ? State::Good : State::Bad;
  changed_.notify_all();
}

void JsonTeam::help() {
  Reader reader(input_);
  std::unique_lock lock(mutex_);
  while (!stopped_ && !cut_) {
    if (Slot* const slot = claim()) {
      read(reader, *slot, lock);
    } else if (!cut_) {
      changed_.wait(lock);
    }
  }
  changed_.notify_all();
}

std::size_t JsonTeam::run(const Deliver& deliver) {
  Reader reader(input_);
  std::size_t end = elements_.begin;
  std::size_t released = end;
  std::unique_lock lock(mutex_);
  while (true) {
    Slot& next = slots_[delivered_ % kSlots];
    if (delivered_ < claimed_ && next.state == State::Good) {
      lock.unlock();
      input_.sources.note_lines(input_.file, next.range.begin, next.range.end, next.lines);
      if (!deliver(next.objects)) return next.range.begin;
      end = next.range.end + 1;
      if (end - released >= JsonSplitter::kReleaseBytes) {
        input_.sources.text(input_.file).release();
        released = end;
      }
      lock.lock();
      next.state = State::Free;
      ++delivered_;
      changed_.notify_all();
    } else if (delivered_ < claimed_ && next.state == State::Bad) {
      if (next.thrown) std::rethrow_exception(next.thrown);
      return next.range.begin;
    } else if (Slot* const slot = claim()) {
      read(reader, *slot, lock);
    } else if (delivered_ == claimed_ && cut_) {
      return elements_.end;
    } else if (!cut_ || delivered_ < claimed_) {
      changed_.wait(lock, [&] {
        return slots_[delivered_ % kSlots].state != State::Read || (cut_ && delivered_ == claimed_);
      });
    }
  }
}

}  // namespace polreach::syntax
