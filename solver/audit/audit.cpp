// SPDX-License-Identifier: Apache-2.0
#include "solver/audit/audit.h"

#include "solver/audit/azure/azure.h"
#include "solver/audit/kubernetes/kubernetes.h"

namespace polreach::solver::audit {
namespace {

/// The areas, in the order of documentation.
std::vector<Area> areas() { return {kubernetes_area(), azure::area()}; }

}  // namespace

std::vector<const Check*> all_checks() {
  std::vector<const Check*> result;
  for (const Area& area : areas()) {
    for (const Check& check : area.checks) result.push_back(&check);
  }
  return result;
}

const Check* find_check(std::string_view id) {
  for (const Check* const check : all_checks()) {
    if (check->id == id) return check;
  }
  return nullptr;
}

Audit audit(Scene& scene, const std::function<bool(const Check&)>& wanted) {
  Audit result;
  for (const Area& area : areas()) area.run(scene, wanted, result);
  sort(result.findings);
  return result;
}

}  // namespace polreach::solver::audit
