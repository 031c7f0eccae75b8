// SPDX-License-Identifier: Apache-2.0
#include "cli/config.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "solver/audit/audit.h"
#include "tests/support/environment.h"
#include "tests/support/program.h"

namespace polreach {
namespace {

namespace fs = std::filesystem;

/// A folder for one test, with a configuration.
class Folder {
 public:
  explicit Folder(const std::string& config = "") {
    path = fs::temp_directory_path() / ("polreach-config-" + std::to_string(getpid()));
    fs::remove_all(path);
    fs::create_directories(path);
    if (!config.empty()) write("polreach.yaml", config);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { fs::remove_all(path); }

  void write(const std::string& name, const std::string& text) const {
    fs::create_directories((path / name).parent_path());
    std::ofstream(path / name) << text;
  }
  [[nodiscard]] std::string file(const std::string& name = "polreach.yaml") const {
    return (path / name).string();
  }
  fs::path path;
};

struct Read {
  std::unique_ptr<cli::Config> config;
  std::vector<std::string> codes;   // of errors
  std::vector<std::string> places;  // "line:column"
};

Read read(const std::string& text) {
  const Folder folder;
  folder.write("polreach.yaml", text);
  auto config = cli::read_config(folder.file());
  REQUIRE(config);
  Read result{std::move(*config), {}, {}};
  for (const source::Diagnostic& each : result.config->diagnostics.sorted(result.config->sources)) {
    result.codes.emplace_back(each.code);
    const source::Location at = result.config->sources.location(each.where);
    result.places.push_back(std::to_string(at.line) + ":" + std::to_string(at.column));
  }
  return result;
}

using Strings = std::vector<std::string>;

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("config: what it says stands for options that are not given") {
  const Folder folder(
      "engine: cilium\n"
      "cluster: main\n"
      "service-tags: azure/tags.json\n"
      "parameters: [azure/a.json, azure/b.json]\n"
      "intents: intents.yaml\n"
      "audit:\n"
      "  severity: medium\n"
      "  fail-on: high\n");
  for (const char* name : {"azure/tags.json", "azure/a.json", "azure/b.json", "intents.yaml"}) {
    folder.write(name, "{}");
  }
  const auto config = cli::read_config(folder.file());
  REQUIRE(config);
  CHECK((*config)->diagnostics.all().empty());
  REQUIRE((*config)->intents.size() == 1);
  CHECK((*config)->intents[0].value == folder.file("intents.yaml"));

  const cli::CommandSpec* audit = cli::find_command("audit");
  REQUIRE(audit != nullptr);
  const auto given = cli::parse(*audit, {"--engine=none", "k8s"});
  REQUIRE(given);
  const cli::Arguments all = with_config(*given, **config, true);
  CHECK(all.value("engine") == "none");
  CHECK(all.value("cluster") == "main");
  CHECK(all.all("parameters") == Strings{folder.file("azure/a.json"), folder.file("azure/b.json")});
  CHECK(all.all("service-tags") == Strings{folder.file("azure/tags.json")});
  CHECK(all.value("severity") == "medium");
  CHECK(all.value("fail-on") == "high");

  // Another command has other options, and its own --severity would be its own.
  const cli::CommandSpec* map = cli::find_command("map");
  const auto listed = cli::parse(*map, {"k8s"});
  REQUIRE(listed);
  const cli::Arguments of_map = with_config(*listed, **config, false);
  CHECK(of_map.value("engine") == "cilium");
  CHECK_FALSE(of_map.has("severity"));
  CHECK_FALSE(of_map.has("intents"));
}

TEST_CASE("config: mistakes have places") {
  const auto expect = [](const std::string& text, const std::string& code,
                         const std::string& place) {
    CAPTURE(text);
    const Read result = read(text);
    CHECK(result.codes == Strings{code});
    CHECK(result.places == Strings{place});
  };
  expect("engin: cilium\n", "unknown-field", "1:1");
  expect("audit:\n  fail_on: high\n", "unknown-field", "2:3");
  expect("engine: istio\n", "bad-config", "1:9");
  expect("engine: cilium|none\n", "bad-config", "1:9");
  expect("engine: 5\n", "wrong-type", "1:9");
  expect("- engine: cilium\n- 2\n", "bad-config", "2:3");
  expect("engine: cilium\n---\nengine: none\n", "bad-config", "3:1");
  expect("service-tags: no/such.json\n", "bad-config", "1:15");
  expect("service-tags: [1]\n", "wrong-type", "1:16");
  expect("audit:\n  severity: never\n", "bad-config", "2:13");
  expect("audit:\n  only: [no-such-check]\n", "unknown-check", "2:10");
  expect("audit:\n  severities: {no-such-check: low}\n", "unknown-check", "2:16");
  expect("audit:\n  suppress:\n    - check: no-such-check\n      reason: x\n", "unknown-check",
         "3:14");
  expect("audit:\n  suppress:\n    - reason: x\n", "missing-field", "3:7");
  expect("audit:\n  suppress:\n    - check: x\n", "missing-field", "3:7");
  expect("audit:\n  suppress: {}\n", "wrong-type", "2:13");
  expect("audit: [\n", "yaml-syntax", "1:8");
  CHECK(read("").codes.empty());
  CHECK(read("# nothing\n").codes.empty());
  CHECK(read("audit:\n").codes.empty());
}

TEST_CASE("config: every check can be configured and suppressed") {
  for (const solver::audit::Check* const check : solver::audit::all_checks()) {
    const std::string id(check->id);
    CAPTURE(id);
    const Read result = read("audit:\n  only: " + id + "\n  severities: {" + id +
                             ": high}\n  suppress:\n    - check: " + id +
                             "\n      subject: \"Deployment shop/*\"\n      namespace: shop\n"
                             "      reason: decided\n      expires: 2027-01-31\n");
    CHECK(result.codes.empty());
    CHECK(result.config->severities.at(id) == solver::audit::Severity::High);
    REQUIRE(result.config->suppressions.size() == 1);
    CHECK(result.config->suppressions[0].external);
    CHECK(cli::to_string(*result.config->suppressions[0].expires) == "2027-01-31");
    CHECK(read("audit:\n  suppress:\n    - {check: " + id + ", reason: \" \"}\n").codes ==
          Strings{"bad-suppression"});
    CHECK(read("audit:\n  suppress:\n    - {check: " + id + ", reason: x, expires: 2027-02-29}\n")
              .codes == Strings{"bad-suppression"});
    CHECK(read("audit:\n  severities: {" + id + ": never}\n").codes == Strings{"bad-config"});
  }
}

TEST_CASE("config: the nearest file up to the root of the repository holds") {
  const Folder folder("engine: none\n");
  folder.write("a/b/x.yaml", "a: 1\n");
  const auto found = [&](const std::string& from) { return cli::find_config(folder.file(from)); };
  CHECK(found(".") == "polreach.yaml");
  // No repository: what lies above is somebody else's.
  CHECK(found("a/b").empty());
  folder.write(".git/HEAD", "ref: refs/heads/main\n");
  CHECK(found("a/b") == "../../polreach.yaml");
  folder.write("a/polreach.yaml", "engine: calico\n");
  CHECK(found("a/b") == "../polreach.yaml");
  folder.write("a/b/.git/HEAD", "ref: refs/heads/main\n");
  CHECK(found("a/b").empty());
}

TEST_CASE("config: a run with it, without it, and with one that is wrong") {
  const std::string fixture = (support::source_folder() / "fixtures" / "quickstart").string();
  const Folder folder("audit: {severity: loud}\n");
  const support::Run wrong =
      support::run({"audit", "--format=json", "--config=" + folder.file(), fixture});
  CHECK(wrong.status == 2);
  CHECK(contains(wrong.err, "error[bad-config]"));
  CHECK(contains(wrong.err, "polreach.yaml:1:19"));
  CHECK(contains(wrong.out, "\"verdict\": null"));
  CHECK(support::run({"audit", "--no-config", "--config=" + folder.file(), fixture}).status != 2);

  folder.write("polreach.yaml", "audit: {fail-on: never}\n");
  CHECK(support::run({"audit", "--config=" + folder.file(), fixture}).status == 0);
  const support::Run lost =
      support::run({"audit", "--config=" + folder.file("none.yaml"), fixture});
  CHECK(lost.status == 2);
  CHECK(contains(lost.err, "error[config]"));
}

}  // namespace polreach
