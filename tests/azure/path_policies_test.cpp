// SPDX-License-Identifier: Apache-2.0
// Policies of Kubernetes as hops of paths. What is expected follows from the documentation of
// NetworkPolicy.
#include "solver/sets/path_policies.h"

#include <doctest/doctest.h>

#include <memory>

#include "policies/kubernetes/assemble.h"
#include "policies/kubernetes/loader.h"
#include "solver/sets/path_flows.h"
#include "tests/azure/path_build.h"

namespace {

using namespace polreach;
using namespace polreach::azure_tests;
using namespace polreach::solver::sets;
using compiler::Hop;
using compiler::Path;
using model::Direction;
using model::EndpointId;

model::Model read(const std::string& text) {
  source::SourceMap sources;
  source::Diagnostics diagnostics;
  auto symbols = std::make_shared<source::SymbolTable>();
  kubernetes::Loader loader(sources, *symbols, diagnostics, {});
  loader.load(sources.add("manifests.yaml", source::Text::own(text)), syntax::Format::Auto);
  model::Model model =
      kubernetes::assemble(loader.take_objects(), symbols, sources, diagnostics, {});
  for (const auto& problem : diagnostics.all()) {
    REQUIRE_MESSAGE(problem.severity != source::Severity::Error, problem.message);
  }
  return model;
}

std::string pod(const std::string& name) {
  return "apiVersion: v1\nkind: Pod\nmetadata: {name: " + name +
         ", namespace: shop, labels: {app: " + name +
         "}}\nspec: {containers: [{name: a, image: a}]}\n---\n";
}
std::string policy(const std::string& name, const std::string& app, const std::string& rest) {
  return "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: " + name +
         ", namespace: shop}\nspec:\n  podSelector: {matchLabels: {app: " + app + "}}\n" + rest +
         "---\n";
}

/// Pods "db" and "web", and the policies of a text.
struct Shop {
  model::Model model;
  compiler::Cluster cluster;
  EndpointId db{};
  EndpointId web{};
  model::Cloud cloud;
  PathSpace space{cloud};
  std::vector<Path> ways;
  PathFlows found;

  explicit Shop(const std::string& policies)
      : model(read(pod("db") + pod("web") + policies)), cluster(model, model::ClusterProfile{}) {
    REQUIRE(model.endpoints.size() == 2);
    for (std::uint32_t i = 0; i < 2; ++i) {
      const EndpointId id{i};
      const auto& workload = model[model[id].workload];
      (model.text(workload.name) == "db" ? db : web) = id;
    }
    REQUIRE(db != web);
  }

