// SPDX-License-Identifier: Apache-2.0
// Sources of Bicep and Terraform: named as inputs they are errors, and in a folder a warning names
// those that describe networks of Azure.
#include "cli/uncompiled.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "tests/azure/loading.h"
#include "tests/support/git_scratch.h"

namespace polreach {
namespace {

namespace fs = std::filesystem;
using Texts = std::vector<std::string>;

constexpr const char* kBicep =
    "resource nsg 'Microsoft.Network/networkSecurityGroups@2023-11-01' = {}\n";
constexpr const char* kTerraform = "resource \"azurerm_subnet\" \"nodes\" {}\n";
constexpr const char* kNamespace = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n";

class Folder {
 public:
  explicit Folder(const std::map<std::string, std::string>& files)
      : path_(fs::temp_directory_path() / "polreach-uncompiled-test") {
    fs::remove_all(path_);
    for (const auto& [name, text] : files) {
      fs::create_directories((path_ / name).parent_path());
      std::ofstream(path_ / name, std::ios::binary) << text;
    }
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { fs::remove_all(path_); }
  [[nodiscard]] std::string at(const std::string& name) const { return (path_ / name).string(); }

 private:
  fs::path path_;
};

support::Loaded load(const std::string& path) {
  cli::InputOptions options;
  options.paths = {path};
  return support::load(options);
}

std::string message(const support::Loaded& loaded) {
  REQUIRE(loaded.input->diagnostics.all().size() == 1);
  return loaded.input->diagnostics.all().front().message;
}

}  // namespace

TEST_CASE("a source that is named as an input is an error with the command that compiles it") {
  const Folder folder(
      {{"main.bicep", ""}, {"main.tf", ""}, {"a.tf.json", "{}"}, {"p.bicepparam", ""}});
  const std::map<std::string, std::string> commands = {{"main.bicep", "bicep build "},
                                                       {"main.tf", "terraform show -json"},
                                                       {"a.tf.json", "terraform show -json"},
                                                       {"p.bicepparam", "bicep build-params "}};
  for (const auto& [name, command] : commands) {
    const auto loaded = load(folder.at(name));
    CHECK(loaded.problems == Texts{"error not-compiled 1:1"});
    CHECK(loaded.input->diagnostics.all().front().help.find(command) != std::string::npos);
  }
}

TEST_CASE("in a folder, sources of networks are named that nothing was compiled from") {
  const Folder folder({{"k8s/ns.yaml", kNamespace},
                       {"infra/main.bicep", kBicep},
                       {"infra/done.bicep", kBicep},
                       {"infra/done.json", "{\"a\": 1}"},
                       {"infra/storage.bicep", "resource s 'Microsoft.Storage/x@2023-01-01' = {}"},
                       {"infra/main.tf", kTerraform},
                       {"infra/dns.tf", "resource \"azurerm_dns_zone\" \"z\" {}"},
                       {"infra/json.tf.json", "{\"resource\": {\"azurerm_subnet\": {}}}"},
                       {".hidden/main.tf", kTerraform}});
  const auto loaded = load(folder.at("k8s") + "/..");
  REQUIRE(loaded.problems.size() == 2);
  for (const auto& problem : loaded.input->diagnostics.all()) {
    CHECK(problem.severity == source::Severity::Warning);
    if (problem.code != "not-compiled") continue;
    CHECK(problem.message.ends_with("not read: " + folder.at("infra/json.tf.json") + ", " +
                                    folder.at("infra/main.bicep") + ", " +
                                    folder.at("infra/main.tf")));
  }
  CHECK(loaded.ledger == "used 1, irrelevant 1, rejected 0");
}

TEST_CASE("a folder with nothing but sources is an error that says so") {
  const Folder folder(std::map<std::string, std::string>{{"main.bicep", kBicep}});
  CHECK(load(folder.at("")).problems == Texts{"error not-compiled 1:1"});
}

TEST_CASE("the same holds for a revision") {
  support::GitScratch scratch;
  scratch.reference("refs/remotes/origin/main", scratch.commit({{{"ns.yaml", kNamespace},
                                                                 {"main.bicep", kBicep},
                                                                 {"done.bicep", kBicep},
                                                                 {"done.json", "{}"},
                                                                 {"main.tf", kTerraform}},
                                                                {},
                                                                {},
                                                                {}}));
  cli::InputOptions options;
  options.revision = cli::RevisionInput{"origin/main", scratch.path().string(), false};
  CHECK(message(support::load(options)) ==
        "sources that describe networks of Azure are not read: origin/main:main.bicep, "
        "origin/main:main.tf");
  options.paths = {(scratch.path() / "main.tf").string()};
  CHECK(support::load(options).problems == Texts{"error not-compiled 1:1"});
}

TEST_CASE("names of sources") {
  for (const char* name : {"a.bicep", "a.bicepparam", "a.tf", "a.tf.json"}) {
    CHECK(cli::is_source_name(name));
  }
  for (const char* name : {".tf", "a.json", "a.tfvars", "bicep", "tf.json"}) {
    CHECK_FALSE(cli::is_source_name(name));
  }
}

}  // namespace polreach
