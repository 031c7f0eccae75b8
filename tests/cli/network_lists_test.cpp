// SPDX-License-Identifier: Apache-2.0
// Lists and comparisons of networks, in every format.
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

class InRoot {
 public:
  InRoot() { fs::current_path(support::source_folder()); }
  InRoot(const InRoot&) = delete;
  InRoot& operator=(const InRoot&) = delete;
  ~InRoot() { fs::current_path(before_); }

 private:
  fs::path before_ = fs::current_path();
};

const char* const kOld = "fixtures/network-diff/old";
const char* const kNew = "fixtures/network-diff/new";

std::string map_of(Words words) {
  words.insert(words.begin(), "map");
  words.emplace_back(kOld);
  const Run result = run(words);
  INFO(result.err);
  CHECK(result.status == 0);
  return result.out;
}

}  // namespace

TEST_CASE("map: a network without pods has a list of its own") {
  const InRoot root;
  const std::string all = map_of({});
  CHECK(all.rfind("network:\n", 0) == 0);
  CHECK(has(all,
            "subnet shop/web -> subnet shop/db: allowed TCP 1433 [by web-nsg 65000 "
            "AllowVnetOutBound, db-nsg 100 Sql]\n"));
  CHECK(has(all,
            "the internet -> subnet shop/web: allowed TCP 443 (if routed) [by web-nsg 100 "
            "Https]\n"));
  CHECK_FALSE(has(all, "subnet shop/batch -> subnet shop/db"));
  CHECK_FALSE(has(all, "polreach can does"));  // no list of pods
  // web, batch with all but db; db with web and batch; the internet in two ways each.
  CHECK(has(map_of({"-q", "--from", "10.0.2.4", "--to", "subnet/shop/web"}),
            "subnet shop/batch -> subnet shop/web: allowed all traffic"));
  CHECK(map_of({"-q", "--from", "internet", "-p", "22"}) == "network:\nnothing may connect\n");
  const Run wrong = run({"map", "--from", "subnet/shop/wbe", kOld});
  CHECK(wrong.status == 2);
  CHECK(has(wrong.err, "did you mean"));
}

TEST_CASE("map: pods and a network are two lists, and the first says what it does not know") {
  const InRoot root;
  const Run both = run({"map", "fixtures/quickstart", kOld});
  CHECK(both.status == 0);
  CHECK(has(both.out, "shop/api -> data/db  TCP 5432\n"));
  CHECK(has(both.out, "note: this list of pods does not go through the security groups"));
  CHECK(has(both.out, "\nnetwork:\nsubnet shop/batch"));
  const Run pods = run({"map", "-q", "--from", "shop/api", "fixtures/quickstart", kOld});
  CHECK(pods.out == "shop/api -> data/db  TCP 5432\n");
  const Run network = run({"map", "-q", "--from", "subnet/shop/db", "fixtures/quickstart", kOld});
  CHECK(network.out.rfind("network:\n", 0) == 0);
}

TEST_CASE("map: a network in the other formats") {
  const InRoot root;
  const Words ends = {"--from", "subnet/shop/web", "--to", "subnet/shop/db", "-f"};
  const auto as = [&](const char* format) {
    Words words = ends;
    words.emplace_back(format);
    return map_of(words);
  };
  CHECK(has(as("csv"), ",Subnet,subnet shop/web,,,,Subnet,subnet shop/db,,,TCP,1433,\n"));
  CHECK(has(as("md"), "| subnet shop/web | subnet shop/db | allowed TCP 1433 "));
  CHECK(has(as("dot"), "\"network subnet shop/web\" -> \"network subnet shop/db\""));
  const std::string json = as("json");
  CHECK(has(json, "\"network\": {"));
  CHECK(has(json, "\"name\": \"Sql\""));
}

TEST_CASE("diff: of two networks") {
  const InRoot root;
  const Run diff = run({"diff", kOld, kNew});
  CHECK(diff.status == 1);
  CHECK(has(diff.out, "added     subnet shop/batch -> subnet shop/db: now allowed TCP 22\n"));
  CHECK(has(diff.out, "          subnet shop/web -> subnet shop/db: the same\n"));
  CHECK(has(diff.out, "was in: denied by db-nsg 4000 NoOther"));
  CHECK(has(diff.out, "now in: allowed by db-nsg 110 Ssh"));
  CHECK(has(diff.out,
            "security group web-nsg: rules 2 added, 1 removed, 0 changed; it lets pass "
            "what it did (proven by Z3)\n"));
  CHECK(has(diff.out, "network: 1 added, 0 removed, 0 changed"));
  CHECK(run({"diff", kOld, kOld}).status == 0);
  CHECK(has(run({"diff", kOld, kOld}).out, "network: no traffic changed"));
  const Run other = run({"diff", "--only", "removed", kOld, kNew});
  CHECK(other.status == 0);
  CHECK(has(other.out, "network: no change that counts (1 of other kinds)"));
  // The same rules change nothing on another port.
  CHECK(run({"diff", "-p", "80", kOld, kNew}).status == 0);
}

TEST_CASE("diff: of two networks in the other formats") {
  const InRoot root;
  const auto as = [](const char* format) { return run({"diff", "-f", format, kOld, kNew}).out; };
  CHECK(has(as("csv"), "added,,Network,subnet shop/web,,,,Network,subnet shop/db,,,new,TCP,22,\n"));
  CHECK(has(as("md"), "**Network:** 1 added, 0 removed, 0 changed"));
  CHECK(has(as("dot"), "+ now allowed TCP 22"));
  CHECK(has(as("json"), "\"effect\": \"same\""));
}

}  // namespace polreach
