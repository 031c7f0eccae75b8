// SPDX-License-Identifier: Apache-2.0
#include "compiler/resolve/match.h"

#include <algorithm>

namespace polreach::compiler {
namespace {

using model::Operator;
using model::Requirement;
using model::Symbol;

Tri yes_if(bool condition) { return condition ? Tri::Yes : Tri::No; }

/// Whether a requirement holds for a label that is absent (no value) or present.
Tri holds(const Requirement& requirement, const std::optional<Symbol>& value) {
  const auto listed = [&] {
    return value &&
           std::binary_search(requirement.values.begin(), requirement.values.end(), *value);
  };
  switch (requirement.op) {
    case Operator::In:
      return yes_if(listed());
    case Operator::NotIn:
      return yes_if(!listed());
    case Operator::Exists:
      return yes_if(value.has_value());
    case Operator::DoesNotExist:
      return yes_if(!value.has_value());
  }
  return Tri::No;
}

Tri matches(const Requirement& requirement, const LabelView& view) {
  if (const model::Label* label = view.labels->find(requirement.key)) {
    return holds(requirement, label->value);
  }
  if (!view.is_unknown(requirement.key)) return holds(requirement, std::nullopt);
  if (view.assumed != nullptr) {
    for (const AssumedLabel& assumed : *view.assumed) {
      const UnknownLabel& label = assumed.label;
      if (label.key == requirement.key && label.owner == view.owner && label.ns == view.ns) {
        return holds(requirement, assumed.value);
      }
    }
  }
  return Tri::Maybe;
}

}  // namespace

Tri matches(const model::Selector& selector, const LabelView& view) {
  Tri result = Tri::Yes;
  for (const Requirement& requirement : selector.all_of) {
    result = both(result, matches(requirement, view));
    if (result == Tri::No) break;
  }
  return result;
}

}  // namespace polreach::compiler
