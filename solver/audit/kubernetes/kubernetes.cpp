// SPDX-License-Identifier: Apache-2.0
#include "solver/audit/kubernetes/kubernetes.h"

#include "solver/audit/kubernetes/parts.h"

namespace polreach::solver::audit {
namespace {

void run(Scene& scene, const std::function<bool(const Check&)>& wanted, Audit& audit) {
  if (scene.model().endpoints.empty() && scene.model().policies.empty() &&
      scene.model().unenforced.empty()) {
    return;  // no manifests
  }
  kubernetes::Context context(scene, wanted, audit);
  kubernetes::audit_engine(context);
  kubernetes::audit_unselected(context);
  kubernetes::audit_openings(context);
  kubernetes::audit_entrances(context);
  kubernetes::audit_callbacks(context);
  kubernetes::audit_egress(context);
  kubernetes::audit_api_server(context);
  kubernetes::audit_nodes(context);
  kubernetes::audit_node_ports(context);
  kubernetes::audit_selectors(context);
  kubernetes::audit_dead(context);
}

}  // namespace

Area kubernetes_area() { return {kubernetes::checks(), run}; }

}  // namespace polreach::solver::audit
