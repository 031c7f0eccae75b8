// SPDX-License-Identifier: Apache-2.0
#include "policies/kubernetes/assemble.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "policies/kubernetes/assemble_services.h"
#include "policies/kubernetes/fingerprint.h"
#include "policies/kubernetes/owners.h"
#include "policies/model/well_known_labels.h"

namespace polreach::kubernetes {
namespace {

using model::Endpoint;
using model::EndpointId;
using model::Model;
using model::NamespaceId;
using model::WorkloadId;
using source::Severity;

/// Builds one model. Each step reads what the steps before it have put into the model.
class Assembly {
 public:
  Assembly(const Objects& objects, std::shared_ptr<source::SymbolTable> symbols,
           const source::SourceMap& sources, source::Diagnostics& diagnostics,
           const AssembleOptions& options)
      : objects_(objects),
        symbols_(*symbols),
        sources_(sources),
        diagnostics_(diagnostics),
        options_(options),
        owners_(objects, symbols_) {
    model_.symbols = std::move(symbols);
  }

  Model run() {
    add_namespaces();
    add_pods();
    add_templates();
    sort_workloads();
    add_services_and_entrances(objects_, namespace_ids_, sources_, diagnostics_, model_);
    add_nodes();
    add_policies();
    add_gaps();
    return std::move(model_);
  }

 private:
  [[nodiscard]] bool text_before(Symbol a, Symbol b) const {
    return symbols_.text(a) < symbols_.text(b);
  }

  /// Objects in the order of their places, so that of two the same one comes first in every run.
  template <typename Object>
  std::vector<const Object*> by_place(const std::vector<Object>& objects) const {
    std::vector<const Object*> result;
    result.reserve(objects.size());
    for (const Object& object : objects) result.push_back(&object);
    const auto before = [&](const Object* a, const Object* b) {
      return sources_.before(a->metadata.where, b->metadata.where);
    };
    // Those of one file are in order already.
    if (!std::is_sorted(result.begin(), result.end(), before)) {
      std::stable_sort(result.begin(), result.end(), before);
    }
    return result;
  }

  /// `ns`: where the object acts; nothing: everywhere.
  void duplicate(const std::string& subject, std::optional<Symbol> ns, const Metadata& second,
                 const Metadata& first) {
    if (options_.keep_going) {
      contradictions_.push_back({model::Gap::Why::Unreadable, model::Gap::Effect::AllowOrDeny,
                                 "a second " + subject, ns, second.where});
    }
    diagnostics_.add({options_.keep_going ? Severity::Warning : Severity::Error, "duplicate-object",
                      subject + " is defined twice, differently", second.where, subject,
                      "give polreach only one of the two", first.where, "first defined here"});
  }

  // Namespaces -----------------------------------------------------------------------------------

  model::LabelSetId namespace_labels(Symbol name, const std::vector<model::Label>* written) {
    std::vector<model::Label> labels{{symbols_.intern(model::kNamespaceNameKey), name}};
    if (written != nullptr) labels.insert(labels.end(), written->begin(), written->end());
    return model_.label_sets.intern(
        model::LabelSet::of(std::move(labels), {}, /*open=*/written == nullptr));
  }

