// SPDX-License-Identifier: Apache-2.0
#include "solver/intents/created.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "policies/model/well_known_labels.h"
#include "solver/queries/example_pods.h"
#include "solver/queries/named_keys.h"

namespace polreach::solver::intents {

using model::EndpointId;
using model::Model;
using model::NamespaceId;
using model::Symbol;
using queries::ExamplePod;

namespace {

/// Notes the values that selectors name, and the names of namespaces.
struct Named {
  Symbol name_key{};
  std::set<Symbol> names;
  std::set<Symbol> values;

  void add(const model::Selector& selector) {
    for (const model::Requirement& each : selector.all_of) {
      values.insert(each.values.begin(), each.values.end());
      if (each.key == name_key) names.insert(each.values.begin(), each.values.end());
    }
  }

  void add(const Model& model) {
    for (const model::Policy& policy : model.policies) {
      add(policy.subject);
      add(policy.namespaces);
      for (const auto* rules : {&policy.ingress, &policy.egress}) {
        if (!*rules) continue;
        for (const model::Rule& rule : **rules) {
          for (const model::Peer& peer : rule.peers) add(peer);
        }
      }
    }
  }

  void add(const model::Peer& peer) {
    const auto* pods = std::get_if<model::PodPeer>(&peer.what);
    if (pods == nullptr) return;
    add(pods->pods);
    if (pods->namespaces) add(*pods->namespaces);
  }
};

void add_keys(const model::Selector& selector, std::set<Symbol>& keys) {
  for (const model::Requirement& each : selector.all_of) keys.insert(each.key);
}

std::string fresh(std::string_view stem, const std::set<std::string_view>& taken) {
  std::string name(stem);
  for (std::size_t i = 2; taken.contains(name); ++i) name = fmt::format("{}-{}", stem, i);
  return name;
}

std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + "\"";
}

std::string labels_yaml(const std::vector<std::pair<std::string, std::string>>& labels) {
  std::string text = labels.empty() ? "" : "  labels:\n";
  for (const auto& [key, value] : labels)
    text += "    " + quoted(key) + ": " + quoted(value) + "\n";
  return text;
}

}  // namespace

Creatable::Creatable(const compiler::Cluster& cluster,
                     const std::vector<const compiler::PodSet*>& sets)
    : model_(cluster.model()) {
  existing_ = model_.endpoints.size();
  namespaces_ = model_.namespaces.size();
  name_key_ = model_.symbols->intern(model::kNamespaceNameKey);
  queries::NamedKeys keys;
  keys.add(model_);
  Named named;
  named.name_key = name_key_;
  named.add(model_);
  for (const compiler::PodSet* set : sets) {
    for (const auto* conditions : {&set->in, &set->except}) {
      for (const compiler::PodCondition& each : *conditions) {
        named.add(each.namespaces);
        named.add(each.pods);
        add_keys(each.namespaces, keys.namespaces);
        add_keys(each.pods, keys.pods);
      }
    }
  }
  std::set<std::string_view> taken;
  for (Symbol value : named.values) {
    taken.insert(model_.text(value));
    values_.emplace(model_.text(value));
  }
  other_value_ = fresh("example", taken);
  pod_keys_.assign(keys.pods.begin(), keys.pods.end());
  keys.namespaces.insert(name_key_);
  namespace_keys_.assign(keys.namespaces.begin(), keys.namespaces.end());
  names_.assign(named.names.begin(), named.names.end());
  add_namespaces();
  add_pods();
  cluster_ = std::make_unique<compiler::Cluster>(model_, cluster.profile());
}

void Creatable::add_namespaces() {
  model::Requirement present{name_key_, model::Operator::Exists, {}, {}};
  model::Requirement other{name_key_, model::Operator::NotIn, {}, {}};
  for (const model::Namespace& each : model_.namespaces) other.values.push_back(each.name);
  std::sort(other.values.begin(), other.values.end());
  new_name_.all_of.push_back(present);
  if (!other.values.empty()) new_name_.all_of.push_back(other);
  model::Namespace unknown;
  unknown.name = model_.symbols->intern("");
  unknown.labels = model_.label_sets.intern(model::LabelSet::of({}, namespace_keys_));
  model_.namespaces.insert(model_.namespaces.end(), 2, unknown);
}

