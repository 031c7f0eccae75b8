// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "compiler/resolve/cluster.h"
#include "solver/sets/reach.h"
#include "solver/z3/prover.h"
#include "tests/agreement/compare.h"
#include "tests/agreement/generator.h"

// Every cluster of a small scope: two namespaces, three pods, and every set of at most two policies
// over a small alphabet; and likewise with policies of all tiers.
namespace polreach::agreement {
namespace {

using model::EndpointId;
using model::Operator;
using oracle::Target;
using oracle::Tri;

constexpr std::uint64_t kZ3Every = 499;

const std::vector<Target>& targets() {
  static const std::vector<Target> all = {
      {net::Protocol::Tcp, 80}, {net::Protocol::Tcp, 81}, {net::Protocol::Udp, 80}};
  return all;
}

NamedPortSpec named(const char* name, net::Protocol protocol, net::Port number) {
  return {name, protocol, number};
}

/// Namespace a is declared, b is not; one pod's address is not known, two have the port "web".
Spec base() {
  Spec spec;
  spec.namespaces = {{"a", true, {{"env", "prod"}}, {}}, {"b", false, {}, {}}};
  EndpointSpec one{"one", 0, false, {{"app", "x"}}, {}, {}, {"10.0.0.1"}, false, {}, {}};
  EndpointSpec two{"two", 0, false, {{"app", "y"}}, {}, {}, {"10.0.0.2"}, false, {}, {}};
  EndpointSpec three{"three", 1, true, {{"app", "x"}}, {}, {}, {}, false, {}, {}};
  one.ports = {named("web", net::Protocol::Tcp, 81)};
  three.ports = {named("web", net::Protocol::Udp, 80), named("web", net::Protocol::Tcp, 80)};
  spec.endpoints = {one, two, three};
  return spec;
}

SelectorSpec where(const char* key, Operator op, std::vector<std::string> values) {
  return {{key, op, std::move(values)}};
}

/// Rules with one peer, or none, and one port entry, or none.
std::vector<RuleSpec> rules() {
  const SelectorSpec app_x = where("app", Operator::In, {"x"});
  const SelectorSpec prod = where("env", Operator::NotIn, {"prod"});
  const std::vector<std::vector<PeerSpec>> peers = {
      {},
      {PodPeerSpec{std::nullopt, app_x}},
      {PodPeerSpec{prod, {}}},
      {PodPeerSpec{SelectorSpec{}, app_x}},
      {BlockPeerSpec{"10.0.0.0/30", {"10.0.0.2/32"}}},
  };
  const std::vector<std::vector<PortSpec>> ports = {
      {},
      {{net::Protocol::Tcp, std::pair<net::Port, net::Port>(80, 80)}},
      {{net::Protocol::Tcp, std::string("web")}},
      {{net::Protocol::Udp, {}}},
  };
  std::vector<RuleSpec> result;
  for (const auto& peer : peers) {
    for (const auto& port : ports) result.push_back({peer, port});
  }
  return result;
}

/// Every policy of the alphabet: a namespace, a subject, one direction with no or one rule, or
/// both directions with one.
std::vector<PolicySpec> alphabet() {
  std::vector<std::vector<RuleSpec>> lists = {{}};
  for (const RuleSpec& rule : rules()) lists.push_back({rule});
  const std::vector<SelectorSpec> subjects = {{}, where("app", Operator::In, {"x"})};
  std::vector<PolicySpec> result;
  for (std::size_t ns = 0; ns < 2; ++ns) {
    for (const SelectorSpec& subject : subjects) {
      for (const auto& list : lists) {
        result.push_back({"p", ns, subject, list, std::nullopt});
        result.push_back({"p", ns, subject, std::nullopt, list});
        result.push_back({"p", ns, subject, list, list});
      }
    }
  }
  return result;
}

/// Policies of one tier with one rule: every action, over a few peers and ports.
std::vector<PolicySpec> tier_alphabet(model::Tier tier) {
  const SelectorSpec app_x = where("app", Operator::In, {"x"});
  const SelectorSpec not_prod = where("env", Operator::NotIn, {"prod"});
  const std::vector<std::vector<PeerSpec>> ingress = {{PodPeerSpec{SelectorSpec{}, {}}},
                                                      {PodPeerSpec{not_prod, app_x}}};
  std::vector<std::vector<PeerSpec>> egress = ingress;
  egress.push_back({BlockPeerSpec{"10.0.0.0/31", {}}});
  const std::vector<PortSpec> web = {{net::Protocol::Tcp, std::string("web")}};
  const std::vector<PortSpec> tcp_80 = {
      {net::Protocol::Tcp, std::pair<net::Port, net::Port>(80, 80)}};
  std::vector<PolicySpec> result;
  const auto add = [&](bool is_egress, const RuleSpec& rule) {
    for (bool everyone : {true, false}) {
      PolicySpec policy;
      policy.name = "t";
      policy.tier = tier;
      if (!everyone) policy.subject = app_x;
      if (!everyone) policy.namespaces = not_prod;
      (is_egress ? policy.egress : policy.ingress) = std::vector<RuleSpec>{rule};
      result.push_back(std::move(policy));
    }
  };
  for (model::Action action : {model::Action::Allow, model::Action::Deny, model::Action::Pass}) {
    for (const auto& peers : ingress) {
      add(false, {peers, {}, action});
      add(false, {peers, web, action});
    }
    for (const auto& peers : egress) {
      add(true, {peers, {}, action});
      add(true, {peers, tcp_80, action});
    }
  }
  return result;
}

/// NetworkPolicies that isolate and let through nothing, or something.
std::vector<PolicySpec> few_network_policies() {
  const std::vector<RuleSpec> some = {
      {{PodPeerSpec{SelectorSpec{}, where("app", Operator::In, {"x"})}}, {}}};
  std::vector<PolicySpec> result;
  for (std::size_t ns = 0; ns < 2; ++ns) {
    for (const auto& list : {std::vector<RuleSpec>{}, some}) {
      result.push_back({"p", ns, {}, list, std::nullopt});
      result.push_back({"p", ns, {}, std::nullopt, list});
    }
  }
  return result;
}

/// What a run over all clusters found.
struct Tally {
  std::uint64_t clusters = 0;
  std::uint64_t answers = 0;
  std::uint64_t replays = 0;
  std::uint64_t depends = 0;
  std::uint64_t proofs = 0;
  std::uint64_t faults = 0;
  std::string first_fault;
};

/// The cluster with the policies of the alphabet at `chosen`.
class Scope {
 public:
  explicit Scope(std::vector<PolicySpec> alphabet) : alphabet_(std::move(alphabet)) {
    Spec all = base();
    all.policies = alphabet_;  // which is in the order of the tiers
    model_ = to_model(all);
    policies_ = std::move(model_.policies);
    for (std::size_t i = 0; i < model_.endpoints.size(); ++i) {
      parties_.emplace_back(static_cast<EndpointId>(i));
    }
  }

