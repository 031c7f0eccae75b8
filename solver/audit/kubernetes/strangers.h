// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>

#include "solver/audit/finding.h"
#include "solver/queries/exposure.h"

namespace polreach::solver::audit::kubernetes {

/// A cluster with pods that someone could create, as if their YAML had been applied: a copy once
/// there are any. Endpoints and policies keep their ids.
class Strangers {
 public:
  explicit Strangers(const compiler::Cluster& cluster) : existing_(cluster) {}
  Strangers(const Strangers&) = delete;
  Strangers& operator=(const Strangers&) = delete;

  /// Equal pods are added once. Not to be called after cluster().
  model::EndpointId add(const queries::ExamplePod& pod);
  /// One without labels, in a namespace that nobody has created yet.
  model::EndpointId add_anyone();

  [[nodiscard]] const compiler::Cluster& cluster();

  /// A packet of `traffic` from one end to the other, replayed by the single-packet evaluator.
  /// `certain`: it must pass. Nothing where the ends share no address family, or where it does not
  /// pass in the worlds that were tried.
  [[nodiscard]] std::optional<Example> replay(const compiler::Party& source,
                                              const compiler::Party& destination,
                                              const net::Traffic& traffic, bool certain);
  /// What certainly passes.
  [[nodiscard]] net::Traffic passes(model::EndpointId source, model::EndpointId destination);

 private:
  model::NamespaceId namespace_of(const queries::ExamplePod& pod);
  model::LabelSetId labels(const std::vector<std::pair<std::string, std::string>>& written);
  [[nodiscard]] std::string text_of(const compiler::Party& party, const net::Address& address);

  /// The copy, which the first pod makes.
  model::Model& grown();

  const compiler::Cluster& existing_;
  std::optional<model::Model> grown_;
  std::map<std::string, model::EndpointId> added_;  // by their YAML
  std::map<model::EndpointId, std::string> yaml_;
  std::map<std::string, model::NamespaceId> created_;
  std::map<std::string, model::NamespaceId, std::less<>> namespaces_;
  std::optional<compiler::Cluster> cluster_;
};

/// The manifest of such a pod, and of its namespace where that has to be created.
[[nodiscard]] std::string yaml_of(const queries::ExamplePod& pod);

}  // namespace polreach::solver::audit::kubernetes
