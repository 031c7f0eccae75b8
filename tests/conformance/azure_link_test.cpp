// SPDX-License-Identifier: Apache-2.0
// Exports that others published, linked. What is expected was read from the files by hand.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "policies/azure/link/link.h"
#include "tests/azure/read_node.h"
#include "tests/support/environment.h"

namespace polreach::conformance {
namespace {

namespace fs = std::filesystem;

/// One resource a file.
azure::Resources read_folder(const fs::path& folder, source::SourceMap& sources) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  azure::Resources resources;
  for (const fs::path& file : files) {
    azure::Resource resource;
    resource.body = azure::test::read_node(support::content_of(file), sources);
    const azure::Node* id = resource.body.find("id");
    REQUIRE(id != nullptr);
    const auto parsed = azure::ResourceId::parse(id->text);
    REQUIRE(parsed);
    resource.id = *parsed;
    resource.is_export = true;
    resource.where = resource.body.where;
    resources.push_back(std::move(resource));
  }
  return resources;
}

template <typename List>
const auto& named(const List& list, const std::string& name) {
  for (const auto& entry : list) {
    if (entry.name == name) return entry;
  }
  throw std::runtime_error("nothing is called " + name);
}

}  // namespace

TEST_CASE("exports of a portal: a network of two machines") {
  const auto folder = support::conformance_folder();
  if (!folder) {
    MESSAGE("skipped: POLREACH_CONFORMANCE is not set");
    return;
  }
  source::SourceMap sources;
  source::Diagnostics diagnostics;
  const azure::Resources resources =
      read_folder(*folder / ".." / "realworld" / "azure" / "batfish-exports", sources);
  REQUIRE(resources.size() == 9);
  const model::Cloud cloud = azure::link(resources, {}, {}, sources, diagnostics);
  CHECK(diagnostics.all().empty());

  const model::Subnet& inner = named(cloud.subnets, "private");
  REQUIRE(inner.group);
  CHECK(cloud[*inner.group].name == "subnet-nsg");
  CHECK_FALSE(cloud[*inner.group].missing);
  CHECK(inner.default_outbound == false);
  CHECK_FALSE(inner.nat_gateway);
  CHECK(named(cloud.subnets, "default").nat_gateway);
  CHECK_FALSE(named(cloud.subnets, "default").group);

  const model::Interface& second = named(cloud.interfaces, "vm235");
  REQUIRE(second.group);
  CHECK(cloud[*second.group].name == "VM2-nsg");
  CHECK(cloud[*second.group].missing.has_value());
  CHECK(second.machine == "VM2");
  const model::Interface& first = named(cloud.interfaces, "vm1346");
  CHECK(cloud[*first.group].name == "VM1-nsg");
  CHECK(first.addresses[0].public_address == net::Address::parse("40.91.194.198"));
  CHECK(first.addresses[0].address == net::Address::parse("10.0.0.4"));

  const model::SecurityGroup& group = named(cloud.groups, "subnet-nsg");
  CHECK(group.inbound[0].name == "AllowCidrBlockSSHInbound");
  CHECK(group.inbound[0].destination_ports ==
        (net::PortSet(22, 23) | net::PortSet(80, 80) | net::PortSet(8080, 8080)));
  CHECK(std::count_if(group.inbound.begin(), group.inbound.end(),
                      [](const auto& rule) { return rule.is_default; }) == 3);
}

}  // namespace polreach::conformance
