// SPDX-License-Identifier: Apache-2.0
// Pods that are open because no policy is about them, and namespaces in which the next pod can be.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "policies/model/directions.h"
#include "solver/audit/kubernetes/parts.h"
#include "solver/audit/kubernetes/possible_pods.h"
#include "solver/audit/kubernetes/strangers.h"
#include "solver/queries/example_pods.h"
#include "solver/queries/outside.h"
#include "solver/sets/reach.h"

namespace polreach::solver::audit::kubernetes {
namespace {

using model::Direction;
using model::EndpointId;
using model::NamespaceId;

constexpr std::array<std::string_view, 3> kKeys = {"ingress", "egress", "both"};

class UnselectedAudit {
 public:
  explicit UnselectedAudit(Context& context)
      : context_(context),
        cluster_(context.cluster()),
        model_(context.model()),
        strangers_(context.cluster()),
        possible_(context.cluster()),
        internet_(net::internet_addresses() & queries::outside_addresses(context.cluster())) {}

  void run() {
    // Where nothing enforces policies that is the cause, not that none is there.
    const bool none = model_.engine == model::Engine::None && !model_.unenforced.empty();
    if (none) return;
    anyone_ = strangers_.add_anyone();
    find_next_pods();
    std::vector<std::vector<EndpointId>> pods(model_.namespaces.size());
    for (std::uint32_t i = 0; i < model_.endpoints.size(); ++i) {
      const auto id = static_cast<EndpointId>(i);
      if (context_.escapes(id)) continue;
      pods[static_cast<std::size_t>(model_.namespace_of(id))].push_back(id);
    }
    for (std::size_t i = 0; i < pods.size(); ++i) {
      if (!pods[i].empty()) space(static_cast<NamespaceId>(i), pods[i]);
    }
  }

 private:
  // Pods that there are ---------------------------------------------------------------------------

  /// Whether something passes in that direction because no rule is about it.
  [[nodiscard]] bool is_open(EndpointId id, Direction direction) {
    if (context_.is_isolated(id, direction)) return false;
    const auto& candidates = cluster_.candidates(id, direction);
    if (candidates.empty() && strangers_.cluster().candidates(anyone_, opposite(direction)).empty())
      return true;
    // What strangers may send can depend on each label of the pod that they send it to.
    const bool alone = direction == Direction::Ingress &&
                       !strangers_.cluster().candidates(anyone_, Direction::Egress).empty();
    if (alone) return passes_by_default(id, direction);
    const auto key = std::pair(candidates, direction);
    const auto known = open_.find(key);
    if (known != open_.end()) return known->second;
    return open_.emplace(key, passes_by_default(id, direction)).first->second;
  }

  [[nodiscard]] static Direction opposite(Direction direction) {
    return direction == Direction::Ingress ? Direction::Egress : Direction::Ingress;
  }

  [[nodiscard]] bool passes_by_default(EndpointId id, Direction direction) {
    const compiler::Cluster& cluster = strangers_.cluster();
    const bool ingress = direction == Direction::Ingress;
    const compiler::Party self = id;
    const compiler::Party outside = internet_;
    const compiler::Party other = ingress ? compiler::Party(anyone_) : outside;
    const queries::DirectionReason reason = queries::explain(
        cluster, direction, ingress ? other : self, ingress ? self : other, net::Traffic::all());
    if (reason.by_default.empty()) return false;
    return ingress ? !strangers_.passes(anyone_, id).empty() : passes_to_internet(id);
  }

  [[nodiscard]] bool passes_to_internet(EndpointId id) {
    const compiler::Party outside = internet_;
    const auto pieces = sets::reach(strangers_.cluster(), id, outside);
    return std::any_of(pieces.begin(), pieces.end(),
                       [](const sets::Piece& piece) { return !piece.must.empty(); });
  }

  void space(NamespaceId ns, const std::vector<EndpointId>& pods) {
    std::array<std::vector<EndpointId>, 3> open;  // ingress alone, egress alone, both
    bool held = false;
    for (const EndpointId id : pods) {
      const bool ingress = is_open(id, Direction::Ingress);
      const bool egress = is_open(id, Direction::Egress);
      held = held || !ingress || !egress;
      if (ingress && egress) {
        open[2].push_back(id);
      } else if (ingress || egress) {
        open.at(ingress ? 0 : 1).push_back(id);
      }
    }
    if (!held) {
      whole(ns, open[2]);
      return;
    }
    for (std::size_t i = 0; i < open.size(); ++i) {
      if (!open.at(i).empty()) some(ns, open.at(i), i);
    }
    next_pod(ns, {!open[0].empty() || !open[2].empty(), !open[1].empty() || !open[2].empty()});
  }

