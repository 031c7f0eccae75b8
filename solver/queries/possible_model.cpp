// SPDX-License-Identifier: Apache-2.0
#include "solver/queries/possible_model.h"

#include <algorithm>
#include <set>

#include "solver/queries/named_keys.h"

namespace polreach::solver::queries {
namespace {

using model::Model;
using model::NamespaceId;
using model::Symbol;

/// Copies parts of one model into another, which has symbols of its own.
class Translation {
 public:
  Translation(const Model& from, Model& to) : from_(from), to_(to) {}

  [[nodiscard]] Symbol operator()(Symbol symbol) const {
    return to_.symbols->intern(from_.text(symbol));
  }

  [[nodiscard]] model::Selector operator()(const model::Selector& selector) const {
    model::Selector result;
    for (const model::Requirement& each : selector.all_of) {
      model::Requirement requirement{(*this)(each.key), each.op, {}, {}};
      for (Symbol value : each.values) requirement.values.push_back((*this)(value));
      std::sort(requirement.values.begin(), requirement.values.end());
      result.all_of.push_back(std::move(requirement));
    }
    return result;
  }

  [[nodiscard]] model::Peer operator()(const model::Peer& peer) const {
    if (const auto* pods = std::get_if<model::PodPeer>(&peer.what)) {
      model::PodPeer result{{}, (*this)(pods->pods)};
      if (pods->namespaces) result.namespaces = (*this)(*pods->namespaces);
      return {std::move(result), {}};
    }
    if (const auto* nodes = std::get_if<model::NodePeer>(&peer.what)) {
      return {model::NodePeer{(*this)(nodes->nodes)}, {}};
    }
    if (std::holds_alternative<model::DomainPeer>(peer.what)) return {model::DomainPeer{}, {}};
    return {std::get<model::BlockPeer>(peer.what), {}};
  }

  [[nodiscard]] std::optional<std::vector<model::Rule>> operator()(
      const std::optional<std::vector<model::Rule>>& rules) const {
    if (!rules) return std::nullopt;
    std::vector<model::Rule> result;
    for (const model::Rule& each : *rules) {
      model::Rule rule;
      rule.action = each.action;
      for (const model::Peer& peer : each.peers) rule.peers.push_back((*this)(peer));
      for (model::PortMatch match : each.ports) {
        auto* name = std::get_if<model::PortName>(&match.ports);
        if (name != nullptr) name->name = (*this)(name->name);
        rule.ports.push_back(match);
      }
      result.push_back(std::move(rule));
    }
    return result;
  }

  [[nodiscard]] model::LabelSet operator()(const model::LabelSet& labels) const {
    std::vector<model::Label> known;
    for (const model::Label& label : labels.known) {
      known.push_back({(*this)(label.key), (*this)(label.value)});
    }
    std::vector<Symbol> unknown;
    for (Symbol key : labels.unknown) unknown.push_back((*this)(key));
    return model::LabelSet::of(std::move(known), std::move(unknown), labels.open);
  }

