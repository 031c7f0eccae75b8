// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <set>

#include "compiler/resolve/classes.h"
#include "solver/sets/reach.h"
#include "solver/suggest/drafts.h"
#include "solver/suggest/restrict.h"
#include "solver/suggest/suggestion.h"

namespace polreach::solver::suggest {
namespace {

using model::Direction;
using model::EndpointId;
using model::Model;
using model::Policy;
using model::PolicyId;
using net::AddressSet;
using net::Traffic;

/// The part of an opening that passes in some world today.
class Passing {
 public:
  Passing(const compiler::Cluster& cluster, const audit::Opening& opening)
      : cluster_(cluster), opening_(opening), classes_(cluster, {}) {}

  audit::Opening find() {
    audit::Opening result = opening_;
    std::set<EndpointId> peers;
    AddressSet addresses;
    result.pods.clear();
    for (const EndpointId self : opening_.pods) {
      bool any = false;
      for (const EndpointId peer : opening_.peers) {
        if (!passes(self, peer)) continue;
        any = true;
        peers.insert(peer);
      }
      const AddressSet open = outside(self);
      addresses |= open;
      if (any || !open.empty()) result.pods.push_back(self);
    }
    result.peers.assign(peers.begin(), peers.end());
    result.addresses = std::move(addresses);
    return result;
  }

 private:
  bool passes(EndpointId self, EndpointId peer) {
    // A bare pod and itself are one pod; they are like no other two.
    if (cluster_.is_one_pod(self, peer)) return false;
    if (classes_.of(self) == classes_.of(peer)) return asks(self, peer);
    const auto key = std::pair(classes_.of(self), classes_.of(peer));
    const auto known = between_.find(key);
    if (known != between_.end()) return known->second;
    return between_.emplace(key, asks(self, peer)).first->second;
  }

  [[nodiscard]] bool asks(EndpointId self, EndpointId peer) const {
    const bool ingress = opening_.direction == Direction::Ingress;
    const auto pieces = sets::reach(cluster_, ingress ? peer : self, ingress ? self : peer);
    return !(pieces.front().may & opening_.traffic).empty();
  }

  const AddressSet& outside(EndpointId self) {
    const auto known = outside_.find(classes_.of(self));
    if (known != outside_.end()) return known->second;
    AddressSet result;
    if (!opening_.addresses.empty()) {
      const compiler::Party there = opening_.addresses;
      const bool ingress = opening_.direction == Direction::Ingress;
      for (const sets::Piece& piece :
           sets::reach(cluster_, ingress ? there : self, ingress ? compiler::Party(self) : there)) {
        if (!(piece.may & opening_.traffic).empty()) result |= piece.addresses;
      }
    }
    return outside_.emplace(classes_.of(self), std::move(result)).first->second;
  }

  const compiler::Cluster& cluster_;
  const audit::Opening& opening_;
  compiler::Classes classes_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, bool> between_;
  std::map<std::uint32_t, AddressSet> outside_;
};

class Closing {
 public:
  Closing(const Request& request, const audit::Opening& asked, const audit::Opening& passing,
          bool anyone)
      : cluster_(request.cluster),
        model_(cluster_.model()),
        direction_(asked.direction),
        asked_pods_(asked.pods),
        passing_(passing),
        anyone_(anyone),
        names_(model_) {}

  std::vector<Draft> drafts() {
    for (const PodsOf& part : by_namespace(model_, passing_.pods)) in_namespace(part);
    return std::move(drafts_);
  }
  [[nodiscard]] const std::vector<std::string>& notes() const { return notes_; }

 private:
  [[nodiscard]] std::vector<PolicyId> selecting(EndpointId pod) const {
    std::vector<PolicyId> result;
    for (const PolicyId id : cluster_.candidates(pod, direction_)) {
      if (model_[id].tier == model::Tier::Network) result.push_back(id);
    }
    return result;
  }

  [[nodiscard]] Pods selected_by(PolicyId policy) const {
    Pods result;
    for (const EndpointId pod : pods_in(model_, model_[policy].ns)) {
      const auto& ids = cluster_.candidates(pod, direction_);
      if (std::find(ids.begin(), ids.end(), policy) != ids.end()) result.push_back(pod);
    }
    return result;
  }

  [[nodiscard]] Excluded excluded(const Pods& selves) const {
    return {direction_, selves, passing_.traffic, anyone_, passing_.peers, passing_.addresses};
  }

  void in_namespace(const PodsOf& part) {
    Pods open;
    std::set<PolicyId> policies;
    for (const EndpointId pod : part.pods) {
      const std::vector<PolicyId> ids = selecting(pod);
      if (ids.empty()) open.push_back(pod);
      policies.insert(ids.begin(), ids.end());
    }
    if (!open.empty()) add_new(part.ns, open);
    for (const PolicyId id : policies) change(id);
  }

  void note_losses(const Restriction& restriction) {
    for (const std::string& loss : restriction.losses()) {
      if (std::find(notes_.begin(), notes_.end(), loss) == notes_.end()) notes_.push_back(loss);
    }
  }

