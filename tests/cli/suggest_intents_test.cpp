// SPDX-License-Identifier: Apache-2.0
// `polreach suggest --intents` as people use it: what it writes is put beside the manifests, and
// the intents are verified again.
#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/support/environment.h"
#include "tests/support/program.h"

namespace polreach {
namespace {

using support::Run;

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string pod(const std::string& name) {
  return "apiVersion: v1\nkind: Pod\nmetadata: {name: " + name +
         ", namespace: shop, labels: {app: " + name +
         "}}\nspec: {containers: [{name: c, image: i}]}\n---\n";
}

const std::string kPods = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n---\n" +
                          pod("web") + pod("api") + pod("db");

std::string isolating(const std::string& name, const std::string& direction) {
  return "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: " + name +
         "-alone, namespace: shop}\nspec: {podSelector: {matchLabels: {app: " + name +
         "}}, policyTypes: [" + direction + "]}\n---\n";
}

/// A file of intents for one question.
class IntentsFile {
 public:
  explicit IntentsFile(const std::string& intents) {
    static int number = 0;
    path_ =
        std::filesystem::temp_directory_path() / ("polreach-suggest-" + std::to_string(::getpid()) +
                                                  "-" + std::to_string(++number) + ".yaml");
    std::ofstream(path_) << "intents:\n" << intents;
  }
  IntentsFile(const IntentsFile&) = delete;
  IntentsFile& operator=(const IntentsFile&) = delete;
  ~IntentsFile() { std::filesystem::remove(path_); }
  [[nodiscard]] std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

/// `command` with intents, about manifests on standard input.
Run with_intents(const std::string& command, const std::string& intents, const std::string& in,
                 const std::vector<std::string>& more = {}) {
  const IntentsFile file(intents);
  std::vector<std::string> words = {command, "--intents", file.path(), "--ipblock-matches-pods",
                                    "no"};
  words.insert(words.end(), more.begin(), more.end());
  words.emplace_back("-");
  return support::run(words, in);
}

std::string intent(const std::string& name, const std::string& from, const std::string& to,
                   const std::string& port, const std::string& expect) {
  return "  - {name: " + name + ", from: " + from + ", to: " + to + ", ports: " + port +
         ", expect: " + expect + "}\n";
}

}  // namespace

TEST_CASE("suggest --intents: a violated intent is closed, and holds afterwards") {
  const std::string root = support::source_folder().string() + "/fixtures/policy-repository/";
  const std::string intents = root + "main/intents.yaml";
  const std::string open = root + "pull-requests/02-open-database/files/policies/data.yaml";
  const std::vector<std::string> others = {root + "main/manifests",
                                           root + "main/policies/shop.yaml"};
  std::vector<std::string> words = {"suggest", "--intents", intents, "--ipblock-matches-pods",
                                    "no"};
  words.insert(words.end(), others.begin(), others.end());
  // The policy comes from standard input, where the suggestion takes its place afterwards.
  std::vector<std::string> question = words;
  question.insert(question.end(), {"--format", "yaml", "-"});
  const support::Run run = support::run(question, support::content_of(open));
  CHECK_MESSAGE(run.status == 0, run.err);
  REQUIRE(run.out.find("kind: NetworkPolicy") != std::string::npos);
  std::vector<std::string> verify = {"verify", "--intents", intents, "--ipblock-matches-pods",
                                     "no",     "-"};
  verify.insert(verify.end(), others.begin(), others.end());
  CHECK(support::run(verify, support::content_of(open)).status == 1);
  const support::Run after = support::run(verify, run.out);
  CHECK_MESSAGE(after.status == 0, after.out, after.err);
  // With nothing violated there is nothing to close.
  question.back() = root + "main/policies/data.yaml";
  CHECK(support::run(question).err.find("no intent is certainly violated") != std::string::npos);
}

TEST_CASE("suggest --intents: what shall pass is opened at the ends that stop it") {
  const std::string in = kPods + isolating("web", "Egress") + isolating("db", "Ingress");
  const std::string intents = intent("web-asks-db", "shop/web", "shop/db", "5432", "allowed");
  CHECK(with_intents("verify", intents, in).status == 1);
  const Run text = with_intents("suggest", intents, in, {"--quiet"});
  CHECK_MESSAGE(text.status == 0, text.out, text.err);
  CHECK(has(text.out, "2 NetworkPolicies, proven: nothing else changes"));
  CHECK(has(text.out, "holds  web-asks-db"));
  CHECK(has(text.out, "opens\n  shop/web -> shop/db  TCP 5432"));
  const Run yaml = with_intents("suggest", intents, in, {"--format", "yaml"});
  CHECK(with_intents("verify", intents, in + yaml.out).status == 0);
  // Nothing else than that was opened.
  CHECK(support::run({"can", "shop/web", "shop/db", "--port", "5433", "-q", "-"}, in + yaml.out)
            .status == 1);
  CHECK(support::run({"can", "shop/api", "shop/db", "--port", "5432", "-q", "-"}, in + yaml.out)
            .status == 1);
}

TEST_CASE("suggest --intents: that some packet passes takes one pair of ends") {
  const std::string in = kPods + isolating("db", "Ingress");
  const std::string intents =
      "  - {name: someone, from: {namespace: shop, except: shop/db}, to: shop/db, ports: 5432, "
      "expect: allowed, some: true}\n";
  const Run run = with_intents("suggest", intents, in, {"--format", "yaml"});
  CHECK_MESSAGE(run.status == 0, run.out, run.err);
  CHECK(has(run.out, "app: api") != has(run.out, "app: web"));
  CHECK(with_intents("verify", intents, in + run.out).status == 0);
}

TEST_CASE("suggest --intents: several at once share policies and names") {
  const std::string in = kPods + isolating("web", "Ingress");
  const std::string intents = intent("web-db", "shop/web", "shop/db", "5432", "denied") +
                              intent("api-db", "shop/api", "shop/db", "5432", "denied") +
                              intent("db-api", "shop/db", "shop/api", "80", "denied") +
                              intent("open", "shop/api", "shop/web", "80", "allowed") +
                              intent("stays", "shop/web", "shop/db", "80", "allowed");
  const Run text = with_intents("suggest", intents, in, {"--quiet"});
  CHECK_MESSAGE(text.status == 0, text.out, text.err);
  CHECK(has(text.out, "make 4 violated intents hold"));
  CHECK(has(text.out, "3 NetworkPolicies, proven: nothing else changes"));
  CHECK_FALSE(has(text.out, "stays"));  // it held, and still does
  CHECK(has(text.out, "closes\n"));
  CHECK(has(text.out, "opens\n  shop/api -> shop/web  TCP 80\n"));
  const Run yaml = with_intents("suggest", intents, in, {"--format", "yaml"});
  const Run after = with_intents("verify", intents, in + yaml.out);
  CHECK_MESSAGE(after.status == 0, after.out);
}

TEST_CASE("suggest --intents: what cannot hold beside another is named") {
  const std::string in = kPods + isolating("db", "Ingress");
  const std::string intents =
      intent("opened", "shop/web", "shop/db", "5432", "allowed") +
      intent("held", "shop/api", "shop/db", "5432", "denied") +
      intent("closed", "{namespace: shop}", "shop/db", "5432", "only-from") +
      intent("web-api", "shop/web", "shop/api", "80", "denied") +
      intent("api-web", "shop/web", "shop/api", "80", "allowed");
  const Run run = with_intents("suggest", intents, in, {"--quiet"});
  CHECK(run.status == 1);
  CHECK_MESSAGE(has(run.out, "violated  api-web: it held before"), run.out);
  CHECK(has(run.out, "1 of 3 intents does not hold with them"));
  CHECK(has(run.out, "holds     opened"));
  CHECK(with_intents("suggest", intents, in, {"--format", "yaml"}).out.empty());
  const Run forced = with_intents("suggest", intents, in, {"--format", "yaml", "--force"});
  CHECK(forced.status == 0);
  CHECK(has(forced.out, "kind: NetworkPolicy"));
}

TEST_CASE("suggest --intents: of two that contradict each other one is left out") {
  const std::string in = kPods + isolating("db", "Ingress");
  const std::string tier = R"(apiVersion: policy.networking.k8s.io/v1alpha1
kind: AdminNetworkPolicy
metadata: {name: none-to-db}
spec:
  priority: 10
  subject: {pods: {namespaceSelector: {}, podSelector: {matchLabels: {app: db}}}}
  ingress:
    - {name: no-web, action: Deny, from: [{pods: {namespaceSelector: {}, podSelector: {matchLabels: {app: web}}}}]}
---
)";
  const std::string intents = intent("web", "shop/web", "shop/db", "5432", "allowed") +
                              intent("api", "shop/api", "shop/db", "5432", "allowed");
  const Run run = with_intents("suggest", intents, in + tier, {"--quiet"});
  CHECK(run.status == 1);
  CHECK_MESSAGE(has(run.out, "violated  web: these NetworkPolicies do not open all of it"),
                run.out);
  CHECK(has(run.out, "holds     api"));
}

namespace {

std::string fixture(const std::string& name) {
  return (support::source_folder() / "fixtures" / name).string();
}

/// `command` with intents, about a network and what else is on standard input.
Run in_network(const std::string& command, const std::string& intents, const std::string& name,
               const std::vector<std::string>& more = {}, const std::string& in = "") {
  const IntentsFile file(intents);
  std::vector<std::string> words = {command, "--intents", file.path(), fixture(name)};
  words.insert(words.end(), more.begin(), more.end());
  if (!in.empty()) words.emplace_back("-");
  return support::run(words, in);
}

/// The template that an answer ends with.
std::string template_of(const Run& run) {
  const std::size_t start = run.out.find("  {\n");
  REQUIRE(start != std::string::npos);
  return run.out.substr(start);
}

}  // namespace

TEST_CASE("suggest --intents: rules of one group have priorities of their own") {
  // Ssh has priority 110 in db-nsg, and Sql 100.
  const std::string intents =
      intent("web-ssh", "subnet/shop/web", "subnet/shop/db", "22", "denied") +
      intent("batch-ssh", "subnet/shop/batch", "subnet/shop/db", "22", "denied") +
      intent("sql", "subnet/shop/web", "subnet/shop/db", "1433", "allowed");
  const Run run = in_network("suggest", intents, "network-diff/new");
  CHECK_MESSAGE(run.status == 0, run.out, run.err);
  CHECK(has(run.out, "2 security rules, proven: nothing else changes"));
  CHECK(has(run.out, "holds  web-ssh\n  holds  batch-ssh\n"));
  CHECK(has(run.out, "security group db-nsg: 109 DenyTcp22Inbound (new)"));
  CHECK(has(run.out, "security group db-nsg: 108 DenyTcp22Inbound2 (new)"));
  CHECK_FALSE(has(run.out, "also changes"));
  const Run after = in_network("verify", intents, "network-diff/new", {}, template_of(run));
  CHECK_MESSAGE(after.status == 0, after.out, after.err);
  // The template is all that there is to write: it is no YAML.
  CHECK(in_network("suggest", intents, "network-diff/new", {"--format", "yaml"}).status == 2);
  const Run json = in_network("suggest", intents, "network-diff/new", {"--format", "json"});
  CHECK(has(json.out, "\"kind\": \"SecurityRule\""));
  CHECK(has(json.out, "\"priority\": 108"));
  CHECK(has(json.out, "\"arm\": "));
}

TEST_CASE("suggest --intents: a rule that another intent takes as well is given once") {
  const std::string intents = intent("app", "subnet/shop/app", "subnet/shop/jobs", "22", "denied") +
                              intent("only", "{any-of: [subnet/shop/jobs, 168.63.129.16/32]}",
                                     "subnet/shop/jobs", "[22, 3389]", "only-from");
  const Run run = in_network("suggest", intents, "audit-azure", {"--quiet"});
  CHECK_MESSAGE(run.status == 0, run.out, run.err);
  CHECK(has(run.out, "one security rule, proven: nothing else changes"));
  CHECK(has(run.out, "holds  app\n  holds  only\n"));
  CHECK(has(run.out, "subnet shop/web -> subnet shop/jobs  TCP 22,3389  (allowed, now stopped)"));
}

TEST_CASE("suggest --intents: an intent that needs a priority that is not free is left out") {
  // Https has priority 100 in web-nsg, the first there is.
  const std::string intents = intent("https", "internet", "subnet/shop/web", "443", "denied") +
                              intent("ssh", "subnet/shop/web", "subnet/shop/db", "22", "denied");
  const Run run = in_network("suggest", intents, "network-diff/new", {"--quiet"});
  CHECK(run.status == 1);
  CHECK_MESSAGE(has(run.out, "1 of 2 intents does not hold with it"), run.out, run.err);
  CHECK(has(run.out,
            "violated  https: security group web-nsg has no free priority before rule "
            "100 Https"));
  CHECK(has(run.out, "holds     ssh"));
  CHECK_FALSE(has(run.out, "security group web-nsg: "));
  const Run one = in_network("suggest", intents, "network-diff/new", {"--finding", "ssh", "-q"});
  CHECK_MESSAGE(one.status == 0, one.out, one.err);
}

TEST_CASE("suggest --intents: what no rule can stop is left out with all of its rules") {
  // The addresses of the platform are no part of what rules decide about.
  const std::string only = "from: subnet/shop/db, ports: 443, expect: only-to, to: ";
  const Run open = in_network("suggest", "  - {name: out, " + only + "subnet/shop/batch}\n",
                              "network-diff/new", {"--quiet"});
  CHECK(open.status == 1);
  CHECK_MESSAGE(
      has(open.out, "no suggestion: rules and policies of these ends do not do all of it"),
      open.out, open.err);
  CHECK(
      has(open.out, "168.63.129.16, 169.254.169.254 of the platform pass whatever the rules say"));
  const std::string named =
      "{any-of: [subnet/shop/batch, 168.63.129.16/32, 169.254.169.254/32]}}\n";
  const Run closed =
      in_network("suggest", "  - {name: out, " + only + named, "network-diff/new", {"--quiet"});
  CHECK_MESSAGE(closed.status == 0, closed.out, closed.err);
  CHECK(has(closed.out, "security group db-nsg: 4096 DenyTcp443Outbound (new)"));
}

TEST_CASE("suggest --intents: a pod in a network is closed by a policy where rules do not do it") {
  const std::string in = kPods;
  const std::string intents = intent("jobs", "any", "subnet/shop/jobs", "22", "denied") +
                              intent("pod", "shop/web", "subnet/shop/jobs", "22", "denied");
  const Run run = in_network("suggest", intents, "audit-azure",
                             {"--ipblock-matches-pods", "no", "--quiet"}, in);
  CHECK_MESSAGE(run.status == 0, run.out, run.err);
  CHECK(has(run.out, "one NetworkPolicy and one security rule, proven: nothing else changes"));
  CHECK(has(run.out, "NetworkPolicy shop/web-egress (new)"));
  CHECK(has(run.out, "security group jobs-nsg: 4096 DenyTcp22Inbound (new)"));
}

TEST_CASE("suggest --intents: what a security group stops is opened before the rule that does") {
  // NoOther of db-nsg, with priority 4000, stops all that Sql does not let in from web.
  const std::string intents =
      intent("batch", "subnet/shop/batch", "subnet/shop/db", "[1433, udp/1434]", "allowed") +
      intent("ssh", "subnet/shop/batch", "subnet/shop/db", "22", "denied");
  const Run run = in_network("suggest", intents, "network-diff/new");
  CHECK_MESSAGE(run.status == 0, run.out, run.err);
  CHECK(has(run.out, "3 security rules, proven: nothing else changes"));
  CHECK(has(run.out,
            "opens\n  subnet shop/batch -> subnet shop/db  TCP 1433  (stopped, now "
            "allowed)\n"));
  CHECK(has(run.out, "security group db-nsg: 3999 AllowUdp1434Inbound (new)"));
  CHECK(has(run.out, "asked before rule 4000 NoOther, which stops it"));
  const Run after = in_network("verify", intents, "network-diff/new", {}, template_of(run));
  CHECK_MESSAGE(after.status == 0, after.out, after.err);
  // Nothing else than that was opened.
  CHECK(support::run({"can", "subnet/shop/batch", "subnet/shop/db", "--port", "1435", "-q",
                      fixture("network-diff/new"), "-"},
                     template_of(run))
            .status == 1);
}

TEST_CASE("suggest --intents: in a network it is not chosen which packet is to pass") {
  const Run run = in_network(
      "suggest",
      "  - {name: some, from: subnet/shop/batch, to: subnet/shop/db, ports: 1433, expect: allowed, "
      "some: true}\n",
      "network-diff/new");
  CHECK(run.status == 1);
  CHECK_MESSAGE(has(run.out, "no suggestion: that some packet passes can be had in many ways"),
                run.out, run.err);
}

}  // namespace polreach
