// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "policies/source/source_map.h"
#include "policies/source/symbols.h"

namespace polreach::model {

using source::Span;
using source::Symbol;

struct Label {
  Symbol key;
  Symbol value;
  friend auto operator<=>(const Label&, const Label&) = default;
};

/// What is known of the labels of an object.
///
/// A key is in one of three states: in `known` with its value; *unknown* (it may be absent or have
/// any value); or known to be absent. A key that is not in `known` is unknown when it is in
/// `unknown`, or when `open` is set (nothing else is known of the object, as of a namespace that
/// no document declares); otherwise it is absent.
///
/// INVARIANT: `known` is sorted by key and holds a key once; `unknown` is sorted and shares no key
/// with `known`.
struct LabelSet {
  std::vector<Label> known;
  std::vector<Symbol> unknown;
  bool open = false;

  /// Sorts; of two labels with one key the first given stays.
  static LabelSet of(std::vector<Label> known, std::vector<Symbol> unknown = {}, bool open = false);

  [[nodiscard]] const Label* find(Symbol key) const;
  [[nodiscard]] bool is_unknown(Symbol key) const;

  friend auto operator<=>(const LabelSet&, const LabelSet&) = default;
};

enum class LabelSetId : std::uint32_t {};

/// Interns label sets: equal sets have equal ids.
class LabelSets {
 public:
  LabelSets() = default;
  LabelSets(const LabelSets& other);
  LabelSets(LabelSets&&) = default;
  LabelSets& operator=(LabelSets other) noexcept;
  ~LabelSets() = default;

  LabelSetId intern(LabelSet set);
  [[nodiscard]] const LabelSet& operator[](LabelSetId id) const {
    return *sets_[static_cast<std::size_t>(id)];
  }
  [[nodiscard]] std::size_t size() const { return sets_.size(); }

 private:
  std::map<LabelSet, LabelSetId> ids_;
  std::vector<const LabelSet*> sets_;  // into ids_, whose nodes do not move
};

/// The operators of a Kubernetes LabelSelectorRequirement.
/// In: present with one of the values. NotIn: absent, or present with another value.
/// Exists: present. DoesNotExist: absent. (Kubernetes API, LabelSelectorRequirement, and "Labels
/// and Selectors", set-based requirement: NotIn also selects objects without the key.)
enum class Operator : std::uint8_t { In, NotIn, Exists, DoesNotExist };

struct Requirement {
  Symbol key;
  Operator op = Operator::In;
  std::vector<Symbol> values;  // sorted, unique; not empty for In and NotIn, empty for the others
  Span where;
};

/// A conjunction of requirements; without any it selects everything.
struct Selector {
  std::vector<Requirement> all_of;
  Span where;
};

}  // namespace polreach::model
