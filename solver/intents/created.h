// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "compiler/lower/pod_set.h"
#include "solver/check/packet.h"
#include "solver/queries/exposure.h"

/// Pods that someone could create, to ask about and to show.
namespace polreach::solver::intents {

/// A copy of a model with a source and a destination of which nothing is known, in each namespace
/// that policies or conditions tell from others, and in two that are new.
class Creatable {
 public:
  Creatable(const compiler::Cluster& cluster, const std::vector<const compiler::PodSet*>& sets);
  Creatable(const Creatable&) = delete;
  Creatable& operator=(const Creatable&) = delete;

  /// Endpoints, policies and namespaces of the model keep their ids.
  [[nodiscard]] const compiler::Cluster& cluster() const { return *cluster_; }
  [[nodiscard]] const std::vector<model::EndpointId>& sources() const { return sources_; }
  [[nodiscard]] const std::vector<model::EndpointId>& destinations() const { return destinations_; }
  [[nodiscard]] bool is_creatable(model::EndpointId id) const {
    return static_cast<std::size_t>(id) >= existing_;
  }
  [[nodiscard]] bool is_new(model::NamespaceId ns) const {
    return static_cast<std::size_t>(ns) >= namespaces_;
  }
  /// The namespaces that are new have names that no other has; that two of them share none.
  [[nodiscard]] const model::Selector& new_name() const { return new_name_; }
  [[nodiscard]] const std::vector<model::Symbol>& names() const { return names_; }
  [[nodiscard]] model::Symbol name_key() const { return name_key_; }

  /// The end of a witness as a pod to create, without labels that it does not need.
  [[nodiscard]] queries::ExamplePod example(const check::Witness& witness, bool source) const;

 private:
  void add_namespaces();
  void add_pods();
  [[nodiscard]] std::vector<model::NamespaceId> told_apart() const;

  model::Model model_;
  std::size_t existing_ = 0;
  std::size_t namespaces_ = 0;
  std::vector<model::Symbol> pod_keys_;
  std::vector<model::Symbol> namespace_keys_;
  std::vector<model::Symbol> names_;  // that selectors ask for
  model::Symbol name_key_{};
  std::set<std::string, std::less<>> values_;  // of labels, that selectors name
  std::string other_value_;                    // that none does
  model::Selector new_name_;
  std::vector<model::EndpointId> sources_;
  std::vector<model::EndpointId> destinations_;
  std::unique_ptr<compiler::Cluster> cluster_;
};

/// Adds pods to a model as if their YAML had been applied.
class Creation {
 public:
  explicit Creation(model::Model& model) : model_(model) {}
  model::EndpointId add(const queries::ExamplePod& pod);

 private:
  model::NamespaceId namespace_of(const queries::ExamplePod& pod);
  model::LabelSetId labels(const std::vector<std::pair<std::string, std::string>>& written);

  model::Model& model_;
  std::map<std::string, model::NamespaceId> created_;
};

/// Ready for kubectl apply.
[[nodiscard]] std::string yaml_of(const queries::ExamplePod& pod);

}  // namespace polreach::solver::intents
