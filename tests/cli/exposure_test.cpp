// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "tests/support/environment.h"
#include "tests/support/program.h"

namespace polreach {
namespace {

using support::Run;

Run run_on(std::vector<std::string> words, const std::string& fixture) {
  words.insert(words.begin(), "exposure");
  words.push_back((support::source_folder() / "fixtures" / fixture).string());
  return support::run(words);
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("exposure: as CSV, one line for each condition and protocol") {
  const Run run = run_on({"--format=csv", "--direction=egress"}, "exposure-named-ports");
  CHECK(run.status == 0);
  CHECK(run.out ==
        "namespace,kind,name,pods,direction,selected,peer_namespaces,peer_pods,peer_cidrs,protocol,"
        "ports,port_names,condition\n"
        "shop,Pod,api,,egress,yes,,,,TCP,443,http,\n"
        "shop,Pod,api,,egress,yes,,,,UDP,,dns,\n"
        "shop,Pod,api,,egress,yes,kubernetes.io/metadata.name=shop,app=db,,TCP,1-65535,,\n"
        "shop,Pod,api,,egress,yes,kubernetes.io/metadata.name=shop,app=db,,UDP,,dns,\n");
}

TEST_CASE("exposure: as Markdown") {
  const Run run = run_on({"--format=md", "--direction=ingress"}, "exposure-far-end");
  CHECK(run.status == 0);
  CHECK(run.out ==
        "| Workload | Direction | Open to | Connections |\n|---|---|---|---|\n"
        "| shop/db | ingress | pods app=web in namespace shop | TCP 5432 |\n");
}

TEST_CASE("exposure: focus on workloads, namespaces and directions") {
  CHECK_FALSE(contains(run_on({"--workload=shop/web"}, "exposure-conditions").out, "shop/db\n"));
  CHECK(contains(run_on({"--workload=shop/web"}, "exposure-conditions").out, "shop/web\n"));
  CHECK_FALSE(contains(run_on({"--namespace=data"}, "quickstart").out, "shop/web\n"));
  CHECK(contains(run_on({"--namespace=data"}, "quickstart").out, "data/db\n"));
  CHECK_FALSE(contains(run_on({"--direction=egress"}, "quickstart").out, "  ingress"));
}

TEST_CASE("exposure: what is no workload is refused") {
  for (const char* reference : {"--workload=shop/nobody", "--workload=10.0.0.0/8"}) {
    const Run run = run_on({reference}, "quickstart");
    CHECK(run.status == 2);
    CHECK(run.out.empty());
    CHECK(contains(run.err, "unknown-reference"));
  }
  CHECK(run_on({"--namespace=nowhere"}, "quickstart").status == 2);
  CHECK(run_on({"--direction=up"}, "quickstart").status == 2);
}

TEST_CASE("exposure: policies that are not understood make what is listed conditional") {
  const Run run = run_on({}, "foreign-cilium");
  CHECK(run.status == 0);
  CHECK(contains(run.out, "if A-unsupported-policy"));
  CHECK(
      contains(run.out, "what policies that polreach does not understand may open is not listed"));
  CHECK(contains(run_on({"--format=json"}, "foreign-cilium").out, "\"complete\": false"));
}

TEST_CASE("exposure: the order of files does not matter") {
  const std::string folder = (support::source_folder() / "fixtures" / "quickstart").string();
  const Run one = support::run({"exposure", "--quiet", folder + "/workloads.yaml",
                                folder + "/policies-data.yaml", folder + "/namespaces.yaml"});
  const Run other = support::run({"exposure", "--quiet", folder + "/namespaces.yaml",
                                  folder + "/policies-data.yaml", folder + "/workloads.yaml"});
  CHECK(one.status == 0);
  CHECK(one.out == other.out);
}

}  // namespace polreach
