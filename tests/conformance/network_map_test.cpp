// SPDX-License-Identifier: Apache-2.0
// The published template of three subnets behind groups of their own, by what its rules say.
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>

#include "tests/support/program.h"

namespace polreach {
namespace {

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_CASE("the network map of a demilitarised zone") {
  const char* root = std::getenv("POLREACH_CONFORMANCE");
  if (root == nullptr) {
    MESSAGE("skipped: POLREACH_CONFORMANCE is not set");
    return;
  }
  const auto folder = std::filesystem::path(root) / "../realworld/azure/nsg-dmz-in-vnet";
  if (!std::filesystem::exists(folder)) {
    MESSAGE("skipped: no " << folder.string());
    return;
  }
  const std::string vnet = "subnet First_ARM_VNet/";
  const auto list = [&](const std::string& from, const std::string& to) {
    const auto result = support::run({"map", "-q", "--from", from, "--to", to, folder.string()});
    CHECK(result.status == 0);
    return result.out;
  };
  const std::string app = list("subnet/First_ARM_VNet/FESubnet", "subnet/First_ARM_VNet/AppSubnet");
  CHECK(has(app, vnet + "FESubnet -> " + vnet + "AppSubnet: allowed all traffic"));
  CHECK(has(app, "App_NSG 65000 AllowVnetInBound"));
  const std::string front = list("internet", "subnet/First_ARM_VNet/FESubnet");
  CHECK(has(front, "the internet -> " + vnet + "FESubnet: allowed TCP 80,3389"));
  CHECK(has(list("subnet/First_ARM_VNet/FESubnet", "subnet/First_ARM_VNet/DBSubnet"),
            "nothing may connect"));
  CHECK(has(list("subnet/First_ARM_VNet/AppSubnet", "subnet/First_ARM_VNet/DBSubnet"),
            ": allowed TCP 1433 [by App_NSG 65000 AllowVnetOutBound, DB_NSG 100 Allow_App]"));
}

}  // namespace
}  // namespace polreach