  void describe(Finding& finding, NamespaceId ns, const std::vector<EndpointId>& pods) const {
    for (const EndpointId id : pods) finding.also.push_back(context_.name(model_[id].workload));
    tidy(finding.also);
    context_.rest_on(finding, {}, {ns});
  }

  /// Whether policies of the whole cluster act on one of these pods, or on the strangers that would
  /// reach them: then not everything passes that no NetworkPolicy stops.
  [[nodiscard]] bool has_tiers(const std::vector<EndpointId>& pods, bool ingress, bool egress) {
    const auto acts = [&](EndpointId id, Direction direction) {
      return !strangers_.cluster().candidates(id, direction).empty();
    };
    if (ingress && acts(anyone_, Direction::Egress)) return true;
    return std::any_of(pods.begin(), pods.end(), [&](EndpointId id) {
      return (ingress && acts(id, Direction::Ingress)) || (egress && acts(id, Direction::Egress));
    });
  }

  /// What a direction without a NetworkPolicy comes to: 0 ingress, 1 egress, 2 both.
  [[nodiscard]] std::string openness(const std::vector<EndpointId>& pods, std::size_t which) {
    if (has_tiers(pods, which != 1, which != 0)) {
      return which == 0   ? "what cluster-wide policies do not decide gets in from every pod"
             : which == 1 ? "they may connect to all that cluster-wide policies do not decide"
                          : "what cluster-wide policies do not decide gets in from every pod, and "
                            "out to everything";
    }
    return which == 0 ? "every pod of the cluster gets in"
           : which == 1
               ? "they may connect to everything, the internet and the instance metadata service "
                 "included"
               : "they are open to every pod, and may connect to everything";
  }

  [[nodiscard]] static std::string count_of(std::size_t workloads) {
    return fmt::format("{} workload{}", workloads, workloads == 1 ? "" : "s");
  }

  /// The ports at which the pods listen come first: such a packet says more.
  [[nodiscard]] std::optional<Example> into(const std::vector<EndpointId>& pods) {
    for (const EndpointId id : pods) {
      const net::Traffic known = strangers_.passes(anyone_, id) & context_.listening(id);
      if (!known.empty()) return strangers_.replay(anyone_, id, known, true);
    }
    return strangers_.replay(anyone_, pods.front(), strangers_.passes(anyone_, pods.front()), true);
  }

  [[nodiscard]] std::optional<Example> out_of(EndpointId id) {
    const compiler::Party outside = internet_;
    for (const sets::Piece& piece : sets::reach(strangers_.cluster(), id, outside)) {
      if (!piece.must.empty()) return strangers_.replay(id, piece.addresses, piece.must, true);
    }
    return std::nullopt;
  }

  void whole(NamespaceId ns, const std::vector<EndpointId>& pods) {
    Finding finding = Context::finding("namespace-open", context_.name(ns), "");
    describe(finding, ns, pods);
    finding.where = context_.where(ns);
    const std::string space(model_.text(model_[ns].name));
    finding.message =
        has_tiers(pods, true, true)
            ? fmt::format("no NetworkPolicy acts on any pod of namespace {} ({}): {}", space,
                          count_of(finding.also.size()), openness(pods, 2))
            : fmt::format(
                  "no policy acts on any pod of namespace {}: {} {} open to every pod, and may "
                  "connect to everything, the internet and the instance metadata service included",
                  space, count_of(finding.also.size()), finding.also.size() == 1 ? "is" : "are");
    const std::size_t policies = cluster_.policies_in(ns).size();
    const std::string cause =
        policies == 0 ? "the input holds no NetworkPolicy of this namespace"
                      : fmt::format("none of the {} of this namespace selects a pod",
                                    policies == 1 ? "1 NetworkPolicy"
                                                  : fmt::format("{} NetworkPolicies", policies));
    finding.causes.push_back({finding.where, cause});
    finding.example = into(pods);
    finding.opening = Opening{pods, Direction::Ingress, {}, {}, {}, {}};
    context_.add(std::move(finding));
  }

  void some(NamespaceId ns, const std::vector<EndpointId>& pods, std::size_t which) {
    Finding finding =
        Context::finding("pods-unselected", context_.name(ns), std::string(kKeys.at(which)));
    describe(finding, ns, pods);
    const std::string what = fmt::format("{}: {}",
                                         which == 0   ? "for ingress"
                                         : which == 1 ? "for egress"
                                                      : "in any direction",
                                         openness(pods, which));
    std::vector<std::string> names;
    for (const EndpointId id : pods) names.push_back(context_.short_name(id));
    tidy(names);
    finding.message = fmt::format(
        "no {} selects {} {}", has_tiers(pods, which != 1, which != 0) ? "NetworkPolicy" : "policy",
        listed(names), what);
    const EndpointId first = pods.front();
    finding.where = model_[first].where;
    finding.causes.push_back(
        {model_[model_[first].workload].where,
         fmt::format("no policy selects the pods of {}", context_.short_name(first))});
    constexpr std::size_t kMostCauses = 3;
    for (const model::PolicyId policy : cluster_.policies_in(ns)) {
      if (finding.causes.size() > kMostCauses) break;
      finding.causes.push_back(
          {model_[policy].where, fmt::format("{} selects others, or acts in the other direction",
                                             context_.name(policy))});
    }
    const bool egress = which == 1;
    finding.example = egress ? out_of(first) : into(pods);
    finding.opening =
        Opening{pods, egress ? Direction::Egress : Direction::Ingress, {}, {}, {}, {}};
    context_.add(std::move(finding));
  }

