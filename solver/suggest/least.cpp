// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <string_view>
#include <tuple>

#include "compiler/resolve/classes.h"
#include "policies/model/well_known_labels.h"
#include "solver/sets/reach.h"
#include "solver/suggest/drafts.h"
#include "solver/suggest/peers.h"
#include "solver/suggest/restrict.h"

namespace polreach::solver::suggest {
namespace {

using model::Direction;
using model::EndpointId;
using model::Model;
using net::AddressSet;
using net::Traffic;

/// Who takes part in what at one end: what a policy has to allow.
struct Needs {
  std::map<Traffic, Pods> pods;
  std::map<Traffic, AddressSet> addresses;
  friend bool operator<(const Needs& a, const Needs& b) {
    return std::tie(a.pods, a.addresses) < std::tie(b.pods, b.addresses);
  }
};

class Least {
 public:
  Least(const Request& request, model::NamespaceId ns)
      : cluster_(request.cluster),
        model_(cluster_.model()),
        ns_(ns),
        classes_(cluster_, {}),
        outside_(net::all_addresses()),
        names_(model_) {}

  std::vector<Draft> drafts() {
    add_default_deny();
    for (const Direction direction : {Direction::Ingress, Direction::Egress}) add(direction);
    return std::move(drafts_);
  }
  [[nodiscard]] const std::vector<std::string>& notes() const { return notes_; }

 private:
  /// One policy isolates what is not isolated yet, and what will come.
  void add_default_deny() {
    const auto isolates_all = [&](Direction direction) {
      return std::any_of(model_.policies.begin(), model_.policies.end(), [&](const auto& policy) {
        return policy.tier == model::Tier::Network && policy.ns == ns_ &&
               policy.subject.all_of.empty() && policy.rules(direction);
      });
    };
    const bool ingress = !isolates_all(Direction::Ingress);
    const bool egress = !isolates_all(Direction::Egress);
    if (!ingress && !egress) return;
    Draft draft;
    draft.policy.kind = model_.symbols->intern("NetworkPolicy");
    draft.policy.ns = ns_;
    draft.policy.name = names_.take(ns_, "default-deny");
    if (ingress) draft.policy.ingress.emplace();
    if (egress) draft.policy.egress.emplace();
    draft.purpose = "isolates every pod of the namespace; the others say what passes";
    drafts_.push_back(std::move(draft));
  }

  void add(Direction direction) {
    std::map<std::uint32_t, Pods> classes;
    for (const EndpointId pod : pods_in(model_, ns_)) {
      if (!is_isolated(pod, direction)) classes[classes_.of(pod)].push_back(pod);
    }
    std::map<Needs, Pods> by_needs;
    for (const auto& [unused, pods] : classes) {
      Needs needs = needs_of(direction, pods.front());
      if (needs.pods.empty() && needs.addresses.empty()) continue;
      Pods& all = by_needs[std::move(needs)];
      all.insert(all.end(), pods.begin(), pods.end());
      std::sort(all.begin(), all.end());
    }
    for (const auto& [needs, pods] : by_needs) draft(direction, pods, needs);
  }

  [[nodiscard]] bool is_isolated(EndpointId pod, Direction direction) const {
    const auto& ids = cluster_.candidates(pod, direction);
    return std::any_of(ids.begin(), ids.end(),
                       [&](model::PolicyId id) { return model_[id].tier == model::Tier::Network; });
  }

  Needs needs_of(Direction direction, EndpointId self) const {
    const bool ingress = direction == Direction::Ingress;
    Needs result;
    std::map<EndpointId, Traffic> traffic;
    for (std::uint32_t id = 0; id < classes_.size(); ++id) {
      const Pods& members = classes_.members(id);
      const EndpointId other = members.back();
      // The only pod of its class, and it is one: it needs no rule for itself.
      if (members.size() == 1 && cluster_.is_one_pod(self, other)) continue;
      const auto pieces = sets::reach(cluster_, ingress ? other : self, ingress ? self : other);
      const Traffic& may = pieces.front().may;
      if (may.empty()) continue;
      Pods& pods = result.pods[may];
      pods.insert(pods.end(), members.begin(), members.end());
    }
    for (auto& [unused, pods] : result.pods) std::sort(pods.begin(), pods.end());
    const compiler::Party here = self;
    const compiler::Party there = outside_;
    for (const sets::Piece& piece :
         sets::reach(cluster_, ingress ? there : here, ingress ? here : there)) {
      if (!piece.may.empty()) result.addresses[piece.may] |= piece.addresses;
    }
    return result;
  }

