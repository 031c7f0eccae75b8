// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/resolve/cluster.h"

namespace polreach::compiler {

/// Groups endpoints that no policy of the cluster can tell apart: equal classes give equal answers
/// as either end of any connection.
///
/// Two endpoints share a class when they agree in namespace, in the labels that some selector
/// names, in the ports that have a name, in hostNetwork, in which ipBlocks their addresses lie
/// (where ipBlocks can match them at all), in which of the `outside` addresses are their own
/// node's and, where pods with hostNetwork exist, in their node.
class Classes {
 public:
  /// What pods with hostNetwork send to the pods of their own node passes, whatever policies say.
  /// Together: for those who ask about no pod with hostNetwork as a source; pods that differ in
  /// their node alone are one class then.
  enum class Nodes : std::uint8_t { Apart, Together };

  /// `outside`: the addresses outside of pods that will be asked about as sources.
  Classes(const Cluster& cluster, const net::AddressSet& outside, Nodes nodes = Nodes::Apart);

  [[nodiscard]] std::uint32_t of(model::EndpointId id) const {
    return class_of_[static_cast<std::size_t>(id)];
  }
  [[nodiscard]] std::size_t size() const { return members_.size(); }
  /// The endpoints of a class, in model order; never empty.
  [[nodiscard]] const std::vector<model::EndpointId>& members(std::uint32_t id) const {
    return members_[id];
  }
  /// Equal for classes whose addresses no ipBlock tells apart.
  [[nodiscard]] std::uint32_t address_signature(std::uint32_t id) const {
    return address_signatures_[id];
  }

 private:
  std::vector<std::uint32_t> class_of_;
  std::vector<std::vector<model::EndpointId>> members_;
  std::vector<std::uint32_t> address_signatures_;
};

}  // namespace polreach::compiler
