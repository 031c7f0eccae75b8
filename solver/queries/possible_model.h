// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "policies/model/model.h"

namespace polreach::solver::queries {

/// The policies of several models over the pods that could exist: in each namespace of any of them,
/// and in two that are new, two pods of which nothing is known. The models share symbols,
/// namespaces and endpoints, and differ in policies and in the labels of namespaces.
class PossibleModels {
 public:
  explicit PossibleModels(const std::vector<const model::Model*>& written);

  [[nodiscard]] const model::Model& operator[](std::size_t index) const { return models_[index]; }

  /// One for each way in which the policies of all models can see a namespace, and a second one
  /// where there is one; the two that are new are the last.
  [[nodiscard]] const std::vector<model::NamespaceId>& namespaces() const { return chosen_; }
  [[nodiscard]] bool is_new(model::NamespaceId ns) const {
    return static_cast<std::size_t>(ns) + 2 >= models_[0].namespaces.size();
  }
  [[nodiscard]] static model::EndpointId source_in(model::NamespaceId ns) {
    return static_cast<model::EndpointId>(static_cast<std::uint32_t>(ns) * 2);
  }
  [[nodiscard]] static model::EndpointId destination_in(model::NamespaceId ns) {
    return static_cast<model::EndpointId>(static_cast<std::uint32_t>(ns) * 2 + 1);
  }

 private:
  void add_namespaces(const std::vector<const model::Model*>& written);
  void add_policies(const std::vector<const model::Model*>& written);
  void make_unknown();
  void choose_namespaces();

  std::vector<model::Model> models_;
  std::map<std::string, model::NamespaceId, std::less<>> ids_;
  std::vector<model::NamespaceId> chosen_;
};

}  // namespace polreach::solver::queries
