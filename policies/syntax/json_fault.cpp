// SPDX-License-Identifier: Apache-2.0
#include "policies/syntax/json_fault.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <vector>

#include "policies/syntax/characters.h"
#include "policies/syntax/input.h"

namespace polreach::syntax {
namespace {

std::string quoted(std::string_view token) {
  constexpr std::size_t kLongest = 40;
  std::string text = "`";
  text.append(token.substr(0, kLongest)).append("`");
  return text;
}

/// The value of 4 hexadecimal digits.
std::optional<unsigned> hex4(std::string_view digits) {
  if (digits.size() != 4) return std::nullopt;
  unsigned value = 0;
  for (const char c : digits) {
    const char lower = static_cast<char>(c | 0x20);
    const bool letter = lower >= 'a' && lower <= 'f';
    if (!is_digit(c) && !letter) return std::nullopt;
    value = value * 16 + static_cast<unsigned>(letter ? lower - 'a' + 10 : c - '0');
  }
  return value;
}

/// A pass over one document; stops at the first fault.
class Checker {
 public:
  Checker(std::string_view bytes, std::size_t begin, std::size_t end, std::uint32_t depth)
      : bytes_(bytes.substr(0, end)), at_(begin), depth_(depth) {}

  std::optional<JsonFault> run(bool whole);

 private:
  enum class Expect : std::uint8_t { Value, ValueOrEnd, Key, KeyOrEnd, Colon, CommaOrEnd };

  void skip_space() { at_ = std::min(bytes_.find_first_not_of(kJsonSpace, at_), bytes_.size()); }
  void step();
  void nul_byte();
  void value();
  void open();
  void close();
  void comma();
  void scalar();
  void string();
  void escape();
  void surrogate(std::size_t start, unsigned first);
  void control(std::size_t quote);
  void unfinished();
  void fault(std::size_t at, std::string message, std::string help = "correct the JSON here") {
    fault_ = JsonFault{"json-syntax", at, std::move(message), std::move(help)};
  }

