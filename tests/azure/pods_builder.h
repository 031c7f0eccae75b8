// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "compiler/path/path.h"

/// A few pods by hand, and paths as short texts.
namespace polreach::support {

struct PodsBuilder {
  model::Model model;

  PodsBuilder();
  /// A pod of its own workload; addresses and node may be empty.
  model::EndpointId pod(const std::string& name, std::string_view address = {},
                        std::string_view node = {}, bool host_network = false);
  /// A NetworkPolicy "in" for all pods of the namespace, with one rule of ingress.
  void allow(model::Rule rule);
  /// A policy of the admin tier that forbids all pods to reach any node.
  void deny_nodes();
};

/// Each hop as "out subnet vnet/aks 10.244.0.0/16->10.244.0.0/16": the direction, the place, and
/// the header's addresses. "policies pod shop/web out ..." for those of a pod; "gate WHY" and
/// "closed WHY" for gates.
[[nodiscard]] std::vector<std::string> hops(const compiler::Path& path);

/// The way with a label. Fails the test where there is none.
[[nodiscard]] const compiler::Path& way(const std::vector<compiler::Path>& ways,
                                        std::string_view label);

[[nodiscard]] bool mentions(const std::vector<std::string>& notes, std::string_view words);

}  // namespace polreach::support
