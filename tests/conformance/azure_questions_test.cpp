// SPDX-License-Identifier: Apache-2.0
// Questions about networks that Microsoft and others published. The answers were derived by hand
// from the files and the documentation of Azure.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <optional>

#include "tests/support/environment.h"
#include "tests/support/passage_answer.h"
#include "tests/support/program.h"

namespace polreach::conformance {
namespace {

namespace fs = std::filesystem;

struct Question {
  const char* folder;  // or file, the input
  const char* words;
  const char* verdict;
  const char* hop;      // of the answer: see is_decided_by; empty: any
  const char* depends;  // the id of what it depends on; empty: nothing
};

constexpr const char* kDmz = "nsg-dmz-in-vnet";
constexpr const char* kExports = "batfish-exports";
constexpr const char* kConstruction = "aks-construction";
constexpr const char* kEffective = "effective-nsg/nic1.json";

constexpr Question kQuestions[] = {
    // "Allow the front end by 443": the default rule lets it in on every port.
    {kDmz, "subnet/FESubnet subnet/AppSubnet", "allowed",
     "subnet First_ARM_VNet/AppSubnet in, AllowVnetInBound", ""},
    {kDmz, "subnet/FESubnet subnet/AppSubnet --port 22", "allowed",
     "subnet First_ARM_VNet/AppSubnet in, AllowVnetInBound", ""},
    {kDmz, "subnet/FESubnet subnet/AppSubnet --port 443", "allowed",
     "subnet First_ARM_VNet/AppSubnet in, Allow_FE", ""},
    // What scanners pass: the internet by the name of its tag.
    {kDmz, "internet subnet/FESubnet --port 3389", "allowed",
     "subnet First_ARM_VNet/FESubnet in, rdp_rule", ""},
    {kDmz, "internet subnet/FESubnet --port 80", "allowed",
     "subnet First_ARM_VNet/FESubnet in, web_rule", ""},
    {kDmz, "internet subnet/FESubnet --port 22", "denied",
     "subnet First_ARM_VNet/FESubnet in, DenyAllInBound", ""},
    {kDmz, "internet subnet/AppSubnet", "denied",
     "subnet First_ARM_VNet/AppSubnet in, DenyAllInBound", ""},
    {kDmz, "internet subnet/AppSubnet --port 3389", "denied",
     "subnet First_ARM_VNet/AppSubnet in, Block_RDP_Internet", ""},
    {kDmz, "subnet/AppSubnet internet", "denied",
     "subnet First_ARM_VNet/AppSubnet out, Block_Internet_Outbound", ""},
    // Two rules block the tiers; the rest of the network comes in by the default rule.
    {kDmz, "10.0.77.0/24 subnet/DBSubnet", "allowed",
     "subnet First_ARM_VNet/DBSubnet in, AllowVnetInBound", ""},
    {kDmz, "subnet/DBSubnet subnet/DBSubnet", "allowed",
     "subnet First_ARM_VNet/DBSubnet in, AllowVnetInBound", ""},
    {kDmz, "subnet/FESubnet subnet/DBSubnet", "denied",
     "subnet First_ARM_VNet/DBSubnet in, Block_FE", ""},
    {kDmz, "subnet/AppSubnet subnet/DBSubnet --port 1433", "allowed",
     "subnet First_ARM_VNet/DBSubnet in, Allow_App", ""},
    {kDmz, "subnet/AppSubnet subnet/DBSubnet --port 1434", "denied",
     "subnet First_ARM_VNet/DBSubnet in, Block_App", ""},
    {kDmz, "subnet/DBSubnet internet", "denied",
     "subnet First_ARM_VNet/DBSubnet out, Block_Internet", ""},
    // The group of the second machine's interface is not in the export.
    {kExports, "vm/VM1 vm/VM2 --port 8080", "depends", "network interface vm235 in, VM2-nsg",
     "A-absent-resource"},
    {kExports, "vm/VM1 vm/VM2 --port 443", "denied",
     "subnet VM-vnet/private in, DenyCidrBlockCustomAnyInbound", ""},
    {kExports, "vm/VM2 vm/VM1 --port 22", "denied",
     "subnet VM-vnet/private out, DenyAnyCustomAnyOutbound", ""},
    {kExports, "vm/VM2 vm/VM1 --port 8080", "depends", "network interface vm235 out, VM2-nsg",
     "A-absent-resource"},
    {kExports, "8.8.8.8 vm/VM1 --port 22", "allowed", "network interface vm1346 in, SSH", ""},
    {kExports, "8.8.8.8 vm/VM1 --port 443", "denied",
     "network interface vm1346 in, DenyAnyCustomAnyInbound", ""},
    // Names of parameters without a value stay open; what they name is known.
    {kConstruction, "subnet/aks-sn subnet/appgw-sn --port 443", "allowed", "", ""},
    {kConstruction, "internet subnet/appgw-sn --port 443", "denied", "", ""},
    // As Azure resolved it. Addresses of Internet are those of the export.
    {kEffective, "1.1.1.1 nic/nic1 --port 3389", "allowed",
     "network interface nic1 in, default-allow-rdp", ""},
    // Which addresses the network has is not in the input: it could have this one.
    {kEffective, "8.8.8.8 nic/nic1 --port 3389", "depends",
     "network interface nic1 in, DenyAllInBound", "A-absent-resource"},
    {kEffective, "nic/nic1 40.1.1.1 --port 443", "allowed",
     "network interface nic1 out, AllowInternetOutBound", ""},
    // The same: the export of Internet does not list it.
    {kEffective, "nic/nic1 8.8.8.8 --port 443", "depends",
     "network interface nic1 out, DenyAllOutBound", "A-absent-resource"},
};

std::optional<fs::path> realworld() {
  const auto conformance = support::conformance_folder();
  if (!conformance) return std::nullopt;
  const fs::path folder = conformance->parent_path() / "realworld" / "azure";
  REQUIRE(fs::exists(folder));
  return folder;
}

support::PassageAnswer ask(const Question& question, const fs::path& root,
                           const std::vector<std::string>& more = {}) {
  std::vector<std::string> words = {"can"};
  for (std::string& word : support::words_of(question.words)) words.push_back(std::move(word));
  words.push_back((root / question.folder).string());
  words.insert(words.end(), {"--format", "json"});
  words.insert(words.end(), more.begin(), more.end());
  const support::Run run = support::run(words);
  INFO(std::string(question.folder) << ": " << std::string(question.words));
  INFO(run.err);
  return support::read_passage_answer(run.out);
}

void check(const Question& question, const support::PassageAnswer& answer) {
  INFO(std::string(question.folder) << ": " << std::string(question.words));
  INFO(support::shown(answer));
  CHECK(answer.verdict == std::string(question.verdict));
  const std::string hop = question.hop;
  if (!hop.empty()) CHECK(support::is_decided_by(answer, answer.verdict, hop));
  const std::string depends = question.depends;
  const auto& ids = answer.depends_on;
  CHECK(ids.empty() == depends.empty());
  CHECK(std::all_of(ids.begin(), ids.end(), [&](const auto& id) { return id == depends; }));
}

}  // namespace

TEST_CASE("questions about networks that others published") {
  const auto root = realworld();
  if (!root) return;
  for (const Question& question : kQuestions) check(question, ask(question, *root));
}

TEST_CASE("a template without values for its parameters is read without loss") {
  const auto root = realworld();
  if (!root) return;
  const Question question = {kConstruction, "subnet/aks-sn subnet/appgw-sn", "", "", ""};
  CHECK(ask(question, *root).problems.empty());
}

TEST_CASE("Microsoft's list of service tags") {
  const auto root = realworld();
  if (!root) return;
  const std::vector<std::string> tags = {
      "--service-tags", (*root / "service-tags" / "ServiceTags_Public_20251028.json").string()};
  const Question open = {kDmz, "Storage.WestEurope subnet/FESubnet --port 3389", "allowed",
                         "subnet First_ARM_VNet/FESubnet in, rdp_rule", ""};
  const Question closed = {kDmz, "Storage.WestEurope subnet/DBSubnet", "denied",
                           "subnet First_ARM_VNet/DBSubnet in, DenyAllInBound", ""};
  for (const Question& question : {open, closed}) {
    const support::PassageAnswer answer = ask(question, *root, tags);
    check(question, answer);
    CHECK(answer.service_tags == "375");
    const auto& assumes = answer.assumes;
    CHECK(std::find(assumes.begin(), assumes.end(), "A-TAGS") != assumes.end());
  }
}

}  // namespace polreach::conformance
