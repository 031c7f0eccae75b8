// SPDX-License-Identifier: Apache-2.0
// The malformed cases of another tool's tests: each ends with a clear error at the right place.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>

#include "tests/support/can_answer.h"
#include "tests/support/environment.h"
#include "tests/support/program.h"

namespace polreach::conformance {
namespace {

namespace fs = std::filesystem;

struct Malformed {
  const char* folder;
  const char* file;
  const char* code;
  const char* place;
  const char* names;  // what the message must name
};

constexpr Malformed kCases[] = {
    {"malformed_pod_example", "pod.yaml", "wrong-type", "10:22", "Pod default/nginx"},
    {"malformed-pod-example-4", "pods.json", "unknown-kind", "7:17", "cog-agents-d54st"},
    {"malformed-pod-example-5", "pod.yaml", "yaml-syntax", "12:1", "@apiVersion"},
    {"bad_path_namespace_with_same_name", "objects.yaml", "duplicate-object", "12:9",
     "Namespace blue"},
    {"np_test_with_empty_port_range", "netpol.yaml", "bad-port-range", "15:20",
     "NetworkPolicy ns1/egress-empty-port-range"},
    {"dirty", "backend.yaml", "helm-template", "17:17", "{{"},
    {"example_pods_w_same_owner_and_labels_gap_with_bad_match_expression", "netpol.yaml",
     "bad-name", "4:9", "use_common_labels_same_values"},
    {"anp_bad_path_test_3", "anps.yaml", "duplicate-object", "41:9",
     "AdminNetworkPolicy same-name"},
    {"anp_bad_path_test_7", "anp.yaml", "bad-peer", "15:7", "AdminNetworkPolicy egress-tcp"},
    {"anp_bad_path_test_8", "anp.yaml", "bad-port", "41:9", "AdminNetworkPolicy egress-tcp"},
    {"anp_bad_path_test_9", "anp.yaml", "bad-action", "20:13", "AdminNetworkPolicy egress-tcp"},
    {"anp_bad_path_test_10", "anp.yaml", "missing-field", "12:5", "AdminNetworkPolicy egress-tcp"},
    {"anp_bad_path_test_12", "anp.yaml", "missing-field", "12:5", "AdminNetworkPolicy egress-tcp"},
    {"anp_bad_path_test_14", "anp.yaml", "missing-field", "12:5", "AdminNetworkPolicy ingress-udp"},
    {"anp_bad_path_test_16", "anp.yaml", "bad-peer", "15:7", "AdminNetworkPolicy ingress-udp"},
    {"anp_bad_path_test_17", "anp.yaml", "bad-port", "37:7", "AdminNetworkPolicy ingress-udp"},
    {"anp_bad_path_test_18", "anp.yaml", "bad-action", "13:13", "AdminNetworkPolicy ingress-udp"},
    {"anp_bad_path_test_19", "anp.yaml", "bad-cidr", "16:9", "AdminNetworkPolicy ingress-udp"},
    {"anp_bad_path_test_20", "anps.yaml", "bad-priority", "7:13",
     "AdminNetworkPolicy invalid-priority"},
    {"banp_bad_path_test_1", "banps.yaml", "duplicate-object", "53:9",
     "BaselineAdminNetworkPolicy default"},
    {"banp_bad_path_test_4", "banp_core_ingress_sctp_rules.yaml", "bad-peer", "7:5",
     "BaselineAdminNetworkPolicy default"},
    {"banp_bad_path_test_6", "banp_core_egress_sctp_rules.yaml", "missing-field", "11:5",
     "BaselineAdminNetworkPolicy default"},
    {"banp_bad_path_test_7", "banp_core_egress_sctp_rules.yaml", "bad-peer", "14:7",
     "BaselineAdminNetworkPolicy default"},
    {"banp_bad_path_test_10", "banp_core_ingress_sctp_rules.yaml", "missing-field", "11:5",
     "BaselineAdminNetworkPolicy default"},
    {"banp_bad_path_test_12", "banp_core_ingress_sctp_rules.yaml", "bad-peer", "14:7",
     "BaselineAdminNetworkPolicy default"},
    {"banp_bad_path_test_13", "banp_core_ingress_sctp_rules.yaml", "bad-port", "30:9",
     "BaselineAdminNetworkPolicy default"},
    {"anp_test_with_empty_port_range", "pass_anp_banp_named_port.yaml", "bad-port-range", "21:14",
     "AdminNetworkPolicy pass-example"},
};

}  // namespace

TEST_CASE("malformed manifests end with an error that names the object and the line") {
  const auto root = support::conformance_folder();
  if (!root) return;
  for (const Malformed& each : kCases) {
    const fs::path folder = *root / "netpol-analyzer" / "cases" / each.folder / "manifests";
    const support::Run run =
        support::run({"can", "any", "any", folder.string(), "--format", "json"});
    INFO(each.folder);
    INFO(run.err);
    CHECK(run.status == 2);
    const auto problems = support::read_can_answer(run.out).problems;
    CHECK(std::any_of(problems.begin(), problems.end(), [&](const auto& problem) {
      return problem.code == each.code && problem.place == each.place;
    }));
    const std::string place = std::string(each.file) + ":" + each.place;
    CHECK(run.err.find(place) != std::string::npos);
    CHECK(run.err.find(each.names) != std::string::npos);
  }
}

TEST_CASE("every manifest of the corpus ends in a report that accounts for what it read") {
  const auto root = support::conformance_folder();
  if (!root) return;
  std::size_t count = 0;
  for (const auto& entry : fs::directory_iterator(*root / "netpol-analyzer" / "cases")) {
    const std::string path = (entry.path() / "manifests").string();
    const support::Run run =
        support::run({"can", "default/*", "internet", path, "--format", "json"});
    INFO(path);
    REQUIRE(run.status <= 2);
    const support::CanAnswer answer = support::read_can_answer(run.out);
    CHECK((run.status == 2 || !answer.verdict.empty()));
    ++count;
  }
  CHECK(count > 170);
}

}  // namespace polreach::conformance
