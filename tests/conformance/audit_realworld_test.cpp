// SPDX-License-Identifier: Apache-2.0
// What the audit finds in manifests that real projects published: all of it, so that nothing wrong
// is among it. Derived by hand from the manifests and the Kubernetes documentation.
#include <doctest/doctest.h>

#include "tests/support/auditing.h"
#include "tests/support/environment.h"

namespace polreach::conformance {
namespace {

using Lines = std::vector<std::string>;

std::string folder_of(const std::filesystem::path& conformance, const std::string& name) {
  return (conformance.parent_path() / "realworld" / "kubernetes" / name).string();
}

}  // namespace

TEST_CASE("the audit of the AKS store demo: no policy at all, and data behind it") {
  const auto folder = support::conformance_folder();
  if (!folder) return;
  // Nine workloads in one namespace without policies; DocumentDB and RabbitMQ among them; two load
  // balancers without ranges. Each cause once.
  const auto audited =
      support::Audited::of_paths({folder_of(*folder, "aks-store-demo/aks-store-all-in-one.yaml")});
  CHECK_MESSAGE(audited->lines() == Lines({"high sensitive-port-open | Namespace default",
                                           "medium internet-reaches | Service default/store-admin",
                                           "medium internet-reaches | Service default/store-front",
                                           "medium namespace-open | Namespace default"}),
                audited->shown());
  CHECK(audited->of("namespace-open").front()->also.size() == 9);
}

TEST_CASE("the audit of Online Boutique: ingress is named well, egress is open for all") {
  const auto folder = support::conformance_folder();
  if (!folder) return;
  // Each policy has `egress: [{}]`; that of the frontend has `ingress: [{}]`, too.
  const auto audited = support::Audited::of_paths({folder_of(*folder, "online-boutique")});
  CHECK_MESSAGE(
      audited->lines() == Lines({"medium egress-to-internet | Namespace default | all",
                                 "medium egress-to-metadata | Namespace default",
                                 "medium internet-reaches | Service default/frontend-external",
                                 "medium open-to-every-pod | NetworkPolicy default/frontend | all",
                                 "low egress-to-api-server | Namespace default"}),
      audited->shown());
  CHECK(audited->of("egress-to-internet").front()->also.size() == 12);
  // Eleven of the twelve have accounts of their own; redis-cart has that of the namespace.
  CHECK(audited->of("egress-to-api-server").front()->also.size() == 1);
}

}  // namespace polreach::conformance
