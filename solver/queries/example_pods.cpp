// SPDX-License-Identifier: Apache-2.0
#include "solver/queries/example_pods.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "policies/model/well_known_labels.h"
#include "policies/source/result.h"
#include "solver/sets/direction.h"

namespace polreach::solver::queries {
namespace {

using model::Model;
using model::Symbol;

constexpr std::string_view kStem = "example";

/// A name that is not taken.
template <typename IsTaken>
std::string fresh(const IsTaken& is_taken) {
  std::string name(kStem);
  for (std::size_t i = 2; is_taken(name); ++i) {
    name = std::string(kStem) + "-" + std::to_string(i);
  }
  return name;
}

std::string value_text(const sets::PossibleCluster& possible, const LabelSpace::Key& key,
                       std::size_t bit) {
  const Model& model = possible.cluster().model();
  if (bit != key.other()) return std::string(model.text(key.values[bit - 1]));
  return fresh([&](const std::string& name) {
    if (key.is_name && possible.find_namespace(name)) return true;
    return std::any_of(key.values.begin(), key.values.end(),
                       [&](Symbol value) { return model.text(value) == name; });
  });
}

}  // namespace

std::string example_name(const Model& model) {
  return fresh([&](const std::string& name) {
    const std::optional<Symbol> symbol = model.symbols->find(name);
    if (!symbol) return false;
    return std::any_of(model.workloads.begin(), model.workloads.end(),
                       [&](const auto& each) { return each.name == *symbol; }) ||
           std::any_of(model.endpoints.begin(), model.endpoints.end(), [&](const auto& each) {
             return each.owner_name == *symbol || each.pod == *symbol;
           });
  });
}

ExamplePod example_pod(const sets::PossibleCluster& possible, const LabelSpace& space,
                       const Cube& condition, const PossibleTraffic& traffic) {
  const Model& model = possible.cluster().model();
  const Cube pod = space.plainest(*space.normal(condition));
  ExamplePod result;
  std::vector<std::pair<std::string, std::string>> of_namespace;
  for (const LabelSpace::Key& key : space.keys()) {
    const std::size_t bit = space.values_of(pod, key).front();
    if (key.is_name) {
      result.ns = value_text(possible, key, bit);
      continue;
    }
    if (bit == 0) continue;
    auto& labels = key.of_namespace ? of_namespace : result.labels;
    labels.emplace_back(model.text(key.key), value_text(possible, key, bit));
  }
  if (result.ns.empty()) {
    result.ns =
        fresh([&](const std::string& name) { return possible.find_namespace(name).has_value(); });
  }
  const auto index = possible.find_namespace(result.ns);
  const bool exists = index && model[*index].declared;
  // One that is only named gets its labels where the condition asks for some.
  if (!exists &&
      !(index && space.namespaces(condition).all_of.size() <= 1 && of_namespace.empty())) {
    result.namespace_labels = std::move(of_namespace);
  }
  for (const auto* names : {&traffic.named, &traffic.without}) {
    for (const auto& [protocol, name] : *names) {
      const net::Port number = possible.markers().named.at({protocol, name});
      result.ports.push_back({std::string(model.text(name)), protocol, number});
    }
  }
  return result;
}

namespace {

/// The namespaces of a model, by name.
class Spaces {
 public:
  explicit Spaces(const Model& model) : model_(model) {
    for (std::size_t i = 0; i < model.namespaces.size(); ++i) {
      ids_.emplace(model.text(model.namespaces[i].name), static_cast<model::NamespaceId>(i));
    }
  }

  [[nodiscard]] std::optional<model::NamespaceId> find(const std::string& name) const {
    const auto found = ids_.find(name);
    return found == ids_.end() ? std::nullopt : std::optional(found->second);
  }
  /// Whether some labels of a namespace that is there are not known, and the others are.
  [[nodiscard]] bool is_partly_known(const std::string& name) const {
    const auto id = find(name);
    return id && !model_.label_sets[model_[*id].labels].unknown.empty();
  }

