// SPDX-License-Identifier: Apache-2.0
#include "compiler/path/surroundings.h"

#include <algorithm>
#include <utility>

#include "compiler/path/node_group.h"

namespace polreach::compiler {

Surroundings::Surroundings(const model::Cloud& cloud, const Cluster* pods,
                           std::optional<model::ManagedClusterId> managed)
    : cloud_(&cloud), pods_(pods), managed_(managed), unknowns_(cloud), filters_(cloud, unknowns_) {
  if (pods == nullptr) return;
  for (const model::Service& service : pods->model().services) {
    services_.push_back(facts_of(pods->model(), service));
  }
}

const model::SecurityGroup& Surroundings::made(const std::string& key,
                                               const std::function<model::SecurityGroup()>& make) {
  const auto known = made_.find(key);
  return known != made_.end() ? known->second : made_.emplace(key, make()).first->second;
}

const model::SecurityGroup& Surroundings::node_group(model::ManagedClusterId id) {
  const model::ManagedCluster& cluster = (*cloud_)[id];
  if (cluster.node_group) return (*cloud_)[*cluster.node_group];
  // The Services of the manifests are those of one cluster.
  static const std::vector<ServiceFacts> kNone;
  return made("nodes " + std::to_string(static_cast<std::size_t>(id)),
              [&] { return compiler::node_group(cluster, managed_ == id ? services_ : kNone); });
}

void assume(Connection& connection, const std::string& id, const std::string& text) {
  const Standing standing = {id, text};
  auto& list = connection.assumes;
  const auto place = std::lower_bound(list.begin(), list.end(), standing);
  if (place == list.end() || *place != standing) list.insert(place, standing);
}

}  // namespace polreach::compiler
