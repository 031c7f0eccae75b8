// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "compiler/resolve/engine.h"
#include "tests/azure/pods_builder.h"

// Expected: AKS documentation, "Secure traffic between pods by using network policies": Azure NPM
// on Windows supports no named ports, no SCTP, no negative selectors and no except.
namespace polreach::compiler {
namespace {

using model::Operator;

/// The words of the gap that a policy with one rule makes on Windows nodes; empty: there is none.
std::string gap_of(const model::PortMatch& port, const model::Peer& peer) {
  support::PodsBuilder pods;
  (void)pods.pod("web");
  model::Rule rule;
  rule.ports.push_back(port);
  rule.peers.push_back(peer);
  pods.allow(rule);
  enforce(pods.model, model::Engine::AzureNpm, true, {});
  return pods.model.gaps.empty() ? "" : pods.model.gaps.front().what;
}

/// A shop with one pod, a policy of each kind, and what an engine makes of them.
model::Model enforced(model::Engine engine, bool windows) {
  support::PodsBuilder pods;
  (void)pods.pod("web");
  // A named port: what Azure NPM does not program on Windows.
  model::Rule rule;
  rule.ports.push_back({net::Protocol::Tcp, model::PortName{model::Symbol{0}}, {}});
  pods.allow(rule);
  model::Policy policy = pods.model.policies.front();
  policy.tier = model::Tier::Admin;
  policy.kind = pods.model.symbols->intern("AdminNetworkPolicy");
  policy.name = pods.model.symbols->intern("first");
  pods.model.policies.push_back(policy);
  enforce(pods.model, engine, windows, {});
  return std::move(pods.model);
}

std::vector<std::string> unenforced(const model::Model& model) {
  std::vector<std::string> names;
  for (const model::Unenforced& each : model.unenforced) names.push_back(each.what);
  return names;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("exactly the policies that an engine does not enforce are listed as such") {
  const model::Model npm = enforced(model::Engine::AzureNpm, false);
  REQUIRE(npm.policies.size() == 1);
  CHECK(npm.policies.front().tier == model::Tier::Network);
  CHECK(unenforced(npm) == Names{"AdminNetworkPolicy first"});
  const model::Model none = enforced(model::Engine::None, false);
  CHECK(none.policies.empty());
  CHECK(unenforced(none) == Names{"NetworkPolicy shop/in", "AdminNetworkPolicy first"});
  const model::Model calico = enforced(model::Engine::Calico, false);
  CHECK(calico.policies.size() == 2);
  CHECK(unenforced(calico).empty());
}

TEST_CASE("where no node runs Windows there are no gaps for it") {
  CHECK(enforced(model::Engine::AzureNpm, true).gaps.size() == 1);
  CHECK(enforced(model::Engine::AzureNpm, false).gaps.empty());
}

TEST_CASE("policies that Azure NPM does not program on Windows are gaps there") {
  const model::PortMatch port{net::Protocol::Tcp, model::PortRange{80, 80}, {}};
  const model::Peer all{model::PodPeer{}, {}};
  CHECK(gap_of(port, all).empty());
  const model::PortMatch named{net::Protocol::Tcp, model::PortName{model::Symbol{0}}, {}};
  CHECK(support::mentions({gap_of(named, all)}, "a named port"));
  const model::PortMatch sctp{net::Protocol::Sctp, model::PortRange{80, 80}, {}};
  CHECK(support::mentions({gap_of(sctp, all)}, "SCTP"));
  model::PodPeer negative;
  negative.pods.all_of.push_back({model::Symbol{0}, Operator::DoesNotExist, {}, {}});
  CHECK(support::mentions({gap_of(port, {negative, {}})}, "a negative selector"));
  model::BlockPeer block;
  block.cidr = net::Prefix::parse("10.0.0.0/8").value();
  CHECK(gap_of(port, {block, {}}).empty());
  block.except.push_back(net::Prefix::parse("10.1.0.0/16").value());
  CHECK(support::mentions({gap_of(port, {block, {}})}, "an except"));
}

TEST_CASE("pods that their node selectors keep off Windows have no gap there") {
  const auto has_gap = [](std::string_view key, std::string_view value) {
    support::PodsBuilder pods;
    (void)pods.pod("web");
    model::Model& model = pods.model;
    model.endpoints.back().node_labels = {
        {model.symbols->intern("disk"), model.symbols->intern("ssd")},
        {model.symbols->intern(key), model.symbols->intern(value)}};
    model::Rule rule;
    rule.ports.push_back({net::Protocol::Sctp, model::PortRange{1, 1}, {}});
    pods.allow(rule);
    enforce(model, model::Engine::AzureNpm, true, {});
    return !model.gaps.empty();
  };
  // "kubernetes.io/os: linux" and "windows" are what kubelets set ("Well-Known Labels"); the one
  // with "beta" is its older name.
  for (const char* key : {"kubernetes.io/os", "beta.kubernetes.io/os"}) {
    CHECK_FALSE(has_gap(key, "linux"));
    CHECK(has_gap(key, "windows"));
  }
  CHECK(has_gap("kubernetes.io/arch", "linux"));  // no word about the system
}

}  // namespace polreach::compiler