  /// Pods that nothing isolates: a policy that allows the rest.
  void add_new(model::NamespaceId ns, const Pods& pods) {
    const Excluded what = excluded(pods);
    Restriction restriction(cluster_, what, ns);
    const std::vector<model::Rule> rules = restriction.rest_of(everything());
    note_losses(restriction);
    const std::string extent = rules.empty()                  ? "nothing"
                               : restriction.losses().empty() ? "everything else"
                                                              : "the rest as far as rules can";
    const Telling labels = telling(model_, pods, without(pods_in(model_, ns), pods));
    if (labels.selectors.empty()) {
      notes_.push_back(workloads_of(model_, pods) +
                       " has no labels that a policy could select it by");
    }
    for (const model::Selector& subject : labels.selectors) {
      Draft draft;
      draft.policy.kind = model_.symbols->intern("NetworkPolicy");
      draft.policy.ns = ns;
      const model::Workload& workload = model_[model_[pods.front()].workload];
      draft.policy.name =
          names_.take(ns, std::string(model_.text(workload.name)) + "-" + word(direction_));
      draft.policy.subject = subject;
      rules_of(draft.policy, direction_) = rules;
      draft.purpose = "no policy selects " + workloads_of(model_, pods) + " for " +
                      word(direction_) + ": this one does, and allows " + extent;
      drafts_.push_back(std::move(draft));
    }
  }

  /// A policy that lets some of it pass: by itself where it is about these pods alone; else it is
  /// parted.
  void change(PolicyId id) {
    const Policy& policy = model_[id];
    const Pods selected = selected_by(id);
    const Pods selves = both(selected, passing_.pods);
    const Excluded what = excluded(selves);
    Restriction restriction(cluster_, what, policy.ns);
    const auto& rules = *policy.rules(direction_);
    if (std::none_of(rules.begin(), rules.end(),
                     [&](const model::Rule& rule) { return restriction.touches(rule); })) {
      return;
    }
    std::string touched;
    std::vector<model::Rule> rest;
    for (const model::Rule& rule : rules) {
      if (restriction.touches(rule)) {
        touched += (touched.empty() ? "" : ", ") + std::to_string(rule.number);
      }
      for (model::Rule& each : restriction.rest_of(rule)) rest.push_back(std::move(each));
    }
    note_losses(restriction);
    const std::string which = word(direction_) +
                              (touched.find(',') == std::string::npos ? " rule " : " rules ") +
                              touched;
    const Pods others = without(selected, asked_pods_);
    const auto key = others.empty() ? std::nullopt : telling_key(model_, selves, others);
    if (key) {
      part(id, *key, std::move(rest), which, selves, others);
      return;
    }
    if (!others.empty()) {
      notes_.push_back("no label tells " + workloads_of(model_, selves) + " from " +
                       workloads_of(model_, others) + ", which one policy selects");
    }
    Draft draft{policy, id, which + " lets it pass: cut down"};
    rules_of(draft.policy, direction_) = std::move(rest);
    drafts_.push_back(std::move(draft));
  }

  void part(PolicyId id, const model::Requirement& key, std::vector<model::Rule> rest,
            const std::string& which, const Pods& selves, const Pods& others) {
    const Policy& policy = model_[id];
    const auto outer = narrowed(policy.subject, negated(key));
    const auto inner = narrowed(policy.subject, key);
    if (outer) {
      Draft draft{policy, id,
                  "no longer selects " + workloads_of(model_, selves) +
                      "; nothing "
                      "changes for " +
                      workloads_of(model_, others)};
      draft.policy.subject = *outer;
      drafts_.push_back(std::move(draft));
    }
    if (!inner) return;
    Draft draft{policy,
                {},
                "what that policy was for " + workloads_of(model_, selves) + ", with " + which +
                    " cut down"};
    const model::Workload& workload = model_[model_[selves.front()].workload];
    draft.policy.name = names_.take(policy.ns, std::string(model_.text(policy.name)) + "-" +
                                                   std::string(model_.text(workload.name)));
    draft.policy.subject = *inner;
    rules_of(draft.policy, direction_) = std::move(rest);
    drafts_.push_back(std::move(draft));
  }

  const compiler::Cluster& cluster_;
  const Model& model_;
  Direction direction_;
  const Pods& asked_pods_;
  const audit::Opening& passing_;
  bool anyone_;
  Names names_;
  std::vector<Draft> drafts_;
  std::vector<std::string> notes_;
};

}  // namespace

audit::Opening spelt_out(const compiler::Cluster& cluster, const audit::Opening& opening) {
  audit::Opening result = opening;
  if (result.traffic.empty()) result.traffic = Traffic::all();
  if (result.peers.empty() && result.addresses.empty()) {
    for (std::size_t i = 0; i < cluster.model().endpoints.size(); ++i) {
      result.peers.push_back(static_cast<EndpointId>(i));
    }
    result.addresses = net::all_addresses();
  }
  for (auto* pods : {&result.pods, &result.peers}) {
    std::sort(pods->begin(), pods->end());
    pods->erase(std::unique(pods->begin(), pods->end()), pods->end());
  }
  return result;
}

bool is_closed(const compiler::Cluster& cluster, const audit::Opening& spelt_out) {
  return Passing(cluster, spelt_out).find().pods.empty();
}

Plan plan_close(const Request& request, const audit::Opening& opening) {
  const bool anyone = opening.peers.empty() && opening.addresses.empty();
  Plan plan;
  plan.wanted = {spelt_out(request.cluster, opening), Wish::Close};
  const audit::Opening passing = Passing(request.cluster, plan.wanted.opening).find();
  if (passing.pods.empty()) {
    plan.none = "nothing of it passes today";
    return plan;
  }
  if (request.cluster.model().engine == model::Engine::None) {
    plan.none = "the cluster has no engine that enforces NetworkPolicies: none of them closes it";
    return plan;
  }
  Closing closing(request, plan.wanted.opening, passing, anyone);
  plan.drafts = closing.drafts();
  plan.notes = closing.notes();
  if (plan.drafts.empty()) plan.none = "no NetworkPolicy that could be written closes it";
  plan.missed =
      "this NetworkPolicy does not close all of it: another tier, a pod with hostNetwork, or "
      "labels that are not known let it pass";
  return plan;
}

}  // namespace polreach::solver::suggest
