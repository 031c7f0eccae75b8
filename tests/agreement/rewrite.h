// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "tests/agreement/random.h"
#include "tests/agreement/spec.h"

/// Changes to a spec with a known effect on what it means.
namespace polreach::agreement {

/// With one more rule in a direction that some NetworkPolicy covers; nothing where there is none.
[[nodiscard]] std::optional<Spec> with_another_rule(Spec spec, Random& random);

/// With namespaces, endpoints, policies, rules, peers, ports, labels and values in another order.
/// Only the order of the ports of pods stays, and that of the rules of tiers: they have a meaning;
/// and that in selectors of nodes, by which they are told apart.
[[nodiscard]] Spec shuffled(const Spec& spec, Random& random);

/// With every range of ports and every block cut in two, where it can be.
[[nodiscard]] Spec split(Spec spec, Random& random);

/// With other names for label keys, label values and namespaces, which sort the other way round.
[[nodiscard]] Spec renamed(Spec spec);

/// With a policy, and a rule, written twice.
[[nodiscard]] Spec doubled(Spec spec, Random& random);

// The following change policies of the admin and baseline tiers, and leave a spec without any such
// policy as it is.

/// With one more rule, at some place of some such policy, that lets pass or stops (the action)
/// what it matches.
[[nodiscard]] Spec with_another_tier_rule(Spec spec, model::Action action, Random& random);

/// With one more rule of any action, at some place, that matches no connection.
[[nodiscard]] Spec with_idle_tier_rule(Spec spec, Random& random);

/// With the priorities of each tier moved by an offset, by which their order stays.
[[nodiscard]] Spec with_moved_priorities(Spec spec, Random& random);

/// With the rules of a policy spread over two policies, which follow each other.
[[nodiscard]] Spec with_tier_policy_cut(Spec spec, Random& random);

/// With rules that allow for rules of the baseline tier that pass: nothing is behind it.
[[nodiscard]] Spec with_baseline_pass_as_allow(Spec spec);

}  // namespace polreach::agreement
