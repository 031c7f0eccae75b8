// SPDX-License-Identifier: Apache-2.0
// Compares the set engine with another tool's lists of connections, for those of its cases that
// hold no policies but NetworkPolicies. That tool reads ipBlocks as never matching pods and
// undeclared namespaces as having their name label only: so does the profile here.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <sstream>

#include "cli/input.h"
#include "solver/sets/reach.h"
#include "tests/conformance/connectivity_list.h"
#include "tests/support/environment.h"

namespace polreach::conformance {
namespace {

namespace fs = std::filesystem;
using solver::sets::Piece;

/// Cases that the API server would refuse, and so does polreach (docs/conformance.md).
const std::set<std::string> kRefused = {
    "example_pods_w_same_owner_and_labels_gap_with_good_match_expression",
    "example_pods_w_same_owner_and_labels_gap_with_good_match_expression2",
    "netpol_named_port_test_2"};

bool is_out_of_scope(const std::string& name) {
  for (std::string_view part : {"udn", "nad_", "virtual_machine"}) {
    if (name.find(part) != std::string::npos) return true;
  }
  return kRefused.contains(name);
}

/// A case, read and indexed by the names that its list uses.
class Case {
 public:
  explicit Case(const fs::path& folder) {
    std::istringstream empty;
    auto read =
        cli::read_input({{(folder / "manifests").string()}, {}, {}, "default", false}, empty);
    REQUIRE(read.has_value());
    input_ = std::move(*read);
    profile_.ipblock_matches_pods = model::Reading::No;
    profile_.host_network_is_pod = model::Reading::Yes;
    profile_.unknown_namespace_labels = false;
    const model::Model& model = input_->model;
    for (std::size_t i = 0; i < model.endpoints.size(); ++i) {
      const model::Endpoint& endpoint = model.endpoints[i];
      const std::string ns(model.text(model[model[endpoint.workload].ns].name));
      // The list goes by immediate owners, and takes one pod of each.
      by_name_.emplace(ns + "/" + std::string(model.text(endpoint.owner_name)),
                       static_cast<model::EndpointId>(i));
    }
  }

  [[nodiscard]] const cli::Input& input() const { return *input_; }

  /// The differences, a line each.
  [[nodiscard]] std::vector<std::string> compare(const std::vector<ListedConnection>& listed) {
    const compiler::Cluster cluster(input_->model, profile_);
    std::vector<std::string> differences;
    std::map<std::pair<std::string, std::string>, net::Traffic> between;
    std::map<std::pair<std::string, bool>, net::AddressSet> outside;  // by workload, egress?
    for (const ListedConnection& each : listed) {
      if (each.source.workload.empty() || each.destination.workload.empty()) {
        compare_outside(cluster, each, differences);
        const bool egress = each.destination.workload.empty();
        outside[{egress ? each.source.workload : each.destination.workload, egress}] |=
            egress ? each.destination.addresses : each.source.addresses;
      } else {
        between[{each.source.workload, each.destination.workload}] |= each.traffic;
      }
    }
    // What is not listed is not allowed.
    for (const auto& [name, id] : by_name_) {
      for (const bool egress : {false, true}) {
        // Their tool means to exempt a pod's own node, and does not (its README says so).
        const net::AddressSet rest = net::all_addresses(net::Family::V4) - outside[{name, egress}] -
                                     cluster.node_addresses(id);
        if (rest.empty()) continue;
        ListedConnection none;
        (egress ? none.source : none.destination).workload = name;
        (egress ? none.destination : none.source).addresses = rest;
        compare_outside(cluster, none, differences);
      }
    }
    for (const auto& [from, a] : by_name_) {
      for (const auto& [to, b] : by_name_) {
        if (from == to) continue;
        const Piece piece = solver::sets::reach(cluster, a, b).at(0);
        const net::Traffic expected = between[{from, to}];
        if (piece.must == expected && piece.may == expected) continue;
        differences.push_back(from + " => " + to + ": expected " + net::to_string(expected) +
                              ", found " + net::to_string(piece.must));
      }
    }
    return differences;
  }

 private:
  /// A listed line about outside addresses must hold exactly there.
  void compare_outside(const compiler::Cluster& cluster, const ListedConnection& listed,
                       std::vector<std::string>& differences) const {
    const bool egress = listed.destination.workload.empty();
    const std::string& name = egress ? listed.source.workload : listed.destination.workload;
    const net::AddressSet& addresses =
        egress ? listed.destination.addresses : listed.source.addresses;
    const auto found = by_name_.find(name);
    if (found == by_name_.end()) {
      differences.push_back("there is no " + name);
      return;
    }
    const auto pieces = egress ? solver::sets::reach(cluster, found->second, addresses)
                               : solver::sets::reach(cluster, addresses, found->second);
    for (const Piece& piece : pieces) {
      if (piece.must == listed.traffic && piece.may == listed.traffic) continue;
      differences.push_back(name + (egress ? " => " : " <= ") + net::to_string(piece.addresses) +
                            ": expected " + net::to_string(listed.traffic) + ", found " +
                            net::to_string(piece.must));
    }
  }

  std::unique_ptr<cli::Input> input_;
  model::ClusterProfile profile_;
  std::map<std::string, model::EndpointId> by_name_;
};

bool has_other_policies(const model::Model& model) {
  return std::any_of(model.gaps.begin(), model.gaps.end(), [](const model::Gap& gap) {
    return gap.effect == model::Gap::Effect::AllowOrDeny;
  });
}

}  // namespace

TEST_CASE("netpol-analyzer's connections of NetworkPolicies are ours") {
  const auto root = support::conformance_folder();
  if (!root) return;
  std::vector<fs::path> folders;
  for (const auto& entry : fs::directory_iterator(*root / "netpol-analyzer" / "cases")) {
    if (fs::exists(entry.path() / "connectivity.txt")) folders.push_back(entry.path());
  }
  std::sort(folders.begin(), folders.end());
  REQUIRE(folders.size() > 70);
  std::size_t compared = 0;
  for (const fs::path& folder : folders) {
    const std::string name = folder.filename().string();
    if (is_out_of_scope(name)) continue;
    Case each(folder);
    if (has_other_policies(each.input().model)) continue;
    INFO(name);
    REQUIRE(each.input().diagnostics.errors() == 0);
    std::string text;
    for (const std::string& difference :
         each.compare(read_connectivity(folder / "connectivity.txt"))) {
      text += "\n  " + difference;
    }
    CHECK_MESSAGE(text.empty(), text);
    ++compared;
  }
  CHECK(compared > 15);
  MESSAGE(compared << " cases compared");
}

}  // namespace polreach::conformance
