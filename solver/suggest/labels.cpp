// SPDX-License-Identifier: Apache-2.0
#include "solver/suggest/labels.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <set>
#include <string_view>
#include <tuple>

#include "compiler/resolve/view.h"
#include "policies/model/well_known_labels.h"

namespace polreach::solver::suggest {
namespace {

using model::EndpointId;
using model::Label;
using model::Model;
using model::Operator;
using model::Requirement;
using model::Selector;
using model::Symbol;

/// Labels that change with every roll-out, or name one pod of many.
bool is_volatile(std::string_view key) {
  static constexpr std::array<std::string_view, 10> kKeys = {"pod-template-hash",
                                                             "controller-revision-hash",
                                                             "pod-template-generation",
                                                             "controller-uid",
                                                             "job-name",
                                                             "batch.kubernetes.io/controller-uid",
                                                             "batch.kubernetes.io/job-name",
                                                             "statefulset.kubernetes.io/pod-name",
                                                             "apps.kubernetes.io/pod-index",
                                                             "helm.sh/chart"};
  return std::find(kKeys.begin(), kKeys.end(), key) != kKeys.end();
}

/// The place of a key in the order in which people expect them.
std::size_t rank(std::string_view key) {
  static constexpr std::array<std::string_view, 7> kUsual = {
      "app.kubernetes.io/name",      "app",       "k8s-app", "name",
      "app.kubernetes.io/component", "component", "tier"};
  return static_cast<std::size_t>(
      std::distance(kUsual.begin(), std::find(kUsual.begin(), kUsual.end(), key)));
}

const model::LabelSet& labels_of(const Model& model, EndpointId pod) {
  return model.label_sets[model[pod].labels];
}

/// Whether a pod may have one of the values.
bool may_have(const Model& model, EndpointId pod, const Requirement& requirement) {
  const model::LabelSet& labels = labels_of(model, pod);
  if (const Label* label = labels.find(requirement.key)) {
    return std::binary_search(requirement.values.begin(), requirement.values.end(), label->value);
  }
  return labels.is_unknown(requirement.key);
}

bool may_match(const Model& model, EndpointId pod, const std::vector<Requirement>& all_of) {
  return std::all_of(all_of.begin(), all_of.end(),
                     [&](const Requirement& each) { return may_have(model, pod, each); });
}

bool any_matches(const Model& model, const Pods& pods, const std::vector<Requirement>& all_of) {
  return std::any_of(pods.begin(), pods.end(),
                     [&](EndpointId pod) { return may_match(model, pod, all_of); });
}

/// The keys that all pods have a known value of, with the values, as `key In values`; those first
/// that people use.
std::vector<Requirement> common(const Model& model, const Pods& pods) {
  std::map<Symbol, std::vector<Symbol>> values;
  std::map<Symbol, std::size_t> counts;
  for (const EndpointId pod : pods) {
    for (const Label& label : labels_of(model, pod).known) {
      values[label.key].push_back(label.value);
      ++counts[label.key];
    }
  }
  std::vector<Requirement> result;
  for (auto& [key, found] : values) {
    if (counts[key] != pods.size() || is_volatile(model.text(key))) continue;
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    result.push_back({key, Operator::In, found, {}});
  }
  std::sort(result.begin(), result.end(), [&](const Requirement& a, const Requirement& b) {
    const auto order = [&](const Requirement& each) {
      const std::string_view key = model.text(each.key);
      return std::tuple(each.values.size(), rank(key), key);
    };
    return order(a) < order(b);
  });
  return result;
}

/// The labels that pods of one workload share, without those that are not needed.
Telling of_workload(const Model& model, const Pods& pods, const Pods& others) {
  std::vector<Requirement> all_of = common(model, pods);
  std::erase_if(all_of, [](const Requirement& each) { return each.values.size() != 1; });
  if (all_of.empty()) return {};
  const bool exact = !any_matches(model, others, all_of);
  for (std::size_t i = all_of.size(); exact && all_of.size() > 1 && i-- > 0;) {
    std::vector<Requirement> fewer = all_of;
    fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
    if (!any_matches(model, others, fewer)) all_of = std::move(fewer);
  }
  return {{Selector{std::move(all_of), {}}}, exact};
}

}  // namespace

Pods both(const Pods& a, const Pods& b) {
  Pods result;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(result));
  return result;
}

