// SPDX-License-Identifier: Apache-2.0
#include "solver/audit/audit.h"

#include <algorithm>
#include <array>

#include "solver/audit/azure/azure.h"
#include "solver/audit/kubernetes/kubernetes.h"
#include "solver/audit/stages.h"

namespace polreach::solver::audit {
namespace {

/// The areas, in the order of documentation.
std::vector<Area> areas() { return {kubernetes_area(), azure::area()}; }

using Findings = std::vector<Finding>;

Findings::iterator find(Findings& findings, std::string_view check, const std::string& subject) {
  return std::find_if(findings.begin(), findings.end(), [&](const Finding& each) {
    return each.check->id == check && each.subject == subject;
  });
}

/// Where manifests and the network around them are in the input, checks of both areas speak of a
/// Service or of the cluster: of the same cause the one stays that says more.
void say_once(Findings& findings, const std::function<bool(const Check&)>& wanted) {
  struct Pair {
    std::string_view more;
    std::string_view less;
    std::string_view beyond;  // what else `less` would be about: if anything, both stay
  };
  constexpr std::array<Pair, 4> kPairs = {{
      {"sensitive-port-on-internet", "aks-public-service", "internet-reaches"},
      {"aks-public-service", "internet-reaches", ""},
      {"policies-unenforced", "aks-no-policy-engine", ""},
      {"aks-npm-skips-policies", "balancer-passes-policies", ""},
  }};
  for (const Pair& pair : kPairs) {
    if (!pair.beyond.empty() && !wanted(*find_check(pair.beyond))) continue;
    std::vector<std::string> subjects;
    for (const Finding& each : findings) {
      if (each.check->id == pair.less) subjects.push_back(each.subject);
    }
    for (const std::string& subject : subjects) {
      const auto kept = find(findings, pair.more, subject);
      if (kept == findings.end()) continue;
      if (!pair.beyond.empty() && find(findings, pair.beyond, subject) != findings.end()) continue;
      const auto dropped = find(findings, pair.less, subject);
      if (kept->certain != dropped->certain) continue;
      if (!kept->opening) kept->opening = std::move(dropped->opening);
      if (!kept->example) kept->example = std::move(dropped->example);
      findings.erase(dropped);
    }
  }
}

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
  std::vector<Stage> stages;
  return audit_in_stages(scene, wanted, stages);
}

Audit audit_in_stages(Scene& scene, const std::function<bool(const Check&)>& wanted,
                      std::vector<Stage>& stages) {
  Audit result;
  for (const Area& area : areas()) area.run(scene, wanted, result, stages);
  say_once(result.findings, wanted);
  sort(result.findings);
  return result;
}

}  // namespace polreach::solver::audit
