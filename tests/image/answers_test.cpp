// SPDX-License-Identifier: Apache-2.0
// A compiled file gives the answers of the texts that it was compiled from, to the byte.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <set>
#include <sstream>
#include <vector>

#include "cli/compiled.h"
#include "cli/input.h"
#include "solver/queries/reference.h"
#include "tests/image/scratch.h"
#include "tests/support/environment.h"
#include "tests/support/program.h"

namespace polreach::image {
namespace {

namespace fs = std::filesystem;
using Words = std::vector<std::string>;

Words joined(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

/// Names that can be asked for: of the workloads, and of a pod and an address where there is one.
Words references(const std::string& path, bool keep_going) {
  std::istringstream nothing;
  cli::InputOptions options;
  options.paths = {path};
  options.keep_going = keep_going;
  const auto input = cli::read_input(options, nothing);
  REQUIRE(input);
  const model::Model& model = (*input)->model;
  Words result;
  const std::size_t count = model.workloads.size();
  for (const std::size_t i : {std::size_t{0}, count - 1}) {
    if (count == 0 || (i == 0 && count == 1)) continue;
    result.push_back(solver::queries::name_of(model, static_cast<model::WorkloadId>(i)));
  }
  const auto pod =
      std::find_if(model.endpoints.begin(), model.endpoints.end(),
                   [](const auto& each) { return each.pod && !each.addresses.empty(); });
  if (pod != model.endpoints.end()) {
    result.push_back(std::string(model.text(model[model[pod->workload].ns].name)) + "/" +
                     std::string(model.text(*pod->pod)));
    result.push_back(pod->addresses.front().to_string());
  }
  for (std::size_t i = 0; i < model.services.size() && i < 1; ++i) {
    result.push_back("svc/" + std::string(model.text(model[model.services[i].ns].name)) + "/" +
                     std::string(model.text(model.services[i].name)));
  }
  return result;
}

/// Asks both the same. The number of answers that were compared.
std::size_t compare(const Words& question, const std::string& path, const std::string& compiled,
                    const Words& options) {
  const support::Run texts = support::run(joined(joined(question, {path}), options));
  const support::Run image = support::run(joined(joined(question, {compiled}), options));
  CAPTURE(path);
  CAPTURE(question);
  CHECK(image.status == texts.status);
  CHECK(image.out == texts.out);
  CHECK(image.err == texts.err);
  return 1;
}

std::size_t compare_all(const std::string& path, const Scratch& scratch, bool keep_going) {
  const std::string compiled = scratch.path("compiled");
  const Words options = keep_going ? Words{"--no-config", "--keep-going"} : Words{"--no-config"};
  const auto made = support::run(joined({"compile", path, "-o", compiled}, options));
  if (made.status != 0) {
    CHECK(made.out.empty());
    return 0;
  }
  std::size_t count = 0;
  for (const Words& question : std::vector<Words>{{"map", "--explain", "-f", "json"},
                                                  {"audit", "-f", "sarif"},
                                                  {"map", "--explain", "--engine", "cilium"}}) {
    count += compare(question, path, compiled, options);
  }
  const Words names = references(path, keep_going);
  for (const std::string& source : joined(names, {"internet"})) {
    for (const std::string& destination : joined(names, {"10.0.0.0/8", "any", "shop/none"})) {
      count += compare({"can", source, destination}, path, compiled, options);
    }
  }
  fs::remove(compiled);
  return count;
}

/// So many of them, from all over.
std::vector<std::string> evenly(const std::set<std::string>& all, std::size_t number) {
  std::vector<std::string> result;
  std::size_t at = 0;
  for (const std::string& each : all) {
    if (at++ * number / all.size() == result.size()) result.push_back(each);
  }
  return result;
}

}  // namespace

TEST_CASE("a compiled file answers as the fixtures do that it was compiled from") {
  const Scratch scratch;
  std::size_t folders = 0;
  std::size_t answers = 0;
  std::set<std::string> paths;
  for (const auto& entry : fs::directory_iterator(support::source_folder() / "fixtures")) {
    const std::string name = entry.path().filename().string();
    // Neither is an input as a whole.
    if (entry.is_directory() && name != "malformed" && name != "fuzz") paths.insert(entry.path());
  }
  const std::size_t most = support::cases(paths.size());
  for (const std::string& path : evenly(paths, most)) {
    for (const bool keep_going : {false, true}) {
      const std::size_t compared = compare_all(path, scratch, keep_going);
      answers += compared;
      if (compared == 0) continue;
      ++folders;
      break;
    }
  }
  CHECK(paths.size() > 100);
  CHECK(folders > most / 2);
  CHECK(answers > 7 * most);
}

TEST_CASE("the network of a cluster is compiled, too, with what options say of it") {
  const Scratch scratch;
  const fs::path folder = support::source_folder() / "fixtures" / "azure";
  std::size_t compared = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (!entry.is_directory()) continue;
    compared += compare_all(entry.path().string(), scratch, true);
  }
  CHECK(compared > 20);
}

namespace {

/// A cluster as kubectl prints it, too large for its text to be held: a pod and its policy, far
/// behind a lot else, with characters of more than one byte before them in the line.
std::string large_cluster(const std::string& newline) {
  const auto object = [&](const std::string& text) {
    std::string result;
    for (const char c : text) result += c == ',' ? "," + newline : std::string(1, c);
    return result;
  };
  const std::string filler(1'200'000, 'x');
  return "{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[" + newline +
         object(
             R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"é","namespace":"shop"},"data":{"k":")") +
         filler + "\"}}," + newline +
         object(
             R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"web","namespace":"shop","labels":{"app":"web"}},)") +
         object(
             R"("spec":{"hostNetwork":true,"containers":[{"name":"c","ports":[{"name":"http","containerPort":80}]}]},)") +
         object(
             R"("status":{"podIP":"10.0.0.1","podIPs":[{"ip":"10.0.0.1"},{"ip":"fd00::1"}]}},)") +
         newline +
         object(
             R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"db","namespace":"data","labels":{"app":"db"}},)") +
         object(R"("spec":{"containers":[{"name":"c"}]},"status":{"podIP":"10.0.0.2"}},)") +
         newline +
         object(
             R"({"apiVersion":"networking.k8s.io/v1","kind":"NetworkPolicy","metadata":{"name":"db","namespace":"data"},)") +
         object(
             R"("spec":{"podSelector":{"matchLabels":{"app":"db"}},"ingress":[{"from":[{"ipBlock":{"cidr":"10.0.0.0/24"}}],"ports":[{"port":5432}]}]}})") +
         "]}" + newline;
}

}  // namespace