/// Of namespaces that nothing tells apart two are enough.
std::vector<NamespaceId> Creatable::told_apart() const {
  std::set<NamespaceId> with_policies;
  for (const model::Policy& policy : model_.policies) {
    if (policy.tier == model::Tier::Network) with_policies.insert(policy.ns);
  }
  for (const model::Gap& gap : model_.gaps) {
    if (gap.ns) with_policies.insert(*gap.ns);
  }
  std::map<std::vector<model::Label>, std::size_t> seen;
  std::vector<NamespaceId> result;
  for (std::uint32_t i = 0; i < model_.namespaces.size(); ++i) {
    const auto id = static_cast<NamespaceId>(i);
    const model::LabelSet& labels = model_.label_sets[model_[id].labels];
    const bool is_open = labels.open || !labels.unknown.empty();
    if (!is_new(id) && !is_open && !with_policies.contains(id)) {
      std::vector<model::Label> known;
      for (const model::Label& label : labels.known) {
        const bool names = label.key == name_key_;
        const bool matters =
            names ? std::find(names_.begin(), names_.end(), label.value) != names_.end()
                  : std::find(namespace_keys_.begin(), namespace_keys_.end(), label.key) !=
                        namespace_keys_.end();
        if (matters) known.push_back(label);
      }
      if (++seen[known] > 2) continue;
    }
    result.push_back(id);
  }
  return result;
}

void Creatable::add_pods() {
  const model::LabelSetId labels = model_.label_sets.intern(model::LabelSet::of({}, pod_keys_));
  for (NamespaceId ns : told_apart()) {
    for (auto* ends : {&sources_, &destinations_}) {
      model::Workload workload;
      workload.ns = ns;
      workload.kind = workload.name = model_.symbols->intern("Pod");
      const auto id = static_cast<EndpointId>(model_.endpoints.size());
      workload.endpoints = {id};
      model::Endpoint endpoint;
      endpoint.workload = static_cast<model::WorkloadId>(model_.workloads.size());
      endpoint.labels = labels;
      endpoint.open_ports = true;
      endpoint.owner_kind = endpoint.owner_name = workload.kind;
      model_.workloads.push_back(std::move(workload));
      model_.endpoints.push_back(std::move(endpoint));
      ends->push_back(id);
    }
  }
}

ExamplePod Creatable::example(const check::Witness& witness, bool source) const {
  const check::Packet& packet = witness.packet;
  const EndpointId id = source ? *packet.source : *packet.destination;
  const NamespaceId ns = model_.namespace_of(id);
  const auto owner = source ? check::LabelOwner::SourcePod : check::LabelOwner::DestinationPod;
  // A value that no selector names can be any text: it is shown as one.
  const auto text = [&](const std::string& value) {
    return values_.contains(value) ? value : other_value_;
  };
  ExamplePod pod;
  std::vector<std::pair<std::string, std::string>> of_namespace;
  std::set<std::string_view> taken;
  for (const model::Namespace& each : model_.namespaces) taken.insert(model_.text(each.name));
  for (Symbol name : names_) taken.insert(model_.text(name));
  // Two new ones that nothing names have different names all the same.
  const bool second = static_cast<std::size_t>(ns) > namespaces_;
  std::string fresh_name = fresh("example", taken);
  if (second) {
    taken.insert(fresh_name);
    fresh_name = fresh("example", taken);
  }
  pod.ns = is_new(ns) ? fresh_name : std::string(model_.text(model_[ns].name));
  for (const auto& [label, value] : witness.world.labels) {
    if (!value) continue;
    const std::string key(model_.text(label.key));
    if (label.owner == owner) {
      pod.labels.emplace_back(key, text(*value));
    } else if (label.owner == check::LabelOwner::Namespace && label.ns == ns && is_new(ns)) {
      if (label.key != name_key_) {
        of_namespace.emplace_back(key, text(*value));
      } else if (values_.contains(*value)) {
        pod.ns = *value;
      }
    }
  }
  std::sort(pod.labels.begin(), pod.labels.end());
  std::sort(of_namespace.begin(), of_namespace.end());
  if (is_new(ns)) pod.namespace_labels = of_namespace;
  if (source) return pod;
  std::set<Symbol> told;
  for (std::uint32_t index : witness.world.named_ports) {
    const auto name = static_cast<Symbol>(index / 4);
    const auto protocol = static_cast<net::Protocol>(index % 4);
    if (protocol != packet.protocol || !told.insert(name).second) continue;
    pod.ports.push_back({std::string(model_.text(name)), protocol, packet.port});
  }
  return pod;
}

