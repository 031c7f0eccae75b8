// SPDX-License-Identifier: Apache-2.0
#include "solver/audit/kubernetes/probes.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/resolve/view.h"
#include "policies/model/directions.h"
#include "policies/model/well_known_labels.h"
#include "solver/queries/explain.h"
#include "solver/queries/variants.h"
#include "solver/sets/direction.h"

namespace polreach::solver::audit::kubernetes {

using model::Direction;
using model::EndpointId;
using model::PolicyId;

namespace {

/// A number that named ports get, and one that no rule is likely to name.
constexpr net::Port kNamed = 61'001;
constexpr net::Port kOdd = 61'002;

}  // namespace

/// What a rule is about, as one connection.
struct Probes::Probe {
  RuleId rule;
  EndpointId self{};
  compiler::Party other;
  net::Traffic traffic;
};

/// Packets; between pods the addresses are all of them.
struct Probes::Box {
  net::AddressSet addresses;
  net::Traffic traffic;
};

/// A model with the pods of all probes, beside the policies.
class Probes::Builder {
 public:
  /// A pod that a policy selects, for each direction that it covers.
  struct Subject {
    PolicyId policy{};
    EndpointId pod{};
  };

  explicit Builder(const model::Model& written) : written_(written), model_(written) {
    model_.endpoints.clear();
    model_.workloads.clear();
    for (std::size_t i = 0; i < model_.namespaces.size(); ++i) {
      namespaces_.emplace(model_.namespaces[i].name, static_cast<model::NamespaceId>(i));
    }
    for (std::uint32_t i = 0; i < written.policies.size(); ++i) add(static_cast<PolicyId>(i));
  }

  std::vector<Probe> probes;      // those of a rule stand together, in the order of the rules
  std::vector<Subject> subjects;  // one a policy
  [[nodiscard]] const model::Model& model() const { return model_; }

 private:
  void add(PolicyId id) {
    const model::Policy& policy = written_.policies[static_cast<std::size_t>(id)];
    const bool network = policy.tier == model::Tier::Network;
    const model::NamespaceId ns = network ? policy.ns : namespace_for(policy.namespaces);
    const EndpointId self = pod(ns, policy.subject);
    subjects.push_back({id, self});
    for (const Direction direction : model::kDirections) {
      const auto& rules = policy.rules(direction);
      for (std::size_t rule = 0; rules && rule < rules->size(); ++rule) {
        add({id, direction, rule}, (*rules)[rule], self, ns);
      }
    }
  }

  void add(const RuleId& id, const model::Rule& rule, EndpointId self, model::NamespaceId ns) {
    // Few will do: each says by itself that the rule is needed.
    constexpr std::size_t kMostPeers = 8;
    std::vector<compiler::Party> others;
    for (const model::Peer& peer : rule.peers) {
      if (others.size() == kMostPeers) break;
      if (const auto* pods = std::get_if<model::PodPeer>(&peer.what)) {
        others.emplace_back(
            pod(pods->namespaces ? namespace_for(*pods->namespaces) : ns, pods->pods));
      } else if (const auto* block = std::get_if<model::BlockPeer>(&peer.what)) {
        const net::AddressSet addresses = compiler::addresses_of(*block);
        if (!addresses.empty()) others.emplace_back(addresses);
      }
    }
    if (rule.peers.empty()) {
      others.emplace_back(pod(namespace_for({}), {}));
      const net::Address address = *net::Address::parse("8.8.8.8");
      others.emplace_back(net::AddressSet(address, address));
    }
    const bool ingress = id.direction == Direction::Ingress;
    for (const compiler::Party& other : others) {
      const auto* far = std::get_if<EndpointId>(&other);
      name_ports(rule, ingress ? &self : far);
      net::Traffic traffic;
      for (const model::PortMatch& port : rule.ports) traffic |= traffic_of(port);
      if (rule.ports.empty()) {
        for (const net::Protocol protocol : net::kProtocols) {
          traffic |= net::Traffic(protocol, net::PortSet(kOdd, kOdd));
        }
      }
      probes.push_back({id, self, other, std::move(traffic)});
    }
  }

