// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "tests/agreement/random.h"
#include "tests/agreement/spec.h"

/// What random clusters are made of: few names and values, so that things meet.
namespace polreach::agreement {

struct KeySpec {
  std::string key;
  std::vector<std::string> values;
};

[[nodiscard]] const std::vector<KeySpec>& pod_keys();
[[nodiscard]] const std::vector<KeySpec>& namespace_keys();
[[nodiscard]] const std::vector<KeySpec>& node_keys();

/// Blocks around the addresses that pods and nodes have; some have host bits.
[[nodiscard]] const std::vector<std::string>& block_pool();

[[nodiscard]] net::Protocol random_protocol(Random& random);

/// Of no, one or two requirements; now and then about the special key.
[[nodiscard]] SelectorSpec random_selector(const std::vector<KeySpec>& keys, const KeySpec& special,
                                           Random& random);
[[nodiscard]] SelectorSpec random_pod_selector(Random& random);
[[nodiscard]] SelectorSpec random_namespace_selector(const Spec& spec, Random& random);

}  // namespace polreach::agreement
