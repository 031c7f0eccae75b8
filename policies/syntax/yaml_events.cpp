// SPDX-License-Identifier: Apache-2.0
#include "policies/syntax/yaml_events.h"

namespace polreach::syntax {

void EventLog::add(const Event& event) {
  Stored stored{event, chars_.size(), event.text.size(), event.key.size(), stored_.size() + 1};
  stored.event.text = stored.event.key = {};
  // One after the other, since the event may come from this log: append() allows that.
  const std::string key(event.key);
  chars_.append(event.text);
  chars_.append(key);
  if (event.kind == Event::Kind::End && !open_.empty()) {
    stored_[open_.back()].next = stored_.size() + 1;
    open_.pop_back();
  }
  if (event.kind == Event::Kind::Sequence || event.kind == Event::Kind::Mapping) {
    open_.push_back(stored_.size());
  }
  stored_.push_back(stored);
}

Event EventLog::get(std::size_t index) const {
  const Stored& stored = stored_[index];
  const std::string_view chars = chars_;
  Event event = stored.event;
  event.text = chars.substr(stored.text, stored.length);
  event.key = chars.substr(stored.text + stored.length, stored.key_length);
  return event;
}

void EventLog::clear() {
  stored_.clear();
  open_.clear();
  chars_.clear();
}

}  // namespace polreach::syntax
