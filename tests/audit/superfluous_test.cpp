// SPDX-License-Identifier: Apache-2.0
// What can go, found by probes, by pairs of rules and by questions that are asked once, against the
// full question about every part.
#include "solver/audit/kubernetes/superfluous.h"

#include <doctest/doctest.h>

#include <map>
#include <memory>
#include <set>
#include <tuple>

#include "solver/queries/equivalence.h"
#include "solver/queries/variants.h"
#include "tests/agreement/generator.h"
#include "tests/agreement/rewrite.h"
#include "tests/support/environment.h"

namespace polreach {
namespace {

namespace audit = solver::audit;
namespace kubernetes = solver::audit::kubernetes;
namespace queries = solver::queries;

using kubernetes::Part;
using model::Direction;
using Outcome = queries::Equivalences::Outcome;

model::ClusterProfile profile_of(const agreement::Spec& spec) {
  model::ClusterProfile profile = spec.profile;
  profile.own_node_passes = false;
  return profile;
}

/// Policies, and rules of those that stay.
std::vector<Part> parts_of(const model::Model& model) {
  std::vector<Part> result;
  for (std::uint32_t i = 0; i < model.policies.size(); ++i) {
    const auto id = static_cast<model::PolicyId>(i);
    result.push_back({id, {}, 0});
    for (const Direction direction : {Direction::Ingress, Direction::Egress}) {
      const auto& rules = model[id].rules(direction);
      for (std::size_t rule = 0; rules && rule < rules->size(); ++rule) {
        result.push_back({id, direction, rule});
      }
    }
  }
  return result;
}

struct Count {
  std::size_t parts = 0;
  std::size_t go = 0;
};

void compare(const agreement::Spec& spec, Count& count) {
  const model::Model model = agreement::to_model(spec);
  const compiler::Cluster cluster(model, profile_of(spec));
  audit::Scene scene(cluster, nullptr);
  audit::Audit none;
  const kubernetes::Wanted wanted = [](const audit::Check&) { return true; };
  const kubernetes::Context context(scene, wanted, none);
  const kubernetes::Probes probes(context);
  kubernetes::Superfluous quick(context, probes);
  kubernetes::Superfluous full(context, probes, false);
  std::set<model::PolicyId> gone;
  for (const Part& part : parts_of(model)) {
    if (gone.contains(part.policy)) continue;
    CAPTURE(static_cast<std::uint32_t>(part.policy));
    CAPTURE(part.rule);
    const bool goes = full.can_go(part);
    // Where policies name nodes that nobody knows the full question has no answer.
    if (full.open() > 0) return;
    const bool quickly = quick.can_go(part);
    CHECK_MESSAGE(quickly == goes, agreement::to_yaml(spec));
    if (quickly != goes) return;  // what follows is another question
    ++count.parts;
    if (goes) ++count.go;
    if (goes && !part.direction) gone.insert(part.policy);
  }
  CHECK(quick.open() == 0);
}

/// A model with one policy, which has one rule.
struct Small {
  model::Model before;
  model::Model after;  // without the rule

  Small(const std::string& ns, const std::string& key, const std::string& value,
        const std::string& asked, net::Port port) {
    const auto symbol = [&](const std::string& text) { return before.symbols->intern(text); };
    model::Namespace space;
    space.name = symbol(ns);
    space.labels = before.label_sets.intern(
        model::LabelSet::of({{symbol("kubernetes.io/metadata.name"), symbol(ns)}}));
    space.declared = true;
    before.namespaces.push_back(space);
    model::Policy policy;
    policy.kind = policy.name = symbol("policy");
    policy.subject.all_of.push_back({symbol(key), model::Operator::In, {symbol(value)}, {}});
    model::Rule rule;
    model::PodPeer peer;
    peer.pods.all_of.push_back({symbol(key), model::Operator::In, {symbol(asked)}, {}});
    rule.peers.push_back({peer, {}});
    rule.ports.push_back({net::Protocol::Tcp, model::PortRange{port, port}, {}});
    after = before;
    policy.ingress.emplace();
    after.policies.push_back(policy);
    policy.ingress->push_back(rule);
    before.policies.push_back(policy);
  }

