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
