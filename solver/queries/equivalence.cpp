// SPDX-License-Identifier: Apache-2.0
#include "solver/queries/equivalence.h"

#include <algorithm>

#include "solver/check/packet.h"
#include "solver/queries/possible_model.h"
#include "solver/z3/prover.h"

namespace polreach::solver::queries {
namespace {

using compiler::Cluster;
using compiler::Party;
using model::EndpointId;
using model::Model;
using model::NamespaceId;

model::ClusterProfile common(const model::ClusterProfile& a, const model::ClusterProfile& b) {
  model::ClusterProfile profile = a;
  profile.pods_have_ipv4 = a.pods_have_ipv4 || b.pods_have_ipv4;
  profile.pods_have_ipv6 = a.pods_have_ipv6 || b.pods_have_ipv6;
  profile.own_node_passes = false;
  return profile;
}

class CounterexampleSearch {
 public:
  CounterexampleSearch(const Cluster& before, const Cluster& after, z3::Workbench& workbench)
      : models_({&before.model(), &after.model()}),
        old_(models_[0], common(before.profile(), after.profile())),
        new_(models_[1], common(before.profile(), after.profile())),
        prover_(old_, workbench) {}

  source::Result<Equivalence> run() {
    for (const Cluster* cluster : {&old_, &new_}) {
      for (const compiler::NodeSelector& nodes : cluster->node_selectors()) {
        if (!nodes.open) continue;
        return source::failure(
            "policies name nodes by labels: add the Node objects (kubectl get nodes -o json)");
      }
    }
    const auto& spaces = models_.namespaces();
    for (NamespaceId from : spaces) {
      for (NamespaceId to : spaces) {
        const auto done =
            compare(PossibleModels::source_in(from), PossibleModels::destination_in(to));
        if (!done) return tl::unexpected(done.error());
        if (*done) return std::move(result_);
      }
      const Party outside = net::all_addresses();
      for (const auto& [source, destination] :
           {std::pair<Party, Party>{PossibleModels::source_in(from), outside},
            std::pair<Party, Party>{outside, PossibleModels::destination_in(from)}}) {
        const auto done = compare(source, destination);
        if (!done) return tl::unexpected(done.error());
        if (*done) return std::move(result_);
      }
    }
    return std::move(result_);
  }

 private:
  /// True where a counterexample was found.
  source::Result<bool> compare(const Party& source, const Party& destination) {
    ++result_.pairs;
    auto found = prover_.difference(new_, source, destination);
    if (!found) return tl::unexpected(found.error());
    ++result_.proofs;
    if (!*found) return false;
    check::Witness witness = std::move(**found);
    if (!differs(witness)) {
      throw source::InternalError("the single-packet evaluator sees no difference");
    }
    simplify(witness);
    result_.counterexample = describe(witness);
    return true;
  }

  [[nodiscard]] bool differs(const check::Witness& witness) const {
    return check::passes(old_, witness.packet, witness.world) !=
           check::passes(new_, witness.packet, witness.world);
  }

  /// Leaves out whatever the difference does not need.
  void simplify(check::Witness& witness) const {
    const auto try_change = [&](const auto& change) {
      check::Witness simpler = witness;
      change(simpler);
      if (differs(simpler)) witness = std::move(simpler);
    };
    const auto labels = witness.world.labels;
    for (const auto& [label, value] : labels) {
      if (value) try_change([&, key = label](check::Witness& w) { w.world.labels.erase(key); });
    }
    const auto ports = witness.world.named_ports;
    for (std::uint32_t port : ports) {
      try_change([&](check::Witness& w) { w.world.named_ports.erase(port); });
    }
    try_change([](check::Witness& w) { w.world.ipblock_matches_pods = false; });
    try_change([](check::Witness& w) { w.world.domains_match = false; });
  }

  [[nodiscard]] Distinction describe(const check::Witness& witness) const {
    const check::Packet& packet = witness.packet;
    Distinction result;
    result.source =
        end(packet.source, packet.source_address, check::LabelOwner::SourcePod, witness.world);
    result.destination = end(packet.destination, packet.destination_address,
                             check::LabelOwner::DestinationPod, witness.world);
    for (std::uint32_t index : witness.world.named_ports) {
      const auto name = static_cast<model::Symbol>(index / 4);
      result.destination.ports.emplace_back(models_[0].text(name));
    }
    result.protocol = packet.protocol;
    result.port = packet.port;
    result.old_allows = check::passes(old_, packet, witness.world);
    if (witness.world.ipblock_matches_pods &&
        old_.profile().ipblock_matches_pods == model::Reading::Both) {
      result.readings.emplace_back("if ipBlocks match the addresses of pods");
    }
    if (witness.world.domains_match) {
      result.readings.emplace_back("if the address is one of the domain names'");
    }
    return result;
  }

  [[nodiscard]] PossibleEnd end(const std::optional<EndpointId>& id, const net::Address& address,
                                check::LabelOwner owner, const check::World& world) const {
    PossibleEnd result;
    if (!id) {
      result.address = address.to_string();
      return result;
    }
    const Model& model = models_[0];
    const NamespaceId ns = model.namespace_of(*id);
    result.is_new = models_.is_new(ns);
    result.ns = result.is_new ? "a new namespace" : std::string(model.text(model[ns].name));
    for (const auto& [label, value] : world.labels) {
      if (!value) continue;
      const std::string text = std::string(model.text(label.key)) + "=" + *value;
      if (label.owner == owner) result.labels.push_back(text);
      if (label.owner == check::LabelOwner::Namespace && label.ns == ns) {
        result.namespace_labels.push_back(text);
      }
    }
    std::sort(result.labels.begin(), result.labels.end());
    std::sort(result.namespace_labels.begin(), result.namespace_labels.end());
    return result;
  }

  PossibleModels models_;
  Cluster old_;
  Cluster new_;
  z3::Prover prover_;
  Equivalence result_;
};

}  // namespace

source::Result<Equivalence> equivalent(const Cluster& before, const Cluster& after) {
  z3::Workbench workbench;
  return equivalent(before, after, workbench);
}

source::Result<Equivalence> equivalent(const Cluster& before, const Cluster& after,
                                       z3::Workbench& workbench) {
  return CounterexampleSearch(before, after, workbench).run();
}

}  // namespace polreach::solver::queries