  [[nodiscard]] queries::QuestionForm form() const { return queries::form_of(before, after); }
};

}  // namespace

TEST_CASE("shortcuts find what the full question finds, and nothing else") {
  Count count;
  for (std::uint64_t seed = 0; seed < support::cases(80); ++seed) {
    CAPTURE(seed);
    agreement::Random random(seed);
    const agreement::Spec spec =
        agreement::generate(seed, {.readable = true, .tiered = seed % 3 == 0 ? 100 : 0});
    compare(spec, count);
    compare(agreement::doubled(spec, random), count);
    compare(agreement::split(spec, random), count);
  }
  CHECK(count.go > 20);
  CHECK(count.parts > 2 * count.go);
  MESSAGE(count.parts << " parts, of which " << count.go << " can go");
}

TEST_CASE("questions that differ only in names are one") {
  const Small one("shop", "app", "web", "api", 80);
  CHECK(one.form() == Small("shop", "app", "web", "api", 80).form());
  CHECK(one.form() == Small("bank", "role", "vault", "clerk", 80).form());
  // What is called alike counts, and so do numbers.
  CHECK(one.form() != Small("shop", "app", "web", "web", 80).form());
  CHECK(one.form() != Small("shop", "app", "web", "shop", 80).form());
  CHECK(one.form() != Small("shop", "kubernetes.io/metadata.name", "web", "api", 80).form());
  CHECK(one.form() != Small("shop", "app", "web", "api", 81).form());
  Small other = one;
  other.before.policies[0].ingress->at(0).ports[0].protocol = net::Protocol::Udp;
  CHECK(one.form() != other.form());
  other = one;
  other.before.policies[0].subject.all_of[0].op = model::Operator::NotIn;
  CHECK(one.form() != other.form());
  other = one;
  other.after.policies[0].ingress.reset();
  CHECK(one.form() != other.form());
  other = one;
  other.after.policies[0].egress.emplace();
  CHECK(one.form() != other.form());
  other = one;
  other.before.policies[0].ingress->at(0).peers.clear();
  CHECK(one.form() != other.form());
  other = one;
  other.before.namespaces[0].declared = false;
  CHECK(one.form() != other.form());
}

TEST_CASE("a question that was asked before has the answer that it had") {
  // Many small questions to one memory, each also asked by itself.
  using Profile = std::tuple<model::Reading, model::Reading, bool, bool, bool, bool>;
  std::map<Profile, std::unique_ptr<queries::Equivalences>> memories;
  std::size_t asked = 0;
  std::size_t same = 0;
  for (std::uint64_t seed = 0; seed < support::cases(200); ++seed) {
    CAPTURE(seed);
    agreement::Spec spec = agreement::generate(seed / 2, {.readable = true, .tiered = 0});
    if (spec.policies.size() > 2) spec.policies.resize(2);
    if (seed % 2 == 1) spec = agreement::renamed(spec);
    const model::Model model = agreement::to_model(spec);
    const model::ClusterProfile profile = profile_of(spec);
    auto& memory = memories[{profile.ipblock_matches_pods, profile.host_network_is_pod,
                             profile.blocks_match_nodes, profile.unknown_namespace_labels,
                             profile.pods_have_ipv4, profile.pods_have_ipv6}];
    if (!memory) memory = std::make_unique<queries::Equivalences>(profile, 10'000);
    for (const Part& part : parts_of(model)) {
      model::Model after = model;
      const auto index = static_cast<std::ptrdiff_t>(part.policy);
      if (part.direction) {
        auto& policy = after.policies[static_cast<std::size_t>(index)];
        auto& rules = *part.direction == Direction::Ingress ? policy.ingress : policy.egress;
        rules->erase(rules->begin() + static_cast<std::ptrdiff_t>(part.rule));
      } else {
        after.policies.erase(after.policies.begin() + index);
      }
      // The same twice over: once it is new, once it is known.
      const Outcome first = memory->compare(model, after);
      CHECK(memory->compare(model, after) == first);
      const auto answer =
          queries::equivalent(compiler::Cluster(model, profile), compiler::Cluster(after, profile));
      REQUIRE(answer.has_value());
      CHECK((first == Outcome::Different) == answer->counterexample.has_value());
      ++asked;
      if (first == Outcome::Same) ++same;
    }
  }
  std::size_t proofs = 0;
  for (const auto& [profile, memory] : memories) proofs += memory->proofs();
  CHECK(proofs < asked);
  CHECK(same > 0);
  MESSAGE(asked << " questions, " << proofs << " different ones, " << same << " changed nothing");
}

}  // namespace polreach
