// SPDX-License-Identifier: Apache-2.0
// What is said of all pods that could be created, held against pods that are created: random labels
// in random namespaces, one after the other.
#include "solver/queries/exposure.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>

#include "compiler/resolve/view.h"
#include "solver/sets/direction.h"
#include "tests/agreement/generator.h"
#include "tests/agreement/random.h"
#include "tests/support/environment.h"

namespace polreach::agreement {
namespace {

using model::Direction;
using model::EndpointId;
using model::Model;
using model::Symbol;
using net::Traffic;
using solver::queries::ExposureEntry;
using solver::queries::ExposureSide;

const std::uint64_t kClusters = support::cases(2500);
constexpr std::size_t kPods = 12;

/// The keys and values that selectors name.
struct Vocabulary {
  std::map<Symbol, std::set<Symbol>> pods;
  std::map<Symbol, std::set<Symbol>> namespaces;

  explicit Vocabulary(const Model& model) {
    for (const model::Policy& policy : model.policies) {
      add(pods, policy.subject);
      for (const auto* rules : {&policy.ingress, &policy.egress}) {
        if (!*rules) continue;
        for (const model::Rule& rule : **rules) {
          for (const model::Peer& peer : rule.peers) {
            const auto* pod = std::get_if<model::PodPeer>(&peer.what);
            if (pod == nullptr) continue;
            add(pods, pod->pods);
            if (pod->namespaces) add(namespaces, *pod->namespaces);
          }
        }
      }
    }
  }

  static void add(std::map<Symbol, std::set<Symbol>>& keys, const model::Selector& selector) {
    for (const auto& each : selector.all_of) {
      keys[each.key].insert(each.values.begin(), each.values.end());
    }
  }

