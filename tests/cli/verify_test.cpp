// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "tests/support/environment.h"
#include "tests/support/program.h"

namespace polreach {
namespace {

namespace fs = std::filesystem;
using support::Run;

/// A file that is gone with its test.
class Scratch {
 public:
  explicit Scratch(const std::string& text) {
    static int count = 0;
    path_ = fs::temp_directory_path() / ("polreach-intents-" + std::to_string(::getpid()) + "-" +
                                         std::to_string(++count) + ".yaml");
    std::ofstream(path_, std::ios::binary) << text;
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() {
    std::error_code ignored;
    fs::remove(path_, ignored);
  }
  [[nodiscard]] std::string path() const { return path_.string(); }

 private:
  fs::path path_;
};

std::string fixture(const std::string& name) {
  return (support::source_folder() / "fixtures" / name).string();
}

Run verify(const std::string& intents, const std::string& input,
           std::vector<std::string> options = {}) {
  const Scratch file(intents);
  std::vector<std::string> words{"verify", "--intents", file.path(), input};
  words.insert(words.end(), options.begin(), options.end());
  return support::run(words);
}

/// The first word of the answer to one intent about fixtures/quickstart.
std::string verdict(const std::string& fields, const std::string& input = "quickstart") {
  const Run run = verify("intents: [{name: x, " + fields + "}]", fixture(input), {"--quiet"});
  CHECK_MESSAGE(run.err.empty(), run.err);
  return run.out.substr(0, run.out.find("  ")) + " " + std::to_string(run.status);
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

// The policies of fixtures/quickstart: web takes everyone on its port http (8080) and asks nobody
// but for names; api takes web on http and asks db on 5432; db takes api on postgres (5432), and
// sends nothing.
TEST_CASE("verify: what each expectation means") {
  CHECK(verdict("from: shop/api, to: data/db, ports: 5432, expect: allowed") == "holds 0");
  CHECK(verdict("from: shop/api, to: data/db, expect: allowed") == "VIOLATED 1");
  CHECK(verdict("from: shop/api, to: data/db, expect: allowed, some: true") == "holds 0");
  CHECK(verdict("from: data/db, to: shop/api, expect: allowed, some: true") == "VIOLATED 1");
  CHECK(verdict("from: shop/api, to: data/db, ports: 5433, expect: denied") == "holds 0");
  CHECK(verdict("from: shop/*, to: data/*, expect: denied") == "VIOLATED 1");
  CHECK(verdict("from: shop/api, to: data/db, expect: only-from") == "holds 0");
  CHECK(verdict("from: shop/web, to: data/db, expect: only-from") == "VIOLATED 1");
  CHECK(verdict("from: any, to: data/db, expect: only-from") == "holds 0");
  CHECK(verdict("from: data/db, to: shop/api, expect: only-to") == "holds 0");
  CHECK(verdict("from: shop/api, to: shop/web, ports: 5432, expect: only-to") == "VIOLATED 1");
  CHECK(verdict("from: {namespace: data}, expect: isolated") == "VIOLATED 1");
  CHECK(verdict("to: {namespace: data}, ports: 80, expect: isolated") == "holds 0");
  CHECK(verdict("from: internet, to: shop/web, ports: http, expect: allowed") == "holds 0");
  CHECK(verdict("from: internet, to: shop/web, ports: http, expect: denied") == "VIOLATED 1");
  CHECK(verdict("from: internet, to: {any-of: shop/*, except: shop/web}, expect: denied") ==
        "holds 0");
  CHECK(verdict("from: shop/api, to: svc/data/db:5432, expect: allowed") == "holds 0");
}

TEST_CASE("verify: a rule about nothing is no success") {
  CHECK(verdict("from: shop/wbe, to: data/db, expect: denied") == "EMPTY 2");
  CHECK(verdict("from: shop/wbe, to: data/db, expect: denied, may-be-empty: true") == "holds 0");
  CHECK(verdict("from: {pods: {app: nobody}}, to: data/db, expect: denied") == "EMPTY 2");
  CHECK(verdict("from: any, to: shop/api, ports: nosuch, expect: denied") == "EMPTY 2");
  // Others are still there.
  CHECK(verdict("from: {pods: {app: nobody}}, to: data/db, expect: only-from") == "VIOLATED 1");
  CHECK(verdict("from: {pods: {app: nobody}}, to: data/db, ports: 80, expect: only-from") ==
        "EMPTY 2");
  CHECK(verdict("from: a/b/c/d, to: data/db, expect: denied") == "NO ANSWER 2");
  CHECK(verdict("from: svc/data/db:5432, to: shop/web, expect: denied") == "NO ANSWER 2");
}

TEST_CASE("verify: pods that could be created") {
  const std::string db = "to: data/db, ports: 5432, expect: only-from, scope: possible";
  CHECK(verdict("from: shop/api, " + db) == "VIOLATED 1");
  CHECK(verdict("from: {namespaces: {team: storefront}, pods: {app: api}}, " + db) == "holds 0");
  // The namespace of the policy is chosen by a label that others can have.
  CHECK(verdict("from: {namespace: shop, pods: {app: api}}, " + db) == "VIOLATED 1");
  CHECK(verdict("from: {namespace: shop}, to: internet, expect: denied, scope: possible") ==
        "holds 0");
  CHECK(verdict("from: {namespace: elsewhere}, to: internet, expect: denied, scope: possible") ==
        "VIOLATED 1");
  CHECK(verdict("from: {namespace: elsewhere}, to: internet, expect: allowed, scope: possible") ==
        "holds 0");
}

TEST_CASE("verify: a counterexample has ends, a packet, the rules, and the pod to create") {
  const Run run = verify(
      "intents:\n"
      "- {name: db, from: shop/api, to: data/db, expect: only-from, scope: possible}\n",
      fixture("quickstart"));
  CHECK(run.status == 1);
  CHECK(contains(run.out, "a pod with app=api in namespace shop reaches data/db on TCP 5432\n"));
  CHECK(contains(run.out, "ingress: allowed by NetworkPolicy data/db, rule 1  "));
  CHECK(contains(run.out, "policies-data.yaml:23:7\n"));
  CHECK(contains(run.out, "egress: allowed by NetworkPolicy shop/api, rule 1  "));
  CHECK(contains(run.out,
                 "        namespace: \"shop\"\n        labels:\n          \"app\": \"api\"\n"));
}

TEST_CASE("verify: what is open makes an intent depend") {
  // Whether the ipBlock matches the pods is not known, nor whether the labels of the namespace.
  const std::string block = "from: default/client, to: default/some, expect: denied";
  CHECK(verdict(block, "ipblock-pods-unknown-address") == "DEPENDS 2");
  const std::string labels = "from: {namespaces: {team: a}}, to: any, expect: denied";
  CHECK(verdict(labels, "namespace-undeclared") == "DEPENDS 2");
}

TEST_CASE("verify: policies that are not understood could open what is closed") {
  for (const char* scope : {"existing", "possible"}) {
    const Run run = verify(std::string("intents: [{name: x, from: any, to: any, ports: 1, expect: "
                                       "denied, scope: ") +
                               scope + "}]",
                           fixture("foreign-cilium"), {"--quiet"});
    CHECK(run.status != 0);
  }
}

TEST_CASE("verify: formats do not change the exit status") {
  const std::string intents = "intents: [{name: x, from: shop/*, to: data/*, expect: denied}]";
  for (const char* format : {"text", "json", "md", "sarif", "junit", "github", "gitlab", "azure"}) {
    CAPTURE(format);
    const Run run = verify(intents, fixture("quickstart"), {"--format", format});
    CHECK(run.status == 1);
    CHECK(contains(run.out, "data/db"));
  }
}

TEST_CASE("verify: mistakes") {
  CHECK(support::run({"verify", fixture("quickstart")}).status == 2);
  CHECK(contains(support::run({"verify", fixture("quickstart")}).err, "--intents"));
  CHECK(contains(verify("", fixture("quickstart")).err, "error[not-intents]"));
  CHECK(
      contains(verify("intents: [{name: x}]", fixture("quickstart")).err, "error[missing-field]"));
  CHECK(contains(verify("intents: {", fixture("quickstart")).err, "no verdict"));
  const Run none = verify("intents: []", fixture("quickstart"));
  CHECK(none.status == 2);
  CHECK(support::run({"verify", "--intents", "/nowhere.yaml", fixture("quickstart")}).status == 2);
}

TEST_CASE("verify: networks") {
  // fixtures/network: web-nsg and db-nsg; the database takes the subnet web on 5432 alone.
  const std::string input = "network";
  CHECK(verdict("from: internet, to: subnet/shop/db, expect: denied", input) == "holds 0");
  CHECK(verdict("from: subnet/shop/web, to: subnet/shop/db, expect: denied", input) == "holds 0");
}

TEST_CASE("verify: every form that can stand in a file") {
  const Run run = support::run(
      {"verify", "--quiet", "--intents", fixture("intents/all-forms.json"), fixture("quickstart")});
  CHECK(run.status == 0);
  CHECK(std::count(run.out.begin(), run.out.end(), '\n') == 9);
  CHECK_FALSE(contains(run.out, "EMPTY"));
}

TEST_CASE("verify: tests of other tools") {
  const auto run = [](const std::string& file) {
    return support::run(
        {"verify", "--quiet", "--intents", fixture("intents/" + file), fixture("quickstart")});
  };
  const Run first = run("netassert-v1.yaml");
  CHECK(first.status == 2);
  CHECK(contains(first.out, "NO ANSWER  host localhost"));
  CHECK(contains(first.out, "holds      shop/deployment/api to db.data 5432"));
  const Run second = run("netassert-v2.yaml");
  CHECK(second.status == 2);
  CHECK(contains(second.out, "holds      web-not-to-db"));
  CHECK(contains(second.out, "NO ANSWER  web-to-the-world"));
  CHECK(run("baseline-rules.yaml").status == 0);
}

TEST_CASE("init: what it writes holds, for every fixture") {
  std::size_t verified = 0;
  for (const auto& entry : fs::directory_iterator(support::source_folder() / "fixtures")) {
    if (!entry.is_directory()) continue;
    const std::string path = entry.path().string();
    CAPTURE(path);
    const Run written = support::run({"init", "--quiet", path});
    if (written.status == 2) {
      CHECK(contains(written.err, "error["));  // an input without a verdict
      continue;
    }
    REQUIRE(written.status == 0);
    if (contains(written.out, "intents: []")) continue;
    const Run run = verify(written.out, path, {"--quiet"});
    CHECK_MESSAGE(run.status == 0, run.out << run.err);
    ++verified;
  }
  CHECK(verified > 40);
}

TEST_CASE("init: a file is not overwritten") {
  const Scratch file("mine");
  const Run run = support::run({"init", "--output", file.path(), fixture("quickstart")});
  CHECK(run.status == 2);
  CHECK(contains(run.err, "is there already"));
  CHECK(support::content_of(file.path()) == "mine");
}

TEST_CASE("init: an input without pods and networks") {
  CHECK(support::run({"init", "-"}, "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n")
            .status == 2);
}

TEST_CASE("verify: ends without a family of addresses in common are no pair") {
  const auto pod = [](const std::string& name, const std::string& ips) {
    return "---\napiVersion: v1\nkind: Pod\nmetadata: {name: " + name + ", namespace: shop}\n" +
           "spec: {containers: [{name: c, image: x}]}\nstatus: {podIPs: [" + ips + "]}\n";
  };
  const Scratch input("apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n" +
                      pod("four", "{ip: 10.0.0.4}") + pod("six", "{ip: 'fd00::6'}") +
                      pod("both", "{ip: 10.0.0.5}, {ip: 'fd00::5'}") + pod("unknown", "") +
                      "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n"
                      "metadata: {name: six-outside, namespace: shop}\n"
                      "spec:\n  podSelector: {}\n  policyTypes: [Egress]\n"
                      "  egress: [{to: [{ipBlock: {cidr: '::/0'}}]}, {to: [{podSelector: {}}]}]\n");
  const auto ask = [&](const std::string& fields) {
    return verify("intents: [{name: x, " + fields + "}]", input.path());
  };
  const std::string why = "no packet can travel between ends whose addresses are of different";

  // The policies let it pass, and no packet of IPv4 is to an address of IPv6.
  const Run outside = ask("from: shop/four, to: internet, expect: denied");
  CHECK(outside.status == 0);
  CHECK_MESSAGE(outside.out.starts_with("holds"), outside.out);
  for (const std::string from : {"shop/six", "shop/both", "shop/unknown"}) {
    const Run outcome = ask("from: " + from + ", to: internet, expect: denied");
    CHECK(outcome.status == 1);
    CHECK_MESSAGE(contains(outcome.out, "replayed"), outcome.out);
  }
  // Nothing is left: neither what is closed nor what is open succeeds.
  for (const std::string expect : {"denied", "allowed", "allowed, some: true"}) {
    for (const std::string to : {"shop/six", "'2001:db8::/32'"}) {
      const Run outcome = ask("from: shop/four, to: " + to + ", expect: " + expect);
      CHECK(outcome.status == 2);
      CHECK_MESSAGE(outcome.out.starts_with("EMPTY"), outcome.out);
      CHECK(contains(outcome.out, why));
    }
  }
  // Some pairs are left out, and the others judged.
  const Run all = ask("from: shop/*, to: shop/*, expect: allowed");
  CHECK(all.status == 0);
  CHECK_MESSAGE(contains(all.out, "note: some pairs are left out: " + why), all.out);
  const Run none = ask("from: shop/four, to: [shop/six, shop/both], expect: denied");
  CHECK(none.status == 1);
  CHECK(contains(none.out, "shop/four reaches shop/both on all traffic"));
  CHECK_FALSE(contains(none.out, "likewise"));

  const Run can = support::run({"can", "shop/four", "2001:db8::1", input.path()});
  CHECK(can.status == 0);
  CHECK(contains(can.out, "A-no-common-family"));
  CHECK_FALSE(contains(can.out, "witness"));
}

TEST_CASE("verify: in a network pods that could be created take no violation back") {
  const std::string intents =
      "intents:\n"
      "  - {name: closed, from: any, to: shop/front, expect: denied, scope: possible}\n"
      "  - {name: pods, from: {namespace: shop}, to: shop/front, expect: denied, scope: "
      "possible}\n";
  // No policy selects the pods of shop/front, which reach each other. One that someone
  // creates has policies that let it in, and a place in the network that nobody knows.
  const Run run = verify(intents, fixture("audit-azure"));
  CHECK(run.status == 1);
  CHECK_MESSAGE(contains(run.out, "VIOLATED   closed:"), run.out);
  CHECK(contains(run.out, "NO ANSWER  pods:"));
  CHECK(contains(run.out,
                 "the policies alone let a pod in namespace shop reach shop/front on SCTP 1, and "
                 "nobody knows which security groups would act on a pod that does not exist"));
}

}  // namespace polreach
