// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policies/source/source_map.h"

namespace polreach::syntax {

/// The types of JSON, with numbers split. A plain YAML scalar gets the type that the Kubernetes
/// API server's YAML decoder (sigs.k8s.io/yaml) gives it; a quoted one is a String.
enum class Type : std::uint8_t { Null, Bool, Integer, Float, String, Sequence, Mapping };

/// "a string", "a mapping" ...: for messages.
[[nodiscard]] std::string_view describe(Type type);

class Value;

/// One object (a document, or an item of a list) as a flat list of nodes in document order.
/// Everything a Value shows points into its tape.
class Tape {
 public:
  struct Node {
    Type type = Type::Null;
    bool has_key = false;
    std::uint32_t next = 0;  // the node after this one and all that is inside it
    source::Span span;       // of the scalar, or of the opening of the collection
    std::uint32_t text = 0;  // scalars: where the text starts in chars_
    std::uint32_t length = 0;
    source::Span key_span;  // members of mappings
    std::uint32_t key = 0;
    std::uint32_t key_length = 0;
  };

  [[nodiscard]] bool empty() const { return nodes_.empty(); }
  [[nodiscard]] Value root() const;
  [[nodiscard]] const Node& node(std::uint32_t index) const { return nodes_[index]; }
  [[nodiscard]] std::string_view chars(std::uint32_t at, std::uint32_t length) const {
    return std::string_view(chars_).substr(at, length);
  }

  // Building, in document order. A member's key comes before its value.
  void key(std::string_view text, const source::Span& span);
  void scalar(Type type, std::string_view text, const source::Span& span);
  /// Opens a sequence or mapping; everything up to the matching close() is inside it.
  std::uint32_t open(Type type, const source::Span& span);
  void close(std::uint32_t opened);
  /// Adds all of another tape as the next value.
  void append(const Tape& other);
  /// Makes what was built so far readable: collections that are still open end here for now.
  void settle();
  void clear();

 private:
  Node& add(Type type, const source::Span& span);
  std::uint32_t store(std::string_view text);
  std::vector<Node> nodes_;
  std::string chars_;
  std::vector<std::uint32_t> open_;
  std::optional<Node> pending_key_;
};

/// A value inside a tape. Cheap to copy; valid as long as the tape lives and does not change.
class Value {
 public:
  Value(const Tape& tape, std::uint32_t index) : tape_(&tape), index_(index) {}

  [[nodiscard]] Type type() const { return node().type; }
  [[nodiscard]] bool is(Type t) const { return node().type == t; }
  [[nodiscard]] source::Span span() const { return node().span; }
  /// The text of a scalar, unescaped; empty for collections.
  [[nodiscard]] std::string_view text() const { return tape_->chars(node().text, node().length); }
  /// The name of the member that this value is, and its place; empty and none() elsewhere.
  [[nodiscard]] std::string_view key() const { return tape_->chars(node().key, node().key_length); }
  [[nodiscard]] source::Span key_span() const { return node().key_span; }

  class Iterator {
   public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = Value;
    using difference_type = std::ptrdiff_t;
    using pointer = const Value*;
    using reference = Value;
    Iterator(const Tape& tape, std::uint32_t index) : tape_(&tape), index_(index) {}
    Value operator*() const { return {*tape_, index_}; }
    Iterator& operator++() {
      index_ = tape_->node(index_).next;
      return *this;
    }
    friend bool operator==(const Iterator& a, const Iterator& b) { return a.index_ == b.index_; }

   private:
    const Tape* tape_;
    std::uint32_t index_;
  };

  /// The items of a sequence or the members of a mapping; nothing for scalars.
  [[nodiscard]] Iterator begin() const { return {*tape_, index_ + 1}; }
  [[nodiscard]] Iterator end() const { return {*tape_, node().next}; }
  [[nodiscard]] bool empty() const { return begin() == end(); }

  /// The member of that name, if this is a mapping that has one.
  [[nodiscard]] std::optional<Value> find(std::string_view name) const;

 private:
  [[nodiscard]] const Tape::Node& node() const { return tape_->node(index_); }
  const Tape* tape_;
  std::uint32_t index_;
};

}  // namespace polreach::syntax
