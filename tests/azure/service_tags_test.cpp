// SPDX-License-Identifier: Apache-2.0
// Service tags in both of their forms, and what is wrong with them.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "tests/azure/loading.h"

namespace polreach {
namespace {

namespace fs = std::filesystem;
using support::load_text;
using Texts = std::vector<std::string>;

std::string tag(const std::string& name, const std::string& prefixes) {
  return R"({"name": ")" + name + R"(", "properties": {"addressPrefixes": [)" + prefixes + "]}}";
}
std::string file_of(const std::string& number, const std::string& tags) {
  return R"({"changeNumber": )" + number + R"(, "cloud": "Public", "values": [)" + tags + "]}";
}
std::string addresses(const support::Loaded& loaded, const std::string& key) {
  const auto& tags = loaded.input->cloud.service_tags.tags;
  const auto found = tags.find(key);
  REQUIRE(found != tags.end());
  return net::to_string(found->second.addresses);
}

/// A folder for one test.
class Folder {
 public:
  Folder() : path_(fs::temp_directory_path() / "polreach-service-tags-test") {
    fs::remove_all(path_);
    fs::create_directories(path_);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { fs::remove_all(path_); }
  [[nodiscard]] std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name, std::ios::binary) << text;
    return (path_ / name).string();
  }
  [[nodiscard]] std::string path() const { return path_.string(); }

 private:
  fs::path path_;
};

}  // namespace

TEST_CASE("the file form") {
  const auto loaded = load_text(
      file_of("375", tag("Storage.WestUS", R"("13.64.0.0/24", "13.64.1.0/24", "2603:1030::/48")") +
                         "," + tag("Sql", R"("40.0.0.1")")));
  CHECK(loaded.problems.empty());
  CHECK(loaded.ledger == "used 1, irrelevant 0, rejected 0");
  const auto& tags = loaded.input->cloud.service_tags;
  CHECK(tags.change_number == "375");
  CHECK(tags.file == "<stdin>");
  CHECK(tags.tags.size() == 2);
  CHECK(tags.tags.at("storage.westus").name == "Storage.WestUS");
  CHECK(addresses(loaded, "storage.westus") == "13.64.0.0/23, 2603:1030::/48");
  CHECK(addresses(loaded, "sql") == "40.0.0.1");
  CHECK(loaded.input->cloud.empty());  // tags are no network
}

TEST_CASE("the form of the API: numbers are strings, and there are pages") {
  const auto loaded = load_text(
      R"({"name": "public", "id": "/subscriptions/s/providers/Microsoft.Network/serviceTags/public",
      "type": "Microsoft.Network/serviceTags", "changeNumber": "63", "cloud": "Public",
      "values": [{"name": "ApiManagement", "id": "ApiManagement", "properties": {
      "changeNumber": "7", "region": "", "addressPrefixes": ["13.64.39.16/32"]}}],
      "nextLink": ""})");
  CHECK(loaded.problems.empty());
  CHECK(loaded.input->cloud.service_tags.change_number == "63");
  CHECK(addresses(loaded, "apimanagement") == "13.64.39.16");
  CHECK(load_text(R"({"changeNumber": "1", "cloud": "Public", "values": [], "nextLink": "x"})")
            .problems == Texts{"warning cut-export 1:68"});
}

TEST_CASE("a name in two spellings is one tag with the addresses of both") {
  const auto loaded = load_text(
      file_of("1", tag("Sql", R"("10.0.0.0/32")") + "," + tag("SQL", R"("10.0.0.1/32")")));
  CHECK(addresses(loaded, "sql") == "10.0.0.0/31");
}

TEST_CASE("each bad entry is an error at its place, and no tag of the file is used") {
  const auto loaded =
      load_text(file_of("1", tag("A", "\n\"10.0.0.0/33\",\n7,\n\"\",\n\"10.0.0.0/8\"") + "," +
                                 tag("B", R"("11.0.0.0/8")")));
  CHECK(loaded.problems == Texts{"error bad-service-tags 2:1", "error bad-service-tags 3:1",
                                 "error bad-service-tags 4:1"});
  CHECK(loaded.ledger == "used 0, irrelevant 0, rejected 1");
  CHECK(loaded.input->cloud.service_tags.tags.empty());
}

TEST_CASE("a file without its number, a name or its addresses is an error") {
  const auto problems = [](const std::string& text) { return load_text(text).problems; };
  CHECK(problems(R"({"cloud": "Public", "values": [)" + tag("A", "") + "]}") ==
        Texts{"error bad-service-tags 1:1"});
  CHECK(problems(file_of("null", "")) == Texts{"error bad-service-tags 1:18"});
  CHECK(problems(file_of("1", R"({"properties": {"addressPrefixes": []}})")) ==
        Texts{"error bad-service-tags 1:51"});
  CHECK(problems(file_of("1", R"({"name": "A"})")) == Texts{"error bad-service-tags 1:51"});
}

TEST_CASE("tags of two states are an error; of one state they are one") {
  const std::string a = tag("A", R"("10.0.0.0/8")");
  CHECK(load_text(file_of("1", a) + "\n" + file_of("2", a)).problems ==
        Texts{"error several-service-tags 2:1"});
  CHECK(load_text(file_of("1", a) + "\n" + file_of("1", a)).problems.empty());
}

TEST_CASE("--service-tags says which file counts, and must name one") {
  const Folder folder;
  const std::string named = folder.write("new.json", file_of("2", tag("A", R"("10.0.0.0/8")")));
  (void)folder.write("old.json", file_of("1", tag("A", R"("11.0.0.0/8")")));
  cli::InputOptions options;
  options.paths = {folder.path()};
  options.service_tags = {named};
  const auto loaded = support::load(options);
  CHECK(loaded.problems.empty());
  CHECK(loaded.input->cloud.service_tags.change_number == "2");
  CHECK(addresses(loaded, "a") == "10.0.0.0/8");
  // What the option names is no document of the folder any more.
  CHECK(loaded.ledger == "used 0, irrelevant 1, rejected 0");

  options.service_tags = {folder.write("other.txt", "{\"a\": 1}")};
  CHECK(support::load(options).problems.front() == "error bad-service-tags 1:1");
  options.service_tags = {folder.write("other.txt", "")};
  CHECK(support::load(options).problems.front() == "error bad-service-tags 1:1");
}

TEST_CASE("--parameters must name a parameters file") {
  const Folder folder;
  (void)folder.write("pod.json",
                     R"({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a"}})");
  cli::InputOptions options;
  options.paths = {folder.path()};
  options.parameters = {folder.write(
      "p.parameters.json", R"({"$schema": "https://schema.management.azure.com/schemas/2015-01-01/)"
                           R"(deploymentParameters.json#", "parameters": {"a": {"value": 1}}})")};
  CHECK(support::load(options).problems.empty());
  options.parameters.push_back(folder.write("other.txt", "a: 1\n"));
  CHECK(support::load(options).problems == Texts{"error bad-parameters 1:1"});
}

}  // namespace polreach