  [[nodiscard]] std::size_t letters() const { return policies_.size(); }

  void check(const std::vector<std::size_t>& chosen, Tally& tally) {
    model_.policies.clear();
    for (std::size_t letter : chosen) {  // in the order in which they decide
      model_.policies.push_back(policies_[letter]);
      model_.policies.back().priority = static_cast<std::int32_t>(model_.policies.size());
    }
    const compiler::Cluster cluster(model_, profile_);
    const bool with_z3 = tally.clusters++ % kZ3Every == 0;
    std::optional<solver::z3::Prover> prover;
    if (with_z3) prover.emplace(cluster);
    for (EndpointId source : parties_) {
      for (EndpointId destination : parties_) {
        const auto pieces = solver::sets::reach(cluster, source, destination);
        const bool right = check_pair(cluster, source, destination, pieces, tally) &&
                           (!with_z3 || check_proof(*prover, source, destination, pieces, tally));
        if (!right) note_fault(chosen, source, destination, tally);
      }
    }
  }

 private:
  static Tri said_by(const solver::sets::Piece& piece, const Target& target) {
    if (piece.must.contains(target.protocol, target.port)) return Tri::Always;
    return piece.may.contains(target.protocol, target.port) ? Tri::Sometimes : Tri::Never;
  }

  bool check_pair(const compiler::Cluster& cluster, EndpointId source, EndpointId destination,
                  const std::vector<solver::sets::Piece>& pieces, Tally& tally) const {
    const std::vector<Tri> truth = oracle::decide(model_, profile_, source, destination, targets());
    for (std::size_t i = 0; i < truth.size(); ++i) {
      if (pieces.size() != 1 || said_by(pieces.front(), targets()[i]) != truth[i]) return false;
      ++tally.answers;
      tally.depends += truth[i] == Tri::Sometimes ? 1 : 0;
    }
    const std::vector<oracle::Setting> all =
        oracle::settings(model_, profile_, source, destination);
    const oracle::Setting& setting = all[tally.clusters % all.size()];
    const solver::check::World world = to_check(setting.world);
    for (const Target& target : targets()) {
      const oracle::Packet packet =
          oracle::packet_of(source, destination, setting, target.protocol, target.port);
      ++tally.replays;
      if (oracle::passes(model_, profile_, packet, setting.world) !=
          solver::check::passes(cluster, to_check(packet), world)) {
        return false;
      }
    }
    return true;
  }