  static net::Traffic traffic_of(const model::PortMatch& port) {
    if (const auto* range = std::get_if<model::PortRange>(&port.ports)) {
      return {port.protocol, net::PortSet(range->first, range->last)};
    }
    const bool named = std::holds_alternative<model::PortName>(port.ports);
    const net::Port number = named ? kNamed : kOdd;
    return {port.protocol, net::PortSet(number, number)};
  }

  /// Pods that give all names of a rule to one number.
  void name_ports(const model::Rule& rule, const EndpointId* pod) {
    if (pod == nullptr) return;
    auto& ports = model_.endpoints[static_cast<std::size_t>(*pod)].ports;
    for (const model::PortMatch& port : rule.ports) {
      const auto* named = std::get_if<model::PortName>(&port.ports);
      if (named == nullptr) continue;
      const model::NamedPort one{named->name, port.protocol, kNamed};
      if (std::find(ports.begin(), ports.end(), one) == ports.end()) ports.push_back(one);
    }
  }

  /// The fewest labels that meet a selector, as far as its requirements do not contradict.
  [[nodiscard]] std::vector<model::Label> labels_for(const model::Selector& selector) {
    std::map<model::Symbol, model::Symbol> labels;
    for (const model::Requirement& each : selector.all_of) {
      if (each.op == model::Operator::In) labels[each.key] = each.values.front();
    }
    for (const model::Requirement& each : selector.all_of) {
      if (each.op == model::Operator::Exists) {
        labels.emplace(each.key, model_.symbols->intern("polreach"));
      }
    }
    std::vector<model::Label> result;
    for (const auto& [key, value] : labels) result.push_back({key, value});
    return result;
  }

  EndpointId pod(model::NamespaceId ns, const model::Selector& selector) {
    const auto id = static_cast<EndpointId>(model_.endpoints.size());
    model::Workload workload;
    workload.ns = ns;
    workload.kind = model_.symbols->intern("Pod");
    workload.name = model_.symbols->intern(fmt::format("probe-{}", model_.endpoints.size()));
    workload.endpoints = {id};
    model::Endpoint endpoint;
    endpoint.workload = static_cast<model::WorkloadId>(model_.workloads.size());
    endpoint.labels = model_.label_sets.intern(model::LabelSet::of(labels_for(selector)));
    endpoint.owner_kind = workload.kind;
    endpoint.owner_name = workload.name;
    model_.workloads.push_back(std::move(workload));
    model_.endpoints.push_back(std::move(endpoint));
    return id;
  }

  /// A new namespace with the labels that a selector asks for; the one that it names.
  model::NamespaceId namespace_for(const model::Selector& selector) {
    std::vector<model::Label> labels = labels_for(selector);
    const model::Symbol name_key = model_.symbols->intern(model::kNamespaceNameKey);
    std::optional<model::Symbol> name;
    for (const model::Label& label : labels) {
      if (label.key == name_key) name = label.value;
    }
    const auto there = name ? namespaces_.find(*name) : namespaces_.end();
    if (there != namespaces_.end()) return there->second;
    const auto known = created_.find(labels);
    if (known != created_.end()) return known->second;
    const auto id = static_cast<model::NamespaceId>(model_.namespaces.size());
    model::Namespace space;
    space.name =
        name ? *name : model_.symbols->intern(fmt::format("polreach-probe-{}", created_.size()));
    space.declared = true;
    std::vector<model::Label> with_name = labels;
    if (!name) with_name.push_back({name_key, space.name});
    space.labels = model_.label_sets.intern(model::LabelSet::of(std::move(with_name)));
    model_.namespaces.push_back(space);
    created_.emplace(std::move(labels), id);
    return id;
  }

