// SPDX-License-Identifier: Apache-2.0
#include "solver/queries/label_space.h"

#include <algorithm>
#include <map>
#include <set>

namespace polreach::solver::queries {

using compiler::Tri;
using model::Operator;
using model::Selector;
using model::Symbol;

namespace {

constexpr std::size_t kWord = 64;
constexpr std::size_t kAbsent = 0;

}  // namespace

LabelSpace::LabelSpace(const sets::PossibleCluster& possible, model::NamespaceId own,
                       const std::vector<sets::PossibleFlow::PeerOf>& peers)
    : possible_(possible),
      cluster_(possible.cluster()),
      own_name_(cluster_.model()[own].name),
      name_key_(possible.name_key()) {
  collect(peers);
  fix_namespaces();
  for (const auto& peer : peers) atoms_.push_back(atom(peer));
}

void LabelSpace::collect(const std::vector<sets::PossibleFlow::PeerOf>& peers) {
  const model::Model& model = cluster_.model();
  using Named = std::pair<bool, std::string_view>;
  std::map<Named, std::pair<Symbol, std::map<std::string_view, Symbol>>> found;
  const auto add = [&](bool of_namespace, Symbol key, const std::vector<Symbol>& values) {
    auto& entry = found[{of_namespace, model.text(key)}];
    entry.first = key;
    for (Symbol value : values) entry.second.emplace(model.text(value), value);
  };
  for (const auto& [peer, policy] : peers) {
    for (const auto& each : peer->pods.all_of) add(false, each.key, each.values);
    if (!peer->namespaces) {
      add(true, name_key_, {own_name_});
      continue;
    }
    for (const auto& each : peer->namespaces->all_of) add(true, each.key, each.values);
  }
  std::size_t words = 0;
  for (const auto& [named, what] : found) {
    Key key{named.first, named.first && what.first == name_key_, what.first, {}, words, 1};
    for (const auto& [text, value] : what.second) key.values.push_back(value);
    key.words = (key.bits() + kWord - 1) / kWord;
    words += key.words;
    keys_.push_back(std::move(key));
  }
  all_.resize(words, 0);
  for (const Key& key : keys_) free(all_, key);
}

void LabelSpace::fix_namespaces() {
  const model::Model& model = cluster_.model();
  const Key* name = find(true, name_key_);
  if (name == nullptr) return;
  fixed_.resize(name->bits());
  for (std::size_t bit = 1; bit <= name->values.size(); ++bit) {
    const auto found = possible_.find_namespace(name->values[bit - 1]);
    if (!found) continue;
    const model::LabelSet& labels = model.label_sets[model[*found].labels];
    if (labels.open && cluster_.profile().unknown_namespace_labels) continue;
    std::vector<std::size_t> values(keys_.size(), kAbsent);
    bool known = true;
    for (std::size_t i = 0; i < keys_.size(); ++i) {
      if (!keys_[i].of_namespace) continue;
      const model::Label* label = labels.find(keys_[i].key);
      known = known && (label != nullptr || labels.open || !labels.is_unknown(keys_[i].key));
      if (label != nullptr) values[i] = bit_of(keys_[i], label->value);
    }
    if (known) fixed_[bit] = std::move(values);
  }
}

const LabelSpace::Key* LabelSpace::find(bool of_namespace, Symbol key) const {
  const auto found = std::find_if(keys_.begin(), keys_.end(), [&](const Key& each) {
    return each.of_namespace == of_namespace && each.key == key;
  });
  return found == keys_.end() ? nullptr : &*found;
}

std::size_t LabelSpace::bit_of(const Key& key, const std::optional<Symbol>& value) const {
  if (!value) return kAbsent;
  const auto found = std::find(key.values.begin(), key.values.end(), *value);
  return static_cast<std::size_t>(found - key.values.begin()) + 1;
}

bool LabelSpace::has(const Cube& cube, const Key& key, std::size_t bit) const {
  return (cube[key.first_word + bit / kWord] >> (bit % kWord) & 1U) != 0;
}

void LabelSpace::set(Cube& cube, const Key& key, std::size_t bit, bool value) const {
  const std::uint64_t mask = std::uint64_t{1} << (bit % kWord);
  std::uint64_t& word = cube[key.first_word + bit / kWord];
  word = value ? word | mask : word & ~mask;
}

std::vector<std::size_t> LabelSpace::values_of(const Cube& cube, const Key& key) const {
  std::vector<std::size_t> result;
  for (std::size_t bit = 0; bit < key.bits(); ++bit) {
    if (has(cube, key, bit)) result.push_back(bit);
  }
  return result;
}

void LabelSpace::assign(Cube& cube, const Key& key, const std::vector<std::size_t>& bits) const {
  for (std::size_t i = 0; i < key.words; ++i) cube[key.first_word + i] = 0;
  for (std::size_t bit : bits) set(cube, key, bit, true);
}

void LabelSpace::free(Cube& cube, const Key& key) const {
  for (std::size_t bit = key.is_name ? 1 : 0; bit < key.bits(); ++bit) set(cube, key, bit, true);
}

bool LabelSpace::is_free(const Cube& cube, const Key& key) const {
  for (std::size_t i = key.first_word; i < key.first_word + key.words; ++i) {
    if (cube[i] != all_[i]) return false;
  }
  return true;
}

std::size_t LabelSpace::requirements(const Cube& cube) const {
  return static_cast<std::size_t>(std::count_if(
      keys_.begin(), keys_.end(), [&](const Key& key) { return !is_free(cube, key); }));
}

void LabelSpace::restrict(Cube& cube, bool of_namespace, const Selector& selector) const {
  for (const model::Requirement& each : selector.all_of) {
    const Key& key = *find(of_namespace, each.key);
    for (std::size_t bit = 0; bit < key.bits(); ++bit) {
      const bool listed =
          bit > 0 && bit <= key.values.size() &&
          std::binary_search(each.values.begin(), each.values.end(), key.values[bit - 1]);
      bool holds = false;
      if (each.op == Operator::In) holds = listed;
      if (each.op == Operator::NotIn) holds = !listed;
      if (each.op == Operator::Exists) holds = bit != kAbsent;
      if (each.op == Operator::DoesNotExist) holds = bit == kAbsent;
      if (!holds) set(cube, key, bit, false);
    }
  }
}

Cube LabelSpace::atom(const sets::PossibleFlow::PeerOf& peer) const {
  Cube cube = all_;
  restrict(cube, false, peer.peer->pods);
  if (peer.peer->namespaces) {
    restrict(cube, true, *peer.peer->namespaces);
  } else {
    const Key& name = *find(true, name_key_);
    assign(cube, name, {bit_of(name, own_name_)});
  }
  return cube;
}

std::optional<Cube> LabelSpace::normal(Cube cube) const {
  const Key* name = find(true, name_key_);
  if (name != nullptr) {
    for (std::size_t bit = 1; bit <= name->values.size(); ++bit) {
      if (!has(cube, *name, bit) || !fixed_[bit]) continue;
      for (std::size_t i = 0; i < keys_.size(); ++i) {
        if (!keys_[i].of_namespace || keys_[i].is_name) continue;
        if (!has(cube, keys_[i], (*fixed_[bit])[i])) set(cube, *name, bit, false);
      }
    }
    const std::vector<std::size_t> names = values_of(cube, *name);
    if (names.size() == 1 && fixed_[names[0]]) {
      for (std::size_t i = 0; i < keys_.size(); ++i) {
        if (!keys_[i].of_namespace || keys_[i].is_name) continue;
        assign(cube, keys_[i], {(*fixed_[names[0]])[i]});
      }
    }
  }
  for (const Key& key : keys_) {
    const auto begin = cube.begin() + static_cast<std::ptrdiff_t>(key.first_word);
    const auto end = begin + static_cast<std::ptrdiff_t>(key.words);
    if (std::all_of(begin, end, [](std::uint64_t word) { return word == 0; })) return std::nullopt;
  }
  return cube;
}

Tri LabelSpace::within(const Cube& cube, const Cube& atom) const {
  Tri result = Tri::Yes;
  for (const Key& key : keys_) {
    bool some = false;
    bool all = true;
    for (std::size_t i = key.first_word; i < key.first_word + key.words; ++i) {
      some = some || (cube[i] & atom[i]) != 0;
      all = all && (cube[i] & ~atom[i]) == 0;
    }
    if (!some) return Tri::No;
    if (!all) result = Tri::Maybe;
  }
  return result;
}

bool LabelSpace::covers(const Cube& outer, const Cube& inner) {
  for (std::size_t i = 0; i < inner.size(); ++i) {
    if ((inner[i] & ~outer[i]) != 0) return false;
  }
  return true;
}

std::pair<Cube, Cube> LabelSpace::split(const Cube& cube, const Cube& atom) const {
  std::pair<Cube, Cube> halves{cube, cube};
  // Names of namespaces first: they can settle the other labels.
  const Key* chosen = nullptr;
  for (const Key& key : keys_) {
    bool all = true;
    for (std::size_t i = key.first_word; i < key.first_word + key.words; ++i) {
      all = all && (cube[i] & ~atom[i]) == 0;
    }
    if (!all && (chosen == nullptr || key.is_name)) chosen = &key;
  }
  for (std::size_t i = chosen->first_word; i < chosen->first_word + chosen->words; ++i) {
    halves.first[i] &= atom[i];
    halves.second[i] &= ~atom[i];
  }
  return halves;
}

Cube LabelSpace::plainest(const Cube& cube) const {
  Cube result = cube;
  const Key* name = find(true, name_key_);
  if (name != nullptr) {
    // Of a namespace that exists: by order; a name that nobody has taken is plainer.
    std::vector<std::size_t> names = values_of(cube, *name);
    const auto plainer =
        std::find_if(names.rbegin(), names.rend(), [&](std::size_t bit) { return !fixed_[bit]; });
    assign(result, *name, {plainer == names.rend() ? names.front() : *plainer});
    result = *normal(std::move(result));
  }
  for (const Key& key : keys_) {
    if (key.is_name) continue;
    const std::vector<std::size_t> bits = values_of(result, key);
    const bool generic = bits.size() > 1 && bits.front() != kAbsent && bits.back() == key.other();
    assign(result, key, {generic ? bits.back() : bits.front()});
  }
  return result;
}

Selector LabelSpace::selector(const Cube& cube, bool of_namespace) const {
  Selector result;
  for (const Key& key : keys_) {
    if (key.of_namespace != of_namespace || is_free(cube, key)) continue;
    const bool absent = has(cube, key, kAbsent);
    const bool other = has(cube, key, key.other());
    std::vector<Symbol> listed;
    for (std::size_t bit = 1; bit <= key.values.size(); ++bit) {
      if (has(cube, key, bit) != other) listed.push_back(key.values[bit - 1]);
    }
    if (absent && !other) {
      result.all_of.push_back({key.key, Operator::DoesNotExist, {}, {}});
      continue;
    }
    if (!absent && other && !key.is_name) {
      result.all_of.push_back({key.key, Operator::Exists, {}, {}});
    }
    if (listed.empty()) continue;
    std::sort(listed.begin(), listed.end());
    result.all_of.push_back({key.key, other ? Operator::NotIn : Operator::In, listed, {}});
  }
  return result;
}

}  // namespace polreach::solver::queries
