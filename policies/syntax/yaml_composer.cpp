// SPDX-License-Identifier: Apache-2.0
#include "policies/syntax/yaml_composer.h"

#include <algorithm>

#include "policies/syntax/yaml_errors.h"

namespace polreach::syntax {
namespace {

bool opens(const Event& event) {
  return event.kind == Event::Kind::Sequence || event.kind == Event::Kind::Mapping;
}

}  // namespace

void YamlComposer::begin(std::size_t end, bool merges) {
  end_ = end;
  merges_ = merges;
  anchored_.clear();
  captured_.clear();
  anchors_.clear();
  open_anchors_.clear();
  replays_.clear();
  levels_.clear();
  depth_ = nested_ = 0;
  spent_ = 0;
  capturing_ = skipping_ = false;
}

bool YamlComposer::event(const Event& event, std::uint32_t anchor) {
  return record(event, anchor) && apply(event) && drain();
}

/// Keeps the events of anchored nodes, wanted or not: aliases may come later.
bool YamlComposer::record(const Event& event, std::uint32_t anchor) {
  if (event.kind == Event::Kind::Alias) {
    spender_ = event.span;
    if (event.anchor >= anchors_.size() || !anchors_[event.anchor].complete) {
      return input_.fail("alias-cycle", "this alias is inside the value that it stands for",
                         event.span, "write out the value instead of the alias");
    }
  }
  if (anchor != 0) {
    if (anchors_.size() <= anchor) anchors_.resize(anchor + 1);
    anchors_[anchor] = {{&anchored_, anchored_.size(), 0}, depth_, false};
    open_anchors_.push_back(anchor);
  }
  if (opens(event)) ++depth_;
  if (event.kind == Event::Kind::End) --depth_;
  if (open_anchors_.empty()) return true;
  anchored_.add(event);
  while (!open_anchors_.empty() && anchors_[open_anchors_.back()].depth == depth_) {
    Anchor& complete = anchors_[open_anchors_.back()];
    complete.range.end = anchored_.size();
    complete.complete = true;
    open_anchors_.pop_back();
  }
  return true;
}

bool YamlComposer::charge(std::size_t cost, const source::Span& span) {
  spent_ += cost;
  if (spent_ <= input_.limits.alias_nodes) return true;
  return input_.fail("alias-budget",
                     "the aliases of this document stand for more than " +
                         std::to_string(input_.limits.alias_nodes) + " values",
                     span, "write out the values instead of using aliases");
}

bool YamlComposer::drain() {
  constexpr std::size_t kBytesPerNode = 1024;  // long texts cost more
  while (!replays_.empty()) {
    Replay& replay = replays_.back();
    if (replay.closes) {
      replays_.pop_back();
      if (!close_level()) return false;
      continue;
    }
    const Event event = replay.range.log->get(replay.range.begin++);
    if (replay.range.begin == replay.range.end) replays_.pop_back();
    const std::size_t size = event.text.size() + event.key.size();
    if (!charge(1 + size / kBytesPerNode, spender_) || !apply(event)) return false;
  }
  return true;
}

bool YamlComposer::apply(const Event& event) {
  if (capturing_) {
    capture(event);
    return true;
  }
  if (skipping_) {
    skip(event);
    return true;
  }
  if (event.kind == Event::Kind::Alias) {
    replays_.push_back({anchors_[event.anchor].range});
    return true;
  }
  if (event.kind == Event::Kind::End) {
    return levels_.back().merges.empty() ? close_level() : expand_merges();
  }
  const bool key = !levels_.empty() && levels_.back().mapping && levels_.back().key_next;
  return key ? apply_key(event) : apply_value(event);
}

bool YamlComposer::apply_key(const Event& event) {
  Level& level = levels_.back();
  if (event.kind != Event::Kind::Scalar) {
    return explain_collection_key(input_, event.span, end_);
  }
  if (event.type == Type::Null) {
    return input_.fail("yaml-syntax", "a key is missing or null here", event.span,
                       "write a key before the `:`, or put `\"null\"` in quotes");
  }
  level.key_next = false;
  if (event.merge) {
    if (!level.merges.empty()) {
      return input_.fail("duplicate-key", "the key `<<` appears twice in this mapping", event.span,
                         "merge a list: `<<: [*a, *b]`");
    }
    capturing_ = true;
    capture_begin_ = captured_.size();
    return true;
  }
  if (merges_) level.keys.emplace(event.key, level.merges.empty());
  switch (builder_.key(event.key, event.span)) {
    case ObjectBuilder::Member::Kept:
      return true;
    case ObjectBuilder::Member::Skipped:
      skipping_ = true;
      return true;
    case ObjectBuilder::Member::Failed:
      break;
  }
  return false;
}

bool YamlComposer::apply_value(const Event& event) {
  if (event.kind == Event::Kind::Scalar) {
    if (!builder_.scalar(event.type, event.text, event.span)) return false;
    value_done();
    return true;
  }
  const bool mapping = event.kind == Event::Kind::Mapping;
  levels_.push_back({mapping, mapping, event.span, {}});
  return builder_.open(mapping ? Type::Mapping : Type::Sequence, event.span);
}

void YamlComposer::value_done() {
  if (!levels_.empty()) levels_.back().key_next = levels_.back().mapping;
}

void YamlComposer::capture(const Event& event) {
  captured_.add(event);
  if (opens(event)) ++nested_;
  if (event.kind == Event::Kind::End) --nested_;
  if (nested_ != 0) return;
  capturing_ = false;
  levels_.back().merges.push_back({&captured_, capture_begin_, captured_.size()});
  value_done();
}

void YamlComposer::skip(const Event& event) {
  if (opens(event)) ++nested_;
  if (event.kind == Event::Kind::End) --nested_;
  if (nested_ != 0) return;
  skipping_ = false;
  value_done();
}

bool YamlComposer::close_level() {
  levels_.pop_back();
  if (!builder_.close()) return false;
  value_done();
  return true;
}

/// Replays the members that the mapping gets by `<<`, then closes it. Earlier sources go before
/// later ones, and a mapping's own members before those that it merges in turn.
bool YamlComposer::expand_merges() {
  std::vector<EventRange> sources = std::move(levels_.back().merges);
  levels_.back().merges.clear();
  std::vector<EventRange> members;
  while (!sources.empty()) {  // the last is the next
    EventRange source = sources.back();
    sources.pop_back();
    if (!charge(1, spender_.exists() ? spender_ : levels_.back().span)) return false;
    const Event first = source.log->get(source.begin);
    if (first.kind == Event::Kind::Alias) {
      sources.push_back(anchors_[first.anchor].range);
    } else if (first.kind == Event::Kind::Mapping) {
      if (!merge_members(source, sources, members)) return false;
    } else if (!merge_source(source, sources)) {
      return false;
    }
  }
  replays_.push_back({{}, true});
  for (std::size_t i = members.size(); i-- > 0;) replays_.push_back({members[i]});
  return true;
}

/// A source that is no mapping: a list of sources, or an error.
bool YamlComposer::merge_source(const EventRange& source, std::vector<EventRange>& sources) {
  const Event first = source.log->get(source.begin);
  if (first.kind != Event::Kind::Sequence) {
    return input_.fail("yaml-syntax",
                       "`<<` merges mappings, but this is " + std::string(describe(first.type)),
                       first.span, "give `<<` an alias of a mapping, or a list of them");
  }
  const auto from = static_cast<std::ptrdiff_t>(sources.size());
  for (std::size_t i = source.begin + 1; i + 1 < source.end; i = source.log->after(i)) {
    sources.push_back(node(*source.log, i));
  }
  std::reverse(sources.begin() + from, sources.end());
  return true;
}

/// Collects the members of a merged mapping that the current one lacks.
bool YamlComposer::merge_members(const EventRange& mapping, std::vector<EventRange>& sources,
                                 std::vector<EventRange>& members) {
  const EventLog& log = *mapping.log;
  Level& level = levels_.back();
  for (std::size_t at = mapping.begin + 1; at + 1 < mapping.end;) {
    if (!charge(1, spender_.exists() ? spender_ : level.span)) return false;
    const std::size_t value = log.after(at);
    const std::size_t end = log.after(value);
    Event key = log.get(at);
    if (key.kind == Event::Kind::Alias) {
      const EventRange& anchored = anchors_[key.anchor].range;
      key = anchored.log->get(anchored.begin);
    }
    if (key.kind == Event::Kind::Scalar && key.merge) {
      sources.push_back(node(log, value));
    } else {
      const auto [known, added] = level.keys.emplace(key.key, false);
      if (added) members.push_back({&log, at, end});
      // YAML lets the mapping's own member win; goyaml v2 lets the later one win.
      if (!added && known->second) {
        return input_.fail("duplicate-key",
                           "`" + known->first + "` is written before `<<`, which brings it again",
                           key.span, "put `<<` first in the mapping: readers disagree otherwise",
                           level.span, "in this mapping");
      }
    }
    at = end;
  }
  return true;
}

}  // namespace polreach::syntax
