// SPDX-License-Identifier: Apache-2.0
#include "policies/model/labels.h"

#include <algorithm>
#include <utility>

namespace polreach::model {

LabelSet LabelSet::of(std::vector<Label> known, std::vector<Symbol> unknown, bool open) {
  const auto by_key = [](const Label& a, const Label& b) { return a.key < b.key; };
  const auto same_key = [](const Label& a, const Label& b) { return a.key == b.key; };
  std::stable_sort(known.begin(), known.end(), by_key);
  known.erase(std::unique(known.begin(), known.end(), same_key), known.end());
  std::sort(unknown.begin(), unknown.end());
  unknown.erase(std::unique(unknown.begin(), unknown.end()), unknown.end());
  LabelSet set{std::move(known), {}, open};
  for (Symbol key : unknown) {
    if (set.find(key) == nullptr) set.unknown.push_back(key);
  }
  return set;
}

const Label* LabelSet::find(Symbol key) const {
  const auto found =
      std::lower_bound(known.begin(), known.end(), key,
                       [](const Label& label, Symbol wanted) { return label.key < wanted; });
  return found != known.end() && found->key == key ? &*found : nullptr;
}

bool LabelSet::is_unknown(Symbol key) const {
  if (find(key) != nullptr) return false;
  return open || std::binary_search(unknown.begin(), unknown.end(), key);
}

LabelSets::LabelSets(const LabelSets& other) : ids_(other.ids_), sets_(other.sets_.size()) {
  // The pointers are those of the copied nodes.
  for (const auto& [set, id] : ids_) sets_[static_cast<std::size_t>(id)] = &set;
}

LabelSets& LabelSets::operator=(LabelSets other) noexcept {
  ids_.swap(other.ids_);
  sets_.swap(other.sets_);
  return *this;
}

LabelSetId LabelSets::intern(LabelSet set) {
  const auto next = static_cast<LabelSetId>(sets_.size());
  const auto [entry, added] = ids_.emplace(std::move(set), next);
  if (added) sets_.push_back(&entry->first);
  return entry->second;
}

}  // namespace polreach::model
