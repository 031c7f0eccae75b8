// SPDX-License-Identifier: Apache-2.0
// Asks for every flow of the network policy API's own conformance tests (ClusterNetworkPolicy
// v1alpha2), as tables, whether it is allowed.
#include <doctest/doctest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>

#include "tests/support/can_answer.h"
#include "tests/support/environment.h"
#include "tests/support/program.h"

namespace polreach::conformance {
namespace {

namespace fs = std::filesystem;

/// A line of flows.tsv: source, destination, protocol, port, verdict.
using Flow = std::vector<std::string>;

std::vector<Flow> flows_of(const fs::path& file) {
  std::vector<Flow> flows;
  std::ifstream stream(file);
  std::string line;
  std::getline(stream, line);  // the heading
  while (std::getline(stream, line)) {
    Flow flow = support::words_of(line);
    REQUIRE_MESSAGE(flow.size() == 5, file.string() << ": " << line);
    flows.push_back(std::move(flow));
  }
  return flows;
}

void check(const Flow& flow, const fs::path& folder) {
  INFO(flow[0] << " => " << flow[1] << " " << flow[2] << " " << flow[3]);
  std::string port = flow[3] + "/";
  for (const char c : flow[2]) port += static_cast<char>(std::tolower(c));
  const support::Run run = support::run(
      {"can", flow[0], flow[1], "--port", port, (folder / "manifests").string(), "-f", "json"});
  INFO(run.err);
  CHECK(support::read_can_answer(run.out).verdict == flow[4]);
  CHECK(run.status == (flow[4] == "allowed" ? 0 : 1));
}

}  // namespace

TEST_CASE("ClusterNetworkPolicy: the flows of the network policy API's conformance tests") {
  const auto root = support::conformance_folder();
  if (!root) return;
  std::vector<fs::path> folders;
  for (const auto& each : fs::directory_iterator(*root / "cluster-network-policy" / "cases")) {
    folders.push_back(each.path());
  }
  std::sort(folders.begin(), folders.end());
  REQUIRE(folders.size() >= 33);
  for (const fs::path& folder : folders) {
    const std::string name = folder.filename().string();
    SUBCASE(name.c_str()) {
      const std::vector<Flow> flows = flows_of(folder / "flows.tsv");
      CHECK_FALSE(flows.empty());
      for (const Flow& flow : flows) check(flow, folder);
    }
  }
}

}  // namespace polreach::conformance