  void draft(Direction direction, const Pods& pods, const Needs& needs) {
    Pods everyone;
    for (std::size_t i = 0; i < model_.endpoints.size(); ++i) {
      everyone.push_back(static_cast<EndpointId>(i));
    }
    std::map<Traffic, std::vector<model::Peer>> rules;
    for (const auto& [traffic, others] : needs.pods) {
      PeerList peers = peers_for(model_, others, without(everyone, others));
      auto& to = rules[traffic];
      to.insert(to.end(), peers.peers.begin(), peers.peers.end());
    }
    for (const auto& [traffic, addresses] : needs.addresses) {
      for (model::Peer& each : blocks_of(addresses)) rules[traffic].push_back(std::move(each));
    }
    if (direction == Direction::Egress) add_names(needs, rules);
    const Telling labels = telling(model_, pods, without(pods_in(model_, ns_), pods));
    if (labels.selectors.empty()) {
      notes_.push_back(workloads_of(model_, pods) +
                       " has no labels that a policy could select it by");
    }
    for (const model::Selector& subject : labels.selectors) {
      Draft draft;
      draft.policy.kind = model_.symbols->intern("NetworkPolicy");
      draft.policy.ns = ns_;
      const std::string way = direction == Direction::Ingress ? "ingress" : "egress";
      draft.policy.name = names_.take(ns_, name_for(pods) + "-" + way);
      draft.policy.subject = subject;
      auto& list = rules_of(draft.policy, direction).emplace();
      for (const auto& [traffic, peers] : rules) {
        if (peers.empty()) continue;
        model::Rule rule;
        rule.peers = peers;
        rule.ports = ports_of(traffic);
        rule.number = static_cast<std::uint32_t>(list.size() + 1);
        list.push_back(std::move(rule));
      }
      draft.purpose = "allows the " + way + " of " + workloads_of(model_, pods) + " as it is today";
      drafts_.push_back(std::move(draft));
    }
  }

  /// Of one workload its name.
  [[nodiscard]] std::string name_for(const Pods& pods) const {
    const model::WorkloadId first = model_[pods.front()].workload;
    const bool one = std::all_of(pods.begin(), pods.end(),
                                 [&](EndpointId pod) { return model_[pod].workload == first; });
    return one ? std::string(model_.text(model_[first].name)) : "allow";
  }

  /// Pods that resolve names today go on to: those that answer are seldom among the manifests.
  void add_names(const Needs& needs, std::map<Traffic, std::vector<model::Peer>>& rules) {
    constexpr net::Port kDns = 53;
    constexpr std::string_view kSystem = "kube-system";
    Traffic dns(net::Protocol::Udp, net::PortSet(kDns, kDns));
    const bool resolves = std::any_of(needs.addresses.begin(), needs.addresses.end(),
                                      [&](const auto& each) { return each.first.contains(dns); });
    if (!resolves) return;
    for (std::size_t i = 0; i < model_.endpoints.size(); ++i) {
      const auto ns = model_.namespace_of(static_cast<EndpointId>(i));
      if (model_.text(model_[ns].name) == kSystem) return;
    }
    dns[net::Protocol::Tcp] = net::PortSet(kDns, kDns);
    const auto label = [&](std::string_view key, std::string_view value) {
      model::Selector selector;
      selector.all_of.push_back(
          {model_.symbols->intern(key), model::Operator::In, {model_.symbols->intern(value)}, {}});
      return selector;
    };
    rules[dns].push_back(
        {model::PodPeer{label(model::kNamespaceNameKey, kSystem), label("k8s-app", "kube-dns")},
         {}});
    const std::string note =
        "the pods that resolve names are not in the input: kube-dns in kube-system is taken for "
        "them";
    if (std::find(notes_.begin(), notes_.end(), note) == notes_.end()) notes_.push_back(note);
  }

  const compiler::Cluster& cluster_;
  const Model& model_;
  model::NamespaceId ns_;
  compiler::Classes classes_;
  AddressSet outside_;
  Names names_;
  std::vector<Draft> drafts_;
  std::vector<std::string> notes_;
};

}  // namespace

source::Result<Suggestion> least_privilege(const Request& request, model::NamespaceId ns) {
  Suggestion none;
  if (request.cluster.model().engine == model::Engine::None) {
    none.none = "the cluster has no engine that enforces NetworkPolicies";
    return none;
  }
  Least least(request, ns);
  const std::vector<Draft> drafts = least.drafts();
  if (drafts.empty()) {
    none.none = "policies isolate every pod of the namespace today";
    return none;
  }
  auto result = conclude(request, drafts, {});
  if (result) result->notes = least.notes();
  return result;
}

}  // namespace polreach::solver::suggest