 private:
  const Model& from_;
  Model& to_;
};

}  // namespace

PossibleModels::PossibleModels(const std::vector<const Model*>& written) {
  const auto symbols = std::make_shared<source::SymbolTable>();
  models_.resize(written.size());
  for (Model& model : models_) model.symbols = symbols;
  add_namespaces(written);
  add_policies(written);
  make_unknown();
  choose_namespaces();
}

void PossibleModels::add_namespaces(const std::vector<const Model*>& written) {
  for (const Model* model : written) {
    for (const model::Namespace& ns : model->namespaces) {
      ids_.emplace(std::string(model->text(ns.name)), NamespaceId{});
    }
  }
  std::uint32_t next = 0;
  for (auto& [name, id] : ids_) id = static_cast<NamespaceId>(next++);
  for (std::size_t i = 0; i < models_.size(); ++i) {
    models_[i].namespaces.resize(ids_.size());
    for (const auto& [name, id] : ids_) {
      model::Namespace& space = models_[i].namespaces[static_cast<std::size_t>(id)];
      space.name = models_[i].symbols->intern(name);
    }
  }
  // Its own declaration first; then another side's; else nothing is known of it.
  for (std::size_t i = 0; i < models_.size(); ++i) {
    for (std::size_t turn = 0; turn < written.size(); ++turn) {
      const Model& from = *written[(i + turn) % written.size()];
      const Translation translate(from, models_[i]);
      for (const model::Namespace& ns : from.namespaces) {
        const NamespaceId id = ids_.find(from.text(ns.name))->second;
        model::Namespace& space = models_[i].namespaces[static_cast<std::size_t>(id)];
        if (space.declared) continue;
        space.declared = ns.declared;
        space.labels = models_[i].label_sets.intern(translate(from.label_sets[ns.labels]));
      }
    }
  }
}

void PossibleModels::add_policies(const std::vector<const Model*>& written) {
  for (std::size_t i = 0; i < models_.size(); ++i) {
    const Model& from = *written[i];
    const Translation translate(from, models_[i]);
    for (const model::Policy& each : from.policies) {
      model::Policy policy;
      policy.tier = each.tier;
      policy.kind = translate(each.kind);
      policy.name = translate(each.name);
      policy.priority = each.priority;
      if (each.tier == model::Tier::Network) {
        policy.ns = ids_.find(from.text(from[each.ns].name))->second;
      }
      policy.subject = translate(each.subject);
      policy.namespaces = translate(each.namespaces);
      policy.ingress = translate(each.ingress);
      policy.egress = translate(each.egress);
      models_[i].policies.push_back(std::move(policy));
    }
    for (const model::Node& each : from.nodes) {
      const model::LabelSet labels = translate(from.label_sets[each.labels]);
      models_[i].nodes.push_back(
          {translate(each.name), models_[i].label_sets.intern(labels), each.addresses, {}});
    }
  }
}

/// Two namespaces that are new, and two pods in every one.
void PossibleModels::make_unknown() {
  NamedKeys keys;
  for (const Model& model : models_) keys.add(model);
  for (Model& model : models_) {
    const auto unknown = [&](const std::set<Symbol>& some) {
      return model.label_sets.intern(
          model::LabelSet::of({}, std::vector<Symbol>(some.begin(), some.end())));
    };
    model::Namespace fresh;
    fresh.name = model.symbols->intern("");
    fresh.labels = unknown(keys.namespaces);
    model.namespaces.insert(model.namespaces.end(), 2, fresh);
    const model::LabelSetId pod_labels = unknown(keys.pods);
    for (std::uint32_t i = 0; i < model.namespaces.size() * 2; ++i) {
      model::Workload workload;
      workload.ns = static_cast<NamespaceId>(i / 2);
      workload.kind = workload.name = model.symbols->intern("Pod");
      workload.endpoints = {static_cast<model::EndpointId>(i)};
      model.workloads.push_back(std::move(workload));
      model::Endpoint endpoint;
      endpoint.workload = static_cast<model::WorkloadId>(i);
      endpoint.labels = pod_labels;
      endpoint.open_ports = true;
      model.endpoints.push_back(std::move(endpoint));
    }
  }
}

void PossibleModels::choose_namespaces() {
  NamedKeys keys;
  std::set<NamespaceId> with_policies;
  for (const Model& model : models_) {
    keys.add(model);
    for (const model::Policy& policy : model.policies) {
      if (policy.tier == model::Tier::Network) with_policies.insert(policy.ns);
    }
  }
  // Namespaces without policies of their own differ in their labels only, as far as these matter.
  std::map<std::vector<model::LabelSet>, std::size_t> seen;
  for (std::uint32_t i = 0; i + 2 < models_[0].namespaces.size(); ++i) {
    const auto id = static_cast<NamespaceId>(i);
    if (!with_policies.contains(id)) {
      std::vector<model::LabelSet> labels;
      for (const Model& model : models_) {
        model::LabelSet small = model.label_sets[model[id].labels];
        std::erase_if(small.known, [&](const model::Label& label) {
          return !keys.namespaces.contains(label.key);
        });
        // What is not known of it may differ from what is not known of another.
        if (small.open) small.known.push_back({model[id].name, model[id].name});
        labels.push_back(std::move(small));
      }
      if (++seen[labels] > 2) continue;
    }
    chosen_.push_back(id);
  }
  for (std::size_t i = models_[0].namespaces.size() - 2; i < models_[0].namespaces.size(); ++i) {
    chosen_.push_back(static_cast<NamespaceId>(i));
  }
}

}  // namespace polreach::solver::queries