  bool check_proof(solver::z3::Prover& prover, EndpointId source, EndpointId destination,
                   const std::vector<solver::sets::Piece>& pieces, Tally& tally) const {
    const auto proof = prover.prove(source, destination, net::Traffic::all());
    const auto refuted = prover.refute(source, destination, pieces);
    if (!proof || !refuted || *refuted) return false;
    ++tally.proofs;
    const solver::sets::Piece& piece = pieces.front();
    return proof->allowed.has_value() == !piece.may.empty() &&
           proof->denied.has_value() == (piece.must != net::Traffic::all()) &&
           proof->undecided.has_value() == (piece.may != piece.must) &&
           (!proof->allowed || replay(*proof->allowed)) &&
           (!proof->denied || !replay(*proof->denied));
  }

  [[nodiscard]] bool replay(const solver::check::Witness& witness) const {
    return oracle::passes(model_, profile_, to_oracle(witness.packet), to_oracle(witness.world));
  }

  void note_fault(const std::vector<std::size_t>& chosen, EndpointId source, EndpointId destination,
                  Tally& tally) const {
    ++tally.faults;
    if (!tally.first_fault.empty()) return;
    Spec spec = base();
    spec.profile = profile_;
    for (std::size_t letter : chosen) {
      spec.policies.push_back(alphabet_[letter]);
      spec.policies.back().name = numbered("p", letter);
      spec.policies.back().priority = static_cast<std::int32_t>(spec.policies.size());
    }
    tally.first_fault = spec.endpoints[static_cast<std::size_t>(source)].name + " -> " +
                        spec.endpoints[static_cast<std::size_t>(destination)].name + "\n" +
                        describe_profile(profile_) + "\n" + to_yaml(spec);
  }

  std::vector<PolicySpec> alphabet_;
  std::vector<model::Policy> policies_;
  model::Model model_;
  model::ClusterProfile profile_;
  std::vector<EndpointId> parties_;
};

void report(const Tally& tally) {
  MESSAGE(tally.clusters << " clusters, " << tally.answers << " answers (" << tally.depends
                         << " depend), " << tally.replays << " replays in single worlds, "
                         << tally.proofs << " pairs proved with Z3");
  INFO("first: " << tally.first_fault);
  CHECK(tally.faults == 0);
  CHECK(tally.depends > 0);
  CHECK(tally.depends < tally.answers);
}

}  // namespace

TEST_CASE("agreement: every cluster of a small scope") {
  Scope scope(alphabet());
  Tally tally;
  scope.check({}, tally);
  for (std::size_t i = 0; i < scope.letters(); ++i) {
    scope.check({i}, tally);
    for (std::size_t j = i + 1; j < scope.letters(); ++j) scope.check({i, j}, tally);
  }
  report(tally);
}

TEST_CASE("agreement: every cluster of a small scope with tiers" *
          doctest::skip(kTieredShare == 0)) {
  std::vector<PolicySpec> letters = tier_alphabet(model::Tier::Admin);
  const std::size_t admins = letters.size();
  for (PolicySpec& policy : few_network_policies()) letters.push_back(std::move(policy));
  const std::size_t before_baseline = letters.size();
  for (PolicySpec& policy : tier_alphabet(model::Tier::Baseline)) {
    letters.push_back(std::move(policy));
  }
  Scope scope(std::move(letters));
  Tally tally;
  for (std::size_t i = 0; i < admins; ++i) {
    scope.check({i}, tally);
    for (std::size_t j = 0; j < admins; ++j) scope.check({i, j}, tally);  // in both orders
    for (std::size_t k = before_baseline; k < scope.letters(); ++k) {
      scope.check({i, k}, tally);
      for (std::size_t j = admins; j < before_baseline; ++j) scope.check({i, j, k}, tally);
    }
  }
  for (std::size_t i = before_baseline; i < scope.letters(); ++i) {
    scope.check({i}, tally);
    for (std::size_t j = admins; j < scope.letters(); ++j) scope.check({j, i}, tally);
  }
  report(tally);
}

}  // namespace polreach::agreement