  void add_namespaces() {
    std::map<Symbol, const Metadata*> declared;
    for (const NamespaceObject* object : by_place(objects_.namespaces)) {
      const Metadata& metadata = object->metadata;
      const auto [entry, added] = declared.emplace(metadata.name, &metadata);
      if (added) continue;
      const bool same = namespace_labels(metadata.name, &metadata.labels) ==
                        namespace_labels(metadata.name, &entry->second->labels);
      if (!same) {
        duplicate("Namespace " + std::string(symbols_.text(metadata.name)), metadata.name, metadata,
                  *entry->second);
      }
    }
    std::set<Symbol> names;
    for (const auto& [name, metadata] : declared) names.insert(name);
    for (const PodObject& pod : objects_.pods) names.insert(pod.metadata.ns);
    for (const WorkloadObject& workload : objects_.workloads) names.insert(workload.metadata.ns);
    add_service_namespaces(objects_, names);
    for (const PolicyObject& policy : objects_.policies) {
      if (policy.tier == model::Tier::Network) names.insert(policy.metadata.ns);
    }
    for (const GapObject& gap : objects_.gaps) {
      if (gap.ns) names.insert(*gap.ns);
    }
    std::vector<Symbol> sorted(names.begin(), names.end());
    std::sort(sorted.begin(), sorted.end(), [&](Symbol a, Symbol b) { return text_before(a, b); });
    for (Symbol name : sorted) {
      const auto found = declared.find(name);
      const Metadata* metadata = found == declared.end() ? nullptr : found->second;
      namespace_ids_.emplace(name, static_cast<NamespaceId>(model_.namespaces.size()));
      model_.namespaces.push_back(
          {name, namespace_labels(name, metadata != nullptr ? &metadata->labels : nullptr),
           metadata != nullptr, metadata != nullptr ? metadata->where : Span::none()});
    }
  }

  // Workloads and endpoints ----------------------------------------------------------------------

  WorkloadId workload(const ObjectKey& key, const Span& where, bool replicated) {
    const auto next = static_cast<WorkloadId>(model_.workloads.size());
    const auto [entry, added] = workload_ids_.emplace(key, next);
    if (added) {
      model_.workloads.push_back(
          {namespace_ids_.at(key.ns), key.kind, key.name, where, replicated, {}});
    }
    return entry->second;
  }

  EndpointId add_endpoint(WorkloadId id, const PodFacts& facts, model::LabelSetId labels,
                          const OwnerReference& owner, const Span& where) {
    Endpoint endpoint;
    endpoint.workload = id;
    endpoint.labels = labels;
    endpoint.ports = facts.ports;
    endpoint.addresses = facts.addresses;
    endpoint.host_network = facts.host_network;
    endpoint.host_ports = facts.host_ports;
    endpoint.node_labels = facts.node_labels;
    endpoint.node = facts.node;
    endpoint.node_addresses = facts.node_addresses;
    endpoint.owner_kind = owner.kind;
    endpoint.owner_name = owner.name;
    endpoint.where = where;
    const auto endpoint_id = static_cast<EndpointId>(model_.endpoints.size());
    model_.endpoints.push_back(std::move(endpoint));
    model_.workloads[static_cast<std::size_t>(id)].endpoints.push_back(endpoint_id);
    return endpoint_id;
  }

  void add_pods() {
    const Symbol pod_kind = symbols_.intern("Pod");
    std::unordered_map<std::uint64_t, const PodObject*> seen;
    seen.reserve(objects_.pods.size());
    PodsBefore before;
    before.usable = std::none_of(
        objects_.workloads.begin(), objects_.workloads.end(), [&](const WorkloadObject& each) {
          return each.metadata.controller && each.metadata.controller->kind == pod_kind;
        });
    for (const PodObject* pod : by_place(objects_.pods)) {
      const Metadata& metadata = pod->metadata;
      const auto key = static_cast<std::uint64_t>(metadata.ns) << 32U |
                       static_cast<std::uint64_t>(metadata.name);
      const auto [entry, added] = seen.emplace(key, pod);
      if (!added && same_pod(*entry->second, *pod)) continue;
      if (!added) {
        duplicate("Pod " + full_name(metadata), metadata.ns, metadata, entry->second->metadata);
        continue;
      }
      const ObjectKey self{metadata.ns, pod_kind, metadata.name};
      const ObjectKey top = metadata.controller ? top_of(*pod, self, before) : self;
      // The finished pods of a Job say nothing that its template does not.
      if (pod->facts.ended && top != self) continue;
      const WorkloadId id = workload(top, metadata.where, top != self);
      const OwnerReference owner =
          top == self ? OwnerReference{pod_kind, metadata.name} : *metadata.controller;
      const EndpointId endpoint =
          add_endpoint(id, pod->facts, labels_of(*pod, before), owner, metadata.where);
      model_.endpoints[static_cast<std::size_t>(endpoint)].pod = metadata.name;
    }
  }

