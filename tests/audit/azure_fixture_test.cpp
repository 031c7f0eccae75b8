// SPDX-License-Identifier: Apache-2.0
// Replays fixtures/audit-azure, and looks for false alarms in the other networks of the fixtures.
#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <sstream>

#include "tests/audit/azure_audit.h"
#include "tests/support/environment.h"

namespace polreach {
namespace {

using solver::audit::Finding;
using support::audited;
using Names = std::vector<std::string>;

std::string fixture(const std::string& path) {
  return (support::source_folder() / "fixtures" / path).string();
}

Names expected() {
  std::istringstream in(support::content_of(fixture("audit-azure/findings.txt")));
  Names lines;
  for (std::string line; std::getline(in, line);) {
    if (!line.empty() && line.front() != '#') lines.push_back(line);
  }
  return lines;
}

TEST_CASE("azure audit: what the fixture says, no more and no less") {
  const auto found = audited({fixture("audit-azure")});
  CHECK(found->lines() == expected());
  CHECK(found->audit.unchecked.empty());
  // What says that something arrives shows a packet.
  for (const Finding& each : found->audit.findings) {
    CAPTURE(each.message);
    CHECK((each.message.find(" reaches ") == std::string::npos || each.example.has_value()));
  }
  std::set<std::string> prints;
  for (const Finding& each : found->audit.findings) prints.insert(fingerprint(each));
  CHECK(prints.size() == found->audit.findings.size());
}

TEST_CASE("azure audit: the order of files changes nothing") {
  Names paths;
  for (const char* file :
       {"services.yaml", "nsgs.json", "nics.json", "network.json", "cluster.json"}) {
    paths.push_back(fixture(std::string("audit-azure/") + file));
  }
  const auto found = audited(paths);
  std::reverse(paths.begin(), paths.end());
  const auto turned = audited(paths);
  CHECK(found->lines() == turned->lines());
  for (std::size_t i = 0; i < found->audit.findings.size(); ++i) {
    CHECK(found->audit.findings[i].message == turned->audit.findings[i].message);
    CHECK(found->audit.findings[i].also == turned->audit.findings[i].also);
  }
}

TEST_CASE("azure audit: only what was asked for, and nothing without a network") {
  const auto one = audited({fixture("audit-azure")}, {"nsg-not-attached"});
  CHECK(one->audit.findings.size() == 1);
  const auto none = audited({fixture("quickstart")});
  CHECK(none->audit.findings.empty());
  CHECK(none->audit.unchecked.empty());
}

TEST_CASE("azure audit: a group that lets in a part of the network twice is no hole") {
  // web-nsg of nsg-effective: AllowShop would be redundant but for DenyOffice behind it.
  const auto found = audited({fixture("nsg-effective")});
  CHECK(found->of("nsg-allow-restricts-nothing").empty());
  CHECK(found->one("nsg-deny-never-acts").key == "DenyOffice");
  // DenyAllInBound says what DenyTelnet does, too: that is no mistake.
  CHECK(found->of("nsg-rule-redundant").empty());
}

}  // namespace
}  // namespace polreach