  const model::Model& written_;
  model::Model model_;
  std::map<model::Symbol, model::NamespaceId> namespaces_;
  std::map<std::vector<model::Label>, model::NamespaceId> created_;
};

Probes::~Probes() = default;

Probes::Probes(const Context& context)
    : context_(context), builder_(std::make_unique<Builder>(context.model())) {
  model::ClusterProfile profile = context.cluster().profile();
  cluster_ = std::make_unique<compiler::Cluster>(builder_->model(), profile);
  if (profile.ipblock_matches_pods != model::Reading::Yes) {
    profile.ipblock_matches_pods = model::Reading::No;
    strict_ = std::make_unique<compiler::Cluster>(builder_->model(), profile);
  }
  probe();
}

void Probes::find_isolating() {
  const model::Model& model = builder_->model();
  const compiler::Cluster& cluster = *cluster_;
  for (const Builder::Subject& subject : builder_->subjects) {
    if (model[subject.policy].tier != model::Tier::Network) continue;
    for (const Direction direction : model::kDirections) {
      if (!model[subject.policy].rules(direction)) continue;
      const auto& candidates = cluster.candidates(subject.pod, direction);
      const bool others = std::any_of(candidates.begin(), candidates.end(), [&](PolicyId each) {
        return each != subject.policy && model[each].tier == model::Tier::Network;
      });
      if (!others) isolates_alone_.emplace(subject.policy, direction);
    }
  }
}

void Probes::probe() {
  find_isolating();
  const compiler::Cluster& cluster = *cluster_;
  std::set<RuleId> needed;
  const model::Model& model = builder_->model();
  for (const Probe& each : builder_->probes) {
    if (needed.contains(each.rule)) continue;
    const bool egress = each.rule.direction == Direction::Egress;
    const compiler::Party self = each.self;
    const queries::DirectionReason reason =
        queries::explain(cluster, each.rule.direction, egress ? self : each.other,
                         egress ? each.other : self, each.traffic);
    const model::Rule& own = model[each.rule.policy].rules(each.rule.direction)->at(each.rule.rule);
    const bool network = model[each.rule.policy].tier == model::Tier::Network;
    net::Traffic mine;     // that the rule decides
    net::Traffic decided;  // that others do
    Covering& covering = superfluous_[each.rule];
    const auto look = [&](const std::vector<queries::RuleReason>& reasons,
                          std::vector<RuleId>& into) {
      for (const queries::RuleReason& found : reasons) {
        if (found.rule == &own) {
          mine |= found.traffic;
          continue;
        }
        decided |= found.traffic;
        const auto& rules = *model[found.policy].rules(each.rule.direction);
        into.push_back({found.policy, each.rule.direction,
                        static_cast<std::size_t>(found.rule - rules.data())});
      }
    };
    look(reason.allowing, covering.allowing);
    look(reason.denying, covering.denying);
    std::vector<RuleId> passing;
    look(reason.passing, passing);
    // What the rule decides must be decided without it; in ordered tiers that is for the rules
    // behind it, which the reasons do not show.
    const bool is_needed = network ? !(mine - decided).empty() : !mine.empty();
    if (is_needed) needed.insert(each.rule);
  }
  for (const RuleId& rule : needed) superfluous_.erase(rule);
  for (auto& [rule, covering] : superfluous_) {
    for (auto* rules : {&covering.allowing, &covering.denying}) {
      std::sort(rules->begin(), rules->end());
      rules->erase(std::unique(rules->begin(), rules->end()), rules->end());
    }
  }
}

bool Probes::may_go(PolicyId policy) const {
  bool any = false;
  for (const Direction direction : model::kDirections) {
    const auto& rules = context_.model()[policy].rules(direction);
    if (!rules) continue;
    any = true;
    if (isolates_alone_.contains({policy, direction})) return false;
    for (std::size_t rule = 0; rule < rules->size(); ++rule) {
      if (!may_go(RuleId{policy, direction, rule})) return false;
    }
  }
  return any;
}

Covering Probes::covering(const RuleId& rule) const {
  const auto known = superfluous_.find(rule);
  return known == superfluous_.end() ? Covering{} : known->second;
}

const std::vector<PolicyId>& Probes::beside(PolicyId policy, Direction direction) const {
  const Builder::Subject& subject = builder_->subjects[static_cast<std::size_t>(policy)];
  return cluster_->candidates(subject.pod, direction);
}

bool Probes::is_needed(const RuleId& rule, const Gone& gone) const {
  if (strict_ == nullptr) return false;
  const auto& probes = builder_->probes;
  const auto first =
      std::lower_bound(probes.begin(), probes.end(), rule,
                       [](const Probe& probe, const RuleId& id) { return probe.rule < id; });
  for (auto at = first; at != probes.end() && at->rule == rule; ++at) {
    if (shows_need(*at, gone)) return true;
  }
  return false;
}

bool Probes::shows_need(const Probe& probe, const Gone& gone) const {
  const model::Model& model = builder_->model();
  const bool egress = probe.rule.direction == Direction::Egress;
  const compiler::Party self = probe.self;
  const queries::DirectionReason reason =
      queries::explain(*strict_, probe.rule.direction, egress ? self : probe.other,
                       egress ? probe.other : self, probe.traffic);
  const auto& selecting = reason.selecting;
  const bool selected =
      std::find(selecting.begin(), selecting.end(), probe.rule.policy) != selecting.end();
  const bool isolated = std::any_of(selecting.begin(), selecting.end(),
                                    [&](PolicyId each) { return !gone.has(each); });
  if (!selected || !isolated) return false;
  const model::Rule& own =
      model[probe.rule.policy].rules(probe.rule.direction)->at(probe.rule.rule);
  const auto box = [](const queries::RuleReason& found) {
    return Box{found.addresses.empty() ? net::all_addresses() : found.addresses, found.traffic};
  };
  std::vector<Box> left;
  std::vector<Box> others;
  for (const auto* reasons : {&reason.allowing, &reason.denying, &reason.passing}) {
    for (const queries::RuleReason& found : *reasons) {
      if (found.rule == &own) {
        if (found.matches == compiler::Tri::Yes) left.push_back(box(found));
        continue;
      }
      const auto& rules = *model[found.policy].rules(probe.rule.direction);
      const auto index = static_cast<std::size_t>(found.rule - rules.data());
      if (!gone.has(RuleId{found.policy, probe.rule.direction, index})) {
        others.push_back(box(found));
      }
    }
  }
  for (const Box& cut : others) {
    std::vector<Box> rest;
    for (const Box& each : left) {
      rest.push_back({each.addresses - cut.addresses, each.traffic});
      rest.push_back({each.addresses & cut.addresses, each.traffic - cut.traffic});
    }
    std::erase_if(rest,
                  [](const Box& each) { return each.addresses.empty() || each.traffic.empty(); });
    left = std::move(rest);
  }
  return !left.empty() && passes_far_end(probe, left);
}

/// Whether the policies of the far end let some of it pass. Those of other namespaces have no say
/// in what a proof is about: a namespace without them can be created.
bool Probes::passes_far_end(const Probe& probe, const std::vector<Box>& boxes) const {
  const auto* far = std::get_if<EndpointId>(&probe.other);
  if (far == nullptr) return true;
  const model::Model& model = builder_->model();
  const Direction opposite =
      probe.rule.direction == Direction::Egress ? Direction::Ingress : Direction::Egress;
  const auto& acting = strict_->candidates(*far, opposite);
  const bool tiers = std::any_of(acting.begin(), acting.end(), [&](PolicyId each) {
    return model[each].tier != model::Tier::Network;
  });
  if (tiers) return false;
  if (model.namespace_of(*far) != model.namespace_of(probe.self)) return true;
  const net::Traffic passes = sets::flow(*strict_, opposite, *far, probe.self).must;
  return std::any_of(boxes.begin(), boxes.end(),
                     [&](const Box& each) { return !(each.traffic & passes).empty(); });
}

}  // namespace polreach::solver::audit::kubernetes
