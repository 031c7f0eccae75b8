// SPDX-License-Identifier: Apache-2.0
#include "solver/queries/end_classes.h"

#include <algorithm>
#include <set>
#include <utility>

#include "compiler/resolve/classes.h"
#include "policies/model/policies.h"

namespace polreach::solver::queries {
namespace {

using model::Direction;
using model::EndpointId;
using model::Model;
using model::PolicyId;

/// The ends with the policies that may act on a connection between them, in a model of their own.
class Between {
 public:
  Between(const compiler::Cluster& cluster, const std::vector<EndpointId>& sources,
          const std::vector<EndpointId>& destinations)
      : whole_(cluster.model()), cluster_(cluster) {
    part_.symbols = whole_.symbols;
    part_.namespaces = whole_.namespaces;
    for (model::Namespace& each : part_.namespaces) each.labels = labels(each.labels);
    std::set<PolicyId> policies;
    add_policies(sources, Direction::Egress, policies);
    add_policies(destinations, Direction::Ingress, policies);
    for (const PolicyId id : policies) part_.policies.push_back(whole_[id]);
    if (std::any_of(part_.policies.begin(), part_.policies.end(), model::names_nodes)) add_nodes();
    add_endpoints(sources, destinations);
  }

  [[nodiscard]] const Model& model() const { return part_; }
  /// The endpoints that the model has, in its order.
  [[nodiscard]] const std::vector<EndpointId>& ends() const { return ends_; }

 private:
  model::LabelSetId labels(model::LabelSetId id) {
    return part_.label_sets.intern(whole_.label_sets[id]);
  }

  void add_policies(const std::vector<EndpointId>& ends, Direction direction,
                    std::set<PolicyId>& policies) const {
    for (const EndpointId end : ends) {
      const std::vector<PolicyId>& more = cluster_.candidates(end, direction);
      policies.insert(more.begin(), more.end());
    }
  }

  void add_nodes() {
    part_.nodes = whole_.nodes;
    for (model::Node& each : part_.nodes) each.labels = labels(each.labels);
  }

  void add_endpoints(const std::vector<EndpointId>& sources,
                     const std::vector<EndpointId>& destinations) {
    ends_ = sources;
    ends_.insert(ends_.end(), destinations.begin(), destinations.end());
    std::sort(ends_.begin(), ends_.end());
    ends_.erase(std::unique(ends_.begin(), ends_.end()), ends_.end());
    std::optional<model::WorkloadId> last;
    for (const EndpointId id : ends_) {
      model::Endpoint end = whole_[id];
      if (last != end.workload) {
        last = end.workload;
        model::Workload workload = whole_[end.workload];
        workload.endpoints.clear();
        part_.workloads.push_back(std::move(workload));
      }
      end.workload = static_cast<model::WorkloadId>(part_.workloads.size() - 1);
      end.labels = labels(end.labels);
      part_.workloads.back().endpoints.push_back(static_cast<EndpointId>(part_.endpoints.size()));
      part_.endpoints.push_back(std::move(end));
    }
  }

  const Model& whole_;
  const compiler::Cluster& cluster_;
  Model part_;
  std::vector<EndpointId> ends_;
};

}  // namespace

EndClasses::EndClasses(const compiler::Cluster& cluster, const std::vector<EndpointId>& sources,
                       const std::vector<EndpointId>& destinations,
                       const net::AddressSet& outside) {
  const Between between(cluster, sources, destinations);
  const compiler::Cluster part(between.model(), cluster.profile());
  const bool from_nodes = std::any_of(sources.begin(), sources.end(), [&](EndpointId id) {
    return cluster.model()[id].host_network;
  });
  using Nodes = compiler::Classes::Nodes;
  const compiler::Classes classes(part, outside, from_nodes ? Nodes::Apart : Nodes::Together);
  for (std::size_t i = 0; i < between.ends().size(); ++i) {
    class_of_.emplace_hint(class_of_.end(), between.ends()[i],
                           classes.of(static_cast<EndpointId>(i)));
  }
}

}  // namespace polreach::solver::queries
