// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "tests/agreement/random.h"
#include "tests/agreement/spec.h"
#include "tests/agreement/writer.h"

namespace polreach::agreement {

/// The parts that objects of every kind have. The style decides wherever the API leaves a choice.
class ManifestWriter {
 public:
  ManifestWriter(Writer& out, std::uint64_t style) : out_(out), style_(style) {}

  [[nodiscard]] Writer& out() { return out_; }
  [[nodiscard]] bool chance(int percent) { return style_.chance(percent); }

  void head(std::string_view version, std::string_view kind);
  void member(std::string_view key, std::string_view value);
  void labels(const std::vector<LabelSpec>& all);
  /// A LabelSelector.
  void selector(const SelectorSpec& requirements);
  void strings(std::string_view key, const std::vector<std::string>& values);

 protected:
  void match_expressions(const SelectorSpec& expressions);

  Writer& out_;
  Random style_;
};

/// A Node.
void write_node(ManifestWriter& manifest, const NodeSpec& node);

/// A ClusterNetworkPolicy (policy.networking.k8s.io/v1alpha2), which a policy of the admin or the
/// baseline tier is.
void write_tier_policy(ManifestWriter& manifest, const PolicySpec& policy);

}  // namespace polreach::agreement
