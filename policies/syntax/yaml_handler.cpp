// SPDX-License-Identifier: Apache-2.0
#include "policies/syntax/yaml_handler.h"

#include <algorithm>

#include "policies/syntax/yaml_scalar.h"

namespace polreach::syntax {
namespace {

constexpr std::string_view kCoreTag = "tag:yaml.org,2002:";

/// The type that a core tag stands for.
bool core_type(std::string_view tag, Type& type) {
  if (!tag.starts_with(kCoreTag)) return false;
  tag.remove_prefix(kCoreTag.size());
  if (tag == "str")
    type = Type::String;
  else if (tag == "int")
    type = Type::Integer;
  else if (tag == "bool")
    type = Type::Bool;
  else if (tag == "float")
    type = Type::Float;
  else if (tag == "null")
    type = Type::Null;
  else if (tag == "map")
    type = Type::Mapping;
  else if (tag == "seq")
    type = Type::Sequence;
  else
    return false;
  return true;
}

/// `?` is what yaml-cpp says of plain scalars and collections without a tag, `!` of quoted ones.
bool is_untagged(const std::string& tag) { return tag.empty() || tag == "?" || tag == "!"; }

/// The tag that stands before a value.
source::Span tag_before(const Input& input, const source::Span& value) {
  constexpr std::string_view kAround = " \t\r\n,[]{}";
  const std::size_t mark = input.bytes.substr(0, value.begin).rfind('!');
  if (mark == std::string_view::npos) return value;
  const std::size_t before = input.bytes.find_last_of(kAround, mark);
  const std::size_t first = before == std::string_view::npos ? 0 : before + 1;
  return input.span(first,
                    std::min<std::size_t>(input.bytes.find_first_of(kAround, mark), value.begin));
}

bool unsupported_tag(const Input& input, const std::string& tag, const source::Span& value) {
  const source::Span where = tag_before(input, value);
  std::string shown = tag.starts_with(kCoreTag) ? "!!" + tag.substr(kCoreTag.size()) : tag;
  return input.fail("unsupported-tag", "the tag `" + shown + "` is not supported here", where,
                    "remove the tag; Kubernetes needs none");
}

}  // namespace

void YamlHandler::begin(const YamlDocuments::Document& document) {
  begin_ = document.begin;
  end_ = document.end;
  last_ = document.content;
  events_ = 0;
  started_ = null_root_ = end_pending_ = false;
  is_flow_.clear();
  flows_.clear();
  const std::string_view text = input_.bytes.substr(begin_, end_ - begin_);
  composer_.begin(end_, text.find("<<") != std::string_view::npos);
  builder_.begin(ObjectBuilder::Lists::Split);
}

void YamlHandler::finish() {
  if (!null_root_) builder_.finish();
}

std::size_t YamlHandler::offset(const YAML::Mark& mark) const {
  // A mark counts bytes from the start of the stream.
  if (mark.is_null() || mark.pos < 0) return last_;
  return std::min(begin_ + static_cast<std::size_t>(mark.pos), end_);
}

void YamlHandler::OnDocumentStart(const YAML::Mark& mark) {
  if (!started_) {
    started_ = true;
    return;
  }
  const std::size_t at = skip_properties(offset(mark));
  if (at <= last_ && events_ <= 1 && is_flow_.empty()) {
    // yaml-cpp 0.7.0 reads `,` as endlessly many empty documents.
    require(input_.fail("yaml-syntax",
                        std::string("unexpected `") + input_.bytes[std::min(at, end_ - 1)] + "`",
                        input_.at(at), "a value cannot start with this character"));
  }
  require(input_.fail("content-after-document",
                      "content after the end of the document; separate documents with ---",
                      input_.at(at),
                      "write `---` on a line of its own before it, or correct the indentation"));
}

void YamlHandler::OnDocumentEnd() { flush_end(); }

/// Ends are passed on only with the next event: in a flow sequence that is never closed, yaml-cpp
/// invents the end of the mapping in it just before it throws.
void YamlHandler::flush_end() {
  if (!end_pending_) return;
  end_pending_ = false;
  Event event;
  event.kind = Event::Kind::End;
  require(composer_.event(event, 0));
}

void YamlHandler::pass(const Event& event, YAML::anchor_t anchor) {
  // An event takes at least half a byte: `[,]` is the densest text.
  if (++events_ > 4 * (end_ - begin_) + 16) {
    require(input_.fail("yaml-syntax", "the YAML reader makes no progress here", event.span,
                        "simplify the document around this place"));
  }
  last_ = std::max<std::size_t>(last_, event.span.begin);
  flush_end();
  require(composer_.event(event, static_cast<std::uint32_t>(anchor)));
}

/// Skips the anchor and tag that stand before a value.
std::size_t YamlHandler::skip_properties(std::size_t at) const {
  const auto text = input_.bytes.substr(0, end_);
  while (at < end_) {
    if (text[at] == '&' || text[at] == '!') {
      at = std::min(text.find_first_of(" \t\r\n,[]{}", at), end_);
    } else if (text[at] == '#') {
      at = std::min(text.find('\n', at), end_);
    } else if (std::string_view(" \t\r\n").find(text[at]) != std::string_view::npos) {
      ++at;
    } else {
      break;
    }
  }
  return at;
}

/// `end_` if the quote is never closed.
std::size_t YamlHandler::end_of_quoted(std::size_t at) const {
  const char quote = input_.bytes[at];
  for (std::size_t i = at + 1; i < end_; ++i) {
    const char c = input_.bytes[i];
    if (c == '\\' && quote == '"') {
      ++i;
    } else if (c == quote) {
      const bool doubled = quote == '\'' && i + 1 < end_ && input_.bytes[i + 1] == quote;
      if (!doubled) return i + 1;
      ++i;
    }
  }
  require(input_.fail("yaml-syntax", "this quote is never closed", input_.at(at),
                      "add the closing quote"));
  return end_;
}

std::size_t YamlHandler::end_of_scalar(std::size_t at, const std::string& value) const {
  if (at >= end_) return at;
  const std::string_view text = input_.bytes.substr(at, end_ - at);
  if (text[0] == '"' || text[0] == '\'') return end_of_quoted(at);
  if (!value.empty() && text.starts_with(value)) return at + value.size();
  // A block or a plain scalar of several lines: its first line.
  const std::string_view line = text.substr(0, text.find('\n'));
  const std::size_t last = line.find_last_not_of(" \t\r");
  return last == std::string_view::npos ? at : at + last + 1;
}

void YamlHandler::resolve(Event& event, const std::string& tag, const std::string& value) {
  event.type = Type::String;
  event.text = event.key = value;
  const bool plain = tag == "?" || tag.empty();
  if (tag == "!") return;
  Type wanted = Type::String;
  if (!plain && !core_type(tag, wanted)) require(unsupported_tag(input_, tag, event.span));
  if (!plain && wanted == Type::String) return;
  const Plain found = resolve_plain(value, buffer_);
  const bool fits =
      plain || found.type == wanted || (wanted == Type::Float && found.type == Type::Integer);
  if (!fits) require(unsupported_tag(input_, tag, event.span));
  event.type = plain ? found.type : wanted;
  event.text = found.text;
  event.key = plain_key(found, key_buffer_);
  event.merge = plain && value == "<<";
}

void YamlHandler::OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) {
  const std::size_t at = skip_properties(offset(mark));
  std::size_t length = 0;
  for (const std::string_view word : {"~", "null", "Null", "NULL"}) {
    if (input_.bytes.substr(at, end_ - at).starts_with(word)) length = word.size();
  }
  // Nothing at all, rather than a null that somebody wrote.
  if (is_flow_.empty()) null_root_ = length == 0;
  Event event;
  event.span = input_.span(at, at + length);
  pass(event, anchor);
}

