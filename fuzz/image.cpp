// SPDX-License-Identifier: Apache-2.0
#include <optional>
#include <string>

#include "fuzz/targets.h"
#include "policies/image/load.h"
#include "solver/queries/can.h"
#include "tests/image/spoil.h"
#include "tests/support/program.h"

namespace polreach::fuzz {
namespace {

/// A compiled file with a bit of everything.
std::string compiled_cluster() {
  const std::string manifests = R"(
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {nodeName: node-1, containers: [{name: c, ports: [{name: http, containerPort: 80}]}]}
status: {podIPs: [{ip: 10.0.0.1}, {ip: "fd00::1"}], hostIP: 10.1.0.1}
---
apiVersion: v1
kind: Pod
metadata: {name: api, namespace: shop, labels: {app: api}, annotations: {polreach.dev/ignore: "open-pod: why"}}
spec: {hostNetwork: true, containers: [{name: c}]}
---
apiVersion: v1
kind: Service
metadata: {name: api, namespace: shop}
spec: {selector: {app: api}, ports: [{port: 80, targetPort: http}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: api, namespace: shop}
spec:
  podSelector: {matchExpressions: [{key: app, operator: In, values: [api, web]}]}
  ingress:
    - from: [{namespaceSelector: {}}, {ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}]
      ports: [{port: http}, {port: 80, endPort: 90}]
---
apiVersion: policy.networking.k8s.io/v1alpha2
kind: ClusterNetworkPolicy
metadata: {name: all}
spec:
  tier: Admin
  priority: 7
  subject: {namespaces: {}}
  egress:
    - {action: Pass, to: [{nodes: {}}, {networks: [10.2.0.0/16]}]}
)";
  return support::run({"compile", "-", "-o", "-", "--no-config", "--quiet"}, manifests).out;
}

void ask(const model::Model& model) {
  const auto source = solver::queries::resolve(model, "shop/web", "default");
  const auto destination = solver::queries::resolve(model, "shop/api", "default");
  if (!source || !destination) return;
  const compiler::Cluster cluster(model, {});
  (void)solver::queries::can(cluster, *source, *destination, {});
}

}  // namespace

/// Changes of a compiled file, four bytes each: where, and which bits.
void image(Bytes bytes) {
  static const std::string whole = compiled_cluster();
  demand(whole.size() > polreach::image::kHeaderSize, "the cluster is compiled");
  std::string spoilt = whole;
  for (std::size_t i = 0; i + 3 < bytes.size(); i += 4) {
    const std::size_t at = bytes[i] | bytes[i + 1] << 8U | bytes[i + 2] << 16U;
    char& byte =
        spoilt[polreach::image::kHeaderSize + at % (spoilt.size() - polreach::image::kHeaderSize)];
    byte = static_cast<char>(byte ^ bytes[i + 3]);
  }
  polreach::image::fit_hashes(spoilt);
  using polreach::image::Wanted;
  for (const std::optional<Wanted>& wanted :
       {std::optional<Wanted>{}, std::optional<Wanted>{{{0, 1}, {}, {}}},
        std::optional<Wanted>{{{1}, {0}, {0}}}}) {
    const auto opened = polreach::image::Image::open(source::Text::own(spoilt));
    if (!opened || !polreach::image::load_settings(**opened)) return;
    const auto loaded = polreach::image::load(*opened, wanted);
    demand(loaded || spoilt != whole, "what was not changed is read");
    if (!loaded) continue;
    for (const model::Policy& each : loaded->model.policies) {
      (void)loaded->sources.place(each.where);
    }
    ask(loaded->model);
  }
}

}  // namespace polreach::fuzz
