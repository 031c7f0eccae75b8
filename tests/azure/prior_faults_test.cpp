// SPDX-License-Identifier: Apache-2.0
// The scenarios of prior_faults.h through the program. And they, and the table of
// fixtures/azure/aks, are what they should be: files exist, and each rule that is to decide is
// written in its input or is a default one.
#include "tests/azure/prior_faults.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "tests/support/environment.h"
#include "tests/support/passage_answer.h"
#include "tests/support/program.h"

namespace polreach::azure {
namespace {

namespace fs = std::filesystem;

bool is_default(std::string_view rule) {
  static const std::set<std::string_view> kDefaults = {
      "AllowVnetInBound",  "AllowAzureLoadBalancerInBound", "DenyAllInBound",
      "AllowVnetOutBound", "AllowInternetOutBound",         "DenyAllOutBound"};
  return kDefaults.contains(rule);
}

bool is_written(const std::string& text, std::string_view name) {
  return text.find("\"name\": \"" + std::string(name) + "\"") != std::string::npos;
}

std::string content(const fs::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

bool is_verdict(const std::string& word) {
  return word == "allowed" || word == "denied" || word == "partly" || word == "depends" ||
         word == "denied|depends";
}

/// "QUESTION -- FILES => VERDICT @ HOP"
void check_line(const std::string& line, const fs::path& folder) {
  INFO(line);
  const std::size_t dashes = line.find(" -- ");
  const std::size_t arrow = line.find(" => ");
  REQUIRE(dashes != std::string::npos);
  REQUIRE(arrow != std::string::npos);
  CHECK(line.starts_with("can "));
  std::istringstream files(line.substr(dashes + 4, arrow - dashes - 4));
  for (std::string file; files >> file;) CHECK(fs::exists(folder / file));
  const std::string answer = line.substr(arrow + 4);
  const std::size_t at = answer.find(" @ ");
  CHECK(is_verdict(answer.substr(0, at)));
  if (at == std::string::npos) return;
  const std::string rule = answer.substr(answer.rfind(", ") + 2);
  if (rule.starts_with("policy ")) {
    const std::string name = "{name: " + rule.substr(rule.find('/') + 1) + ", namespace: shop}";
    CHECK(content(folder / "workloads.yaml").find(name) != std::string::npos);
  } else if (answer.substr(at) != " @ gate") {
    const bool known = is_default(rule) || is_written(content(folder / "nsgs.json"), rule);
    CHECK(known);
  }
}

/// A folder for one test, removed with it.
class Scratch {
 public:
  Scratch() : folder_(fs::temp_directory_path() / ("polreach-faults-" + std::to_string(getpid()))) {
    fs::create_directories(folder_);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() { fs::remove_all(folder_); }

  std::string write(const std::string& name, std::string_view text) const {
    std::ofstream(folder_ / name) << text;
    return (folder_ / name).string();
  }

 private:
  fs::path folder_;
};

void replay(const PriorFault& fault, const Scratch& scratch) {
  std::vector<std::string> words = {"can"};
  for (std::string& word : support::words_of(std::string(fault.question))) {
    words.push_back(std::move(word));
  }
  words.push_back(scratch.write("vnets.json", prior_fault_networks()));
  words.push_back(scratch.write("nics.json", prior_fault_interfaces()));
  words.push_back(scratch.write("groups.json", prior_fault_groups(fault)));
  if (!fault.tags.empty()) {
    words.insert(words.end(), {"--service-tags", scratch.write("tags.json", fault.tags)});
  }
  words.insert(words.end(), {"--format", "json"});
  const support::Run run = support::run(words);
  INFO(run.err);
  const support::PassageAnswer answer = support::read_passage_answer(run.out);
  INFO(support::shown(answer));
  CHECK(answer.verdict == fault.verdict);
  if (fault.rule.empty()) return;
  const bool out = fault.rule.ends_with("OutBound");
  const std::string hop =
      std::string(fault.place) + (out ? " out, " : " in, ") + std::string(fault.rule);
  INFO(hop);
  CHECK(support::is_decided_by(answer, answer.verdict, hop));
}

}  // namespace

TEST_CASE("prior faults: the program answers what the documentation demands") {
  const Scratch scratch;
  for (const PriorFault& fault : prior_faults()) {
    INFO(fault.id);
    replay(fault, scratch);
  }
}

TEST_CASE("prior faults: each deciding rule is in its input, and no two scenarios share a name") {
  std::set<std::string_view> ids;
  for (const PriorFault& fault : prior_faults()) {
    INFO(fault.id);
    CHECK(ids.insert(fault.id).second);
    CHECK(is_verdict(std::string(fault.verdict)));
    CHECK(fault.rule.empty() == (fault.verdict == "depends"));
    if (fault.rule.empty() || is_default(fault.rule)) continue;
    CHECK(is_written(prior_fault_groups(fault), fault.rule));
  }
  CHECK(ids.size() > 30);
}

TEST_CASE(
    "expected answers around a cluster: files exist, and rules that decide are written there") {
  const fs::path folder = support::source_folder() / "fixtures" / "azure" / "aks";
  std::ifstream file(folder / "expected.txt");
  std::size_t count = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    check_line(line, folder);
    ++count;
  }
  CHECK(count > 200);
}

}  // namespace polreach::azure
