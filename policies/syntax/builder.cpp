// SPDX-License-Identifier: Apache-2.0
#include "policies/syntax/builder.h"

#include <algorithm>
#include <optional>

namespace polreach::syntax {
namespace {

constexpr std::size_t kFewMembers = 12;  // up to here, comparing pairs is faster than sorting

std::string text_of(std::optional<Value> value) {
  return value && value->is(Type::String) ? std::string(value->text()) : std::string();
}

/// Whether a mapping with `items` and this `kind` is a list.
bool is_list_kind(std::optional<Value> kind) {
  return !kind || (kind->is(Type::String) && kind->text().ends_with("List"));
}

}  // namespace

void ObjectBuilder::begin(Lists lists) {
  document_.clear();
  item_.clear();
  tape_ = &document_;
  frames_.clear();
  outer_depth_ = 0;
  nodes_ = 0;
  splits_ = lists == Lists::Split;
  has_items_ = items_pending_ = items_null_ = list_known_ = list_ = false;
  list_kind_.clear();
  list_api_version_.clear();
  held_.clear();
}

void ObjectBuilder::begin_items(std::uint32_t depth) {
  document_.clear();
  frames_.clear();
  frames_.push_back({Type::Sequence, true, 0, 0});
  outer_depth_ = depth - 1;
  list_known_ = true;
  splits_ = false;
}

bool ObjectBuilder::count_node(const source::Span& span) {
  if (++nodes_ <= input_.limits.nodes) return true;
  return input_.fail(
      "too-many-nodes",
      "this document has more than " + std::to_string(input_.limits.nodes) + " values that matter",
      span, "split the document");
}

void ObjectBuilder::remember_key(std::string_view text, std::uint32_t path) {
  path_.resize(path);
  path_.push_back(text);
}

/// The value of the last key follows: its text must outlast the event that it came with.
void ObjectBuilder::keep_key() {
  const std::size_t last = path_.size() - 1;
  while (keys_.size() <= last) keys_.emplace_back();
  keys_[last].assign(path_[last]);
  path_[last] = keys_[last];
}

ObjectBuilder::Member ObjectBuilder::key(std::string_view text, const source::Span& span) {
  if (text.size() > input_.limits.key_bytes) {
    input_.fail("key-too-long",
                "this key has " + std::to_string(text.size()) + " bytes; at most " +
                    std::to_string(input_.limits.key_bytes) + " are read",
                span, "shorten the key");
    return Member::Failed;
  }
  const std::uint32_t path = frames_.back().path;
  remember_key(text, path);
  if (at_list_root() && text == "items") return list_key(text, span);
  if (path != 0 || (text != "kind" && text != "apiVersion")) {
    tape_->settle();
    if (!input_.sink.wanted(path_, *tape_)) return Member::Skipped;
  }
  keep_key();
  tape_->key(text, span);
  return Member::Kept;
}

/// `items` of what may be a list: whether it is kept depends on the value.
ObjectBuilder::Member ObjectBuilder::list_key(std::string_view text, const source::Span& span) {
  document_.settle();
  const std::optional<Value> earlier = document_.root().find(text);
  if (has_items_ || earlier) {
    duplicate(text, span, has_items_ ? items_key_ : earlier->key_span());
    return Member::Failed;
  }
  items_key_ = span;
  keep_key();
  if (is_list_kind(document_.root().find("kind"))) {
    items_pending_ = true;
    return Member::Kept;
  }
  if (!input_.sink.wanted(path_, document_)) return Member::Skipped;
  document_.key(text, span);
  return Member::Kept;
}

/// `items` turned out to be an ordinary member.
void ObjectBuilder::keep_pending_items() {
  if (!items_pending_) return;
  items_pending_ = false;
  document_.key("items", items_key_);
}

void ObjectBuilder::begin_value() {
  if (frames_.empty() || !frames_.back().items) return;
  item_.clear();
  tape_ = &item_;
}

void ObjectBuilder::end_value() {
  if (!frames_.empty() && frames_.back().items) end_item();
}

bool ObjectBuilder::scalar(Type type, std::string_view text, const source::Span& span) {
  if (!count_node(span)) return false;
  if (text.size() > input_.limits.scalar_bytes) {
    return input_.fail("scalar-too-long",
                       "this value has " + std::to_string(text.size()) + " bytes; at most " +
                           std::to_string(input_.limits.scalar_bytes) + " are read",
                       span, "shorten the value");
  }
  if (items_pending_ && type == Type::Null) {
    items_pending_ = false;
    has_items_ = items_null_ = true;
    items_span_ = span;
    return true;
  }
  keep_pending_items();
  begin_value();
  tape_->scalar(type, text, span);
  end_value();
  return true;
}

bool ObjectBuilder::open(Type type, const source::Span& span) {
  if (depth() >= input_.limits.depth) {
    return input_.fail(
        "too-deep",
        "collections are nested more than " + std::to_string(input_.limits.depth) + " deep here",
        span, "flatten the document");
  }
  if (!count_node(span)) return false;
  const bool root_sequence = splits_ && frames_.empty() && type == Type::Sequence;
  if (root_sequence || (items_pending_ && type == Type::Sequence)) {
    if (root_sequence) list_known_ = true;
    if (items_pending_) {
      items_pending_ = false;
      has_items_ = true;
      items_span_ = span;
      learn_list_kind();
    }
    frames_.push_back({type, true, 0, 0});
    return true;
  }
  keep_pending_items();
  begin_value();
  std::uint32_t path = 0;
  if (!frames_.empty() && !frames_.back().items) {
    path = frames_.back().path + (frames_.back().type == Type::Mapping ? 1 : 0);
  }
  frames_.push_back({type, false, tape_->open(type, span), path});
  return true;
}

bool ObjectBuilder::close() {
  const Frame frame = frames_.back();
  if (!frame.items) {
    if (frame.type == Type::Mapping && !check_keys(frame.opened)) return false;
    if (at_list_root()) close_root();
    tape_->close(frame.opened);
  }
  frames_.pop_back();
  end_value();
  return true;
}

void ObjectBuilder::learn_list_kind() {
  document_.settle();
  const std::optional<Value> kind = document_.root().find("kind");
  const std::optional<Value> version = document_.root().find("apiVersion");
  list_kind_ = text_of(kind);
  list_api_version_ = text_of(version);
  list_known_ = kind && version;
}

bool ObjectBuilder::list_known_before(std::size_t offset) const {
  const auto before = [&](std::string_view key) {
    const std::optional<Value> member = document_.root().find(key);
    return member && member->is(Type::String) && member->span().end <= offset;
  };
  return before("kind") && before("apiVersion");
}

/// Decides whether the document was a list, and if it was none, gives it back its items. (Those
/// with a kind of their own have been delivered by then.)
void ObjectBuilder::close_root() {
  if (!has_items_) return;
  learn_list_kind();
  list_ = is_list_kind(document_.root().find("kind"));
  if (list_) return;
  document_.key("items", items_key_);
  if (items_null_) {
    document_.scalar(Type::Null, {}, items_span_);
    return;
  }
  const std::uint32_t opened = document_.open(Type::Sequence, items_span_);
  for (const Tape& item : held_) document_.append(item);
  document_.close(opened);
  held_.clear();
}

void ObjectBuilder::end_item() {
  const Value root = item_.root();
  const bool own_kind = root.find("kind").has_value();
  if (own_kind || list_known_) {
    input_.sink.object(item_, list_kind_, list_api_version_);
    nodes_ = held_.empty() ? 0 : nodes_;
  } else {
    held_.push_back(std::move(item_));
    item_ = Tape();
  }
  tape_ = &document_;
}

void ObjectBuilder::finish() {
  if (list_) {
    for (const Tape& item : held_) input_.sink.object(item, list_kind_, list_api_version_);
    held_.clear();
  } else if (!document_.empty()) {
    input_.sink.object(document_, {}, {});
  }
}

bool ObjectBuilder::duplicate(std::string_view key, const source::Span& second,
                              const source::Span& first) {
  constexpr std::size_t kLongestShown = 80;
  return input_.fail(
      "duplicate-key",
      "the key `" + std::string(key.substr(0, kLongestShown)) + "` appears twice in this mapping",
      second, "remove or rename one of the two", first, "first here");
}

bool ObjectBuilder::check_keys(std::uint32_t opened) {
  tape_->settle();
  scratch_.clear();
  const Value mapping(*tape_, opened);
  auto at = opened + 1;
  for (const auto end = tape_->node(opened).next; at < end; at = tape_->node(at).next) {
    scratch_.push_back(at);
  }
  const auto key = [&](std::uint32_t index) { return Value(*tape_, index).key(); };
  const auto report = [&](std::uint32_t second, std::uint32_t first) {
    return duplicate(key(second), Value(*tape_, second).key_span(),
                     Value(*tape_, first).key_span());
  };
  if (scratch_.size() <= kFewMembers) {
    for (std::size_t second = 1; second < scratch_.size(); ++second) {
      for (std::size_t first = 0; first < second; ++first) {
        if (key(scratch_[first]) == key(scratch_[second])) {
          return report(scratch_[second], scratch_[first]);
        }
      }
    }
    return true;
  }
  std::sort(scratch_.begin(), scratch_.end(), [&](std::uint32_t a, std::uint32_t b) {
    const int order = key(a).compare(key(b));
    return order != 0 ? order < 0 : a < b;
  });
  const auto same =
      std::adjacent_find(scratch_.begin(), scratch_.end(),
                         [&](std::uint32_t a, std::uint32_t b) { return key(a) == key(b); });
  return same == scratch_.end() || report(*std::next(same), *same);
}

}  // namespace polreach::syntax