void YamlHandler::OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) {
  const std::size_t at = offset(mark);
  const std::size_t end = std::min(input_.bytes.find_first_of(" \t\r\n,[]{}", at), end_);
  Event event;
  event.kind = Event::Kind::Alias;
  event.anchor = static_cast<std::uint32_t>(anchor);
  event.span = input_.span(at, end);
  pass(event, 0);
}

void YamlHandler::OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                           const std::string& value) {
  const std::size_t at = skip_properties(offset(mark));
  Event event;
  event.span = input_.span(at, end_of_scalar(at, value));
  const bool untagged = is_untagged(tag);
  if (untagged) flush_end();  // what is skipped may end there
  if (!untagged || anchor != 0 || !composer_.ignores_scalars()) resolve(event, tag, value);
  pass(event, anchor);
}

void YamlHandler::open(Event::Kind kind, const YAML::Mark& mark, const std::string& tag,
                       YAML::anchor_t anchor, YAML::EmitterStyle::value style) {
  const std::size_t at =
      anchor != 0 || !is_untagged(tag) ? skip_properties(offset(mark)) : offset(mark);
  Event event;
  event.kind = kind;
  event.span = input_.at(at);
  const Type type = kind == Event::Kind::Mapping ? Type::Mapping : Type::Sequence;
  Type wanted = type;
  if (!is_untagged(tag) && (!core_type(tag, wanted) || wanted != type)) {
    require(unsupported_tag(input_, tag, event.span));
  }
  if (is_flow_.size() >= input_.limits.depth) {
    require(input_.fail(
        "too-deep",
        "collections are nested more than " + std::to_string(input_.limits.depth) + " deep here",
        event.span, "flatten the document"));
  }
  const bool flow = style == YAML::EmitterStyle::Flow;
  is_flow_.push_back(flow);
  if (flow) flows_.push_back(event.span);
  pass(event, anchor);
}

void YamlHandler::OnSequenceStart(const YAML::Mark& mark, const std::string& tag,
                                  YAML::anchor_t anchor, YAML::EmitterStyle::value style) {
  open(Event::Kind::Sequence, mark, tag, anchor, style);
}

void YamlHandler::OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                             YAML::EmitterStyle::value style) {
  open(Event::Kind::Mapping, mark, tag, anchor, style);
}

void YamlHandler::OnSequenceEnd() { OnMapEnd(); }

void YamlHandler::OnMapEnd() {
  flush_end();
  end_pending_ = true;
  ++events_;
  if (is_flow_.back()) flows_.pop_back();
  is_flow_.pop_back();
}

}  // namespace polreach::syntax