Pods without(const Pods& a, const Pods& b) {
  Pods result;
  std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(result));
  return result;
}

std::vector<PodsOf> by_namespace(const Model& model, const Pods& pods) {
  std::map<model::NamespaceId, Pods> found;
  for (const EndpointId pod : pods) found[model.namespace_of(pod)].push_back(pod);
  std::vector<PodsOf> result;
  for (auto& [ns, members] : found) result.push_back({ns, std::move(members)});
  return result;
}

Pods pods_in(const Model& model, model::NamespaceId ns) {
  Pods result;
  for (std::size_t i = 0; i < model.endpoints.size(); ++i) {
    const auto id = static_cast<EndpointId>(i);
    if (model.namespace_of(id) == ns) result.push_back(id);
  }
  return result;
}

std::optional<Requirement> telling_key(const Model& model, const Pods& pods, const Pods& others) {
  for (Requirement& each : common(model, pods)) {
    if (!any_matches(model, others, {each})) return std::move(each);
  }
  return std::nullopt;
}

Telling telling(const Model& model, const Pods& pods, const Pods& others) {
  if (auto key = telling_key(model, pods, others)) {
    return {{Selector{{std::move(*key)}, {}}}, true};
  }
  std::map<model::WorkloadId, Pods> workloads;
  for (const EndpointId pod : pods) workloads[model[pod].workload].push_back(pod);
  Telling result{{}, true};
  for (const auto& [id, members] : workloads) {
    Telling each = of_workload(model, members, others);
    if (each.selectors.empty()) return {};
    result.exact = result.exact && each.exact;
    result.selectors.push_back(std::move(each.selectors.front()));
  }
  return result;
}

std::optional<Selector> narrowed(const Selector& selector, const Requirement& requirement) {
  Selector result = selector;
  result.where = {};
  for (Requirement& each : result.all_of) {
    if (each.op != Operator::In || each.key != requirement.key) continue;
    std::vector<Symbol> values;
    if (requirement.op == Operator::In) {
      std::set_intersection(each.values.begin(), each.values.end(), requirement.values.begin(),
                            requirement.values.end(), std::back_inserter(values));
    } else {
      std::set_difference(each.values.begin(), each.values.end(), requirement.values.begin(),
                          requirement.values.end(), std::back_inserter(values));
    }
    if (values.empty()) return std::nullopt;
    each.values = std::move(values);
    return result;
  }
  result.all_of.push_back(requirement);
  return result;
}

Requirement negated(Requirement requirement) {
  requirement.op = Operator::NotIn;
  return requirement;
}

Requirement named(const Model& model, const std::vector<model::NamespaceId>& namespaces) {
  Requirement result;
  result.key = model.symbols->intern(model::kNamespaceNameKey);
  result.op = Operator::In;
  for (const model::NamespaceId ns : namespaces) result.values.push_back(model[ns].name);
  std::sort(result.values.begin(), result.values.end());
  return result;
}

compiler::Tri matches(const compiler::Cluster& cluster, const model::PodPeer& peer,
                      model::NamespaceId of_policy, EndpointId pod) {
  const Model& model = cluster.model();
  const model::NamespaceId ns = model.namespace_of(pod);
  compiler::Tri where = ns == of_policy ? compiler::Tri::Yes : compiler::Tri::No;
  if (peer.namespaces) {
    where = compiler::matches(*peer.namespaces, compiler::namespace_labels(cluster, ns, nullptr));
  }
  if (where == compiler::Tri::No) return where;
  const compiler::Party party = pod;
  const compiler::End end{&party, compiler::LabelOwner::SourcePod};
  return compiler::both(where,
                        compiler::matches(peer.pods, compiler::pod_labels(cluster, end, nullptr)));
}

}  // namespace polreach::solver::suggest