  // Pods that someone could add -------------------------------------------------------------------

  struct Next {
    std::optional<queries::ExamplePod> pod;
    EndpointId id{};
  };

  /// They have to be added before anything is asked about.
  void find_next_pods() {
    if (!context_.wants("no-default-deny")) return;
    next_.resize(model_.namespaces.size());
    std::vector<bool> has_pods(model_.namespaces.size(), false);
    for (std::uint32_t i = 0; i < model_.endpoints.size(); ++i) {
      const auto id = static_cast<EndpointId>(i);
      if (!context_.escapes(id)) has_pods[static_cast<std::size_t>(model_.namespace_of(id))] = true;
    }
    for (std::size_t i = 0; i < model_.namespaces.size(); ++i) {
      const auto ns = static_cast<NamespaceId>(i);
      if (!has_pods[i] || cluster_.policies_in(ns).empty()) continue;
      for (const Direction direction : model::kDirections) {
        const UnselectedPod found = possible_.unselected(ns, direction);
        if (found.gave_up) {
          context_.unchecked("no-default-deny",
                             fmt::format("the policies of namespace {} tell pods apart in too many "
                                         "ways",
                                         model_.text(model_[ns].name)));
        }
        if (!found.pod) continue;
        Next& next = next_[i].at(static_cast<std::size_t>(direction));
        next.pod = found.pod;
        next.id = strangers_.add(*found.pod);
      }
    }
  }

  /// `said`: directions in which pods that there are are open for the same cause.
  void next_pod(NamespaceId ns, const std::array<bool, 2>& said) {
    if (next_.empty()) return;
    std::array<bool, 2> open{};
    for (const Direction direction : model::kDirections) {
      const auto d = static_cast<std::size_t>(direction);
      const Next& next = next_[static_cast<std::size_t>(ns)].at(d);
      if (!next.pod || said.at(d)) continue;
      open.at(d) = passes_by_default(next.id, direction);
    }
    if (!open[0] && !open[1]) return;
    const std::size_t which = open[0] && open[1] ? 2 : (open[0] ? 0 : 1);
    Finding finding =
        Context::finding("no-default-deny", context_.name(ns), std::string(kKeys.at(which)));
    const Next& next = next_[static_cast<std::size_t>(ns)].at(open[0] ? 0 : 1);
    const std::string with =
        next.pod->labels.empty() ? "without labels" : "with labels that no policy selects";
    const std::string_view direction = which == 2   ? "in both directions"
                                       : which == 0 ? "for ingress"
                                                    : "for egress";
    finding.message = fmt::format("no policy of namespace {} selects every pod {}: one {} is open",
                                  model_.text(model_[ns].name), direction, with);
    finding.where = context_.where(ns);
    constexpr std::size_t kMostCauses = 3;
    for (const model::PolicyId policy : cluster_.policies_in(ns)) {
      if (finding.causes.size() == kMostCauses) break;
      finding.causes.push_back(
          {model_[policy].where,
           fmt::format("{} does not select such a pod {}", context_.name(policy), direction)});
    }
    finding.example = open[0] ? into({next.id}) : out_of(next.id);
    if (finding.example) finding.example->pod = yaml_of(*next.pod);
    context_.rest_on(finding, {}, {ns});
    context_.add(std::move(finding));
  }

  Context& context_;
  const compiler::Cluster& cluster_;
  const model::Model& model_;
  Strangers strangers_;
  PossiblePods possible_;
  net::AddressSet internet_;  // of the families that the cluster speaks
  EndpointId anyone_{};
  std::vector<std::array<Next, 2>> next_;  // by namespace and direction
  std::map<std::pair<std::vector<model::PolicyId>, Direction>, bool> open_;
};

}  // namespace

void audit_unselected(Context& context) {
  if (context.model().endpoints.empty()) return;
  if (!context.wants("namespace-open") && !context.wants("pods-unselected") &&
      !context.wants("no-default-deny")) {
    return;
  }
  UnselectedAudit(context).run();
}

}  // namespace polreach::solver::audit::kubernetes
