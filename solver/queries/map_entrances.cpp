// SPDX-License-Identifier: Apache-2.0
#include "solver/queries/map_entrances.h"

#include <functional>
#include <set>
#include <string>
#include <utility>

#include "solver/queries/controller.h"
#include "solver/queries/entrances.h"
#include "solver/queries/reference.h"
#include "solver/sets/reach.h"

namespace polreach::solver::queries {
namespace {

using model::EndpointId;
using model::Model;
using net::Traffic;

Traffic traffic_of(const Backend& backend) {
  return {backend.protocol, net::PortSet(backend.port, backend.port)};
}

class Entering {
 public:
  explicit Entering(const compiler::Cluster& cluster)
      : cluster_(cluster), model_(cluster.model()) {}

  Entered run() {
    std::vector<std::pair<const model::Entrance*, EntranceTargets>> unknown;
    for (const model::Entrance& entrance : model_.entrances) {
      EntranceTargets targets = resolve_entrance(model_, entrance);
      result_.warnings.insert(result_.warnings.end(), targets.warnings.begin(),
                              targets.warnings.end());
      const std::vector<EndpointId> controllers = controller_pods(model_, entrance);
      if (!controllers.empty()) {
        check_known(entrance, targets, controllers);
        continue;
      }
      for (const Backend& each : targets.backends) {
        Entered::Pod& pod = result_.pods[each.endpoint];
        pod.led_to |= traffic_of(each);
        if (!each.maybe) pod.certain |= traffic_of(each);
      }
      unknown.emplace_back(&entrance, std::move(targets));
    }
    if (result_.pods.empty()) return std::move(result_);
    ask_unknown();
    for (const auto& [entrance, targets] : unknown) {
      check_blocked(*entrance, targets,
                    [&](EndpointId id) { return result_.pods.at(id).flow.may; });
    }
    return std::move(result_);
  }

 private:
  void ask_unknown() {
    std::vector<EndpointId> destinations;
    for (const auto& [id, pod] : result_.pods) destinations.push_back(id);
    const UnknownController controller(cluster_, destinations);
    for (auto& [id, pod] : result_.pods) pod.flow = controller.reach(id);
  }

  /// The controller's pods are in the input, and so are their connections.
  void check_known(const model::Entrance& entrance, const EntranceTargets& targets,
                   const std::vector<EndpointId>& controllers) {
    check_blocked(entrance, targets, [&](EndpointId id) {
      Traffic may;
      for (const EndpointId from : controllers) may |= sets::reach(cluster_, from, id).at(0).may;
      return may;
    });
  }

  /// A backend whose policies let no controller in is a mistake. `may`: what gets in.
  void check_blocked(const model::Entrance& entrance, const EntranceTargets& targets,
                     const std::function<Traffic(EndpointId)>& may) {
    std::set<model::WorkloadId> said;
    for (const Backend& each : targets.backends) {
      const Traffic passes = may(each.endpoint);
      if (!(passes & traffic_of(each)).empty() || each.maybe) continue;
      const model::WorkloadId workload = model_[each.endpoint].workload;
      if (!said.insert(workload).second) continue;
      result_.warnings.push_back(blocked(entrance, each, workload));
    }
  }

  [[nodiscard]] source::Diagnostic blocked(const model::Entrance& entrance, const Backend& backend,
                                           model::WorkloadId workload) const {
    const std::string port =
        std::string(net::to_string(backend.protocol)) + " " + std::to_string(backend.port);
    const std::string subject = std::string(model_.text(entrance.kind)) + " " +
                                std::string(model_.text(model_[entrance.ns].name)) + "/" +
                                std::string(model_.text(entrance.name));
    source::Diagnostic diagnostic{source::Severity::Warning,
                                  "entrance-blocked",
                                  "it leads to " + port + " of " + name_of(model_, workload) +
                                      ", whose policies let no controller in there",
                                  entrance.where,
                                  subject,
                                  "allow ingress on " + port + " from the controller's pods",
                                  {},
                                  ""};
    const auto& policies = cluster_.candidates(backend.endpoint, model::Direction::Ingress);
    if (!policies.empty()) {
      diagnostic.other = model_[policies.front()].where;
      diagnostic.other_message = "this policy acts on it";
    }
    return diagnostic;
  }

  const compiler::Cluster& cluster_;
  const Model& model_;
  Entered result_;
};

}  // namespace

Entered entered(const compiler::Cluster& cluster) { return Entering(cluster).run(); }

}  // namespace polreach::solver::queries