 private:
  const Model& model_;
  std::map<std::string_view, model::NamespaceId, std::less<>> ids_;
};

/// Adds examples to a model as if their YAML had been applied.
class Creator {
 public:
  /// `spaces`: those of the model before anything was added.
  Creator(Model& model, const Spaces& spaces) : model_(model), spaces_(spaces) {}

  model::EndpointId add(const ExamplePod& pod) {
    model::Endpoint endpoint;
    model::Workload workload;
    workload.ns = namespace_of(pod);
    workload.kind = intern("Pod");
    workload.name = intern(pod.name);
    endpoint.workload = static_cast<model::WorkloadId>(model_.workloads.size());
    endpoint.labels = labels(pod.labels);
    endpoint.owner_kind = workload.kind;
    endpoint.owner_name = workload.name;
    for (const ExamplePod::Port& port : pod.ports) {
      endpoint.ports.push_back({intern(port.name), port.protocol, port.number});
    }
    const auto id = static_cast<model::EndpointId>(model_.endpoints.size());
    workload.endpoints.push_back(id);
    model_.workloads.push_back(std::move(workload));
    model_.endpoints.push_back(std::move(endpoint));
    return id;
  }

 private:
  Symbol intern(std::string_view text) { return model_.symbols->intern(text); }

  model::LabelSetId labels(const std::vector<std::pair<std::string, std::string>>& written) {
    std::vector<model::Label> known;
    for (const auto& [key, value] : written) known.push_back({intern(key), intern(value)});
    return model_.label_sets.intern(model::LabelSet::of(std::move(known)));
  }

  model::NamespaceId namespace_of(const ExamplePod& pod) {
    if (!pod.namespace_labels) return *spaces_.find(pod.ns);
    auto with_name = *pod.namespace_labels;
    with_name.emplace_back(model::kNamespaceNameKey, pod.ns);
    std::sort(with_name.begin(), with_name.end());
    const auto known = created_.find(with_name);
    if (known != created_.end()) return known->second;
    model::Namespace space;
    space.name = intern(pod.ns);
    space.labels = labels(with_name);
    space.declared = true;
    const auto id = static_cast<model::NamespaceId>(model_.namespaces.size());
    model_.namespaces.push_back(space);
    return created_.emplace(std::move(with_name), id).first->second;
  }

  Model& model_;
  const Spaces& spaces_;
  std::map<std::vector<std::pair<std::string, std::string>>, model::NamespaceId> created_;
};

}  // namespace

void check_examples(const compiler::Cluster& cluster, std::vector<ExampleCheck>& checks) {
  Model model = cluster.model();
  const Spaces spaces(cluster.model());
  Creator creator(model, spaces);
  std::vector<model::EndpointId> pods;
  for (const ExampleCheck& each : checks) pods.push_back(creator.add(*each.example));
  const compiler::Cluster with_pods(model, cluster.profile());
  for (std::size_t i = 0; i < checks.size(); ++i) {
    const ExampleCheck& each = checks[i];
    const bool ingress = each.direction == model::Direction::Ingress;
    const auto far_direction = ingress ? model::Direction::Egress : model::Direction::Ingress;
    const sets::Flow far = sets::flow(with_pods, far_direction, pods[i], each.self);
    each.example->passes = each.traffic & far.must;
    each.example->stopped = each.example->passes != each.traffic;
    // A namespace that is there without (some of its) labels known is not looked at a second time:
    // what was said holds where they are as the conditions have them.
    const bool is_new =
        each.example->namespace_labels && !spaces.find(each.example->ns).has_value();
    const bool is_declared =
        !each.example->namespace_labels && !spaces.is_partly_known(each.example->ns);
    if (!is_new && !is_declared) continue;
    const sets::Flow near = sets::flow(with_pods, each.direction, each.self, pods[i]);
    if (!near.must.contains(each.traffic)) {
      throw source::InternalError("an example of exposure is not let pass");
    }
  }
}

}  // namespace polreach::solver::queries
