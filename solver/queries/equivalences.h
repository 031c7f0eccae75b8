// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "policies/model/model.h"
#include "solver/z3/workbench.h"

namespace polreach::solver::queries {

/// A question of equivalence.h in a form that can be compared: two questions with equal forms are
/// one question about other names, and have one answer.
///
/// Names are numbered as they come: no answer depends on what a namespace, a label or a port is
/// called, only on what is called alike. All else that an answer can depend on is written out:
/// namespaces with what is known of their labels, nodes, policies with their tiers, priorities,
/// subjects and rules. The two models must share one symbol table.
using QuestionForm = std::vector<std::uint32_t>;
[[nodiscard]] QuestionForm form_of(const model::Model& before, const model::Model& after);
/// The same of a policy by itself, to put policies of one meaning in one order.
[[nodiscard]] QuestionForm form_of(const model::Policy& policy);

/// Asks whether two sets of policies mean the same (equivalence.h), and each question once: an
/// input in which a hundred namespaces follow one pattern asks a hundred times about one thing.
class Equivalences {
 public:
  enum class Outcome : std::uint8_t { Same, Different, NotProven };

  /// Beyond `most_proofs` different questions nothing is proven.
  Equivalences(const model::ClusterProfile& profile, std::size_t most_proofs)
      : profile_(profile), most_proofs_(most_proofs) {}

  Outcome compare(const model::Model& before, const model::Model& after);

  /// Different questions that were asked.
  [[nodiscard]] std::size_t proofs() const { return proofs_; }

 private:
  model::ClusterProfile profile_;
  std::size_t most_proofs_;
  std::size_t proofs_ = 0;
  std::map<QuestionForm, Outcome> known_;
  z3::Workbench workbench_;
};

}  // namespace polreach::solver::queries