  /// What the last pods came to: pods of one owner stand together in an export.
  struct PodsBefore {
    bool usable = true;  // no pod owns a workload: the top is the same for pods of one controller
    const PodObject* owned = nullptr;  // the last one with a controller
    ObjectKey top;
    const PodObject* labelled = nullptr;
    model::LabelSetId labels{};
  };

  [[nodiscard]] ObjectKey top_of(const PodObject& pod, const ObjectKey& self,
                                 PodsBefore& before) const {
    const Metadata& metadata = pod.metadata;
    const Metadata* const last = before.owned != nullptr ? &before.owned->metadata : nullptr;
    const bool same = last != nullptr && last->ns == metadata.ns &&
                      last->controller->kind == metadata.controller->kind &&
                      last->controller->name == metadata.controller->name;
    if (same) return before.top;
    const ObjectKey top = owners_.top(self, metadata.controller);
    // A pod whose owner is no workload is its own.
    if (before.usable && top.kind != self.kind) {
      before.owned = &pod;
      before.top = top;
    }
    return top;
  }

  model::LabelSetId labels_of(const PodObject& pod, PodsBefore& before) {
    const bool same =
        before.labelled != nullptr && before.labelled->metadata.labels == pod.metadata.labels;
    if (!same) {
      before.labels = model_.label_sets.intern(model::LabelSet::of(pod.metadata.labels));
      before.labelled = &pod;
    }
    return before.labels;
  }

  static bool same_pod(const PodObject& a, const PodObject& b) {
    const auto facts = [](const PodObject& pod) {
      return std::tie(pod.facts.ports, pod.facts.host_network, pod.facts.host_ports,
                      pod.facts.node_labels, pod.facts.node, pod.facts.addresses,
                      pod.facts.node_addresses);
    };
    return facts(a) == facts(b) &&
           model::LabelSet::of(a.metadata.labels) == model::LabelSet::of(b.metadata.labels);
  }

  [[nodiscard]] std::string full_name(const Metadata& metadata) const {
    return std::string(symbols_.text(metadata.ns)) + "/" +
           std::string(symbols_.text(metadata.name));
  }

  void add_templates() {
    std::set<ObjectKey> present;
    for (const WorkloadObject& object : objects_.workloads) {
      present.insert({object.metadata.ns, object.kind, object.metadata.name});
    }
    std::map<ObjectKey, const WorkloadObject*> seen;
    for (const WorkloadObject* object : by_place(objects_.workloads)) {
      const Metadata& metadata = object->metadata;
      const ObjectKey self{metadata.ns, object->kind, metadata.name};
      const auto [first, added] = seen.emplace(self, object);
      if (!added) warn_of_second(*object, *first->second);
      const ObjectKey top = owners_.top(self, metadata.controller);
      if (top != self) {
        // An owner's own template speaks for it; that of an old ReplicaSet does not.
        const bool speaks = !present.contains(top) && object->replicas.value_or(1) > 0;
        if (!speaks) continue;
      }
      const WorkloadId id = workload(top, metadata.where, true);
      if (top == self) model_.workloads[static_cast<std::size_t>(id)].where = metadata.where;
      add_template(id, *object);
    }
  }

  void warn_of_second(const WorkloadObject& second, const WorkloadObject& first) {
    const auto facts = [](const WorkloadObject& object) {
      return std::tuple(object.facts.ports, object.facts.host_network,
                        model::LabelSet::of(object.pod_labels));
    };
    if (facts(first) == facts(second)) return;
    const std::string subject =
        std::string(symbols_.text(second.kind)) + " " + full_name(second.metadata);
    diagnostics_.add({Severity::Warning, "duplicate-object",
                      subject + " is defined twice, with different labels or ports; both count",
                      second.metadata.where, subject, "give polreach only one of the two",
                      first.metadata.where, "first defined here"});
  }

