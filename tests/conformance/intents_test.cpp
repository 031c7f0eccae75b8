// SPDX-License-Identifier: Apache-2.0
// What a published baseline claims of its segmentation, as intents. What is expected of each was
// worked out by hand from its manifests, and the comments in them.
#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/support/environment.h"
#include "tests/support/program.h"

namespace polreach::conformance {
namespace {

namespace fs = std::filesystem;

struct Claim {
  const char* verdict;  // the word in front of the line
  const char* text;     // name and fields of the intent
};

/// Each microservice has a policy of its own, and each namespace of the workload denies the rest.
constexpr Claim kClaims[] = {
    // "From Ingress Controller": no other pod gets in, whoever creates it.
    {"holds",
     "{name: web-frontend takes the ingress controller alone, from: {namespaces: "
     "{app.kubernetes.io/name: ingress-nginx, app.kubernetes.io/instance: ingress-nginx}, pods: "
     "{app.kubernetes.io/component: controller, app.kubernetes.io/instance: ingress-nginx}}, to: "
     "a0005-i/web-frontend, expect: only-from, scope: possible}"},
    // "From a0005-i/web-frontend", and on its port alone.
    {"holds",
     "{name: microservice-a takes web-frontend alone, from: a0005-i/web-frontend, to: "
     "a0005-o/microservice-a, expect: only-from}"},
    {"holds",
     "{name: microservice-a is asked on 8080 alone, from: any, to: a0005-o/microservice-a, ports: "
     "[1-8079, 8081-65535, udp, sctp], expect: denied, scope: possible}"},
    // "From microservice-a (same namespace)".
    {"holds",
     "{name: microservice-b takes microservice-a alone, from: {namespace: a0005-o, pods: "
     "{app.kubernetes.io/name: a0005, app.kubernetes.io/component: microservice-a}}, to: "
     "a0005-o/microservice-b, expect: only-from, scope: possible}"},
    // "From a0005-o/microservice-b": the only one that crosses into the scope of PCI.
    {"holds",
     "{name: microservice-c takes microservice-b alone, from: a0005-o/microservice-b, to: "
     "a0005-i/microservice-c, expect: only-from}"},
    // The policy goes by labels: whoever may create pods in the other namespace gets in.
    {"VIOLATED",
     "{name: nobody can pretend to be microservice-b, from: a0005-o/microservice-b, to: "
     "a0005-i/microservice-c, expect: only-from, scope: possible}"},
    {"holds",
     "{name: nothing enters the scope but these, from: [a0005-o/microservice-b, ingress-nginx/*], "
     "to: {namespace: a0005-i}, expect: only-from}"},
    {"holds",
     "{name: web-frontend does not go around, from: a0005-i/web-frontend, to: "
     "[a0005-o/microservice-b, a0005-i/microservice-c], expect: denied}"},
    {"holds",
     "{name: pods that have no policy are closed, from: {any-of: any, except: {namespace: "
     "a0005-i}}, to: {namespace: a0005-i, pods: {matchExpressions: [{key: "
     "app.kubernetes.io/component, operator: DoesNotExist}]}}, expect: denied, scope: possible}"},
    // Port 15128 is open to everyone, for the controller of the mesh.
    {"VIOLATED",
     "{name: the scope does not reach the internet, from: {namespace: a0005-i}, to: internet, "
     "expect: denied}"},
    {"holds",
     "{name: but for one port it does not, from: {namespace: a0005-i}, to: internet, ports: "
     "[1-15127, 15129-65535, udp], expect: denied}"},
    // "Allow outbound internet traffic to 443".
    {"holds",
     "{name: microservice-a updates, from: a0005-o/microservice-a, to: internet, ports: 443, "
     "expect: allowed}"},
    {"holds",
     "{name: microservice-a does nothing else there, from: a0005-o/microservice-a, to: internet, "
     "ports: [80, 8080, 22], expect: denied}"},
    // Its policy has no rules at all.
    {"holds",
     "{name: the default namespace is closed, to: {namespace: default}, expect: isolated, scope: "
     "possible}"},
    // networkpolicy-denyall.yaml lies in the folder, and the kustomization does not list it.
    {"VIOLATED",
     "{name: the baseline settings are closed, from: any, to: {namespace: "
     "cluster-baseline-settings}, expect: denied}"},
    // There is no policy in these namespaces.
    {"VIOLATED",
     "{name: only the internet reaches the ingress controller, from: internet, to: "
     "ingress-nginx/*, expect: only-from}"},
    {"VIOLATED", "{name: falco is closed, from: any, to: falco-system/*, expect: denied}"},
    // There is no such workload.
    {"EMPTY",
     "{name: a microservice that there is not, from: any, to: a0005-i/microservice-d, expect: "
     "denied}"},
};

}  // namespace

TEST_CASE("the claims of a regulated baseline, as intents") {
  const auto conformance = support::conformance_folder();
  if (!conformance) return;
  const fs::path folder =
      conformance->parent_path() / "realworld" / "kubernetes" / "aks-baseline-regulated";
  if (!fs::exists(folder)) return;
  if (std::system("command -v kubectl kustomize >/dev/null 2>&1") != 0) {
    MESSAGE("neither kubectl nor kustomize is here: the claims are not tested");
    return;
  }
  const fs::path file =
      fs::temp_directory_path() / ("polreach-claims-" + std::to_string(::getpid()) + ".yaml");
  std::string text = "intents:\n";
  for (const Claim& claim : kClaims) text += "- " + std::string(claim.text) + "\n";
  std::ofstream(file, std::ios::binary) << text;
  const support::Run run = support::run(
      {"verify", "--quiet", "--intents", file.string(), "--kustomize", folder.string(), "-"});
  fs::remove(file);
  INFO(run.err);
  CHECK(run.status == 1);
  for (const Claim& claim : kClaims) {
    const std::string_view fields = claim.text;
    const std::string name(fields.substr(7, fields.find(", ") - 7));
    const std::size_t at = run.out.find("  " + name + ": ");
    REQUIRE_MESSAGE(at != std::string::npos, name);
    const std::size_t line = run.out.rfind('\n', at) + 1;  // 0 in the first line
    const std::string verdict = run.out.substr(line, run.out.find(' ', line) - line);
    CHECK_MESSAGE(verdict == claim.verdict, name);
  }
}

TEST_CASE("init: what it writes of published manifests holds") {
  const auto conformance = support::conformance_folder();
  if (!conformance) return;
  const fs::path realworld = conformance->parent_path() / "realworld";
  if (!fs::exists(realworld)) return;
  for (const char* name : {"kubernetes/online-boutique", "azure/nsg-dmz-in-vnet"}) {
    CAPTURE(name);
    const std::string folder = (realworld / name).string();
    const support::Run written = support::run({"init", "--quiet", folder});
    INFO(written.err);
    REQUIRE(written.status == 0);
    REQUIRE(written.out.find("intents: []") == std::string::npos);
    const fs::path file =
        fs::temp_directory_path() / ("polreach-init-" + std::to_string(::getpid()) + ".yaml");
    std::ofstream(file, std::ios::binary) << written.out;
    const support::Run run =
        support::run({"verify", "--quiet", "--intents", file.string(), folder});
    fs::remove(file);
    CHECK_MESSAGE(run.status == 0, run.out << run.err);
  }
}

}  // namespace polreach::conformance
