// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "tests/agreement/random.h"
#include "tests/agreement/spec.h"

/// Changes to a spec with a known effect on what it means.
namespace polreach::agreement {

/// With one more rule in a direction that some policy covers; nothing where there is none.
[[nodiscard]] std::optional<Spec> with_another_rule(Spec spec, Random& random);

/// With namespaces, endpoints, policies, rules, peers, ports, labels and values in another order.
/// Only the order of the ports of pods stays: it has a meaning.
[[nodiscard]] Spec shuffled(const Spec& spec, Random& random);

/// With every range of ports and every block cut in two, where it can be.
[[nodiscard]] Spec split(Spec spec, Random& random);

/// With other names for label keys, label values and namespaces, which sort the other way round.
[[nodiscard]] Spec renamed(Spec spec);

/// With a policy, and a rule, written twice.
[[nodiscard]] Spec doubled(Spec spec, Random& random);

}  // namespace polreach::agreement
