// SPDX-License-Identifier: Apache-2.0
#include "compiler/resolve/likeness.h"

#include <algorithm>
#include <set>

#include "compiler/resolve/match.h"
#include "compiler/resolve/value_writer.h"
#include "compiler/resolve/view.h"

namespace polreach::compiler {
namespace {

using model::Direction;
using model::EndpointId;
using model::Model;
using model::Policy;

/// What a value says: names as they are.
class Writer : public ValueWriter {
 public:
  Writer() : ValueWriter(Symbols::AsTheyAre) {}
};

constexpr std::uint32_t kEndpointAspect = 2;  // after the two directions
constexpr std::uint32_t kNodesAspect = 3;

/// The policy with everything that tells whom it selects.
void whole_policy(Writer& writer, const Policy& policy, model::Symbol ns, Direction direction) {
  writer.number(static_cast<std::size_t>(policy.tier));
  writer.selector(policy.subject);
  writer.selector(policy.namespaces);
  const auto& rules = *policy.rules(direction);
  writer.number(rules.size());
  for (const model::Rule& each : rules) writer.rule(each, ns);
}

}  // namespace

std::uint32_t Likeness::intern(Written written) {
  const auto next = static_cast<std::uint32_t>(ids_.size());
  return ids_.emplace(std::move(written), next).first->second;
}

std::uint32_t Likeness::endpoint(const Cluster& cluster, EndpointId id) {
  const Key key{&cluster, static_cast<std::uint32_t>(id), kEndpointAspect};
  if (const auto found = known_.find(key); found != known_.end()) return found->second;
  const Model& model = cluster.model();
  const model::Endpoint& endpoint = model[id];
  const model::Workload& workload = model[endpoint.workload];
  Writer writer;
  writer.symbol(model[workload.ns].name);
  writer.labels(model.label_sets[model[workload.ns].labels]);
  writer.labels(model.label_sets[endpoint.labels]);
  writer.number(endpoint.open_ports ? 1 : 0);
  writer.number(endpoint.ports.size());
  for (const model::NamedPort& port : endpoint.ports) {
    writer.symbol(port.name);
    writer.number(static_cast<std::size_t>(port.protocol));
    writer.number(port.number);
  }
  writer.addresses(endpoint.addresses);
  writer.number(endpoint.host_network ? 1 : 0);
  writer.symbol(endpoint.node);
  writer.addresses(endpoint.node_addresses);
  writer.number(workload.replicated ? 1 : 0);
  return known_.emplace(key, intern(std::move(writer.out))).first->second;
}

std::uint32_t Likeness::policies(const Cluster& cluster, EndpointId id, Direction direction) {
  const Key key{&cluster, static_cast<std::uint32_t>(id), static_cast<std::uint32_t>(direction)};
  if (const auto found = known_.find(key); found != known_.end()) return found->second;
  const Model& model = cluster.model();
  const Party party = id;
  const LabelView labels = pod_labels(cluster, {&party, LabelOwner::SourcePod}, nullptr);
  std::set<Written> rules;     // of NetworkPolicies that select it for certain
  std::set<Written> in_doubt;  // NetworkPolicies that may
  Writer ordered;              // the other tiers
  bool isolated = false;
  for (model::PolicyId each : cluster.candidates(id, direction)) {
    const Policy& policy = model[each];
    if (policy.tier != model::Tier::Network) {
      whole_policy(ordered, policy, {}, direction);
      continue;
    }
    const model::Symbol ns = model[policy.ns].name;
    if (matches(policy.subject, labels) != Tri::Yes) {
      Writer writer;
      whole_policy(writer, policy, ns, direction);
      in_doubt.insert(std::move(writer.out));
      continue;
    }
    isolated = true;
    for (const model::Rule& rule : *policy.rules(direction)) {
      Writer writer;
      writer.rule(rule, ns);
      rules.insert(std::move(writer.out));
    }
  }
  Writer all;
  all.number(isolated ? 1 : 0);
  for (const auto* set : {&rules, &in_doubt}) {
    all.number(set->size());
    for (const Written& each : *set) {
      all.number(each.size());
      all.out.insert(all.out.end(), each.begin(), each.end());
    }
  }
  all.out.insert(all.out.end(), ordered.out.begin(), ordered.out.end());
  return known_.emplace(key, intern(std::move(all.out))).first->second;
}

std::uint32_t Likeness::nodes(const Cluster& cluster) {
  const Key key{&cluster, 0, kNodesAspect};
  if (const auto found = known_.find(key); found != known_.end()) return found->second;
  Writer writer;
  for (const model::Node& each : cluster.model().nodes) {
    writer.symbol(each.name);
    writer.labels(cluster.model().label_sets[each.labels]);
    writer.addresses(each.addresses);
  }
  return known_.emplace(key, intern(std::move(writer.out))).first->second;
}

bool Likeness::alike(const Pair& a, const Pair& b) {
  return endpoint(*a.cluster, a.source) == endpoint(*b.cluster, b.source) &&
         endpoint(*a.cluster, a.destination) == endpoint(*b.cluster, b.destination) &&
         (a.source == a.destination) == (b.source == b.destination) &&
         policies(*a.cluster, a.source, Direction::Egress) ==
             policies(*b.cluster, b.source, Direction::Egress) &&
         policies(*a.cluster, a.destination, Direction::Ingress) ==
             policies(*b.cluster, b.destination, Direction::Ingress) &&
         nodes(*a.cluster) == nodes(*b.cluster);
}

bool Likeness::alike(const Cluster& a, EndpointId of_a, const Cluster& b, EndpointId of_b,
                     Direction direction) {
  return endpoint(a, of_a) == endpoint(b, of_b) &&
         policies(a, of_a, direction) == policies(b, of_b, direction) && nodes(a) == nodes(b);
}

}  // namespace polreach::compiler
