// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "solver/suggest/drafts.h"
#include "solver/suggest/suggestion.h"

namespace polreach::solver::suggest {
namespace {

using model::Model;

Plan plan_of(const Request& request, const Wanted& wanted) {
  return wanted.wish == Wish::Close ? plan_close(request, wanted.opening)
                                    : plan_open(request, wanted.opening);
}

/// `wanted` spelt out.
bool is_fulfilled(const compiler::Cluster& cluster, const Wanted& wanted) {
  return wanted.wish == Wish::Close ? is_closed(cluster, wanted.opening)
                                    : is_open(cluster, wanted.opening);
}

source::Result<Suggestion> only(const Request& request, Plan plan) {
  Suggestion none;
  none.none = plan.none;
  none.notes = plan.notes;
  if (plan.drafts.empty()) return none;
  auto result = conclude(request, plan.drafts, {plan.wanted});
  if (!result) return result;
  result->notes = std::move(plan.notes);
  if (!result->effect.missed.empty()) result->none = std::move(plan.missed);
  return result;
}

bool is_named(const model::Policy& policy, const model::Policy& other) {
  return policy.tier == model::Tier::Network && policy.ns == other.ns && policy.name == other.name;
}

/// Wishes one after another, each asked of the input with what those before it came to.
class Combining {
 public:
  Combining(const Request& request, const std::vector<Wanted>& wishes)
      : request_(request), wishes_(wishes) {}

  source::Result<Combined> run() {
    for (const Wanted& each : wishes_) {
      const auto why_not = add(each);
      if (!why_not) return tl::unexpected(why_not.error());
      result_.why_not.push_back(*why_not);
    }
    if (drafts_.empty()) {
      result_.suggestion.none = "none of it has a NetworkPolicy that would help";
      return std::move(result_);
    }
    auto suggestion = conclude(request_, drafts_, fulfilled_);
    if (!suggestion) return tl::unexpected(suggestion.error());
    if (!suggestion->effect.missed.empty()) {
      suggestion->none = "together these NetworkPolicies do not do all of it";
    }
    suggestion->notes = std::move(notes_);
    result_.suggestion = std::move(*suggestion);
    return std::move(result_);
  }

 private:
  /// Why it has no part in the answer; empty: it has, or is fulfilled by the others.
  source::Result<std::string> add(const Wanted& wanted) {
    std::optional<compiler::Cluster> own;
    if (result_.after) own.emplace(*result_.after, request_.cluster.profile());
    const Request now{own ? *own : request_.cluster, request_.sources, request_.windows};
    Plan plan = plan_of(now, wanted);
    if (is_fulfilled(now.cluster, plan.wanted)) {
      fulfilled_.push_back(std::move(plan.wanted));
      return std::string();
    }
    if (plan.drafts.empty()) {
      return plan.notes.empty() ? plan.none : plan.none + ": " + plan.notes.front();
    }
    const std::vector<Draft> drafts = merged(now.cluster.model(), plan.drafts);
    auto after = with_drafts(request_, drafts);
    if (!after) return tl::unexpected(after.error());
    const compiler::Cluster then(*after, request_.cluster.profile());
    if (!is_fulfilled(then, plan.wanted)) return plan.missed;
    const bool undoes = std::any_of(fulfilled_.begin(), fulfilled_.end(),
                                    [&](const auto& each) { return !is_fulfilled(then, each); });
    if (undoes) return std::string("what it takes undoes what another of them takes");
    for (std::string& note : plan.notes) {
      if (std::find(notes_.begin(), notes_.end(), note) == notes_.end()) {
        notes_.push_back(std::move(note));
      }
    }
    drafts_ = drafts;
    result_.after = std::move(*after);
    fulfilled_.push_back(std::move(plan.wanted));
    return std::string();
  }

  /// All drafts so far with those of a step, which are about the input with these. One that
  /// changes a policy of the input again stands in its place.
  [[nodiscard]] std::vector<Draft> merged(const Model& now, const std::vector<Draft>& more) const {
    const Model& model = request_.cluster.model();
    std::vector<Draft> result = drafts_;
    for (const Draft& each : more) {
      const auto known = std::find_if(result.begin(), result.end(), [&](const Draft& draft) {
        return is_named(draft.policy, each.policy);
      });
      if (known != result.end()) {
        known->policy = each.policy;
        if (known->replaces) known->purpose = "lets several of them pass: cut down";
        continue;
      }
      Draft draft = each;
      if (each.replaces) {
        const model::Policy& changed = now[*each.replaces];
        const auto old =
            std::find_if(model.policies.begin(), model.policies.end(),
                         [&](const model::Policy& policy) { return is_named(policy, changed); });
        if (old == model.policies.end()) throw source::InternalError("a policy has no origin");
        draft.replaces = static_cast<model::PolicyId>(old - model.policies.begin());
      }
      result.push_back(std::move(draft));
    }
    return result;
  }

  const Request& request_;
  const std::vector<Wanted>& wishes_;
  std::vector<Draft> drafts_;  // about the input
  std::vector<Wanted> fulfilled_;
  std::vector<std::string> notes_;
  Combined result_;
};

}  // namespace

source::Result<Suggestion> close(const Request& request, const audit::Opening& opening) {
  return only(request, plan_close(request, opening));
}

source::Result<Suggestion> open(const Request& request, const audit::Opening& opening) {
  return only(request, plan_open(request, opening));
}

source::Result<Combined> combine(const Request& request, const std::vector<Wanted>& wishes) {
  return Combining(request, wishes).run();
}

}  // namespace polreach::solver::suggest
