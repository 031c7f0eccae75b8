// SPDX-License-Identifier: Apache-2.0
#include "solver/queries/equivalences.h"

#include <optional>
#include <utility>

#include "compiler/resolve/value_writer.h"
#include "policies/source/result.h"
#include "solver/queries/equivalence.h"

namespace polreach::solver::queries {
namespace {

using model::Model;

/// What a question is like: names by their first use, so that namespaces of one pattern ask one
/// question.
class Writer : public compiler::ValueWriter {
 public:
  Writer() : ValueWriter(Symbols::ByFirstUse) {}

  void model(const Model& model) {
    number(model.namespaces.size());
    for (const model::Namespace& each : model.namespaces) {
      symbol(each.name);
      number(each.declared ? 1 : 0);
      labels(model.label_sets[each.labels]);
    }
    number(model.nodes.size());
    for (const model::Node& each : model.nodes) {
      symbol(each.name);
      labels(model.label_sets[each.labels]);
      addresses(each.addresses);
    }
    number(model.policies.size());
    for (const model::Policy& each : model.policies) policy(each);
  }

  /// Its namespace is a number: peers need not say which one they mean.
  void policy(const model::Policy& value) {
    number(static_cast<std::size_t>(value.tier));
    number(static_cast<std::size_t>(value.ns));
    number(static_cast<std::uint32_t>(value.priority));
    selector(value.subject);
    selector(value.namespaces);
    for (const auto* rules : {&value.ingress, &value.egress}) {
      number(rules->has_value() ? 1 : 0);
      if (!*rules) continue;
      number((*rules)->size());
      for (const model::Rule& each : **rules) rule(each, std::nullopt);
    }
  }
};

}  // namespace

QuestionForm form_of(const Model& before, const Model& after) {
  if (before.symbols != after.symbols) {
    throw source::InternalError("models with different symbols are not one question");
  }
  Writer writer;
  writer.model(before);
  writer.model(after);
  return std::move(writer.out);
}

QuestionForm form_of(const model::Policy& policy) {
  Writer writer;
  writer.policy(policy);
  return std::move(writer.out);
}

Equivalences::Outcome Equivalences::compare(const Model& before, const Model& after) {
  QuestionForm form = form_of(before, after);
  const auto known = known_.find(form);
  if (known != known_.end()) return known->second;
  if (proofs_ == most_proofs_) return Outcome::NotProven;
  ++proofs_;
  const compiler::Cluster one(before, profile_);
  const compiler::Cluster other(after, profile_);
  const source::Result<Equivalence> answer = equivalent(one, other, workbench_);
  const Outcome outcome = !answer                  ? Outcome::NotProven
                          : answer->counterexample ? Outcome::Different
                                                   : Outcome::Same;
  known_.emplace(std::move(form), outcome);
  return outcome;
}

}  // namespace polreach::solver::queries
