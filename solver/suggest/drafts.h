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

/// "ingress", "egress".
[[nodiscard]] std::string word(model::Direction direction);

[[nodiscard]] std::optional<std::vector<model::Rule>>& rules_of(model::Policy& policy,
                                                                model::Direction direction);

/// How one wish could be fulfilled.
struct Plan {
  Wanted wanted;              // spelt out
  std::vector<Draft> drafts;  // none: `none` says why
  std::vector<std::string> notes;
  std::string none;
  std::string missed;  // what to say where the drafts do not do all of it
};
[[nodiscard]] Plan plan_close(const Request& request, const audit::Opening& opening);
[[nodiscard]] Plan plan_open(const Request& request, const audit::Opening& opening);
/// Whether there is nothing left to do.
[[nodiscard]] bool is_closed(const compiler::Cluster& cluster, const audit::Opening& spelt_out);
[[nodiscard]] bool is_open(const compiler::Cluster& cluster, const audit::Opening& spelt_out);

/// The input with the drafts, written and read back. Fails where what was written does not read
/// back.
[[nodiscard]] source::Result<model::Model> with_drafts(const Request& request,
                                                       const std::vector<Draft>& drafts);

/// Writes the drafts, reads them back, puts them into a copy of the model, and compares.
[[nodiscard]] source::Result<Suggestion> conclude(const Request& request,
                                                  const std::vector<Draft>& drafts,
                                                  const std::vector<Wanted>& wanted);

}  // namespace polreach::solver::suggest
