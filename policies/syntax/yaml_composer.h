// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "policies/syntax/builder.h"
#include "policies/syntax/input.h"
#include "policies/syntax/yaml_events.h"

namespace polreach::syntax {

/// Resolves aliases and merge keys: takes the events of a document as they are written and gives
/// the builder the events that they mean. Nothing is expanded that is not wanted, and what is
/// expanded counts against limits.alias_nodes. Replays run from a stack of their own, so nesting
/// in the input is never nesting of calls.
class YamlComposer {
 public:
  YamlComposer(const Input& input, ObjectBuilder& builder) : input_(input), builder_(builder) {}

  /// `end`: of the document in the file. `merges`: whether the text has a `<<` anywhere. Without
  /// one, keys need no second look.
  void begin(std::size_t end, bool merges);
  /// An event of the text. `anchor` is the number of the anchor on it, or 0. False: an error was
  /// added.
  [[nodiscard]] bool event(const Event& event, std::uint32_t anchor);
  /// Whether nothing counts of the next scalar, unless it has an anchor, but that there is one.
  [[nodiscard]] bool ignores_scalars() const { return skipping_ && open_anchors_.empty(); }

 private:
  /// An open collection that reached the builder.
  struct Level {
    bool mapping = false;
    bool key_next = false;
    source::Span span;
    std::vector<EventRange> merges;                   // values of `<<`
    std::unordered_map<std::string, bool> keys = {};  // true: it was there before a `<<`
  };
  struct Replay {
    EventRange range;
    bool closes = false;  // instead: closes the innermost level
  };
  struct Anchor {
    EventRange range;
    std::uint32_t depth = 0;
    bool complete = false;
  };

  [[nodiscard]] bool record(const Event& event, std::uint32_t anchor);
  [[nodiscard]] bool drain();
  [[nodiscard]] bool charge(std::size_t cost, const source::Span& span);
  [[nodiscard]] bool apply(const Event& event);
  [[nodiscard]] bool apply_key(const Event& event);
  [[nodiscard]] bool apply_value(const Event& event);
  void capture(const Event& event);
  void skip(const Event& event);
  void value_done();
  [[nodiscard]] bool close_level();
  [[nodiscard]] bool expand_merges();
  [[nodiscard]] bool merge_members(const EventRange& mapping, std::vector<EventRange>& sources,
                                   std::vector<EventRange>& members);
  [[nodiscard]] bool merge_source(const EventRange& source, std::vector<EventRange>& sources);
  [[nodiscard]] EventRange node(const EventLog& log, std::size_t index) const {
    return {&log, index, log.after(index)};
  }

  const Input& input_;
  ObjectBuilder& builder_;
  std::size_t end_ = 0;
  bool merges_ = false;
  EventLog anchored_;                        // the nodes with anchors
  EventLog captured_;                        // the values of merge keys
  std::vector<Anchor> anchors_;              // by number
  std::vector<std::uint32_t> open_anchors_;  // those whose node is not complete
  std::uint32_t depth_ = 0;                  // of the text
  std::uint64_t spent_ = 0;
  source::Span spender_;  // the last alias or merge of the text
  std::vector<Replay> replays_;
  std::vector<Level> levels_;
  bool capturing_ = false;
  bool skipping_ = false;
  std::uint32_t nested_ = 0;  // collections open in what is captured or skipped
  std::size_t capture_begin_ = 0;
};

}  // namespace polreach::syntax
