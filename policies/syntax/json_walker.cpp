// SPDX-License-Identifier: Apache-2.0
#include "policies/syntax/json_walker.h"

#include <utility>

#include "policies/syntax/json_fault.h"

namespace polreach::syntax {
namespace {

using simdjson::ondemand::json_type;

/// A raw token without the white space that follows it.
std::string_view trim(std::string_view token) {
  while (!token.empty() && static_cast<unsigned char>(token.back()) <= ' ') token.remove_suffix(1);
  return token;
}

}  // namespace

JsonWalker::JsonWalker(const Input& input, ObjectBuilder& builder)
    : input_(input), builder_(builder) {}

void JsonWalker::fill(ByteRange head, ByteRange tail) {
  head_ = head;
  tail_ = tail;
  const std::size_t size = head.end - head.begin + tail.end - tail.begin + 2;
  buffer_.clear();
  buffer_.reserve(size + simdjson::SIMDJSON_PADDING);
  buffer_.push_back('[');
  buffer_.append(input_.bytes.substr(head.begin, head.end - head.begin));
  buffer_.append(input_.bytes.substr(tail.begin, tail.end - tail.begin));
  buffer_.push_back(']');
}

bool JsonWalker::failed(simdjson::error_code error) {
  if (error == simdjson::SUCCESS) return false;
  error_ = error;
  return true;
}

/// The place in the file of a part of the buffer.
source::Span JsonWalker::span(std::string_view token) const {
  const auto offset = static_cast<std::size_t>(token.data() - buffer_.data()) - 1;
  const std::size_t head = head_.end - head_.begin;
  const std::size_t at = offset < head ? head_.begin + offset : tail_.begin + (offset - head);
  return input_.span(at, at + token.size());
}

/// The place of a key with its quotes, given its text in the buffer and what that means.
source::Span JsonWalker::key_span(const char* raw, std::string_view unescaped) const {
  std::size_t length = 0;
  if (std::string_view(raw, unescaped.size()) == unescaped && raw[unescaped.size()] == '"' &&
      unescaped.find('\\') == std::string_view::npos) {
    length = unescaped.size();
  } else {
    for (; raw[length] != '"'; ++length) {
      if (raw[length] == '\\') ++length;
    }
  }
  return span({raw - 1, length + 2});
}

JsonWalker::Outcome JsonWalker::walk(ByteRange head, ByteRange tail) {
  fill(head, tail);
  levels_.clear();
  simdjson::ondemand::document document;
  if (failed(parser_.iterate(buffer_.data(), buffer_.size(), buffer_.capacity()).get(document))) {
    return Outcome::Syntax;
  }
  Level root;
  simdjson::ondemand::array array;
  if (failed(document.get_array().get(array)) || failed(array.begin().get(root.array))) {
    return Outcome::Syntax;
  }
  levels_.push_back(root);
  error_ = simdjson::SUCCESS;
  while (!levels_.empty()) {
    simdjson::ondemand::value value;
    const Step step = next(value);
    if (step == Step::Failed) return Outcome::Syntax;
    if (step == Step::Stopped) return Outcome::Stopped;
    if (step == Step::Value && !enter(value)) {
      return error_ == simdjson::SUCCESS ? Outcome::Stopped : Outcome::Syntax;
    }
  }
  return Outcome::Good;  // brackets match: nothing can follow the `]`
}

/// Moves on in the innermost collection.
JsonWalker::Step JsonWalker::next(simdjson::ondemand::value& value) {
  Level& level = levels_.back();
  const bool started = std::exchange(level.started, true);
  if (level.object) {
    if (started) ++level.members;
    if (level.members == simdjson::ondemand::object_iterator()) return close();
    return next_member(level, value);
  }
  if (started) ++level.array;
  if (level.array == simdjson::ondemand::array_iterator()) return close();
  return failed((*level.array).get(value)) ? Step::Failed : Step::Value;
}

JsonWalker::Step JsonWalker::next_member(Level& level, simdjson::ondemand::value& value) {
  simdjson::ondemand::field field;
  if (failed((*level.members).get(field))) return Step::Failed;
  const char* raw = field.key().raw();
  std::string_view key;
  if (failed(field.unescaped_key().get(key))) return Step::Failed;
  value = field.value();
  switch (builder_.key(key, key_span(raw, key))) {
    case ObjectBuilder::Member::Kept:
      return Step::Value;
    case ObjectBuilder::Member::Skipped:
      return Step::Again;  // moving on skips the value
    case ObjectBuilder::Member::Failed:
      break;
  }
  return Step::Stopped;
}

JsonWalker::Step JsonWalker::close() {
  levels_.pop_back();
  if (levels_.empty()) return Step::Again;  // the `[` that fill() added
  return builder_.close() ? Step::Again : Step::Stopped;
}

/// Starts on a value: passes on a scalar, or the opening of a collection.
bool JsonWalker::enter(simdjson::ondemand::value& value) {
  const std::string_view token = trim(value.raw_json_token());
  json_type type{};
  if (failed(value.type().get(type))) return false;
  if (type != json_type::array && type != json_type::object) return scalar(value, type, token);
  Level level;
  level.object = type == json_type::object;
  if (level.object) {
    simdjson::ondemand::object object;
    if (failed(value.get_object().get(object))) return false;
    if (failed(object.begin().get(level.members))) return false;
  } else {
    simdjson::ondemand::array array;
    if (failed(value.get_array().get(array))) return false;
    if (failed(array.begin().get(level.array))) return false;
  }
  levels_.push_back(level);
  return builder_.open(level.object ? Type::Mapping : Type::Sequence, span(token.substr(0, 1)));
}

bool JsonWalker::scalar(simdjson::ondemand::value& value, json_type type, std::string_view token) {
  switch (type) {
    case json_type::string: {
      std::string_view text;
      return !failed(value.get_string().get(text)) &&
             builder_.scalar(Type::String, text, span(token));
    }
    case json_type::number: {
      if (!is_json_number(token)) return !failed(simdjson::NUMBER_ERROR);
      const bool integer = token.find_first_of(".eE") == std::string_view::npos;
      return builder_.scalar(integer ? Type::Integer : Type::Float, token, span(token));
    }
    case json_type::boolean: {
      bool is_true = false;
      return !failed(value.get_bool().get(is_true)) &&
             builder_.scalar(Type::Bool, is_true ? "true" : "false", span(token));
    }
    case json_type::null: {
      bool is_null = false;
      if (failed(value.is_null().get(is_null))) return false;
      if (!is_null) return !failed(simdjson::N_ATOM_ERROR);
      return builder_.scalar(Type::Null, {}, span(token));
    }
    default:
      return !failed(simdjson::UNEXPECTED_ERROR);
  }
}

}  // namespace polreach::syntax