EndpointId Creation::add(const ExamplePod& pod) {
  model::Workload workload;
  workload.ns = namespace_of(pod);
  workload.kind = model_.symbols->intern("Pod");
  workload.name = model_.symbols->intern(pod.name);
  workload.replicated = false;
  model::Endpoint endpoint;
  endpoint.workload = static_cast<model::WorkloadId>(model_.workloads.size());
  endpoint.labels = labels(pod.labels);
  endpoint.owner_kind = workload.kind;
  endpoint.owner_name = workload.name;
  for (const ExamplePod::Port& port : pod.ports) {
    endpoint.ports.push_back({model_.symbols->intern(port.name), port.protocol, port.number});
  }
  const auto id = static_cast<EndpointId>(model_.endpoints.size());
  workload.endpoints.push_back(id);
  model_.workloads.push_back(std::move(workload));
  model_.endpoints.push_back(std::move(endpoint));
  return id;
}

model::LabelSetId Creation::labels(
    const std::vector<std::pair<std::string, std::string>>& written) {
  std::vector<model::Label> known;
  for (const auto& [key, value] : written) {
    known.push_back({model_.symbols->intern(key), model_.symbols->intern(value)});
  }
  return model_.label_sets.intern(model::LabelSet::of(std::move(known)));
}

NamespaceId Creation::namespace_of(const ExamplePod& pod) {
  if (!pod.namespace_labels) {
    for (std::size_t i = 0; i < model_.namespaces.size(); ++i) {
      if (model_.text(model_.namespaces[i].name) == pod.ns) return static_cast<NamespaceId>(i);
    }
  }
  const auto known = created_.find(pod.ns);
  if (known != created_.end()) return known->second;
  auto with_name =
      pod.namespace_labels.value_or(std::vector<std::pair<std::string, std::string>>());
  with_name.emplace_back(model::kNamespaceNameKey, pod.ns);
  model::Namespace space;
  space.name = model_.symbols->intern(pod.ns);
  space.labels = labels(with_name);
  space.declared = true;
  const auto id = static_cast<NamespaceId>(model_.namespaces.size());
  model_.namespaces.push_back(space);
  created_.emplace(pod.ns, id);
  return id;
}

std::string yaml_of(const ExamplePod& pod) {
  std::string text;
  if (pod.namespace_labels) {
    text += "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: " + quoted(pod.ns) + "\n" +
            labels_yaml(*pod.namespace_labels) + "---\n";
  }
  text += "apiVersion: v1\nkind: Pod\nmetadata:\n  name: " + pod.name +
          "\n  namespace: " + quoted(pod.ns) + "\n" + labels_yaml(pod.labels) +
          "spec:\n  containers:\n    - name: example\n      image: registry.k8s.io/pause:3.10\n";
  if (!pod.ports.empty()) text += "      ports:\n";
  for (const ExamplePod::Port& port : pod.ports) {
    text += fmt::format("        - name: {}\n          containerPort: {}\n          protocol: {}\n",
                        quoted(port.name), port.number, net::to_string(port.protocol));
  }
  return text;
}

}  // namespace polreach::solver::intents
