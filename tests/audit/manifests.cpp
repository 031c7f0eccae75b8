// SPDX-License-Identifier: Apache-2.0
#include "tests/audit/manifests.h"

#include <fmt/format.h>

namespace polreach::support {

std::string a_namespace(const std::string& name, const std::string& labels) {
  return fmt::format("---\napiVersion: v1\nkind: Namespace\nmetadata: {{name: {}, labels: {}}}\n",
                     name, labels);
}

std::string a_workload(const std::string& ns, const std::string& name, const std::string& ports,
                       const std::string& pod_spec) {
  return fmt::format(
      "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {1}, namespace: {0}}}\n"
      "spec:\n  selector: {{matchLabels: {{app: {1}}}}}\n  template:\n"
      "    metadata: {{labels: {{app: {1}}}}}\n"
      "    spec: {{{3}containers: [{{name: main, image: example, ports: {2}}}]}}\n",
      ns, name, ports, pod_spec);
}

std::string a_policy(const std::string& ns, const std::string& name, const std::string& spec) {
  return fmt::format(
      "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n"
      "metadata: {{name: {}, namespace: {}}}\nspec: {}\n",
      name, ns, spec);
}

std::string a_service(const std::string& ns, const std::string& name, const std::string& type,
                      const std::string& ports, const std::string& more) {
  return fmt::format(
      "---\napiVersion: v1\nkind: Service\nmetadata: {{name: {1}, namespace: {0}}}\n"
      "spec: {{type: {2}, selector: {{app: {1}}}, ports: {3}{4}}}\n",
      ns, name, type, ports, more);
}

}  // namespace polreach::support
