// SPDX-License-Identifier: Apache-2.0
#include "policies/syntax/tape.h"

namespace polreach::syntax {

std::string_view describe(Type type) {
  switch (type) {
    case Type::Null:
      return "null";
    case Type::Bool:
      return "a boolean";
    case Type::Integer:
      return "an integer";
    case Type::Float:
      return "a floating-point number";
    case Type::String:
      return "a string";
    case Type::Sequence:
      return "a list";
    case Type::Mapping:
      return "a mapping";
  }
  return "a value";
}

Value Tape::root() const { return {*this, 0}; }

std::uint32_t Tape::store(std::string_view text) {
  const auto at = static_cast<std::uint32_t>(chars_.size());
  chars_.append(text);
  return at;
}

Tape::Node& Tape::add(Type type, const source::Span& span) {
  Node& node = nodes_.emplace_back(pending_key_.value_or(Node{}));
  pending_key_.reset();
  node.type = type;
  node.span = span;
  node.next = static_cast<std::uint32_t>(nodes_.size());
  return node;
}

void Tape::key(std::string_view text, const source::Span& span) {
  Node node;
  node.has_key = true;
  node.key_span = span;
  node.key = store(text);
  node.key_length = static_cast<std::uint32_t>(text.size());
  pending_key_ = node;
}

void Tape::scalar(Type type, std::string_view text, const source::Span& span) {
  Node& node = add(type, span);
  node.text = store(text);
  node.length = static_cast<std::uint32_t>(text.size());
}

std::uint32_t Tape::open(Type type, const source::Span& span) {
  add(type, span);
  open_.push_back(static_cast<std::uint32_t>(nodes_.size() - 1));
  return open_.back();
}

void Tape::close(std::uint32_t opened) {
  nodes_[opened].next = static_cast<std::uint32_t>(nodes_.size());
  open_.pop_back();
}

void Tape::append(const Tape& other) {
  const auto nodes = static_cast<std::uint32_t>(nodes_.size());
  const std::uint32_t chars = store(other.chars_);
  for (Node node : other.nodes_) {
    node.next += nodes;
    node.text += chars;
    node.key += chars;
    if (pending_key_) {
      node.has_key = true;
      node.key = pending_key_->key;
      node.key_length = pending_key_->key_length;
      node.key_span = pending_key_->key_span;
      pending_key_.reset();
    }
    nodes_.push_back(node);
  }
}

void Tape::settle() {
  const auto size = static_cast<std::uint32_t>(nodes_.size());
  for (const std::uint32_t index : open_) nodes_[index].next = size;
}

void Tape::clear() {
  nodes_.clear();
  chars_.clear();
  open_.clear();
  pending_key_.reset();
}

std::optional<Value> Value::find(std::string_view name) const {
  if (!is(Type::Mapping)) return std::nullopt;
  for (const Value member : *this) {
    if (member.key() == name) return member;
  }
  return std::nullopt;
}

}  // namespace polreach::syntax
