// SPDX-License-Identifier: Apache-2.0
// What `polreach can` says besides the verdict where the input holds a network.
#include <doctest/doctest.h>

#include <filesystem>

#include "tests/support/environment.h"
#include "tests/support/program.h"

namespace polreach {
namespace {

namespace fs = std::filesystem;
using support::Run;
using support::run;
using Words = std::vector<std::string>;

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

Run ask(Words words, const std::string& folder, const Words& files) {
  words.insert(words.begin(), "can");
  for (const std::string& file : files) {
    words.push_back((support::source_folder() / "fixtures/azure" / folder / file).string());
  }
  return run(words);
}

const Words kPorts = {"network.json", "nsg.json", "nics.json", "workloads.yaml", "calico.json"};

}  // namespace

TEST_CASE("can: an engine that takes the place of the cluster's own is named") {
  const Run other =
      ask({"shop/far", "shop/web", "--port", "8080", "--engine", "none"}, "host-ports", kPorts);
  CHECK(
      has(other.out, "(--engine none stands in for the engine of cluster shop, which is Calico)"));
  const Run same =
      ask({"shop/far", "shop/web", "--port", "8080", "--engine", "calico"}, "host-ports", kPorts);
  CHECK_FALSE(has(same.out, "stands in for"));
}

TEST_CASE("can: a cluster is found by its group and name, and its engine with it") {
  const Run named = ask({"8.8.8.8", "shop/web", "--port", "8080", "--cluster", "apps/shop"},
                        "host-ports", kPorts);
  CHECK(named.status == 0);
  CHECK(has(named.out, "Calico enforces NetworkPolicy"));
}

TEST_CASE("can: both ways to a pod are shown, and one that gets there is enough") {
  const Run both = ask({"8.8.8.8", "shop/web", "--port", "8080"}, "host-ports", kPorts);
  CHECK(both.status == 0);
  CHECK(has(both.out, "allowed  8.8.8.8 -> pod shop/web through TCP port 80 of its node\n"));
  CHECK(has(both.out, "denied   8.8.8.8 -> pod shop/web\n"));
  CHECK(has(both.out, "assumes A-HOSTPORT: "));
  // A gate is no direction.
  CHECK(has(both.out, "at the pods' network: stopped"));
  const Run some = ask({"8.8.8.8", "shop/web"}, "host-ports", kPorts);
  CHECK(some.status == 1);
  const Run neither = ask({"9.9.9.9", "shop/web", "--port", "8080"}, "host-ports", kPorts);
  CHECK(neither.status == 1);
}

TEST_CASE("can: what settles an open point reads as a sentence") {
  const Run near = ask({"shop/near", "shop/web", "--port", "8080"}, "host-ports", kPorts);
  CHECK(near.status == 2);
  CHECK(has(near.out, "\n    nothing in the input settles it\n"));
  CHECK_FALSE(has(near.out, "settled by"));
}

TEST_CASE("can: a source range that is none is a warning, as it is to AKS") {
  const Run run = ask({"9.9.9.9", "svc/shop/invalid-range:443"}, "services",
                      {"network.json", "nics.json", "services.yaml", "none.json"});
  CHECK(run.status == 0);
  CHECK(has(run.err, "warning[bad-source-range]"));
  CHECK(has(run.err, "\"10.10.17.0/33\" is not a CIDR: AKS leaves it out"));
}

TEST_CASE("map and diff: ICMP is a question about networks alone") {
  const std::string root = support::source_folder().string();
  const std::string old_side = root + "/fixtures/network-diff/old";
  const std::string new_side = root + "/fixtures/network-diff/new";
  const Run map = run({"map", "--protocol", "icmp", old_side});
  CHECK(map.status == 0);
  CHECK(has(map.out, "ICMP"));
  CHECK_FALSE(has(map.out, "TCP"));
  const Run diff = run({"diff", "--protocol", "icmp", old_side, new_side});
  // The groups differ, in rules for TCP.
  CHECK(diff.status == 0);
  // With pods their list is left out, which is said.
  Words words = {"map", "--protocol", "icmp"};
  for (const std::string& file : kPorts)
    words.push_back(root + "/fixtures/azure/host-ports/" + file);
  const Run pods = run(words);
  CHECK(pods.status == 0);
  CHECK(has(pods.out, "pods left out"));
  CHECK_FALSE(has(pods.out, "shop/web"));
  // Without a network there is nothing to say.
  const Run none = run({"map", "--protocol", "icmp", root + "/fixtures/quickstart"});
  CHECK(none.status == 2);
  CHECK(has(none.err, "policies of pods know TCP, UDP and SCTP alone"));
}

}  // namespace polreach
