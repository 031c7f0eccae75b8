// SPDX-License-Identifier: Apache-2.0
#include "solver/audit/kubernetes/kubernetes.h"

#include <array>
#include <string_view>

#include "policies/source/progress.h"
#include "solver/audit/kubernetes/parts.h"
#include "solver/audit/stages.h"

namespace polreach::solver::audit {

namespace {

void run(Scene& scene, const std::function<bool(const Check&)>& wanted, Audit& audit,
         std::vector<Stage>& stages) {
  if (scene.model().endpoints.empty() && scene.model().policies.empty() &&
      scene.model().unenforced.empty()) {
    return;  // no manifests
  }
  kubernetes::Context context(scene, wanted, audit);
  struct Kind {
    std::string_view name;
    void (*make)(kubernetes::Context&);
  };
  constexpr std::array<Kind, 11> kKinds = {{{"engine", kubernetes::audit_engine},
                                            {"unselected", kubernetes::audit_unselected},
                                            {"openings", kubernetes::audit_openings},
                                            {"entrances", kubernetes::audit_entrances},
                                            {"callbacks", kubernetes::audit_callbacks},
                                            {"egress", kubernetes::audit_egress},
                                            {"API server", kubernetes::audit_api_server},
                                            {"nodes", kubernetes::audit_nodes},
                                            {"node ports", kubernetes::audit_node_ports},
                                            {"selectors", kubernetes::audit_selectors},
                                            {"dead", kubernetes::audit_dead}}};
  source::Progress checking("checking", "kinds of checks", kKinds.size());
  for (const Kind& kind : kKinds) {
    timed(stages, kind.name, [&] { kind.make(context); });
    checking.advance();
  }
}

}  // namespace

Area kubernetes_area() { return {kubernetes::checks(), run}; }

}  // namespace polreach::solver::audit
