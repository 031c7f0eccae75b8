// SPDX-License-Identifier: Apache-2.0
#include "solver/z3/read_world.h"

#include <utility>

#include "solver/z3/budget.h"

namespace polreach::solver::z3 {

check::World read_world(const compiler::Cluster& cluster, Encoding& encoding,
                        const ::z3::model& model, Encoding::Copy copy) {
  using compiler::Flag;
  check::World world;
  world.ipblock_matches_pods = encoding.flag(model, Flag::IpBlockMatchesPods, copy);
  world.host_network_is_pod = encoding.flag(model, Flag::HostNetworkIsPod, copy);
  world.same_node = encoding.flag(model, Flag::SameNode, copy);
  world.domains_match = encoding.flag(model, Flag::DomainsMatch, copy);
  world.other_protocols = encoding.flag(model, Flag::OtherProtocols, copy);
  for (std::uint32_t i = 0; i < cluster.node_selectors().size(); ++i) {
    world.node_selectors.push_back(encoding.flag(model, Flag::NodeSelector, copy, i));
  }
  for (std::uint32_t index : encoding.true_indices(model, Flag::NamedPort, copy)) {
    world.named_ports.insert(index);
  }
  const model::Model& names = cluster.model();
  for (const Encoding::LabelValue& label : encoding.labels(model, copy, names.symbols->size())) {
    std::optional<std::string> value;
    if (label.present) value = kOtherValue;
    if (label.value) value = names.text(*label.value);
    const auto owner = static_cast<compiler::LabelOwner>(label.label.owner);
    world.labels[{owner, label.label.ns, label.label.key}] = std::move(value);
  }
  return world;
}

}  // namespace polreach::solver::z3