  std::string_view bytes_;
  std::size_t at_;
  std::uint32_t depth_;
  Expect expect_ = Expect::Value;
  std::vector<std::size_t> open_;
  std::optional<JsonFault> fault_;
};

std::optional<JsonFault> Checker::run(bool whole) {
  while (!fault_) {
    skip_space();
    if (open_.empty() && expect_ == Expect::CommaOrEnd) break;
    if (at_ < bytes_.size()) {
      step();
    } else {
      unfinished();
    }
  }
  if (!fault_ && whole && at_ < bytes_.size()) {
    fault(at_, "content after the end of the JSON document", "remove it");
  }
  return fault_;
}

void Checker::unfinished() {
  if (open_.empty()) return fault(bytes_.size(), "unexpected end of input: a value is missing");
  const std::size_t bracket = open_.back();
  const auto line =
      1 + std::count(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(bracket), '\n');
  fault(bracket,
        std::string("unexpected end of input: the `") + bytes_[bracket] + "` at line " +
            std::to_string(line) + " is never closed",
        "is the file complete? Otherwise add the missing bracket");
}

void Checker::step() {
  const char c = bytes_[at_];
  if (c == '\0') return nul_byte();
  switch (expect_) {
    case Expect::Key:
    case Expect::KeyOrEnd:
      if (c == '}') return close();
      if (c != '"') return fault(at_, "expected a key in double quotes");
      expect_ = Expect::Colon;
      return string();
    case Expect::Colon:
      if (c != ':') return fault(at_, "expected a `:` after the key");
      ++at_;
      expect_ = Expect::Value;
      return;
    case Expect::CommaOrEnd:
      return c == '}' || c == ']' ? close() : comma();
    case Expect::Value:
    case Expect::ValueOrEnd:
      return value();
  }
}

void Checker::nul_byte() {
  fault(at_, "a NUL byte; this is not a text file", "save the file as UTF-8 text");
  fault_->code = "nul-byte";
}

void Checker::value() {
  const char c = bytes_[at_];
  if (c == '{' || c == '[') return open();
  if (c == '}' || c == ']') return close();
  if (c == ',' || c == ':') return fault(at_, std::string("expected a value, not `") + c + "`");
  expect_ = Expect::CommaOrEnd;
  return c == '"' ? string() : scalar();
}

void Checker::comma() {
  const bool array = bytes_[open_.back()] == '[';
  if (bytes_[at_] != ',') {
    const std::size_t here = at_;
    return fault(here,
                 array ? "missing comma between array elements" : "missing comma between members");
  }
  ++at_;
  expect_ = array ? Expect::Value : Expect::Key;
}

void Checker::open() {
  if (open_.size() >= depth_) {
    fault(at_, "collections are nested more than " + std::to_string(depth_) + " deep here",
          "flatten the document");
    fault_->code = "too-deep";
    return;
  }
  expect_ = bytes_[at_] == '{' ? Expect::KeyOrEnd : Expect::ValueOrEnd;
  open_.push_back(at_++);
}

void Checker::close() {
  const char c = bytes_[at_];
  const std::string shown = std::string("`") + c + "`";
  if (open_.empty()) return fault(at_, shown + " closes nothing");
  if (bytes_[open_.back()] != (c == '}' ? '{' : '[')) {
    fault(at_, shown + " does not close `" + bytes_[open_.back()] + "`");
    fault_->other = open_.back();
    return;
  }
  if (expect_ == Expect::Key || (expect_ == Expect::Value && c == ']')) {
    return fault(at_, "a comma before " + shown, "remove the comma");
  }
  if (expect_ == Expect::Value) return fault(at_, "expected a value, not " + shown);
  ++at_;
  open_.pop_back();
  expect_ = Expect::CommaOrEnd;
}

void Checker::scalar() {
  const std::size_t end = std::min(bytes_.find_first_of(" \t\r\n\"{}[],:", at_), bytes_.size());
  const std::string_view token = bytes_.substr(at_, end - at_);
  if (const std::size_t nul = token.find('\0'); nul != std::string_view::npos) {
    at_ += nul;
    return nul_byte();
  }
  const bool number = is_digit(token[0]) || token[0] == '-' || token[0] == '+';
  const bool word = token == "true" || token == "false" || token == "null";
  if (number && !is_json_number(token)) {
    return fault(at_, quoted(token) + " is not a number as JSON writes it");
  }
  if (!number && !word) {
    return fault(at_, quoted(token) + " is not a JSON value",
                 "put strings in double quotes; JSON has no comments");
  }
  at_ = end;
}

void Checker::string() {
  const std::size_t quote = at_++;
  while (!fault_) {
    if (at_ >= bytes_.size()) {
      return fault(quote, "unterminated string: there is no closing quote",
                   "add the closing quote; is the file complete?");
    }
    const char c = bytes_[at_];
    if (c == '"') {
      ++at_;
      return;
    }
    if (c == '\\') {
      escape();
    } else if (static_cast<unsigned char>(c) < 0x20) {
      return control(quote);
    } else {
      ++at_;
    }
  }
}

void Checker::control(std::size_t quote) {
  const char c = bytes_[at_];
  if (c == '\0') {
    fault(at_, "a NUL byte; this is not a text file", "save the file as UTF-8 text");
    fault_->code = "nul-byte";
  } else if (c == '\n' || c == '\r') {
    fault(quote, "unterminated string: no closing quote on this line",
          "add the closing quote; write line feeds as \\n");
  } else {
    std::array<char, 16> name{};
    std::snprintf(name.data(), name.size(), "\\u%04x",
                  static_cast<unsigned>(static_cast<unsigned char>(c)));
    fault(at_, std::string("a control character in a string; JSON writes it as ") + name.data());
  }
}

void Checker::escape() {
  const std::size_t start = at_;
  const char c = at_ + 1 < bytes_.size() ? bytes_[at_ + 1] : '"';
  at_ += 2;
  if (c != 'u') {
    if (std::string_view("\"\\/bfnrt").find(c) != std::string_view::npos) return;
    return fault(start, quoted(bytes_.substr(start, 2)) + " is not an escape sequence",
                 "write `\\\\` for a backslash");
  }
  const auto value = hex4(bytes_.substr(std::min(at_, bytes_.size()), 4));
  if (!value) return fault(start, "`\\u` needs four hexadecimal digits");
  at_ += 4;
  if (*value >= 0xD800 && *value <= 0xDFFF) surrogate(start, *value);
}

/// Half of a pair: the other half must follow.
void Checker::surrogate(std::size_t start, unsigned first) {
  const std::string_view rest = bytes_.substr(std::min(at_, bytes_.size()));
  const unsigned second = rest.starts_with("\\u") ? hex4(rest.substr(2, 4)).value_or(0) : 0;
  if (first > 0xDBFF || second < 0xDC00 || second > 0xDFFF) {
    return fault(start, "half of a surrogate pair; characters beyond U+FFFF need both halves");
  }
  at_ += 6;
}

}  // namespace

bool is_json_number(std::string_view token) {
  std::size_t at = token.starts_with('-') ? 1 : 0;
  const auto digits = [&] {
    const std::size_t begin = at;
    while (at < token.size() && is_digit(token[at])) ++at;
    return at - begin;
  };
  const std::size_t whole = at;
  if (digits() == 0 || (token[whole] == '0' && at != whole + 1)) return false;
  if (at < token.size() && token[at] == '.') {
    ++at;
    if (digits() == 0) return false;
  }
  if (at < token.size() && (token[at] == 'e' || token[at] == 'E')) {
    ++at;
    if (at < token.size() && (token[at] == '+' || token[at] == '-')) ++at;
    if (digits() == 0) return false;
  }
  return at == token.size();
}

std::optional<JsonFault> find_json_fault(std::string_view bytes, std::size_t begin, std::size_t end,
                                         bool whole, std::uint32_t depth) {
  std::optional<JsonFault> fault = Checker(bytes, begin, end, depth).run(whole);
  // A byte that is not UTF-8 may be why the place of the fault looks wrong; those after it do not
  // matter.
  const std::size_t limit = fault ? std::min(end, fault->at + 4) : end;
  const std::size_t bad = first_invalid_utf8(bytes, begin, limit);
  if (bad == limit || (fault && bad > fault->at)) return fault;
  return JsonFault{"bad-encoding", bad, "this byte is not UTF-8", "save the file as UTF-8"};
}

}  // namespace polreach::syntax