TEST_CASE("of a large text the lines are kept that places are in") {
  const Scratch scratch;
  for (const std::string newline : {"", "\n", "\r\n"}) {
    CAPTURE(newline.size());
    const std::string path = scratch.write("large.json", large_cluster(newline));
    CHECK(compare_all(path, scratch, false) > 20);
    const auto made = support::run({"compile", path, "-o", scratch.path("compiled")});
    REQUIRE(made.status == 0);
    // Half of it is the table of sections.
    CHECK(fs::file_size(scratch.path("compiled")) < 5'000);
  }
}

TEST_CASE("the same input gives the same bytes") {
  const Scratch scratch;
  const std::string path = (support::source_folder() / "fixtures/quickstart").string();
  for (const char* name : {"first", "second"}) {
    CHECK(support::run({"compile", path, "-o", scratch.path(name)}).status == 0);
  }
  CHECK(support::content_of(scratch.path("first")) == support::content_of(scratch.path("second")));
  const auto written = support::run({"compile", path, "-o", "-"});
  CHECK(written.out == support::content_of(scratch.path("first")));
}

TEST_CASE("a question about two workloads reads no others") {
  const Scratch scratch;
  std::string manifests;
  for (int i = 0; i < 200; ++i) {
    manifests += "---\napiVersion: v1\nkind: Pod\nmetadata: {name: p" + std::to_string(i) +
                 ", namespace: n" + std::to_string(i % 10) + ", labels: {app: p" +
                 std::to_string(i) + "}}\nspec: {containers: [{name: c}]}\n";
  }
  const std::string path = scratch.write("pods.yaml", manifests);
  cli::InputOptions options;
  options.paths = {scratch.path("compiled")};
  REQUIRE(support::run({"compile", path, "-o", options.paths[0]}).status == 0);
  const auto part = cli::read_compiled_part(options, {"n1/p1", "n2/p12"}, "default");
  REQUIRE(part != nullptr);
  // Those two, and one for all pods without hostNetwork and without addresses; their namespaces.
  CHECK(part->model.workloads.size() == 3);
  CHECK(part->model.endpoints.size() == 3);
  CHECK(part->model.namespaces.size() == 3);
  const auto space = cli::read_compiled_part(options, {"n1/p1", "n2/*"}, "default");
  REQUIRE(space != nullptr);
  CHECK(space->model.endpoints.size() == 22);
  // What cannot be told without all of them.
  CHECK(cli::read_compiled_part(options, {"n1/p1", "any"}, "default") == nullptr);
  CHECK(cli::read_compiled_part(options, {"n1/p1", "n2/p1"}, "default") == nullptr);
}

}  // namespace polreach::image