  static Hop hop(Direction direction, EndpointId self, compiler::Party other) {
    Hop result;
    result.kind = Hop::Kind::Policies;
    result.direction = direction;
    result.self = self;
    result.other = std::move(other);
    return result;
  }
  void ask(std::vector<Hop> hops) {
    Path way = path({});
    way.hops = std::move(hops);
    ways = {way};
    const auto result = flows(space, &cluster, ways);
    REQUIRE(result.has_value());
    found = *result;
    CHECK(space.diagrams().within(found.must, found.may));
  }
  /// The two directions of a connection from web to db.
  void ask_both() { ask({hop(Direction::Egress, web, db), hop(Direction::Ingress, db, web)}); }
  Diagram asked(net::IpProtocol protocol, const std::string& source, net::Port port) {
    Diagrams& d = space.diagrams();
    return d.all_of({d.protocols(net::ProtocolSet(protocol)),
                     d.addresses(Variable::source(), addresses({source})),
                     d.ports(Variable::destination_port(), {port, port})});
  }
  std::string verdict(net::IpProtocol protocol, const std::string& source, net::Port port) {
    const Diagram question = asked(protocol, source, port);
    if (space.diagrams().within(question, found.must)) return "allowed";
    return space.diagrams().disjoint(question, found.may) ? "denied" : "other";
  }
  RestsOn reasons(Diagram question) {
    const auto result = rests_on(space, &cluster, ways, found, question);
    REQUIRE(result.has_value());
    return *result;
  }
};

using net::IpProtocol;

TEST_CASE("policies on a path: without any, everything passes") {
  Shop shop("");
  shop.ask_both();
  CHECK(shop.found.must == kTrue);
}

TEST_CASE("policies on a path: both directions, and protocols that they cannot name") {
  Shop shop(policy("db", "db",
                   "  ingress:\n  - from: [{podSelector: {matchLabels: {app: web}}}]\n"
                   "    ports: [{protocol: TCP, port: 5432}]\n"));
  shop.ask_both();
  CHECK(shop.verdict(IpProtocol::Tcp, "10.0.0.4/32", 5432) == "allowed");
  CHECK(shop.verdict(IpProtocol::Tcp, "10.0.0.4/32", 80) == "denied");
  CHECK(shop.verdict(IpProtocol::Tcp, "10.0.0.4/32", 0) == "denied");
  CHECK(shop.verdict(IpProtocol::Udp, "10.0.0.4/32", 5432) == "denied");
  CHECK(shop.verdict(IpProtocol::Icmp, "10.0.0.4/32", 0) == "other");
  const RestsOn icmp = shop.reasons(shop.asked(IpProtocol::Icmp, "10.0.0.4/32", 0));
  CHECK(icmp.policies_of_other_protocols);
  CHECK(icmp.points.empty());
  CHECK_FALSE(
      shop.reasons(shop.asked(IpProtocol::Tcp, "10.0.0.4/32", 80)).policies_of_other_protocols);

  // Where the ways consist of that hop alone, too.
  shop.ask({Shop::hop(Direction::Ingress, shop.db, shop.web)});
  CHECK(shop.reasons(shop.asked(IpProtocol::Icmp, "10.0.0.4/32", 0)).policies_of_other_protocols);

  Hop rewritten = Shop::hop(Direction::Ingress, shop.db, shop.web);
  rewritten.header.destination_port = 5432;
  shop.ask({rewritten});
  CHECK(shop.verdict(IpProtocol::Tcp, "10.0.0.4/32", 80) == "allowed");
  rewritten.header.destination_port = 80;
  shop.ask({rewritten});
  CHECK(shop.verdict(IpProtocol::Tcp, "10.0.0.4/32", 5432) == "denied");
}

TEST_CASE("policies on a path: protocols without ports pass by rules without ports alone") {
  // The API reference: a rule without ports matches all traffic; entries of ports are of protocols.
  const std::string from = "  ingress:\n  - from: [{podSelector: {matchLabels: {app: web}}}]\n";
  const std::string all_three = "    ports: [{protocol: TCP}, {protocol: UDP}, {protocol: SCTP}]\n";
  const auto icmp_to_db = [](const std::string& rules) {
    Shop shop(policy("db", "db", rules));
    shop.ask_both();
    CHECK(shop.verdict(IpProtocol::Tcp, "10.0.0.4/32", 80) == "allowed");
    return shop.verdict(IpProtocol::Icmp, "10.0.0.4/32", 0);
  };
  CHECK(icmp_to_db(from) == "allowed");
  CHECK(icmp_to_db(from + all_three) == "other");
  CHECK(icmp_to_db(from + all_three + "  - {}\n") == "allowed");

  const auto icmp_from = [](const std::string& rules, const std::string& source) {
    Shop shop(policy("web", "web", rules));
    shop.ask({Shop::hop(Direction::Ingress, shop.web, addresses({"10.0.0.0/16"}))});
    return shop.verdict(IpProtocol::Icmp, source, 0);
  };
  const std::string block = "  ingress:\n  - from: [{ipBlock: {cidr: 10.0.0.0/24}}]\n";
  CHECK(icmp_from(block, "10.0.0.4/32") == "allowed");
  CHECK(icmp_from(block, "10.0.1.4/32") == "other");
  CHECK(icmp_from(block + all_three, "10.0.0.4/32") == "other");
}

TEST_CASE("policies on a path: addresses outside, as the header has them") {
  Shop shop(policy("web", "web",
                   "  ingress:\n  - from: [{ipBlock: {cidr: 10.0.0.0/24}}]\n"
                   "    ports: [{protocol: TCP, port: 443}]\n"));
  Hop hop = Shop::hop(Direction::Ingress, shop.web, addresses({"10.0.0.0/16"}));
  shop.ask({hop});
  CHECK(shop.verdict(IpProtocol::Tcp, "10.0.0.4/32", 443) == "allowed");
  CHECK(shop.verdict(IpProtocol::Tcp, "10.0.1.4/32", 443) == "denied");
  CHECK(shop.verdict(IpProtocol::Tcp, "10.1.0.4/32", 443) == "other");  // nobody asked about it

  hop.header.source = chosen(1, {"10.0.0.0/25"});
  shop.ask({hop});
  CHECK(shop.verdict(IpProtocol::Tcp, "99.0.0.4/32", 443) == "allowed");
  hop.header.source = chosen(1, {"10.0.0.0/23"});
  shop.ask({hop});
  CHECK(shop.verdict(IpProtocol::Tcp, "99.0.0.4/32", 443) == "other");
  const RestsOn why = shop.reasons(shop.asked(IpProtocol::Tcp, "99.0.0.4/32", 443));
  CHECK(why.chosen.size() == 1);
  CHECK(why.points.empty());
}

TEST_CASE("policies on a path: what is open, only where it matters") {
  // Nobody declares the namespace, so that its labels are not known.
  Shop shop(policy("db", "db",
                   "  ingress:\n  - from: [{namespaceSelector: {matchLabels: {team: a}}}]\n"
                   "    ports: [{protocol: TCP, port: 5432}]\n"));
  shop.ask_both();
  CHECK(shop.verdict(IpProtocol::Tcp, "10.0.0.4/32", 5432) == "other");
  CHECK(shop.verdict(IpProtocol::Tcp, "10.0.0.4/32", 80) == "denied");
  const RestsOn why = shop.reasons(shop.asked(IpProtocol::Tcp, "10.0.0.4/32", 5432));
  REQUIRE(why.points.size() == 1);
  CHECK(why.points[0].assumption == compiler::Assumption::NamespaceLabels);
  CHECK_FALSE(why.policies_of_other_protocols);
  CHECK(shop.reasons(shop.asked(IpProtocol::Tcp, "10.0.0.4/32", 80)) == RestsOn{});
}

TEST_CASE("policies on a path: what is open about addresses outside, for those asked about") {
  // Without any Node object nobody knows which addresses are nodes.
  Shop shop(
      "apiVersion: policy.networking.k8s.io/v1alpha2\nkind: ClusterNetworkPolicy\n"
      "metadata: {name: no-nodes}\nspec:\n  tier: Admin\n  priority: 1\n"
      "  subject: {namespaces: {}}\n"
      "  egress:\n  - {name: nodes, action: Deny, to: [{nodes: {}}]}\n");
  shop.ask({Shop::hop(Direction::Egress, shop.web, addresses({"10.0.0.0/16"}))});
  Diagrams& diagrams = shop.space.diagrams();
  const auto to = [&](const char* destination) {
    return diagrams.both(shop.asked(IpProtocol::Tcp, "10.9.0.4/32", 443),
                         diagrams.addresses(Variable::destination(), addresses({destination})));
  };
  const RestsOn why = shop.reasons(to("10.0.0.4/32"));
  REQUIRE(why.points.size() == 1);
  CHECK(why.points[0].assumption == compiler::Assumption::Nodes);
  CHECK(shop.reasons(to("10.1.0.4/32")).points.empty());  // nobody asked about it
}

TEST_CASE("policies on a path: two hops that need different labels of one namespace") {
  Shop shop(policy("db", "db",
                   "  ingress:\n  - from: [{namespaceSelector: {matchLabels: {team: a}}}]\n") +
            policy("web", "web",
                   "  policyTypes: [Egress]\n"
                   "  egress:\n  - to: [{namespaceSelector: {matchLabels: {team: b}}}]\n"));
  shop.ask({Shop::hop(Direction::Egress, shop.web, shop.db)});
  CHECK(shop.verdict(IpProtocol::Tcp, "10.0.0.4/32", 80) == "other");
  shop.ask_both();
  CHECK(shop.verdict(IpProtocol::Tcp, "10.0.0.4/32", 80) == "denied");
  CHECK(shop.reasons(shop.asked(IpProtocol::Tcp, "10.0.0.4/32", 80)) == RestsOn{});
}

TEST_CASE("policies on a path: a bare pod always reaches itself") {
  Shop shop(policy("db", "db", "  policyTypes: [Ingress, Egress]\n"));
  shop.ask({Shop::hop(Direction::Egress, shop.db, shop.db),
            Shop::hop(Direction::Ingress, shop.db, shop.db)});
  CHECK(shop.found.must == kTrue);
}

}  // namespace
