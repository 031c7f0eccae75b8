// SPDX-License-Identifier: Apache-2.0
// Effective rules of networks that others published. What is expected was read from the files by
// hand.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "cli/input.h"
#include "solver/queries/effective.h"
#include "tests/support/environment.h"

namespace polreach::conformance {
namespace {

using solver::queries::Effective;
using solver::queries::EffectiveList;
using solver::queries::EffectiveRule;

/// One network and all questions about it.
class Network {
 public:
  Network(const std::filesystem::path& folder, const std::filesystem::path& tags = {}) {
    cli::InputOptions options;
    options.paths = {folder.string()};
    if (!tags.empty()) options.service_tags = {tags.string()};
    std::istringstream nothing;
    auto read = cli::read_input(options, nothing);
    REQUIRE(read.has_value());
    input_ = std::move(*read);
    CHECK(input_->diagnostics.errors() == 0);
    around_.emplace(input_->cloud, nullptr, std::nullopt);
  }

  [[nodiscard]] const model::Cloud& cloud() const { return input_->cloud; }
  Effective ask(const std::string& word, const std::string& name) {
    auto answer = solver::queries::effective(*around_, word, name);
    REQUIRE_MESSAGE(answer.has_value(), (answer ? "" : answer.error().message));
    CHECK(answer->unproven == 0);
    return std::move(*answer);
  }
  /// Every group, interface and subnet: no failure, and a row for each rule as it was written.
  std::size_t everything() {
    std::size_t rows = 0;
    const auto check = [&](const Effective& answer) {
      for (const EffectiveList& list : answer.lists) {
        if (list.group == nullptr || list.missing) continue;
        CHECK(list.rules.size() == list.group->rules(list.direction).size());
        rows += list.rules.size();
      }
    };
    for (const auto& each : cloud().groups) check(ask("nsg", each.name));
    for (const auto& each : cloud().interfaces) check(ask("nic", each.name));
    for (const auto& each : cloud().subnets) {
      check(ask("subnet", cloud()[each.network].name + "/" + each.name));
    }
    return rows;
  }

 private:
  std::unique_ptr<cli::Input> input_;
  std::optional<compiler::Surroundings> around_;
};

std::optional<std::filesystem::path> networks() {
  const auto folder = support::conformance_folder();
  if (folder) return *folder / ".." / "realworld" / "azure";
  MESSAGE("skipped: POLREACH_CONFORMANCE is not set");
  return std::nullopt;
}

const EffectiveRule& named(const EffectiveList& list, const std::string& name) {
  const auto found = std::find_if(list.rules.begin(), list.rules.end(),
                                  [&](const auto& rule) { return rule.rule->name == name; });
  REQUIRE_MESSAGE(found != list.rules.end(), name);
  return *found;
}

}  // namespace

TEST_CASE("effective rules: a deny of everything leaves nothing for the default rules") {
  const auto root = networks();
  if (!root) return;
  Network network(*root / "batfish-exports");
  const Effective answer = network.ask("subnet", "VM1-vnet/private");
  REQUIRE(answer.lists.size() == 2);
  const EffectiveList& in = answer.lists[0];
  CHECK(in.rules.size() == 5);
  CHECK(named(in, "AllowCidrBlockSSHInbound").is_whole);
  for (const char* name : {"AllowVnetInBound", "AllowAzureLoadBalancerInBound", "DenyAllInBound"}) {
    CHECK(named(in, name).finding == EffectiveRule::Finding::NeverDecides);
    CHECK(named(in, name).is_proven);
    CHECK(named(in, name).covered_by == std::vector<std::size_t>{1});
  }
  CHECK(answer.lists[1].rules.size() == 6);
  CHECK(answer.findings == 0);
  // VM2-nsg, which the export does not hold.
  const Effective second = network.ask("nic", "vm235");
  CHECK(std::any_of(second.lists.begin(), second.lists.end(),
                    [](const EffectiveList& list) { return list.missing.has_value(); }));
  CHECK(network.everything() > 20);
}

TEST_CASE("effective rules: nsg-dmz-in-vnet, aks-construction and an export of effective rules") {
  const auto root = networks();
  if (!root) return;
  Network zones(*root / "nsg-dmz-in-vnet");
  const Effective front = zones.ask("subnet", "First_ARM_VNet/FESubnet");
  REQUIRE(front.lists.size() == 2);
  CHECK(front.lists[0].rules.size() == 5);  // rdp_rule, web_rule, and three of the platform
  CHECK(front.lists[1].rules.size() == 3);
  CHECK(named(front.lists[0], "rdp_rule").is_whole);
  CHECK(named(front.lists[0], "AllowVnetInBound").is_whole);
  CHECK(zones.everything() > 30);
  CHECK(Network(*root / "aks-construction").everything() > 18);
  CHECK(Network(*root / "effective-nsg").everything() > 8);
}

TEST_CASE("effective rules: the published service tags") {
  const auto root = networks();
  if (!root) return;
  const auto tags = *root / "service-tags" / "ServiceTags_Public_20251028.json";
  Network network(*root / "aks-construction", tags);
  CHECK_FALSE(network.cloud().service_tags.change_number.empty());
  CHECK(network.everything() > 18);
}

}  // namespace polreach::conformance