  /// Adds the template's endpoint unless one of the workload is the same to every policy.
  void add_template(WorkloadId id, const WorkloadObject& object) {
    const AddedLabels added = labels_added_to(object, symbols_);
    std::vector<model::Label> labels = object.pod_labels;
    labels.insert(labels.end(), added.known.begin(), added.known.end());
    const model::LabelSet set = model::LabelSet::of(std::move(labels), added.unknown);
    for (EndpointId known : model_.workloads[static_cast<std::size_t>(id)].endpoints) {
      if (covers(model_[known], set, object.facts)) return;
    }
    add_endpoint(id, object.facts, model_.label_sets.intern(set),
                 {object.kind, object.metadata.name}, object.metadata.where);
  }

  /// Whether an endpoint has the template's labels, ports and network, and besides only labels
  /// that a controller adds.
  [[nodiscard]] bool covers(const Endpoint& endpoint, const model::LabelSet& wanted,
                            const PodFacts& facts) const {
    if (endpoint.ports != facts.ports || endpoint.host_network != facts.host_network) return false;
    const model::LabelSet& labels = model_.label_sets[endpoint.labels];
    if (!endpoint.pod) return labels == wanted;
    const bool has_all = std::includes(labels.known.begin(), labels.known.end(),
                                       wanted.known.begin(), wanted.known.end());
    return has_all &&
           std::all_of(labels.known.begin(), labels.known.end(), [&](const model::Label& label) {
             return wanted.find(label.key) != nullptr || is_added_label(symbols_.text(label.key));
           });
  }

  [[nodiscard]] auto workload_rank(const model::Workload& workload) const {
    return std::tuple(static_cast<std::uint32_t>(workload.ns), symbols_.text(workload.name),
                      symbols_.text(workload.kind));
  }

  void sort_workloads() {
    std::vector<std::uint32_t> order(model_.workloads.size());
    for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
    std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
      return workload_rank(model_.workloads[a]) < workload_rank(model_.workloads[b]);
    });
    std::vector<model::Workload> sorted;
    model::SharedVector<Endpoint> endpoints;
    sorted.reserve(order.size());
    for (std::uint32_t i = 0; i < order.size(); ++i) {
      model::Workload& workload = sorted.emplace_back(std::move(model_.workloads[order[i]]));
      sort_endpoints(workload.endpoints);
      for (EndpointId& id : workload.endpoints) {
        endpoints.push_back(std::move(model_.endpoints[static_cast<std::size_t>(id)]));
        endpoints.back().workload = static_cast<WorkloadId>(i);
        id = static_cast<EndpointId>(endpoints.size() - 1);
      }
    }
    model_.workloads = std::move(sorted);
    model_.endpoints = std::move(endpoints);
  }

  /// Pods by name, then templates; what is equal by its place.
  void sort_endpoints(std::vector<EndpointId>& ids) const {
    const auto before = [&](EndpointId left, EndpointId right) {
      const Endpoint& a = model_[left];
      const Endpoint& b = model_[right];
      if (!a.pod || !b.pod) {
        if (a.pod || b.pod) return a.pod.has_value();
      } else if (*a.pod != *b.pod) {
        return text_before(*a.pod, *b.pod);
      }
      return sources_.before(a.where, b.where);
    };
    if (!std::is_sorted(ids.begin(), ids.end(), before)) {
      std::stable_sort(ids.begin(), ids.end(), before);
    }
  }

  // Policies, gaps -------------------------------------------------------------------------------

