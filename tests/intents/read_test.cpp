// SPDX-License-Identifier: Apache-2.0
// Files of intents: every form that can stand in one, and every mistake with its place.
#include <doctest/doctest.h>

#include "policies/intents/ports.h"
#include "policies/intents/reader.h"
#include "policies/intents/writer.h"

namespace polreach::intents {
namespace {

struct Read {
  source::SourceMap sources;
  source::SymbolTable symbols;
  source::Diagnostics diagnostics;
  std::vector<Intent> intents;

  explicit Read(const std::string& text) {
    const source::FileId file = sources.add("intents.yaml", source::Text::own(text));
    intents::read(sources, file, symbols, {}, diagnostics, intents);
  }

  /// "code line:column" of each problem.
  [[nodiscard]] std::vector<std::string> problems() const {
    std::vector<std::string> result;
    for (const source::Diagnostic& each : diagnostics.sorted(sources)) {
      std::string place = sources.place(each.where);
      place.erase(0, place.find(':') + 1);
      result.push_back(std::string(each.code) + " " + place);
    }
    return result;
  }
};

/// One intent between two ends, with more fields.
std::string one(const std::string& more) {
  return "intents:\n- name: x\n  from: a/b\n  to: c/d\n  expect: denied\n" + more;
}

std::string ports_of(const std::string& text) {
  source::SymbolTable symbols;
  const auto ports = parse_ports(text, {}, symbols);
  return ports ? text_of(*ports, symbols) : "none";
}

}  // namespace

TEST_CASE("intents: ports in every form") {
  CHECK(ports_of("5432") == "TCP 5432");
  CHECK(ports_of("tcp/5432") == "TCP 5432");
  CHECK(ports_of("53/udp") == "UDP 53");
  CHECK(ports_of("8000-8080") == "TCP 8000-8080");
  CHECK(ports_of("SCTP/1-2") == "SCTP 1-2");
  CHECK(ports_of("any/53") == "TCP 53; UDP 53; SCTP 53");
  CHECK(ports_of("udp") == "UDP all ports");
  CHECK(ports_of("http") == "TCP port http");
  CHECK(ports_of("dns/udp") == "UDP port dns");
  for (const char* wrong :
       {"", "0", "65536", "9-8", "tcp/udp", "tcp/", "/", "a b", "icmp/8", "1/2"}) {
    CAPTURE(wrong);
    CHECK(ports_of(wrong) == "none");
  }
}

TEST_CASE("intents: all fields of one") {
  const Read read(
      "description: all of it\n"
      "intents:\n"
      "  - name: db\n"
      "    description: why\n"
      "    severity: low\n"
      "    from:\n"
      "      any-of:\n"
      "        - shop/api\n"
      "        - {namespace: [a, b], pods: {app: web}}\n"
      "        - {cidr: 10.0.0.0/8, except: 10.1.0.0/16}\n"
      "      except: {namespaces: {matchExpressions: [{key: env, operator: NotIn, values: "
      "[dev]}]}}\n"
      "    to: [shop/db, internet]\n"
      "    ports: [5432, 53/udp]\n"
      "    expect: only-from\n"
      "    scope: possible\n"
      "    may-be-empty: true\n");
  CHECK(read.problems().empty());
  REQUIRE(read.intents.size() == 1);
  const Intent& intent = read.intents.front();
  CHECK(intent.name == "db");
  CHECK(intent.description == "why");
  CHECK(intent.severity == "low");
  CHECK(intent.expect == Expect::OnlyFrom);
  CHECK(intent.scope == Scope::Possible);
  CHECK(intent.may_be_empty);
  CHECK_FALSE(intent.some);
  CHECK(intent.ports_text == "TCP 5432; UDP 53");
  REQUIRE(intent.from.members.size() == 3);
  CHECK(intent.from.members[0].reference == "shop/api");
  CHECK(intent.from.members[1].text == "pods app=web in namespaces a,b");
  CHECK(intent.from.members[2].reference == "10.0.0.0/8");
  CHECK(intent.from.members[2].except == std::vector<std::string>{"10.1.0.0/16"});
  REQUIRE(intent.from.except.size() == 1);
  CHECK(intent.from.except[0].text == "any pod in namespaces env!=dev");
  CHECK(intent.to.text == "shop/db, internet");
  CHECK(read.sources.place(intent.where) == "intents.yaml:3:11");
}

TEST_CASE("intents: mistakes have places") {
  using Problems = std::vector<std::string>;
  CHECK(Read(one("  scop: possible\n")).problems() == Problems{"unknown-field 6:3"});
  CHECK(Read(one("  scope: all\n")).problems() == Problems{"bad-intent 6:10"});
  CHECK(Read(one("  ports: [99999]\n")).problems() == Problems{"bad-port 6:11"});
  CHECK(Read(one("  ports: []\n")).problems() == Problems{"bad-intent 6:10"});
  CHECK(Read(one("  some: true\n")).problems() == Problems{"bad-intent 2:9"});
  CHECK(Read(one("  severity: fatal\n")).problems() == Problems{"bad-intent 6:13"});
  CHECK(Read(one("  ports: http\n  scope: possible\n")).problems() == Problems{"bad-intent 6:10"});
  CHECK(Read("intents:\n- {name: x, from: a/b, expect: denied}\n").problems() ==
        Problems{"bad-intent 2:10"});
  CHECK(Read("intents:\n- {name: x, from: a/b, to: c/d, expect: isolated}\n").problems() ==
        Problems{"bad-intent 2:10"});
  CHECK(Read("intents:\n- {from: a/b, to: c/d, expect: denied}\n").problems() ==
        Problems{"missing-field 2:3"});
  CHECK(Read("intents:\n- {name: x, from: a/b, to: c/d, expect: deny}\n").problems() ==
        Problems{"bad-intent 2:41"});
  CHECK(Read("intents:\n- {name: x, from: {}, to: c/d, expect: denied}\n").problems() ==
        Problems{"bad-intent 2:19"});
  CHECK(Read("intents:\n- {name: x, from: [], to: c/d, expect: denied}\n").problems() ==
        Problems{"bad-intent 2:19"});
  CHECK(
      Read("intents:\n- {name: x, from: {cidr: 10.0.0/8}, to: c/d, expect: denied}\n").problems() ==
      Problems{"bad-cidr 2:26"});
  CHECK(Read(one("- name: x\n  from: a/b\n  to: c/d\n  expect: denied\n")).problems() ==
        Problems{"duplicate-intent 6:9"});
  CHECK(Read("- {name: x, from: a/b, to: c/d, expect: denied}\n").problems() ==
        Problems{"not-intents 1:3"});
  CHECK(Read("kind: Pod\napiVersion: v1\n").problems().size() == 1);
}

TEST_CASE("intents: tests of NetAssert, version 1") {
  const Read read(
      "host:\n"
      "  localhost:\n"
      "    example.org: 443\n"
      "k8s:\n"
      "  deployment:\n"
      "    web:\n"
      "      api.other: [80, -8080]\n"
      "    ns:web:\n"
      "      10.0.0.7: UDP:53\n"
      "      www.example.org: 443\n");
  CHECK(read.problems().empty());
  REQUIRE(read.intents.size() == 5);
  CHECK_FALSE(read.intents[0].inexpressible.empty());
  CHECK(read.intents[1].from.text == "default/deployment/web");
  CHECK(read.intents[1].to.text == "svc/other/api:80");
  CHECK(read.intents[1].expect == Expect::Allowed);
  CHECK(read.intents[2].to.text == "svc/other/api:8080");
  CHECK(read.intents[2].expect == Expect::Denied);
  CHECK(read.intents[3].from.text == "ns/deployment/web");
  CHECK(read.intents[3].to.text == "10.0.0.7");
  CHECK(read.intents[3].ports_text == "UDP 53");
  CHECK_FALSE(read.intents[4].inexpressible.empty());
}

TEST_CASE("intents: tests of NetAssert, version 2") {
  const Read read(
      "- name: a\n"
      "  type: k8s\n"
      "  protocol: udp\n"
      "  targetPort: 53\n"
      "  exitCode: 1\n"
      "  src: {k8sResource: {kind: pod, name: web, namespace: shop}}\n"
      "  dst: {host: {name: 10.0.0.7}}\n"
      "- name: a\n"
      "  type: k8s\n"
      "  targetPort: 80\n"
      "  src: {k8sResource: {kind: deployment, name: web, namespace: shop}}\n"
      "  dst: {host: {name: example.org}}\n");
  CHECK(read.problems().empty());
  REQUIRE(read.intents.size() == 2);
  CHECK(read.intents[0].expect == Expect::Denied);
  CHECK(read.intents[0].ports_text == "UDP 53");
  CHECK(read.intents[0].from.text == "shop/pod/web");
  CHECK(read.intents[0].inexpressible.empty());
  CHECK(read.intents[1].name == "a (2)");
  CHECK(read.intents[1].expect == Expect::Allowed);
  CHECK_FALSE(read.intents[1].inexpressible.empty());
}

TEST_CASE("intents: baseline rules of np-guard") {
  const Read read(
      "- name: telnet\n"
      "  action: deny\n"
      "  protocol: TCP\n"
      "  port_min: 23\n"
      "  port_max: 24\n"
      "- name: labels\n"
      "  action: allow\n"
      "  from: app in (a, b), !old, env != dev\n"
      "  to: 10.0.0.0/8\n"
      "  from_ns: team\n"
      "- name: odd\n"
      "  action: deny\n"
      "  from: app < 3\n"
      "- name: wrong\n"
      "  action: drop\n");
  CHECK(read.problems() == std::vector<std::string>{"bad-intent 15:11"});
  REQUIRE(read.intents.size() == 3);
  CHECK(read.intents[0].expect == Expect::Denied);
  CHECK(read.intents[0].from.text == "any");
  CHECK(read.intents[0].to.text == "any");
  CHECK(read.intents[0].ports_text == "TCP 23-24");
  CHECK(read.intents[1].expect == Expect::Allowed);
  CHECK(read.intents[1].from.text == "pods app in (a,b),!old,env!=dev in namespaces team");
  CHECK(read.intents[1].to.text == "10.0.0.0/8");
  CHECK(read.intents[1].ports.empty());
  CHECK_FALSE(read.intents[2].inexpressible.empty());
}

TEST_CASE("intents: what is written is read again") {
  Draft draft;
  draft.comment = {"A comment\n- name: evil"};
  draft.name = "a: b # c";
  draft.from = {{"shop/api", {}}, {"10.0.0.0/8", {"10.1.0.0/16"}}};
  draft.to = {{"shop/db", {}}};
  draft.ports = {"tcp/5432"};
  const Read read(write({"head\nintents: []"}, {draft}, {"remark\nintents: []"}));
  CHECK(read.problems().empty());
  REQUIRE(read.intents.size() == 1);
  CHECK(read.intents[0].name == draft.name);
  CHECK(read.intents[0].expect == Expect::OnlyFrom);
  REQUIRE(read.intents[0].from.members.size() == 2);
  CHECK(read.intents[0].from.members[1].except == std::vector<std::string>{"10.1.0.0/16"});
  CHECK(read.intents[0].ports_text == "TCP 5432");
  CHECK(Read(write({}, {}, {})).problems().empty());
}

}  // namespace polreach::intents
