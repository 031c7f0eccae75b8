// SPDX-License-Identifier: Apache-2.0
#include "solver/queries/site_reference.h"

#include <doctest/doctest.h>

#include "tests/azure/cloud_builder.h"
#include "tests/azure/pods_builder.h"

namespace polreach {
namespace {

using compiler::Site;
using compiler::Surroundings;
using solver::queries::is_site_reference;
using solver::queries::resolve_site;
using solver::queries::select_cluster;
using support::addresses;
using support::mentions;

struct Fixture {
  support::CloudBuilder b;
  model::NetworkId hub = b.network("hub", "10.0.0.0/16");
  model::NetworkId spoke = b.network("spoke", "10.1.0.0/16");
  model::SubnetId web = b.subnet(hub, "web", "10.0.1.0/24");
  model::SubnetId db = b.subnet(hub, "db", "10.0.2.0/24");
  model::SubnetId other = b.subnet(spoke, "web", "10.1.1.0/24");
  model::InterfaceId nic = b.interface("nic", web, "10.0.1.4");

  Fixture() {
    b.cluster(model::NetworkMode::Overlay, db);
    b.cloud.service_tags.tags["storage"] = {"Storage", addresses("13.64.0.0/24")};
  }
  [[nodiscard]] auto asked(std::string_view text) const {
    Surroundings around(b.cloud, nullptr, {});
    return resolve_site(around, text);
  }
  [[nodiscard]] std::string error(std::string_view text) const {
    const auto result = asked(text);
    return result ? "" : std::string(result.error().code);
  }
};

TEST_CASE("Subnets, networks, interfaces, machines and nodes by name, in any case") {
  const Fixture f;
  CHECK(f.asked("subnet/hub/web")->sites.at(0).subnet == f.web);
  CHECK(f.asked("subnet/HUB/Web")->sites.at(0).subnet == f.web);
  CHECK(f.asked("subnet/db")->sites.at(0).subnet == f.db);
  CHECK(f.asked("vnet/hub")->sites.size() == 2);
  CHECK(f.asked("nic/nic")->sites.at(0).addresses == addresses("10.0.1.4/32"));
  CHECK(f.asked("vm/nic-vm")->sites.at(0).interface == f.nic);
  CHECK(f.asked("node/apps")->sites.at(0).kind == Site::Kind::Nodes);
  CHECK(f.asked("node/aks/apps")->sites.size() == 1);
}

TEST_CASE("Names that mean nothing, or several things") {
  Fixture f;
  CHECK(f.error("subnet/web") == "ambiguous-reference");
  CHECK(f.asked("subnet/web").error().help.find("subnet/hub/web") != std::string::npos);
  CHECK(f.error("subnet/hub/wbe") == "unknown-reference");
  CHECK(f.asked("subnet/hub/wbe").error().message.find("subnet/hub/web") != std::string::npos);
  CHECK(f.error("subnet/") == "bad-reference");
  CHECK(f.error("Storag") == "unknown-reference");
  // One name in two resource groups.
  f.b.interface("nic", f.db, "10.0.2.4");
  f.b.cloud.interfaces[0].resource_group = "a";
  f.b.cloud.interfaces[1].resource_group = "b";
  CHECK(f.error("nic/nic") == "ambiguous-reference");
  CHECK(f.asked("nic/b/nic")->sites.at(0).subnet == f.db);
}

TEST_CASE("Addresses are where the input has them") {
  Fixture f;
  const auto one = f.asked("10.0.1.9");
  REQUIRE(one->sites.size() == 1);
  CHECK(one->sites[0].subnet == f.web);
  CHECK(one->sites[0].addresses == addresses("10.0.1.9/32"));
  const auto range = f.asked("10.0.0.0/16");
  REQUIRE(range->sites.size() == 3);
  CHECK(range->sites[2].kind == Site::Kind::Outside);
  CHECK(range->sites[2].addresses ==
        addresses("10.0.0.0/16") - addresses("10.0.1.0/24") - addresses("10.0.2.0/24"));
  // The range of the pods is no part of the network.
  CHECK(f.error("10.244.3.7") == "pod-range");
  const auto wide = f.asked("10.244.0.0/15");
  CHECK(wide->sites.at(0).addresses == addresses("10.245.0.0/16"));
  CHECK(mentions(wide->notes, "ask for pods by name"));
  // Two networks with the same addresses.
  f.b.subnet(f.spoke, "twin", "10.0.1.0/24");
  CHECK(f.error("10.0.1.9") == "ambiguous-reference");
}

TEST_CASE("The internet, and service tags of the file") {
  const Fixture f;
  CHECK(f.asked("internet")->sites.at(0).addresses ==
        net::internet_addresses() - addresses("168.63.129.16/32"));
  CHECK(f.asked("storage")->sites.at(0).addresses == addresses("13.64.0.0/24"));
  CHECK(f.asked("Internet")->sites.at(0).addresses == f.asked("internet")->sites.at(0).addresses);
  CHECK(f.asked("VirtualNetwork").error().help ==
        "write vnet/NAME, or the addresses that you mean");
  CHECK(f.asked("AzureCloud").error().help == "the file of --service-tags has no such tag");
  CHECK(is_site_reference(f.b.cloud, "AzureCloud"));
  CHECK(is_site_reference(f.b.cloud, "Storage"));
  CHECK(is_site_reference(f.b.cloud, "subnet/a"));
  CHECK_FALSE(is_site_reference(f.b.cloud, "shop/web"));
  CHECK_FALSE(is_site_reference(f.b.cloud, "subnet"));
}

TEST_CASE("The cluster that manifests belong to") {
  Fixture f;
  CHECK(select_cluster(f.b.cloud, "").value() == model::ManagedClusterId{0});
  CHECK(select_cluster(f.b.cloud, "kas").error().code == "unknown-reference");
  CHECK_FALSE(select_cluster(model::Cloud{}, "").value().has_value());
  f.b.cluster(model::NetworkMode::Overlay, f.web);
  f.b.cloud.clusters[1].name = "second";
  CHECK(select_cluster(f.b.cloud, "").error().code == "ambiguous-reference");
  CHECK(select_cluster(f.b.cloud, "Second").value() == model::ManagedClusterId{1});
}

}  // namespace
}  // namespace polreach
