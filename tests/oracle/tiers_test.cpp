// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "tests/oracle/oracle.h"
#include "tests/oracle/scene.h"

// The oracle on the tiers around NetworkPolicy, against answers derived by hand from the
// documentation of the network policy API.
namespace polreach::oracle {
namespace {

using model::Action;
using model::EndpointId;
using model::Operator;
using model::Reading;
using model::Tier;
using net::Protocol;

std::vector<model::PortMatch> tcp(net::Port first, net::Port last) {
  return {{Protocol::Tcp, model::PortRange{first, last}, {}}};
}

/// web in namespace a, db in namespace b.
struct TwoPods : Scene {
  EndpointId web = pod(0, "web", "10.0.0.1");
  EndpointId db = pod(1, "db", "10.0.0.2");
};

}  // namespace

TEST_CASE("oracle: the first rule of the admin tier that matches decides") {
  TwoPods s;
  s.tier(Tier::Admin).ingress = Rules{with(Action::Allow, all_pods(), tcp(80, 80)),
                                      with(Action::Deny, all_pods(), tcp(80, 81))};
  s.tier(Tier::Admin).ingress = Rules{with(Action::Allow, all_pods(), tcp(80, 82)),
                                      with(Action::Deny, all_pods(), tcp(82, 83))};
  CHECK(s.ask(s.web, s.db, 80) == Tri::Always);
  CHECK(s.ask(s.web, s.db, 81) == Tri::Never);
  CHECK(s.ask(s.web, s.db, 82) == Tri::Always);
  CHECK(s.ask(s.web, s.db, 83) == Tri::Never);
  CHECK(s.ask(s.web, s.db, 84) == Tri::Always);  // no tier says anything
  CHECK(s.ask(s.web, s.db, 81, Protocol::Udp) == Tri::Always);
  CHECK(s.ask(ip("8.8.8.8"), s.db, 81) == Tri::Always);  // not a pod
}

TEST_CASE("oracle: what the admin tier decides, no NetworkPolicy changes") {
  TwoPods s;
  s.tier(Tier::Admin).ingress = Rules{
      with(Action::Allow, all_pods(), tcp(80, 80)), with(Action::Deny, all_pods(), tcp(81, 81)),
      with(Action::Pass, all_pods(), tcp(82, 83)), with(Action::Deny, all_pods(), tcp(83, 83))};
  s.policy(1).ingress = Rules{to_ports(tcp(81, 81)), to_ports(tcp(83, 83))};
  CHECK(s.ask(s.web, s.db, 80) == Tri::Always);  // allowed above
  CHECK(s.ask(s.web, s.db, 81) == Tri::Never);   // denied above
  CHECK(s.ask(s.web, s.db, 82) == Tri::Never);   // left to the NetworkPolicy, which isolates
  CHECK(s.ask(s.web, s.db, 83) == Tri::Always);  // likewise, and it allows
  CHECK(s.ask(s.web, s.db, 84) == Tri::Never);   // not matched above
}

TEST_CASE("oracle: Pass leaves the whole tier, policies behind it included") {
  TwoPods s;
  s.tier(Tier::Admin).ingress = Rules{with(Action::Pass, all_pods(), tcp(80, 80))};
  s.tier(Tier::Admin).ingress = Rules{with(Action::Deny, all_pods())};
  CHECK(s.ask(s.web, s.db, 80) == Tri::Always);
  CHECK(s.ask(s.web, s.db, 81) == Tri::Never);
}

TEST_CASE("oracle: the baseline tier acts where no NetworkPolicy selects, direction by direction") {
  TwoPods s;
  s.policy(1).egress = Rules{};
  s.tier(Tier::Baseline).ingress = Rules{with(Action::Deny, all_pods())};
  CHECK(s.ask(s.web, s.db) == Tri::Never);  // the NetworkPolicy covers egress alone
  s.model.policies.front().ingress = Rules{to_ports(tcp(80, 80))};
  CHECK(s.ask(s.web, s.db, 80) == Tri::Always);  // final: the baseline is not asked
  CHECK(s.ask(s.web, s.db, 81) == Tri::Never);
  s.model.policies.front().subject = s.where("app", Operator::In, {"other"});
  CHECK(s.ask(s.web, s.db, 80) == Tri::Never);
}

TEST_CASE("oracle: in the baseline tier Pass, like no match, lets everything through") {
  TwoPods s;
  s.tier(Tier::Baseline).ingress = Rules{with(Action::Pass, all_pods(), tcp(80, 80)),
                                         with(Action::Allow, all_pods(), tcp(81, 81)),
                                         with(Action::Deny, all_pods(), tcp(80, 82))};
  CHECK(s.ask(s.web, s.db, 80) == Tri::Always);
  CHECK(s.ask(s.web, s.db, 81) == Tri::Always);
  CHECK(s.ask(s.web, s.db, 82) == Tri::Never);
  CHECK(s.ask(s.web, s.db, 83) == Tri::Always);
  s.tier(Tier::Baseline).ingress = Rules{with(Action::Deny, all_pods())};
  CHECK(s.ask(s.web, s.db, 80) == Tri::Always);
  CHECK(s.ask(s.web, s.db, 83) == Tri::Never);
}

TEST_CASE("oracle: an admin Pass still meets the baseline tier") {
  TwoPods s;
  s.tier(Tier::Admin).egress = Rules{with(Action::Pass, all_pods(), tcp(80, 80)),
                                     with(Action::Allow, all_pods(), tcp(81, 81))};
  s.tier(Tier::Baseline).egress = Rules{with(Action::Deny, all_pods())};
  CHECK(s.ask(s.web, s.db, 80) == Tri::Never);
  CHECK(s.ask(s.web, s.db, 81) == Tri::Always);
}

TEST_CASE("oracle: both ends must let it pass, whatever an admin policy of one end allows") {
  TwoPods s;
  s.tier(Tier::Admin, s.where("env", Operator::In, {"prod"})).egress =
      Rules{with(Action::Allow, all_pods())};
  CHECK(s.ask(s.web, s.db) == Tri::Always);
  s.policy(1).ingress = Rules{};
  CHECK(s.ask(s.web, s.db) == Tri::Never);
}

TEST_CASE("oracle: subjects are pods by their labels and those of their namespace") {
  TwoPods s;
  const EndpointId other = s.pod(1, "other", "10.0.0.3");
  const EndpointId far = s.pod(0, "db", "10.0.0.4");
  s.tier(Tier::Admin, s.where("env", Operator::In, {"dev"}), s.where("app", Operator::In, {"db"}))
      .ingress = Rules{with(Action::Deny, all_pods())};
  CHECK(s.ask(s.web, s.db) == Tri::Never);
  CHECK(s.ask(s.web, other) == Tri::Always);
  CHECK(s.ask(s.web, far) == Tri::Always);
  CHECK(s.ask(s.db, s.web) == Tri::Always);  // no egress rules, and no isolation
  CHECK(s.ask(s.db, s.db) == Tri::Always);   // itself
}

TEST_CASE("oracle: pod peers of the tiers select by namespace and pod labels") {
  TwoPods s;
  const EndpointId job = s.pod(0, "job", "10.0.0.3");
  s.tier(Tier::Admin).ingress =
      Rules{with(Action::Deny, from_pods(s.where("app", Operator::In, {"web"}),
                                         s.where("env", Operator::In, {"prod"})))};
  CHECK(s.ask(s.web, s.db) == Tri::Never);
  CHECK(s.ask(job, s.db) == Tri::Always);
  CHECK(s.ask(s.db, job) == Tri::Always);
}

TEST_CASE("oracle: what is not known of the labels of the subject's namespace") {
  Scene s;
  s.add_namespace("c", {}, true);
  const EndpointId web = s.pod(0, "web", "10.0.0.1");
  const EndpointId db = s.pod(2, "db", "10.0.0.2");
  s.tier(Tier::Admin, s.where("team", Operator::In, {"x"})).ingress =
      Rules{with(Action::Deny, all_pods())};
  CHECK(s.ask(web, db) == Tri::Sometimes);
  CHECK(s.ask(db, web) == Tri::Always);  // namespace a has no such label
  s.tier(Tier::Admin, s.where("team", Operator::NotIn, {"x"})).ingress =
      Rules{with(Action::Deny, all_pods())};
  CHECK(s.ask(web, db) == Tri::Never);  // one of the two
  s.profile.unknown_namespace_labels = false;
  s.model.policies.pop_back();
  CHECK(s.ask(web, db) == Tri::Always);
}

TEST_CASE("oracle: no hostNetwork pod is subject or pod peer of the tiers, however it is read") {
  for (Reading reading : {Reading::No, Reading::Yes, Reading::Both}) {
    TwoPods s;
    s.profile.host_network_is_pod = reading;
    const EndpointId agent = s.pod(0, "agent", "192.168.0.1");
    s.edit(agent).host_network = true;
    s.edit(agent).node = s.symbol("n1");
    s.edit(s.db).node = s.symbol("n2");
    model::Policy& admin = s.tier(Tier::Admin);
    admin.ingress = admin.egress = Rules{with(Action::Deny, all_pods())};
    model::Policy& baseline = s.tier(Tier::Baseline);
    baseline.ingress = baseline.egress = Rules{with(Action::Deny, all_pods())};
    CHECK(s.ask(s.web, s.db) == Tri::Never);
    CHECK(s.ask(agent, s.db) == Tri::Always);
    CHECK(s.ask(s.db, agent) == Tri::Always);
    CHECK(s.ask(ip("8.8.8.8"), agent) == Tri::Always);
  }
}

TEST_CASE(
    "oracle: the networks of the tiers match pods and nodes by address, whatever the profile") {
  for (Reading reading : {Reading::No, Reading::Yes, Reading::Both}) {
    TwoPods s;
    s.profile.ipblock_matches_pods = reading;
    s.profile.host_network_is_pod = reading;
    const EndpointId agent = s.pod(0, "agent", "10.0.0.3");
    s.edit(agent).host_network = true;
    s.tier(Tier::Admin).egress = Rules{with(Action::Deny, to_networks("10.0.0.2/31"))};
    CHECK(s.ask(s.web, s.db) == Tri::Never);
    CHECK(s.ask(s.web, agent) == Tri::Never);
    CHECK(s.ask(s.db, s.web) == Tri::Always);  // 10.0.0.1
    CHECK(s.ask(s.web, ip("10.0.0.3")) == Tri::Never);
    CHECK(s.ask(s.web, ip("10.0.0.4")) == Tri::Always);
  }
  // Of a hostNetwork pod that is its node it is the node's address that counts.
  TwoPods s;
  const EndpointId agent = s.pod(0, "agent", "10.0.0.3");
  s.edit(agent).host_network = true;
  s.edit(agent).node_addresses = {ip("192.168.0.1")};
  s.tier(Tier::Admin).egress = Rules{with(Action::Deny, to_networks("192.168.0.0/16"))};
  CHECK(s.ask(s.web, agent) == Tri::Always);
  s.profile.host_network_is_pod = Reading::No;
  CHECK(s.ask(s.web, agent) == Tri::Never);
}

TEST_CASE("oracle: a network of the tiers and a pod whose address is not known") {
  TwoPods s;
  s.profile.ipblock_matches_pods = Reading::No;
  const EndpointId any = s.pod(1, "any", nullptr);
  s.tier(Tier::Admin).egress = Rules{with(Action::Deny, to_networks("10.0.0.0/8"))};
  CHECK(s.ask(s.web, any) == Tri::Sometimes);
  s.model.policies.back().egress = Rules{with(Action::Deny, to_networks("0.0.0.0/0"))};
  CHECK(s.ask(s.web, any) == Tri::Never);
}

TEST_CASE("oracle: a block that does not say that it matches pods is left to the profile") {
  TwoPods s;
  s.tier(Tier::Admin).egress = Rules{with(Action::Deny, from_block("10.0.0.0/8"))};
  CHECK(s.ask(s.web, s.db) == Tri::Never);
  s.profile.ipblock_matches_pods = Reading::No;
  CHECK(s.ask(s.web, s.db) == Tri::Always);
  CHECK(s.ask(s.web, ip("10.9.9.9")) == Tri::Never);
  s.profile.ipblock_matches_pods = Reading::Both;
  CHECK(s.ask(s.web, s.db) == Tri::Sometimes);
}

TEST_CASE("oracle: a selector of nodes stands for the addresses of the Node objects it matches") {
  TwoPods s;
  s.node("n1", {{"zone", "x"}}, {"192.168.0.1", "fd01::1"});
  s.node("n2", {{"zone", "y"}}, {"192.168.0.2"});
  s.node("n3", {{"zone", "y"}}, {"10.0.0.2"});  // as the pod db has it
  s.tier(Tier::Admin).egress =
      Rules{with(Action::Deny, to_nodes(s.where("zone", Operator::In, {"x"}))),
            with(Action::Deny, to_nodes(s.where("zone", Operator::In, {"y"})), tcp(80, 80))};
  CHECK(s.ask(s.web, ip("192.168.0.1"), 81) == Tri::Never);
  CHECK(s.ask(s.web, ip("fd01::1"), 81) == Tri::Never);
  CHECK(s.ask(s.web, ip("192.168.0.2"), 80) == Tri::Never);
  CHECK(s.ask(s.web, ip("192.168.0.2"), 81) == Tri::Always);
  CHECK(s.ask(s.web, ip("192.168.0.3"), 80) == Tri::Always);  // settled: no such node
  CHECK(s.ask(s.web, s.db, 80) == Tri::Always);               // a pod, whatever its address
}

TEST_CASE("oracle: a selector of nodes matches hostNetwork pods by the address they have") {
  TwoPods s;
  s.node("n1", {}, {"192.168.0.1"});
  const EndpointId agent = s.pod(1, "agent", "10.0.0.9");
  s.edit(agent).host_network = true;
  s.edit(agent).node_addresses = {ip("192.168.0.1")};
  s.tier(Tier::Admin).egress = Rules{with(Action::Deny, to_nodes({}))};
  CHECK(s.ask(s.web, agent) == Tri::Always);  // as a pod it has its own address
  s.profile.host_network_is_pod = Reading::No;
  CHECK(s.ask(s.web, agent) == Tri::Never);
  s.edit(agent).node_addresses.clear();
  s.edit(agent).addresses.clear();
  CHECK(s.ask(s.web, agent) == Tri::Sometimes);  // it may have this address or another
}

TEST_CASE("oracle: without Node objects each selector of nodes may match or not, by itself") {
  TwoPods s;
  const model::Selector x = s.where("zone", Operator::In, {"x"});
  const model::Selector y = s.where("zone", Operator::In, {"y"});
  s.tier(Tier::Admin).egress = Rules{with(Action::Deny, to_nodes(x), tcp(80, 80)),
                                     with(Action::Pass, to_nodes(x), tcp(81, 81)),
                                     with(Action::Deny, to_nodes(y), tcp(81, 81))};
  CHECK(s.ask(s.web, ip("192.168.0.1"), 80) == Tri::Sometimes);
  CHECK(s.ask(s.web, ip("192.168.0.1"), 81) == Tri::Sometimes);  // where y matches and x does not
  CHECK(s.ask(s.web, ip("192.168.0.1"), 82) == Tri::Always);
  CHECK(s.ask(s.web, s.db, 80) == Tri::Always);  // never a pod
  // Written a second time it is the same selector: what it passes here, it does not deny there.
  s.model.policies.back().egress =
      Rules{with(Action::Pass, to_nodes(x)), with(Action::Deny, to_nodes(x))};
  CHECK(s.ask(s.web, ip("192.168.0.1")) == Tri::Always);
  s.edit(s.db).host_network = true;
  s.model.policies.back().egress = Rules{with(Action::Deny, to_nodes(x))};
  CHECK(s.ask(s.web, s.db) == Tri::Sometimes);
  s.profile.host_network_is_pod = Reading::No;
  CHECK(s.ask(s.web, s.db) == Tri::Sometimes);
}

TEST_CASE("oracle: a Node object without addresses opens the selectors that match it, no others") {
  TwoPods s;
  s.node("n1", {{"zone", "x"}}, {"192.168.0.1"});
  s.node("n2", {{"zone", "x"}, {"role", "edge"}}, {});
  s.tier(Tier::Admin).egress =
      Rules{with(Action::Deny, to_nodes(s.where("zone", Operator::Exists)), tcp(80, 80)),
            with(Action::Deny, to_nodes(s.where("role", Operator::DoesNotExist)), tcp(81, 81)),
            with(Action::Deny, to_nodes(s.where("zone", Operator::In, {"y"})), tcp(82, 82))};
  CHECK(s.ask(s.web, ip("192.168.0.1"), 80) == Tri::Never);  // that much is known
  CHECK(s.ask(s.web, ip("192.168.0.9"), 80) == Tri::Sometimes);
  CHECK(s.ask(s.web, ip("192.168.0.1"), 81) == Tri::Never);
  CHECK(s.ask(s.web, ip("192.168.0.9"), 81) == Tri::Always);
  CHECK(s.ask(s.web, ip("192.168.0.1"), 82) == Tri::Always);  // no node, and nothing is open
  CHECK(s.ask(s.web, ip("192.168.0.9"), 82) == Tri::Always);
}

TEST_CASE("oracle: a domain name may stand for any address outside, and for no pod") {
  TwoPods s;
  const model::Symbol name = s.symbol("api.example.test");
  s.tier(Tier::Admin).egress = Rules{with(Action::Allow, to_domain(name), tcp(80, 80)),
                                     with(Action::Deny, to_networks("0.0.0.0/0"))};
  CHECK(s.ask(s.web, ip("8.8.8.8"), 80) == Tri::Sometimes);
  CHECK(s.ask(s.web, ip("8.8.8.8"), 81) == Tri::Never);
  CHECK(s.ask(s.web, ip("2001:db8::1"), 80) == Tri::Always);
  CHECK(s.ask(s.web, s.db, 80) == Tri::Never);
  s.edit(s.db).host_network = true;
  CHECK(s.ask(s.web, s.db, 80) == Tri::Never);
}

TEST_CASE("oracle: a port name of the tiers is looked up at the destination with each protocol") {
  TwoPods s;
  const model::Symbol http = s.symbol("http");
  s.edit(s.db).ports = {{http, Protocol::Udp, 53}, {http, Protocol::Tcp, 80}};
  s.tier(Tier::Admin).egress = Rules{with(Action::Deny, all_pods(),
                                          {{Protocol::Tcp, model::PortName{http}, {}},
                                           {Protocol::Udp, model::PortName{http}, {}},
                                           {Protocol::Sctp, model::PortName{http}, {}}})};
  CHECK(s.ask(s.web, s.db, 80) == Tri::Never);
  CHECK(s.ask(s.web, s.db, 53, Protocol::Udp) == Tri::Never);
  CHECK(s.ask(s.web, s.db, 80, Protocol::Udp) == Tri::Always);
  CHECK(s.ask(s.web, s.db, 53) == Tri::Always);
  CHECK(s.ask(s.web, s.db, 80, Protocol::Sctp) == Tri::Always);
}

TEST_CASE("oracle: no tier stops a pod from itself, or its own node") {
  TwoPods s;
  s.edit(s.db).node_addresses = {ip("192.168.0.1")};
  model::Rule everyone = with(Action::Deny, model::Rule{});
  model::Policy& admin = s.tier(Tier::Admin);
  admin.ingress = admin.egress = Rules{everyone};
  CHECK(s.ask(s.db, s.db) == Tri::Always);
  CHECK(s.ask(ip("192.168.0.1"), s.db) == Tri::Always);
  CHECK(s.ask(ip("192.168.0.2"), s.db) == Tri::Never);
  CHECK(s.ask(s.db, ip("192.168.0.1")) == Tri::Never);  // egress to it is like any other
}

TEST_CASE("oracle: what the model settles of nodes, the world cannot change") {
  TwoPods s;
  s.node("n1", {}, {"192.168.0.1"});
  s.tier(Tier::Admin).egress = Rules{with(Action::Deny, to_nodes({}))};
  World world;
  world.node_selectors = {true};
  const Packet packet{s.web, std::nullopt, ip("10.0.0.1"), ip("8.8.8.8"), Protocol::Tcp, 80};
  CHECK(passes(s.model, s.profile, packet, world));
  s.model.nodes.front().addresses.clear();
  CHECK_FALSE(passes(s.model, s.profile, packet, world));
  world.node_selectors.clear();  // what a world does not say is no
  CHECK(passes(s.model, s.profile, packet, world));
}

}  // namespace polreach::oracle