  static model::LabelSet labels(const std::map<Symbol, std::set<Symbol>>& keys, Model& model,
                                Random& random, std::vector<model::Label> known) {
    for (const auto& [key, values] : keys) {
      const std::uint64_t choice = random.below(values.size() + 2);
      if (choice == 0) continue;
      Symbol value = model.symbols->intern("none-of-those");
      if (choice <= values.size()) value = *std::next(values.begin(), std::ptrdiff_t(choice) - 1);
      known.push_back({key, value});
    }
    return model::LabelSet::of(std::move(known));
  }
};

/// Adds a pod that nobody has declared.
EndpointId create(Model& model, const Vocabulary& words, Random& random, bool with_port) {
  std::vector<model::NamespaceId> declared;
  for (std::size_t i = 0; i < model.namespaces.size(); ++i) {
    const model::LabelSet& labels = model.label_sets[model.namespaces[i].labels];
    if (!labels.open && labels.unknown.empty()) {
      declared.push_back(static_cast<model::NamespaceId>(i));
    }
  }
  model::Workload workload;
  const std::uint64_t choice = random.below(declared.size() + 2);
  if (choice < declared.size()) {
    workload.ns = declared[choice];
  } else {
    model::Namespace space;
    space.declared = true;
    space.name = model.symbols->intern(numbered("created", model.namespaces.size()));
    space.labels = model.label_sets.intern(Vocabulary::labels(
        words.namespaces, model, random, {{model.symbols->intern(kNamespaceName), space.name}}));
    workload.ns = static_cast<model::NamespaceId>(model.namespaces.size());
    model.namespaces.push_back(space);
  }
  workload.kind = workload.name = model.symbols->intern("created");
  model::Endpoint endpoint;
  endpoint.workload = static_cast<model::WorkloadId>(model.workloads.size());
  endpoint.labels = model.label_sets.intern(Vocabulary::labels(words.pods, model, random, {}));
  endpoint.owner_kind = endpoint.owner_name = workload.name;
  if (with_port && random.below(2) == 0) {
    const auto number = static_cast<net::Port>(1 + random.below(65535));
    endpoint.ports.push_back({model.symbols->intern("http"), net::Protocol::Tcp, number});
  }
  const auto id = static_cast<EndpointId>(model.endpoints.size());
  workload.endpoints.push_back(id);
  model.workloads.push_back(workload);
  model.endpoints.push_back(endpoint);
  return id;
}

Traffic at(const solver::queries::PossibleTraffic& traffic, const model::Endpoint& pod) {
  Traffic result = traffic.ports;
  for (const auto& [protocol, name] : traffic.named) {
    for (const model::NamedPort& port : pod.ports) {
      if (port.name == name && port.protocol == protocol) {
        result[protocol] |= net::PortSet(port.number, port.number);
      }
    }
  }
  return result;
}

/// What the entries say of one pod, together.
solver::sets::Flow said(const compiler::Cluster& cluster, const ExposureSide& side, EndpointId id) {
  const Model& model = cluster.model();
  const compiler::Party party = id;
  const compiler::End end{&party, compiler::LabelOwner::SourcePod};
  const auto pod = compiler::pod_labels(cluster, end, nullptr);
  const auto space = compiler::namespace_labels(cluster, model.namespace_of(id), nullptr);
  solver::sets::Flow result;
  for (const ExposureEntry& entry : side.entries) {
    if (entry.is_outside()) continue;
    if (matches(entry.pods, pod) != compiler::Tri::Yes) continue;
    if (matches(entry.namespaces, space) != compiler::Tri::Yes) continue;
    result.must |= at(entry.allowed, model[id]);
    result.may |= at(entry.allowed, model[id]) | at(entry.conditional, model[id]);
  }
  return result;
}

/// Whether what is open about the pod itself can coincide with what is open about the other.
bool is_open_namespace(const Model& model, EndpointId id) {
  const model::LabelSet& labels = model.label_sets[model[model.namespace_of(id)].labels];
  return labels.open || !labels.unknown.empty();
}

struct Count {
  std::uint64_t compared = 0;
  std::uint64_t let_pass = 0;
};

void compare(const Model& before, const model::ClusterProfile& given, std::uint64_t seed,
             bool with_ports, Count& count) {
  model::ClusterProfile profile = given;
  profile.own_node_passes = false;
  const compiler::Cluster cluster(before, profile);
  const solver::queries::Exposure exposure = solver::queries::exposure(cluster, {});
  Model model = before;
  Random random(seed + 1);
  const Vocabulary words(model);
  std::vector<EndpointId> pods;
  for (std::size_t i = 0; i < kPods; ++i) {
    pods.push_back(create(model, words, random, with_ports));
  }
  const compiler::Cluster with_pods(model, profile);
  for (const auto& workload : exposure.workloads) {
    const EndpointId self = workload.pods.endpoints.front();
    if (!with_ports && is_open_namespace(model, self)) continue;
    for (const Direction direction : {Direction::Ingress, Direction::Egress}) {
      const auto& side = direction == Direction::Ingress ? workload.ingress : workload.egress;
      REQUIRE_FALSE(side->bounded);
      for (EndpointId pod : pods) {
        const auto expected = solver::sets::flow(with_pods, direction, self, pod);
        const auto found = said(with_pods, *side, pod);
        ++count.compared;
        if (!expected.must.empty()) ++count.let_pass;
        if (found.must == expected.must && found.may == expected.may) continue;
        FAIL("seed " << seed << ", endpoint " << static_cast<std::uint32_t>(self)
                     << (direction == Direction::Ingress ? " ingress" : " egress") << ": expected "
                     << net::to_string(expected.must) << " / " << net::to_string(expected.may)
                     << ", found " << net::to_string(found.must) << " / "
                     << net::to_string(found.may));
      }
    }
  }
}

/// Turns some policies into ones of the ordered tiers.
void raise(Model& model, Random& random) {
  for (model::Policy& policy : model.policies) {
    const std::uint64_t choice = random.below(4);
    if (choice > 1) continue;
    policy.tier = choice == 0 ? model::Tier::Admin : model::Tier::Baseline;
    policy.priority = static_cast<std::int32_t>(random.below(1000));
    for (auto* rules : {&policy.ingress, &policy.egress}) {
      if (!*rules) continue;
      for (model::Rule& rule : **rules) {
        const std::uint64_t action = random.below(3);
        rule.action = action == 0 ? model::Action::Deny : model::Action::Allow;
        if (action == 1 && choice == 0) rule.action = model::Action::Pass;
        for (model::Peer& peer : rule.peers) {
          auto* pods = std::get_if<model::PodPeer>(&peer.what);
          if (pods != nullptr && !pods->namespaces) pods->namespaces.emplace();
        }
      }
    }
  }
  std::stable_sort(model.policies.begin(), model.policies.end(),
                   [](const model::Policy& a, const model::Policy& b) {
                     return std::pair(a.tier, a.priority) < std::pair(b.tier, b.priority);
                   });
}

}  // namespace

TEST_CASE("exposure: what is said of all pods holds for each that is created") {
  Count count;
  for (std::uint64_t seed = 0; seed < kClusters; ++seed) {
    CAPTURE(seed);
    const Spec spec = generate(seed, {.readable = false, .tiered = 0});
    compare(to_model(spec), spec.profile, seed, true, count);
  }
  MESSAGE(count.compared << " directions, " << count.let_pass << " with traffic");
  CHECK(count.let_pass > kClusters);
}

TEST_CASE("exposure: the same where some policies are of the ordered tiers") {
  Count count;
  for (std::uint64_t seed = 0; seed < kClusters; ++seed) {
    CAPTURE(seed);
    const Spec spec = generate(seed, {.readable = false, .tiered = 0});
    Model model = to_model(spec);
    Random random(seed);
    raise(model, random);
    compare(model, spec.profile, seed, false, count);
  }
  MESSAGE(count.compared << " directions, " << count.let_pass << " with traffic");
  CHECK(count.let_pass > kClusters);
}

TEST_CASE("exposure: the same with nodes, networks and rules of the ordered tiers as they are") {
  Count count;
  for (std::uint64_t seed = 0; seed < kClusters; ++seed) {
    CAPTURE(seed);
    const Spec spec = generate(seed, {.readable = true, .tiered = 100});
    compare(to_model(spec), spec.profile, seed, false, count);
  }
  MESSAGE(count.compared << " directions, " << count.let_pass << " with traffic");
  CHECK(count.let_pass > kClusters);
}

}  // namespace polreach::agreement
