// SPDX-License-Identifier: Apache-2.0
#include "solver/queries/conflicts.h"

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>

#include "compiler/resolve/classes.h"
#include "compiler/resolve/view.h"
#include "solver/queries/reference.h"
#include "solver/z3/prover.h"

namespace polreach::solver::queries {
namespace {

using compiler::Cluster;
using compiler::Party;
using compiler::Tri;
using model::Direction;
using model::EndpointId;
using model::Model;
using model::PolicyId;

class ConflictSearch {
 public:
  explicit ConflictSearch(const Cluster& cluster)
      : cluster_(cluster), model_(cluster.model()), classes_(cluster, {}), prover_(cluster) {}

  std::vector<source::Diagnostic> run() {
    std::map<std::pair<model::Tier, std::int32_t>, std::vector<PolicyId>> groups;
    for (std::size_t i = 0; i < model_.policies.size(); ++i) {
      const model::Policy& policy = model_.policies[i];
      if (policy.tier == model::Tier::Network) continue;
      groups[{policy.tier, policy.priority}].push_back(static_cast<PolicyId>(i));
    }
    for (const auto& [priority, policies] : groups) {
      for (std::size_t i = 0; i < policies.size(); ++i) {
        for (std::size_t j = i + 1; j < policies.size(); ++j) compare(policies[i], policies[j]);
      }
    }
    return std::move(found_);
  }

 private:
  void compare(PolicyId first, PolicyId second) {
    for (Direction direction : {Direction::Ingress, Direction::Egress}) {
      if (!model_[first].rules(direction) || !model_[second].rules(direction)) continue;
      for (EndpointId self : selected_by_both(first, second, direction)) {
        if (clash(first, second, direction, self)) return;
      }
    }
  }

  /// One endpoint for each way in which the two policies can see those that both select.
  [[nodiscard]] std::vector<EndpointId> selected_by_both(PolicyId first, PolicyId second,
                                                         Direction direction) const {
    using Key = std::tuple<bool, std::uint32_t, std::vector<model::NamedPort>>;
    std::map<Key, EndpointId> result;
    for (std::uint32_t id = 0; id < classes_.size(); ++id) {
      const EndpointId self = classes_.members(id).front();
      const auto& policies = cluster_.candidates(self, direction);
      const bool both = std::binary_search(policies.begin(), policies.end(), first) &&
                        std::binary_search(policies.begin(), policies.end(), second);
      if (!both) continue;
      const bool certain = selects_for_certain(first, self) && selects_for_certain(second, self);
      result.emplace(Key{certain, certain ? 0 : id, model_[self].ports}, self);
    }
    std::vector<EndpointId> endpoints;
    for (const auto& [key, id] : result) endpoints.push_back(id);
    std::sort(endpoints.begin(), endpoints.end());
    return endpoints;
  }

  [[nodiscard]] bool selects_for_certain(PolicyId id, EndpointId self) const {
    const Party party = self;
    const compiler::End end{&party, compiler::LabelOwner::SourcePod};
    const model::Policy& policy = model_[id];
    const auto spaces = namespace_labels(cluster_, model_.namespace_of(self), nullptr);
    return matches(policy.subject, pod_labels(cluster_, end, nullptr)) == Tri::Yes &&
           matches(policy.namespaces, spaces) == Tri::Yes;
  }

  bool clash(PolicyId first, PolicyId second, Direction direction, EndpointId self) {
    std::vector<Party> others;
    for (std::uint32_t id = 0; id < classes_.size(); ++id) {
      const auto& members = classes_.members(id);
      const bool itself = members[0] == self && cluster_.is_one_pod(self, self);
      if (!itself || members.size() > 1) others.emplace_back(itself ? members[1] : members[0]);
    }
    others.emplace_back(net::all_addresses());
    for (const Party& other : others) {
      const auto witness = prover_.clash(direction, self, other, first, second);
      if (witness && !*witness) continue;
      report(first, second, direction, witness ? &**witness : nullptr);
      return true;
    }
    return false;
  }

  [[nodiscard]] std::string end_of(const std::optional<EndpointId>& id,
                                   const net::Address& address) const {
    return id ? name_of(model_, model_[*id].workload) : address.to_string();
  }

  [[nodiscard]] std::string name_of_policy(PolicyId id) const {
    return std::string(model_.text(model_[id].kind)) + " " +
           std::string(model_.text(model_[id].name));
  }

  void report(PolicyId first, PolicyId second, Direction direction, const check::Witness* witness) {
    const model::Policy& one = model_[first];
    const model::Policy& two = model_[second];
    std::string message = name_of_policy(first) + " has the same priority, " +
                          std::to_string(one.priority) + ", and ";
    if (witness != nullptr) {
      const check::Packet& packet = witness->packet;
      message += std::string("decides otherwise on ") +
                 (direction == Direction::Ingress ? "ingress" : "egress") + " of " +
                 std::string(net::to_string(packet.protocol)) + " from " +
                 end_of(packet.source, packet.source_address) + " to " +
                 end_of(packet.destination, packet.destination_address) + " port " +
                 std::to_string(packet.port);
    } else {
      message += "could not be shown to decide alike: Z3 gave up";
    }
    found_.push_back({source::Severity::Error, "equal-priority", std::move(message), two.where,
                      name_of_policy(second), "give the two policies different priorities",
                      one.where, "the other policy"});
  }

  const Cluster& cluster_;
  const Model& model_;
  compiler::Classes classes_;
  z3::Prover prover_;
  std::vector<source::Diagnostic> found_;
};

bool has_equal_priorities(const Model& model) {
  for (std::size_t i = 1; i < model.policies.size(); ++i) {
    const model::Policy& a = model.policies[i - 1];
    const model::Policy& b = model.policies[i];
    const bool ordered = a.tier != model::Tier::Network && a.tier == b.tier;
    if (ordered && a.priority == b.priority) return true;
  }
  return false;
}

}  // namespace

std::vector<source::Diagnostic> equal_priorities(const Cluster& cluster) {
  if (!has_equal_priorities(cluster.model())) return {};
  return ConflictSearch(cluster).run();
}

}  // namespace polreach::solver::queries
