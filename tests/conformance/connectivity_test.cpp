// SPDX-License-Identifier: Apache-2.0
// Compares maps with the lists of connections that two other tools' tests expect, both ways: what
// is listed must be allowed exactly like that, and what is not listed must be denied. Those tools
// read ipBlocks as never matching pods, hostNetwork pods as pods, and undeclared namespaces as
// having their name label only: so does the profile here.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <sstream>

#include "cli/input.h"
#include "solver/queries/map.h"
#include "tests/conformance/connectivity_list.h"
#include "tests/support/environment.h"

namespace polreach::conformance {
namespace {

namespace fs = std::filesystem;
namespace queries = solver::queries;

/// Cases that the API server would refuse, and so does polreach (docs/conformance.md).
const std::set<std::string> kRefused = {
    "example_pods_w_same_owner_and_labels_gap_anp_good",
    "example_pods_w_same_owner_and_labels_gap_banp_good",
    "example_pods_w_same_owner_and_labels_gap_with_good_match_expression",
    "example_pods_w_same_owner_and_labels_gap_with_good_match_expression2",
    "netpol_named_port_test_2"};

/// Cases whose list contradicts the specification (docs/conformance.md).
const std::set<std::string> kDifferent = {"anp_and_banp_using_networks_test"};

bool is_out_of_scope(const std::string& name) {
  for (std::string_view part : {"udn", "nad_", "virtual_machine"}) {
    if (name.find(part) != std::string::npos) return true;
  }
  return false;
}

std::unique_ptr<cli::Input> read(const fs::path& folder) {
  std::istringstream empty;
  auto input = cli::read_input({{folder.string()}, {}, {}, "default", false}, empty);
  REQUIRE(input.has_value());
  return std::move(*input);
}

ListedEnd end_of(const model::Model& model, const queries::MapPeer& peer) {
  if (peer.is_controller) return {"{ingress-controller}", {}};
  if (peer.is_outside()) return {"", peer.addresses};
  return {std::string(model.text(model[peer.ns].name)) + "/" + std::string(model.text(peer.name)) +
              "[" + std::string(model.text(peer.kind)) + "]",
          {}};
}

struct Found {
  Connections connections;
  bool certain = true;  // one answer for each workload, and no "perhaps", as in those lists
};

Found connections_of(const model::Model& model) {
  model::ClusterProfile profile;
  profile.ipblock_matches_pods = model::Reading::No;
  profile.host_network_is_pod = model::Reading::Yes;
  profile.unknown_namespace_labels = false;
  profile.own_node_passes = false;
  const compiler::Cluster cluster(model, profile);
  queries::MapOptions options;
  options.grouping = queries::Grouping::Owners;
  const queries::Map map = queries::map(cluster, options);
  Found found;
  for (const queries::MapConnection& each : map.connections) {
    const queries::MapFlow& flow = map.flows[each.flow];
    const queries::MapPeer& source = map.peers[each.source];
    const queries::MapPeer& destination = map.peers[each.destination];
    if (!source.whole || !destination.whole || !flow.conditional.empty() || flow.gaps) {
      found.certain = false;
    }
    found.connections.add(end_of(model, source), end_of(model, destination), flow.allowed);
  }
  return found;
}

void compare(const fs::path& list, const fs::path& manifests) {
  const auto input = read(manifests);
  REQUIRE(input->diagnostics.errors() == 0);
  const Found found = connections_of(input->model);
  CHECK(found.certain);
  const auto lines = read_connectivity(list).differences(found.connections);
  std::string text;
  for (const std::string& line : lines) text += "\n  " + line;
  CHECK_MESSAGE(lines.empty(), text);
}

/// The folders below that hold a list of this name, in order.
std::vector<fs::path> cases_in(const fs::path& root, const std::string& list) {
  std::vector<fs::path> folders;
  for (const auto& entry : fs::directory_iterator(root)) {
    const bool scope = !is_out_of_scope(entry.path().filename().string());
    if (scope && fs::exists(entry.path() / list)) folders.push_back(entry.path());
  }
  std::sort(folders.begin(), folders.end());
  return folders;
}

}  // namespace

TEST_CASE("netpol-analyzer's connections are ours") {
  const auto root = support::conformance_folder();
  if (!root) return;
  const auto folders = cases_in(*root / "netpol-analyzer" / "cases", "connectivity.txt");
  REQUIRE(folders.size() == 55);
  for (const fs::path& folder : folders) {
    const std::string name = folder.filename().string();
    SUBCASE(name.c_str()) {
      const fs::path list = folder / "connectivity.txt";
      const fs::path manifests = folder / "manifests";
      if (kRefused.contains(name)) {
        CHECK(read(manifests)->diagnostics.errors() > 0);
      } else if (kDifferent.contains(name)) {
        const Found found = connections_of(read(manifests)->model);
        CHECK_FALSE(read_connectivity(list).differences(found.connections).empty());
      } else {
        compare(list, manifests);
      }
    }
  }
}

TEST_CASE("network-config-analyzer's connections are ours") {
  const auto root = support::conformance_folder();
  if (!root) return;
  const auto folders = cases_in(*root / "network-config-analyzer" / "cases", "expected.txt");
  REQUIRE(folders.size() == 7);
  for (const fs::path& folder : folders) {
    const std::string name = folder.filename().string();
    SUBCASE(name.c_str()) { compare(folder / "expected.txt", folder / "manifests-a"); }
  }
}

}  // namespace polreach::conformance
