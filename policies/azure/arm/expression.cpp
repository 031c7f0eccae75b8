// SPDX-License-Identifier: Apache-2.0
#include "policies/azure/arm/expression.h"

#include <fmt/format.h>

#include <charconv>

#include "policies/azure/arm/limits.h"

namespace polreach::azure::arm {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_name_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$';
}
bool is_name(char c) { return is_name_start(c) || is_digit(c); }

/// One pass, with a stack of the calls and brackets that are open.
class Parser {
 public:
  Parser(std::string_view text, Expression& expression) : text_(text), out_(expression) {}

  std::optional<ExpressionFault> parse();

 private:
  struct Open {
    bool is_call = false;  // else an index
    Term term;             // what is known of it
  };

  bool operand();
  bool after_operand();
  bool string();
  bool integer();
  bool call();
  bool property();
  bool open(bool is_call, Term term);
  bool close(char bracket);
  void have(Term term);
  void skip_space() {
    while (at_ < end_ && is_space(text_[at_])) ++at_;
  }
  bool fail(std::string message, bool limit = false) {
    fault_ = ExpressionFault{std::move(message), static_cast<std::uint32_t>(at_), limit};
    return false;
  }
  std::string name();

  std::string_view text_;
  Expression& out_;
  std::size_t at_ = 1;
  std::size_t end_ = 0;
  std::vector<Open> open_;
  std::uint32_t value_ = 0;  // the term that was read last
  bool has_value_ = false;
  std::optional<ExpressionFault> fault_;
};

std::optional<ExpressionFault> Parser::parse() {
  end_ = text_.size() - 1;
  if (text_.size() > kLongestExpression) {
    fail(fmt::format("the expression is longer than {} characters", kLongestExpression), true);
    return fault_;
  }
  while (!fault_) {
    skip_space();
    if (at_ == end_) break;
    if (has_value_) {
      after_operand();
    } else {
      operand();
    }
  }
  if (!fault_ && !open_.empty()) {
    fail(open_.back().is_call ? "a ')' is missing" : "a ']' is missing");
  }
  if (!fault_ && !has_value_) fail("the expression is empty");
  if (fault_) {
    out_ = {};
    return fault_;
  }
  out_.root = value_;
  return std::nullopt;
}

void Parser::have(Term term) {
  term.end = static_cast<std::uint32_t>(at_);
  value_ = static_cast<std::uint32_t>(out_.terms.size());
  out_.terms.push_back(std::move(term));
  has_value_ = true;
}

bool Parser::operand() {
  const char c = text_[at_];
  if (c == '\'') return string();
  if (is_digit(c) || ((c == '-' || c == '+') && at_ + 1 < end_ && is_digit(text_[at_ + 1]))) {
    return integer();
  }
  if (is_name_start(c)) return call();
  if (c == ')' && !open_.empty() && open_.back().is_call && open_.back().term.parts.empty()) {
    return close(c);
  }
  return fail(fmt::format("a value was expected here, not '{}'", c));
}

bool Parser::string() {
  Term term;
  term.begin = static_cast<std::uint32_t>(at_);
  for (++at_; at_ < end_; ++at_) {
    if (text_[at_] == '\'') {
      if (at_ + 1 >= end_ || text_[at_ + 1] != '\'') break;
      ++at_;  // '' is one quote
    }
    term.text += text_[at_];
  }
  if (at_ >= end_) return fail("the string has no closing quote");
  ++at_;
  have(std::move(term));
  return true;
}

bool Parser::integer() {
  Term term;
  term.kind = Term::Kind::Integer;
  term.begin = static_cast<std::uint32_t>(at_);
  const char* from = text_.data() + at_ + (text_[at_] == '+' ? 1 : 0);
  const auto read = std::from_chars(from, text_.data() + end_, term.integer);
  if (read.ec != std::errc{}) return fail("the number is too large");
  at_ = static_cast<std::size_t>(read.ptr - text_.data());
  if (at_ < end_ && (text_[at_] == '.' || is_name(text_[at_]))) {
    return fail("expressions have integers only");
  }
  have(std::move(term));
  return true;
}

std::string Parser::name() {
  const std::size_t from = at_;
  while (at_ < end_ && is_name(text_[at_])) ++at_;
  return std::string(text_.substr(from, at_ - from));
}

bool Parser::call() {
  Term term;
  term.kind = Term::Kind::Call;
  term.begin = static_cast<std::uint32_t>(at_);
  term.text = name();
  skip_space();
  while (at_ < end_ && text_[at_] == '.') {  // a function of a namespace
    ++at_;
    skip_space();
    const std::string member = name();
    if (member.empty()) return fail("a name was expected behind the '.'");
    term.text += "." + member;
    skip_space();
  }
  if (at_ >= end_ || text_[at_] != '(') {
    return fail(fmt::format("'{}' is no value: a '(' was expected behind it", term.text));
  }
  ++at_;
  return open(true, std::move(term));
}

bool Parser::open(bool is_call, Term term) {
  if (open_.size() >= kDeepestExpression) {
    return fail(fmt::format("more than {} brackets are open here", kDeepestExpression), true);
  }
  open_.push_back({is_call, std::move(term)});
  has_value_ = false;
  return true;
}

bool Parser::close(char bracket) {
  if (open_.empty() || open_.back().is_call != (bracket == ')')) {
    return fail(fmt::format("this '{}' closes nothing", bracket));
  }
  Term term = std::move(open_.back().term);
  open_.pop_back();
  if (has_value_) term.parts.push_back(value_);
  ++at_;
  have(std::move(term));
  return true;
}

bool Parser::property() {
  Term term;
  term.kind = Term::Kind::Property;
  term.begin = out_.terms[value_].begin;
  ++at_;
  skip_space();
  term.text = name();
  if (term.text.empty()) return fail("a name was expected behind the '.'");
  term.parts.push_back(value_);
  have(std::move(term));
  return true;
}

bool Parser::after_operand() {
  const char c = text_[at_];
  if (c == '.') return property();
  if (c == '[') {
    Term term;
    term.kind = Term::Kind::Index;
    term.begin = out_.terms[value_].begin;
    term.parts.push_back(value_);
    ++at_;
    return open(false, std::move(term));
  }
  if (c == ')' || c == ']') return close(c);
  if (c == ',' && !open_.empty() && open_.back().is_call) {
    open_.back().term.parts.push_back(value_);
    has_value_ = false;
    ++at_;
    skip_space();
    if (at_ < end_ && text_[at_] == ')') return fail("a value was expected behind the ','");
    return true;
  }
  return fail(fmt::format("'{}' was not expected here", c));
}

}  // namespace

bool is_expression(std::string_view text) {
  return text.size() >= 2 && text.front() == '[' && text.back() == ']' && text[1] != '[';
}

std::string_view literal_of(std::string_view text) {
  const bool escaped = text.size() >= 3 && text.starts_with("[[") && text.back() == ']';
  return escaped ? text.substr(1) : text;
}

std::optional<ExpressionFault> parse_expression(std::string_view text, Expression& expression) {
  return Parser(text, expression).parse();
}

}  // namespace polreach::azure::arm
