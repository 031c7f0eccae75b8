// SPDX-License-Identifier: Apache-2.0
#include "tests/oracle/oracle.h"

#include <doctest/doctest.h>

#include "tests/oracle/scene.h"

// The oracle against answers derived by hand from the Kubernetes API documentation, so that the
// referee is not trusted blindly.
namespace polreach::oracle {
namespace {

using model::EndpointId;
using model::Operator;
using model::Reading;
using net::Protocol;

}  // namespace

TEST_CASE("oracle: pods that no policy selects accept and send everything") {
  Scene s;
  const EndpointId web = s.pod(0, "web", "10.0.0.1");
  const EndpointId db = s.pod(1, "db", "10.0.0.2");
  CHECK(s.ask(web, db) == Tri::Always);
  CHECK(s.ask(ip("8.8.8.8"), db, 1, Protocol::Sctp) == Tri::Always);
  CHECK(s.ask(db, ip("2001:db8::1"), 65535, Protocol::Udp) == Tri::Always);
}

TEST_CASE("oracle: a policy isolates only whom it selects, and only in its directions") {
  Scene s;
  const EndpointId web = s.pod(0, "web", "10.0.0.1");
  const EndpointId db = s.pod(0, "db", "10.0.0.2");
  const EndpointId same_label_elsewhere = s.pod(1, "db", "10.0.0.3");
  s.policy(0, s.where("app", Operator::In, {"db"})).ingress = Rules{};
  CHECK(s.ask(web, db) == Tri::Never);
  CHECK(s.ask(ip("8.8.8.8"), db) == Tri::Never);
  CHECK(s.ask(db, web) == Tri::Always);  // no egress in the policy
  CHECK(s.ask(web, same_label_elsewhere) == Tri::Always);
  CHECK(s.ask(db, db) == Tri::Always);  // a pod always reaches itself
}

TEST_CASE("oracle: both checks must pass, and the rules of all policies add up") {
  Scene s;
  const EndpointId web = s.pod(0, "web", "10.0.0.1");
  const EndpointId db = s.pod(1, "db", "10.0.0.2");
  s.policy(0).egress = Rules{to_ports({{Protocol::Tcp, model::PortRange{80, 90}, {}}})};
  s.policy(1).ingress = Rules{to_ports({{Protocol::Tcp, model::PortRange{85, 99}, {}}})};
  CHECK(s.ask(web, db, 84) == Tri::Never);
  CHECK(s.ask(web, db, 85) == Tri::Always);
  CHECK(s.ask(web, db, 90) == Tri::Always);
  CHECK(s.ask(web, db, 91) == Tri::Never);
  CHECK(s.ask(web, db, 85, Protocol::Udp) == Tri::Never);
  s.policy(1).ingress = Rules{to_ports({{Protocol::Tcp, model::AllPorts{}, {}}})};
  CHECK(s.ask(web, db, 80) == Tri::Always);
  CHECK(s.ask(web, db, 91) == Tri::Never);  // egress still stops it
  CHECK(s.ask(ip("8.8.8.8"), db, 91) == Tri::Always);
}

TEST_CASE("oracle: a pod peer without namespaces means the namespace of the policy") {
  Scene s;
  const EndpointId db = s.pod(0, "db", "10.0.0.1");
  const EndpointId near = s.pod(0, "web", "10.0.0.2");
  const EndpointId far = s.pod(1, "web", "10.0.0.3");
  s.policy(0, s.where("app", Operator::In, {"db"})).ingress =
      Rules{from_pods(s.where("app", Operator::In, {"web"}))};
  CHECK(s.ask(near, db) == Tri::Always);
  CHECK(s.ask(far, db) == Tri::Never);
  CHECK(s.ask(ip("10.0.0.2"), db) == Tri::Never);  // not a pod
}

TEST_CASE("oracle: namespaces and pods of one peer must both match") {
  Scene s;
  const EndpointId db = s.pod(0, "db", "10.0.0.1");
  const EndpointId near = s.pod(0, "web", "10.0.0.2");
  const EndpointId far = s.pod(1, "web", "10.0.0.3");
  const EndpointId other = s.pod(1, "api", "10.0.0.4");
  s.policy(0, s.where("app", Operator::In, {"db"})).ingress = Rules{
      from_pods(s.where("app", Operator::In, {"web"}), s.where("env", Operator::In, {"dev"}))};
  CHECK(s.ask(near, db) == Tri::Never);
  CHECK(s.ask(far, db) == Tri::Always);
  CHECK(s.ask(other, db) == Tri::Never);
  s.policy(0).ingress = Rules{from_pods({}, model::Selector{})};
  CHECK(s.ask(other, db) == Tri::Always);
  CHECK(s.ask(ip("8.8.8.8"), db) == Tri::Never);  // every pod, and no one else
}

TEST_CASE("oracle: operators, with the key present and absent") {
  const std::vector<std::pair<Operator, std::pair<bool, bool>>> cases = {
      {Operator::In, {true, false}},
      {Operator::NotIn, {false, true}},
      {Operator::Exists, {true, false}},
      {Operator::DoesNotExist, {false, true}}};
  for (const auto& [op, expected] : cases) {
    for (bool present : {true, false}) {
      Scene s;
      const EndpointId from = s.pod(1, "x", "10.0.0.1");
      const EndpointId to = s.pod(0, "web", "10.0.0.2");
      const bool takes_values = op == Operator::In || op == Operator::NotIn;
      const std::vector<const char*> values =
          takes_values ? std::vector<const char*>{"web", "api"} : std::vector<const char*>{};
      s.policy(0, s.where(present ? "app" : "ghost", op, values)).ingress = Rules{};
      const bool selected = present ? expected.first : expected.second;
      CHECK(s.ask(from, to) == (selected ? Tri::Never : Tri::Always));
    }
  }
}

TEST_CASE("oracle: blocks with holes match outside addresses") {
  Scene s;
  const EndpointId db = s.pod(0, "db", "10.0.0.1");
  s.policy(0).ingress = Rules{from_block("192.0.2.0/24", {"192.0.2.128/25"})};
  CHECK(s.ask(ip("192.0.1.255"), db) == Tri::Never);
  CHECK(s.ask(ip("192.0.2.0"), db) == Tri::Always);
  CHECK(s.ask(ip("192.0.2.127"), db) == Tri::Always);
  CHECK(s.ask(ip("192.0.2.128"), db) == Tri::Never);
  CHECK(s.ask(ip("::c000:200"), db) == Tri::Never);
}

TEST_CASE("oracle: whether blocks match pods is the profile's to say") {
  Scene s;
  const EndpointId web = s.pod(0, "web", "10.0.0.1");
  const EndpointId db = s.pod(1, "db", "10.0.0.2");
  s.policy(1).ingress = Rules{from_block("10.0.0.0/31")};
  CHECK(s.ask(web, db) == Tri::Always);
  s.profile.ipblock_matches_pods = Reading::No;
  CHECK(s.ask(web, db) == Tri::Never);
  CHECK(s.ask(ip("10.0.0.1"), db) == Tri::Always);
  s.profile.ipblock_matches_pods = Reading::Both;
  CHECK(s.ask(web, db) == Tri::Sometimes);
}

TEST_CASE("oracle: an address that is not known may be any, of the families of the profile") {
  Scene s;
  const EndpointId web = s.pod(0, "web", nullptr);
  const EndpointId db = s.pod(1, "db", "10.0.0.2");
  s.policy(1).ingress = Rules{from_block("10.0.0.0/8")};
  CHECK(s.ask(web, db) == Tri::Sometimes);
  s.model.policies.back().ingress = Rules{from_block("0.0.0.0/0")};
  CHECK(s.ask(web, db) == Tri::Always);
  s.profile.pods_have_ipv6 = true;  // db has IPv4 alone, so they talk IPv4
  CHECK(s.ask(web, db) == Tri::Always);
  s.edit(db).addresses.push_back(ip("fd00::2"));
  CHECK(s.ask(web, db) == Tri::Sometimes);
  s.profile.pods_have_ipv4 = false;
  CHECK(s.ask(web, db) == Tri::Never);
}

TEST_CASE("oracle: a port name means the first entry with its protocol, at the destination") {
  Scene s;
  const EndpointId web = s.pod(0, "web", "10.0.0.1");
  const EndpointId db = s.pod(1, "db", "10.0.0.2");
  const model::Symbol http = s.symbol("http");
  s.edit(web).ports = {{http, Protocol::Tcp, 99}};
  s.edit(db).ports = {
      {http, Protocol::Udp, 53}, {http, Protocol::Tcp, 80}, {http, Protocol::Tcp, 81}};
  s.policy(0).egress = Rules{to_ports({{Protocol::Tcp, model::PortName{http}, {}}})};
  CHECK(s.ask(web, db, 80) == Tri::Always);
  CHECK(s.ask(web, db, 81) == Tri::Never);
  CHECK(s.ask(web, db, 99) == Tri::Never);
  CHECK(s.ask(web, db, 53, Protocol::Udp) == Tri::Never);
  CHECK(s.ask(web, ip("8.8.8.8"), 80) == Tri::Never);
}

TEST_CASE("oracle: a label that is not known is absent, or a written value, or another") {
  Scene s;
  const EndpointId web = s.pods_of_template(0, "web");
  s.open_label(web, "hash");
  const EndpointId db = s.pod(1, "db", "10.0.0.2");
  s.policy(0, s.where("hash", Operator::In, {"h1"})).egress = Rules{};
  CHECK(s.ask(web, db) == Tri::Sometimes);
  s.policy(0, s.where("hash", Operator::NotIn, {"h1"})).egress = Rules{};
  CHECK(s.ask(web, db) == Tri::Never);  // one of the two always selects it
}

TEST_CASE("oracle: pods of one template have their labels independently, a namespace has one set") {
  Scene s;
  const EndpointId web = s.pods_of_template(0, "web");
  s.open_label(web, "hash");
  // Isolated exactly when its own label is h1; then only peers that are not h1 pass.
  s.policy(0, s.where("hash", Operator::In, {"h1"})).ingress =
      Rules{from_pods(s.where("hash", Operator::NotIn, {"h1"}))};
  CHECK(s.ask(web, web) == Tri::Sometimes);

  Scene t;
  t.add_namespace("c", {}, true);
  const EndpointId one = t.pod(2, "one", "10.0.0.1");
  const EndpointId two = t.pod(2, "two", "10.0.0.2");
  t.policy(2).ingress = Rules{from_pods({}, t.where("env", Operator::Exists))};
  t.policy(2).egress = Rules{from_pods({}, t.where("env", Operator::DoesNotExist))};
  CHECK(t.ask(one, two) == Tri::Never);  // the namespace has the label or has it not
  t.profile.unknown_namespace_labels = false;
  t.model.policies.pop_back();
  CHECK(t.ask(one, two) == Tri::Never);
  t.profile.unknown_namespace_labels = true;
  CHECK(t.ask(one, two) == Tri::Sometimes);
}

TEST_CASE("oracle: pods of one template are two pods") {
  Scene s;
  const EndpointId web = s.pods_of_template(0, "web");
  s.policy(0).ingress = Rules{};
  CHECK(s.ask(web, web) == Tri::Never);
  // One pod of it is in the input: the controller may run others just like it.
  s.edit(web).pod = s.symbol("web-0");
  CHECK(s.ask(web, web) == Tri::Never);
}

TEST_CASE("oracle: a hostNetwork pod that is its node is never isolated and no one's pod peer") {
  Scene s;
  const EndpointId agent = s.pod(0, "agent", "192.168.0.1");
  s.edit(agent).host_network = true;
  s.edit(agent).node_addresses = {ip("192.168.0.1")};
  s.edit(agent).node = s.symbol("n1");
  const EndpointId db = s.pod(0, "db", "10.0.0.2");
  s.edit(db).node = s.symbol("n2");
  model::Policy& all = s.policy(0);
  all.ingress = Rules{from_pods({})};
  all.egress = Rules{from_pods({})};
  CHECK(s.ask(agent, db) == Tri::Always);
  s.profile.host_network_is_pod = Reading::No;
  CHECK(s.ask(agent, db) == Tri::Never);
  CHECK(s.ask(ip("8.8.8.8"), agent) == Tri::Always);
  CHECK(s.ask(db, agent) == Tri::Never);  // egress of db: no pod peer
  s.model.policies.back().egress = Rules{from_block("192.168.0.1/32")};
  s.profile.ipblock_matches_pods = Reading::No;  // a node is not a pod
  CHECK(s.ask(db, agent) == Tri::Always);
  s.model.policies.back().egress = Rules{from_pods({})};
  s.profile.host_network_is_pod = Reading::Both;
  CHECK(s.ask(agent, db) == Tri::Sometimes);
}

TEST_CASE("oracle: a pod accepts its own node") {
  Scene s;
  const EndpointId agent = s.pods_of_template(1, "agent");
  s.edit(agent).host_network = true;
  const EndpointId db = s.pod(0, "db", "10.0.0.2");
  s.edit(db).node = s.symbol("n1");
  s.edit(db).node_addresses = {ip("192.168.0.1")};
  s.policy(0).ingress = Rules{};
  s.profile.host_network_is_pod = Reading::No;
  CHECK(s.ask(ip("192.168.0.1"), db) == Tri::Always);
  CHECK(s.ask(ip("192.168.0.2"), db) == Tri::Never);
  CHECK(s.ask(agent, db) == Tri::Sometimes);  // it may run anywhere
  s.edit(agent).node = s.symbol("n1");
  CHECK(s.ask(agent, db) == Tri::Always);
  s.edit(agent).node = s.symbol("n2");
  CHECK(s.ask(agent, db) == Tri::Never);
  s.profile.host_network_is_pod = Reading::Yes;
  s.edit(agent).node = s.symbol("n1");
  CHECK(s.ask(agent, db) == Tri::Never);
}

TEST_CASE("oracle: the node's address counts only where the pod is its node") {
  Scene s;
  const EndpointId agent = s.pod(1, "agent", "10.0.0.1");
  s.edit(agent).host_network = true;
  s.edit(agent).node_addresses = {ip("192.168.0.1")};
  const EndpointId db = s.pod(0, "db", "10.0.0.2");
  s.policy(0).ingress = Rules{from_block("10.0.0.0/8")};
  s.edit(agent).node = s.symbol("n1");
  s.edit(db).node = s.symbol("n2");
  CHECK(s.ask(agent, db) == Tri::Always);
  s.profile.host_network_is_pod = Reading::No;
  CHECK(s.ask(agent, db) == Tri::Never);
  s.edit(agent).node_addresses.clear();
  CHECK(s.ask(agent, db) == Tri::Always);  // the next best: the pod's own
}

TEST_CASE("oracle: what the profile or the model settles, the world cannot change") {
  Scene s;
  const EndpointId web = s.pod(0, "web", "10.0.0.1");
  const EndpointId db = s.pod(1, "db", "10.0.0.2");
  s.policy(1, s.where("app", Operator::In, {"db"})).ingress = Rules{from_block("10.0.0.0/31")};
  Packet packet{web, db, ip("10.0.0.1"), ip("10.0.0.2"), Protocol::Tcp, 80};
  const World world{false, false, true, {{Owner::DestinationPod, {}, s.symbol("app"), "web"}}};
  CHECK(passes(s.model, s.profile, packet, world));  // Reading::Yes
  s.profile.ipblock_matches_pods = Reading::No;
  CHECK_FALSE(passes(s.model, s.profile, packet, world));  // still selected: app is db
}

TEST_CASE("oracle: possible() knows the addresses that an end can have") {
  Scene s;
  const EndpointId web = s.pod(0, "web", "10.0.0.1");
  const EndpointId any = s.pod(0, "any", nullptr);
  const World world;
  const auto can = [&](EndpointId from, const char* a, EndpointId to, const char* b) {
    return possible(s.model, s.profile, {from, to, ip(a), ip(b), Protocol::Tcp, 80}, world);
  };
  CHECK(can(web, "10.0.0.1", any, "9.9.9.9"));
  CHECK_FALSE(can(web, "10.0.0.2", any, "9.9.9.9"));
  CHECK_FALSE(can(web, "10.0.0.1", any, "::1"));  // the profile has IPv4 alone
  s.profile.pods_have_ipv6 = true;
  CHECK_FALSE(can(web, "10.0.0.1", any, "::1"));  // they have IPv4 in common
  CHECK(can(any, "::2", any, "::1"));
}

}  // namespace polreach::oracle
