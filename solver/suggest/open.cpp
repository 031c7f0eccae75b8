// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>

#include "solver/sets/direction.h"
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

/// What one pod's own policies stop, of what shall pass.
struct Stopped {
  Pods peers;
  AddressSet addresses;
  friend auto operator<=>(const Stopped&, const Stopped&) = default;
};

class Opener {
 public:
  Opener(const Request& request, const audit::Opening& opening)
      : cluster_(request.cluster), model_(cluster_.model()), opening_(opening), names_(model_) {}

  std::vector<Draft> drafts() {
    const Direction far =
        opening_.direction == Direction::Ingress ? Direction::Egress : Direction::Ingress;
    add(opening_.direction, opening_.pods, opening_.peers, opening_.addresses);
    add(far, opening_.peers, opening_.pods, {});
    return std::move(drafts_);
  }
  [[nodiscard]] const std::vector<std::string>& notes() const { return notes_; }

 private:
  /// Policies at `selves` that allow what theirs stop.
  void add(Direction direction, const Pods& selves, const Pods& others,
           const AddressSet& addresses) {
    std::map<std::pair<model::NamespaceId, Stopped>, Pods> wanted;
    for (const EndpointId self : selves) {
      Stopped stopped;
      for (const EndpointId other : others) {
        if (cluster_.is_one_pod(self, other)) continue;
        const sets::Flow flow = sets::flow(cluster_, direction, self, other);
        if (!flow.must.contains(opening_.traffic)) stopped.peers.push_back(other);
      }
      stopped.addresses = stopped_outside(direction, self, addresses);
      if (stopped.peers.empty() && stopped.addresses.empty()) continue;
      if (is_isolated(self, direction)) {
        wanted[{model_.namespace_of(self), std::move(stopped)}].push_back(self);
      } else {
        note("no NetworkPolicy selects " + workloads_of(model_, {self}) + " for " +
             word(direction) + ": what stops it is another tier, which none can open");
      }
    }
    for (const auto& [key, pods] : wanted) draft(direction, key.first, pods, key.second);
  }

  [[nodiscard]] AddressSet stopped_outside(Direction direction, EndpointId self,
                                           const AddressSet& addresses) const {
    AddressSet result;
    if (addresses.empty()) return result;
    const compiler::Party here = self;
    const compiler::Party there = addresses;
    const bool egress = direction == Direction::Egress;
    for (const sets::Piece& piece :
         sets::reach(cluster_, egress ? here : there, egress ? there : here)) {
      if (!piece.must.contains(opening_.traffic)) result |= piece.addresses;
    }
    return result;
  }

  [[nodiscard]] bool is_isolated(EndpointId pod, Direction direction) const {
    const auto& ids = cluster_.candidates(pod, direction);
    return std::any_of(ids.begin(), ids.end(),
                       [&](model::PolicyId id) { return model_[id].tier == model::Tier::Network; });
  }

  void draft(Direction direction, model::NamespaceId ns, const Pods& pods, const Stopped& stopped) {
    Pods everyone;
    for (std::size_t i = 0; i < model_.endpoints.size(); ++i) {
      everyone.push_back(static_cast<EndpointId>(i));
    }
    model::Rule rule;
    rule.ports = ports_of(opening_.traffic);
    const PeerList peers = peers_for(model_, stopped.peers, without(everyone, stopped.peers));
    rule.peers = peers.peers;
    for (model::Peer& each : blocks_of(stopped.addresses)) rule.peers.push_back(std::move(each));
    if (rule.peers.empty()) {
      note(workloads_of(model_, stopped.peers) + " has no labels that a rule could name it by");
      return;
    }
    const Telling labels = telling(model_, pods, without(pods_in(model_, ns), pods));
    if (labels.selectors.empty()) {
      note(workloads_of(model_, pods) + " has no labels that a policy could select it by");
    }
    for (const model::Selector& subject : labels.selectors) {
      Draft draft;
      draft.policy.kind = model_.symbols->intern("NetworkPolicy");
      draft.policy.ns = ns;
      const model::Workload& workload = model_[model_[pods.front()].workload];
      draft.policy.name =
          names_.take(ns, std::string(model_.text(workload.name)) + "-allow-" + word(direction));
      draft.policy.subject = subject;
      rules_of(draft.policy, direction) = std::vector<model::Rule>{rule};
      draft.purpose = "the policies of " + workloads_of(model_, pods) + " stop it at " +
                      word(direction) + ": this one allows it";
      drafts_.push_back(std::move(draft));
    }
  }

  void note(std::string text) {
    if (std::find(notes_.begin(), notes_.end(), text) == notes_.end()) {
      notes_.push_back(std::move(text));
    }
  }

  const compiler::Cluster& cluster_;
  const Model& model_;
  const audit::Opening& opening_;
  Names names_;
  std::vector<Draft> drafts_;
  std::vector<std::string> notes_;
};

}  // namespace

bool is_open(const compiler::Cluster& cluster, const audit::Opening& spelt_out) {
  const bool ingress = spelt_out.direction == Direction::Ingress;
  const auto passes = [&](const compiler::Party& self, const compiler::Party& peer) {
    const auto pieces = sets::reach(cluster, ingress ? peer : self, ingress ? self : peer);
    return std::all_of(pieces.begin(), pieces.end(), [&](const sets::Piece& piece) {
      return piece.must.contains(spelt_out.traffic);
    });
  };
  return std::all_of(spelt_out.pods.begin(), spelt_out.pods.end(), [&](EndpointId self) {
    const bool peers = std::all_of(
        spelt_out.peers.begin(), spelt_out.peers.end(),
        [&](EndpointId peer) { return cluster.is_one_pod(self, peer) || passes(self, peer); });
    return peers && (spelt_out.addresses.empty() || passes(self, spelt_out.addresses));
  });
}

Plan plan_open(const Request& request, const audit::Opening& opening) {
  Plan plan;
  plan.wanted = {spelt_out(request.cluster, opening), Wish::Open};
  Opener opener(request, plan.wanted.opening);
  plan.drafts = opener.drafts();
  plan.notes = opener.notes();
  if (plan.drafts.empty()) {
    plan.none = plan.notes.empty() ? "all of it passes today"
                                   : "no NetworkPolicy that could be written opens it";
  }
  plan.missed =
      "these NetworkPolicies do not open all of it: another tier, or ends that have no address "
      "family in common, stop it";
  return plan;
}

}  // namespace polreach::solver::suggest
