// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <simdjson.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "policies/syntax/builder.h"
#include "policies/syntax/input.h"

namespace polreach::syntax {

/// A part of the file.
struct ByteRange {
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// Gives parts of a JSON text to the builder. Each is copied into a padded buffer between `[` and
/// `]`, so that single values and runs of elements are read alike. Iterators are kept on a stack
/// of their own: nesting in the input is never nesting of calls.
class JsonWalker {
 public:
  enum class Outcome : std::uint8_t {
    Good,
    Syntax,   // simdjson rejects the text; no error was added
    Stopped,  // the builder added an error
  };

  JsonWalker(const Input& input, ObjectBuilder& builder);

  /// Reads one value, or the values between commas. `tail`, if not empty, follows `head` in the
  /// text that is read.
  [[nodiscard]] Outcome walk(ByteRange head, ByteRange tail = {});
  [[nodiscard]] simdjson::error_code error() const { return error_; }
  /// What was read last, between `[` and `]`; padded.
  [[nodiscard]] const std::string& text() const { return buffer_; }

 private:
  struct Level {
    bool object = false;
    bool started = false;
    simdjson::ondemand::array_iterator array = {};
    simdjson::ondemand::object_iterator members = {};
  };
  enum class Step : std::uint8_t { Value, Again, Failed, Stopped };

  void fill(ByteRange head, ByteRange tail);
  [[nodiscard]] bool failed(simdjson::error_code error);
  [[nodiscard]] source::Span span(std::string_view token) const;
  [[nodiscard]] source::Span key_span(const char* raw, std::string_view unescaped) const;
  [[nodiscard]] Step next(simdjson::ondemand::value& value);
  [[nodiscard]] Step next_member(Level& level, simdjson::ondemand::value& value);
  [[nodiscard]] Step close();
  [[nodiscard]] bool enter(simdjson::ondemand::value& value);
  [[nodiscard]] bool scalar(simdjson::ondemand::value& value, simdjson::ondemand::json_type type,
                            std::string_view token);

  const Input& input_;
  ObjectBuilder& builder_;
  simdjson::ondemand::parser parser_;
  std::string buffer_;
  ByteRange head_;
  ByteRange tail_;
  std::vector<Level> levels_;
  simdjson::error_code error_ = simdjson::SUCCESS;
};

}  // namespace polreach::syntax
