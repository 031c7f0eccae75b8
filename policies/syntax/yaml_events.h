// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "policies/source/source_map.h"
#include "policies/syntax/tape.h"

namespace polreach::syntax {

/// A step of a YAML document, with its scalars resolved.
struct Event {
  enum class Kind : std::uint8_t { Scalar, Sequence, Mapping, End, Alias };
  Kind kind = Kind::Scalar;
  Type type = Type::Null;    // scalars
  bool merge = false;        // a plain `<<`
  std::uint32_t anchor = 0;  // aliases: what they stand for
  source::Span span;
  std::string_view text;  // scalars
  std::string_view key;   // scalars: their text if they are a key
};

/// Events that have been kept for later. An index stays valid; the texts of an event that get()
/// returned stay valid until the next add().
class EventLog {
 public:
  void add(const Event& event);
  [[nodiscard]] Event get(std::size_t index) const;
  [[nodiscard]] std::size_t size() const { return stored_.size(); }
  /// The index after the node that starts at that index.
  [[nodiscard]] std::size_t after(std::size_t index) const { return stored_[index].next; }
  void clear();

 private:
  struct Stored {
    Event event;  // without its texts
    std::size_t text;
    std::size_t length;
    std::size_t key_length;  // the key follows the text
    std::size_t next;
  };
  std::vector<Stored> stored_;
  std::vector<std::size_t> open_;
  std::string chars_;
};

/// A part of a log: one node, or several.
struct EventRange {
  const EventLog* log = nullptr;
  std::size_t begin = 0;
  std::size_t end = 0;
};

}  // namespace polreach::syntax
