// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "compiler/path/attach.h"
#include "compiler/path/connection.h"
#include "compiler/path/service_facts.h"
#include "compiler/resolve/cluster.h"

namespace polreach::compiler {

/// One input for questions about paths: the network, the pods in it, what is open, and groups that
/// nobody wrote. Paths refer to it: it must outlive them, and the Cloud and the Cluster it.
class Surroundings {
 public:
  /// `pods`: nullptr where there are no manifests. `managed`: the cluster that they belong to;
  /// nothing: the input holds none, or nobody says which.
  Surroundings(const model::Cloud& cloud, const Cluster* pods,
               std::optional<model::ManagedClusterId> managed);

  [[nodiscard]] const model::Cloud& cloud() const { return *cloud_; }
  [[nodiscard]] const Cluster* pods() const { return pods_; }
  [[nodiscard]] std::optional<model::ManagedClusterId> managed() const { return managed_; }
  [[nodiscard]] Unknowns& unknowns() { return unknowns_; }
  [[nodiscard]] Filters& filters() { return filters_; }
  /// Of the manifests.
  [[nodiscard]] const std::vector<ServiceFacts>& services() const { return services_; }

  /// The group at the interfaces of a cluster's nodes: that of the input, or as AKS writes it.
  const model::SecurityGroup& node_group(model::ManagedClusterId id);
  /// A group that nobody wrote, made once for each key.
  const model::SecurityGroup& made(const std::string& key,
                                   const std::function<model::SecurityGroup()>& make);

 private:
  const model::Cloud* cloud_;
  const Cluster* pods_;
  std::optional<model::ManagedClusterId> managed_;
  Unknowns unknowns_;
  Filters filters_;
  std::vector<ServiceFacts> services_;
  std::map<std::string, model::SecurityGroup, std::less<>> made_;  // its nodes do not move
};

/// Standing assumptions by id, each once.
void assume(Connection& connection, const std::string& id, const std::string& text);

}  // namespace polreach::compiler
