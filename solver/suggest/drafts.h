// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "solver/suggest/suggestion.h"
#include "solver/suggest/verify.h"

/// Policies as they shall be, before they are written, read back and compared.
namespace polreach::solver::suggest {

struct Draft {
  model::Policy policy;                     // its namespace is one of the model
  std::optional<model::PolicyId> replaces;  // a policy of the model
  std::string purpose;
};

/// Names for new policies of a cluster, which no policy of it has.
class Names {
 public:
  explicit Names(const model::Model& model);
  /// The wish, cut to what a name can be, with a number behind it where it is taken.
  model::Symbol take(model::NamespaceId ns, const std::string& wish);

 private:
  const model::Model& model_;
  std::set<std::pair<model::NamespaceId, std::string>> taken_;
};

/// "default/frontend", and how many others of the model's workloads there are among the pods.
[[nodiscard]] std::string workloads_of(const model::Model& model,
                                       const std::vector<model::EndpointId>& pods);

[[nodiscard]] std::optional<std::vector<model::Rule>>& rules_of(model::Policy& policy,
                                                                model::Direction direction);

/// Writes the drafts, reads them back, puts them into a copy of the model, and compares. Fails
/// where what was written does not read back.
[[nodiscard]] source::Result<Suggestion> conclude(const Request& request,
                                                  const std::vector<Draft>& drafts,
                                                  const audit::Opening* opening, Wish wish);

}  // namespace polreach::solver::suggest