  void add_nodes() {
    std::map<Symbol, const NodeObject*> seen;
    for (const NodeObject* object : by_place(objects_.nodes)) {
      const Metadata& metadata = object->metadata;
      const auto [first, added] = seen.emplace(metadata.name, object);
      const model::LabelSet labels = model::LabelSet::of(metadata.labels);
      if (!added) {
        const bool same = first->second->addresses == object->addresses &&
                          model::LabelSet::of(first->second->metadata.labels) == labels;
        if (!same) {
          duplicate("Node " + std::string(symbols_.text(metadata.name)), std::nullopt, metadata,
                    first->second->metadata);
        }
        continue;
      }
      model_.nodes.push_back(
          {metadata.name, model_.label_sets.intern(labels), object->addresses, metadata.where});
    }
    std::sort(model_.nodes.begin(), model_.nodes.end(),
              [&](const model::Node& a, const model::Node& b) {
                return symbols_.text(a.name) < symbols_.text(b.name);
              });
  }

  void add_policies() {
    std::map<std::tuple<Symbol, Symbol, Symbol>, const PolicyObject*> seen;
    for (const PolicyObject* object : by_place(objects_.policies)) {
      const Metadata& metadata = object->metadata;
      const auto [entry, added] =
          seen.emplace(std::tuple{object->kind, metadata.ns, metadata.name}, object);
      if (added) {
        add_policy(*object);
      } else if (fingerprint(*entry->second) != fingerprint(*object)) {
        const bool wide = object->tier != model::Tier::Network;
        const std::string name =
            wide ? std::string(symbols_.text(metadata.name)) : full_name(metadata);
        duplicate(std::string(symbols_.text(object->kind)) + " " + name,
                  wide ? std::nullopt : std::optional(metadata.ns), metadata,
                  entry->second->metadata);
      }
    }
    const auto rank = [&](const model::Policy& policy) {
      return std::tuple(policy.tier, policy.priority, static_cast<std::uint32_t>(policy.ns),
                        symbols_.text(policy.name), symbols_.text(policy.kind));
    };
    std::stable_sort(
        model_.policies.begin(), model_.policies.end(),
        [&](const model::Policy& a, const model::Policy& b) { return rank(a) < rank(b); });
  }

  void add_policy(const PolicyObject& object) {
    model::Policy policy;
    policy.tier = object.tier;
    policy.kind = object.kind;
    if (object.tier == model::Tier::Network) policy.ns = namespace_ids_.at(object.metadata.ns);
    policy.name = object.metadata.name;
    policy.subject = object.subject;
    policy.namespaces = object.namespaces;
    policy.priority = object.priority;
    policy.ingress = object.ingress;
    policy.egress = object.egress;
    policy.where = object.metadata.where;
    model_.policies.push_back(std::move(policy));
  }

  void add_gaps() {
    using Gaps = std::vector<GapObject>;
    for (const Gaps& gaps : {objects_.gaps, contradictions_}) {
      for (const GapObject& object : gaps) {
        std::optional<NamespaceId> ns;
        if (object.ns) ns = namespace_ids_.at(*object.ns);
        model_.gaps.push_back({object.why, object.effect, object.what, ns, object.where});
      }
    }
    std::stable_sort(model_.gaps.begin(), model_.gaps.end(),
                     [&](const model::Gap& a, const model::Gap& b) {
                       if (a.what != b.what) return a.what < b.what;
                       return sources_.before(a.where, b.where);
                     });
  }

  const Objects& objects_;
  source::SymbolTable& symbols_;
  const source::SourceMap& sources_;
  source::Diagnostics& diagnostics_;
  AssembleOptions options_;
  Owners owners_;
  Model model_;
  std::vector<GapObject> contradictions_;
  std::map<Symbol, NamespaceId> namespace_ids_;
  std::map<ObjectKey, WorkloadId> workload_ids_;
};

}  // namespace

Model assemble(const Objects& objects, std::shared_ptr<source::SymbolTable> symbols,
               const source::SourceMap& sources, source::Diagnostics& diagnostics,
               const AssembleOptions& options) {
  return Assembly(objects, std::move(symbols), sources, diagnostics, options).run();
}

}  // namespace polreach::kubernetes
