// SPDX-License-Identifier: Apache-2.0
// Exports of real networks, and Microsoft's own list of service tags: everything in them is read.
// The numbers were counted in the files with other programs.
#include <doctest/doctest.h>

#include <filesystem>
#include <set>

#include "policies/net/address_set.h"
#include "tests/azure/loading.h"
#include "tests/support/environment.h"

namespace polreach::conformance {
namespace {

namespace fs = std::filesystem;
using Texts = std::vector<std::string>;

std::optional<fs::path> folder(const std::string& name) {
  const auto conformance = support::conformance_folder();
  if (!conformance) return std::nullopt;
  const fs::path found = conformance->parent_path() / "realworld" / "azure" / name;
  REQUIRE(fs::exists(found));
  return found;
}

support::Loaded load(const fs::path& path) {
  cli::InputOptions options;
  options.paths = {path.string()};
  return support::load(options);
}

/// Every text below "addressPrefixes": [...], found without a JSON reader.
struct Prefixes {
  std::size_t count = 0;
  std::size_t v6 = 0;
  std::vector<net::AddressSet::Interval> intervals;
};
Prefixes prefixes_in(const std::string& text) {
  Prefixes result;
  const std::string kName = "\"addressPrefixes\"";
  for (std::size_t at = text.find(kName); at != std::string::npos; at = text.find(kName, at)) {
    at = text.find('[', at);
    const std::size_t end = text.find(']', at);
    for (at = text.find('"', at); at < end; at = text.find('"', at + 1)) {
      const std::size_t close = text.find('"', at + 1);
      const std::string entry = text.substr(at + 1, close - at - 1);
      const auto prefix = net::Prefix::parse(entry);
      REQUIRE_MESSAGE(prefix.has_value(), entry);
      ++result.count;
      if (prefix->address.family == net::Family::V6) ++result.v6;
      result.intervals.push_back({prefix->first(), prefix->last()});
      at = close;
    }
    at = end;
  }
  return result;
}

}  // namespace

TEST_CASE("every export of a published network is taken") {
  const auto exports = folder("batfish-exports");
  if (!exports) return;
  const auto loaded = load(*exports);
  CHECK(loaded.problems.empty());
  CHECK(loaded.ledger == "used 9, irrelevant 0, rejected 0");
  CHECK(loaded.resources == Texts{"natgateways nat-gateway", "networkinterfaces vm1346",
                                  "networkinterfaces vm235", "networksecuritygroups VM1-nsg",
                                  "networksecuritygroups subnet-nsg", "publicipaddresses VM1-ip",
                                  "publicipaddresses nat-ip", "virtualmachines VM1",
                                  "virtualnetworks VM-vnet"});
  for (const auto& resource : loaded.input->resources) {
    CHECK(resource.is_export);
    CHECK(resource.id.group == "Anonymized-RG-12345");
  }
  const auto& group = resource(loaded, "networksecuritygroups VM1-nsg");
  CHECK(azure::property(group.body, "securityRules")->items.size() == 3);
  CHECK(azure::property(group.body, "defaultSecurityRules")->items.size() == 6);
  const auto& network = resource(loaded, "virtualnetworks VM-vnet");
  CHECK(azure::property(network.body, "subnets")->items.size() == 2);
}

TEST_CASE("the documented answer of the effective rules of an interface is taken") {
  const auto effective = folder("effective-nsg");
  if (!effective) return;
  const auto loaded = load(*effective);
  CHECK(loaded.problems.empty());
  CHECK(loaded.ledger == "used 1, irrelevant 0, rejected 0");
  const auto& entry = resource(loaded, "effectivegroups test-nsg on nic1");
  const auto* association = entry.body.find("association");
  for (const char* end : {"networkInterface", "subnet", "networkManager"}) {
    CHECK(association->find(end)->find("id") != nullptr);
  }
  const auto& rules = entry.body.find("securityRules")->items;
  REQUIRE(rules.size() == 3);
  CHECK(rules[0].find("name")->text == "rule1");
  CHECK(rules[2].find("name")->text == "AllowInternetOutBound");
  CHECK(rules[2].find("isDefault")->truth);
  CHECK(rules[2].find("expandedDestinationAddressPrefix")->items.size() == 4);
}

TEST_CASE("Microsoft's service tags: no tag and no prefix is lost") {
  const auto tags_folder = folder("service-tags");
  if (!tags_folder) return;
  const fs::path file = *tags_folder / "ServiceTags_Public_20251028.json";
  const Prefixes written = prefixes_in(support::content_of(file));
  CHECK(written.count == 93362);
  CHECK(written.v6 == 24429);

  const auto loaded = load(file);
  CHECK(loaded.problems.empty());
  const model::ServiceTags& read = loaded.input->cloud.service_tags;
  CHECK(read.change_number == "375");
  CHECK(read.tags.size() == 3039);
  std::size_t non_regional = 0;
  std::size_t prefixes = 0;
  std::vector<net::AddressSet::Interval> intervals;
  for (const auto& [key, tag] : read.tags) {
    const auto& found = tag.addresses.intervals();
    intervals.insert(intervals.end(), found.begin(), found.end());
    prefixes += net::prefixes_of(tag.addresses).size();
    if (key.find('.') == std::string::npos) ++non_regional;
  }
  CHECK(net::AddressSet::of(intervals) == net::AddressSet::of(written.intervals));
  CHECK(non_regional == 94);
  // Of each tag by itself, after collapsing its prefixes.
  CHECK(prefixes == 83425);
  // 9,585 prefixes of IPv4 collapse to 1,860.
  const auto v4 = read.tags.at("azurecloud").addresses & net::all_addresses(net::Family::V4);
  CHECK(net::prefixes_of(v4).size() == 1860);
}

}  // namespace polreach::conformance
