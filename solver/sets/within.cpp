// SPDX-License-Identifier: Apache-2.0
#include "solver/sets/within.h"

#include <algorithm>
#include <array>
#include <optional>

#include "compiler/resolve/worlds.h"
#include "solver/sets/pieces.h"

namespace polreach::solver::sets {
namespace {

using compiler::AssumedLabel;
using compiler::Assumption;
using compiler::Cluster;
using compiler::End;
using compiler::LabelOwner;
using compiler::Party;
using compiler::World;
using compiler::Worlds;
using model::Direction;
using model::EndpointId;
using net::AddressSet;
using net::Traffic;

/// More pairs of worlds than this are not compared.
constexpr std::size_t kMostWorldPairs = 4096;

bool chooses(const Worlds& worlds, Assumption assumption) {
  const auto& all = worlds.choices();
  return std::any_of(all.begin(), all.end(), [&](const Worlds::Choice& choice) {
    return choice.point.assumption == assumption;
  });
}

/// What one direction lets pass, by the other end's addresses. Nothing: no policy acts there.
using Side = std::optional<Pieces>;

/// A passage in one world: what leaves the source, and what enters the destination.
struct Instance {
  Side leaves;
  Side enters;
};

class Reading {
 public:
  explicit Reading(const Passage& passage)
      : passage_(passage), worlds_(*passage.cluster, passage.source, passage.destination) {}

  [[nodiscard]] const Worlds& worlds() const { return worlds_; }

  [[nodiscard]] Instance in(const World& world) const {
    const Cluster& cluster = *passage_.cluster;
    const auto* from = std::get_if<EndpointId>(&passage_.source);
    const auto* to = std::get_if<EndpointId>(&passage_.destination);
    Instance result;
    if (from != nullptr && to != nullptr && cluster.is_one_pod(*from, *to)) return result;
    const End source{&passage_.source, LabelOwner::SourcePod};
    const End destination{&passage_.destination, LabelOwner::DestinationPod};
    if (from != nullptr) {
      result.leaves =
          sum_up(view_direction(cluster, Direction::Egress, source, destination, world));
    }
    if (to != nullptr) {
      result.enters =
          sum_up(view_direction(cluster, Direction::Ingress, destination, source, world));
    }
    return result;
  }

 private:
  const Passage& passage_;
  Worlds worlds_;
};

/// What both let pass of one direction, for some of the addresses of one family.
struct Atom {
  const Piece* first = nullptr;
  const Piece* second = nullptr;
};
using Atoms = std::vector<Atom>;

AddressSet all_of(const Side& side) {
  AddressSet result;
  if (side) {
    for (const Piece& piece : *side) result |= piece.addresses;
  }
  return result;
}

Piece everything() { return {net::all_addresses(), Traffic::all(), Traffic::all()}; }

class Comparison {
 public:
  Comparison(const Passage& a, const Passage& b, bool disjoint)
      : a_(a), b_(b), cluster_a_(*a.cluster), cluster_b_(*b.cluster), disjoint_(disjoint) {}

  [[nodiscard]] bool holds() const {
    const std::size_t count_a = a_.worlds().size();
    const std::size_t count_b = b_.worlds().size();
    if (count_a > kMostWorldPairs / count_b) return false;
    std::vector<Instance> instances;
    std::vector<World> worlds;
    for (std::size_t i = 0; i < count_b; ++i) {
      worlds.push_back(b_.worlds().at(i));
      instances.push_back(b_.in(worlds.back()));
    }
    for (std::size_t i = 0; i < count_a; ++i) {
      const World world = a_.worlds().at(i);
      const Instance instance = a_.in(world);
      for (std::size_t j = 0; j < count_b; ++j) {
        if (can_be_one(world, worlds[j]) && !holds(instance, instances[j])) return false;
      }
    }
    return true;
  }

 private:
  /// Whether two worlds, one of each cluster, can be the same: what both choose must agree.
  [[nodiscard]] bool can_be_one(const World& a, const World& b) const {
    const auto both = [&](Assumption assumption) {
      return chooses(a_.worlds(), assumption) && chooses(b_.worlds(), assumption);
    };
    if (both(Assumption::IpBlockPods) && a.ipblock_matches_pods != b.ipblock_matches_pods) {
      return false;
    }
    if (both(Assumption::HostNetwork) && a.host_network_is_pod != b.host_network_is_pod) {
      return false;
    }
    return std::all_of(a.labels.begin(), a.labels.end(), [&](const AssumedLabel& one) {
      return std::all_of(b.labels.begin(), b.labels.end(), [&](const AssumedLabel& other) {
        return !is_same(one, other) || can_agree(one, other);
      });
    });
  }

  [[nodiscard]] bool is_same(const AssumedLabel& a, const AssumedLabel& b) const {
    if (a.label.owner != b.label.owner || a.label.key != b.label.key) return false;
    if (a.label.owner != LabelOwner::Namespace) return true;
    return cluster_a_.model()[a.label.ns].name == cluster_b_.model()[b.label.ns].name;
  }

  /// A value that one cluster names is a fresh one to the other where that does not name it.
  [[nodiscard]] bool can_agree(const AssumedLabel& a, const AssumedLabel& b) const {
    if (a.value.has_value() != b.value.has_value()) return false;
    if (a.value == b.value) return true;
    if (a.value == compiler::kFreshValue) return !a_.worlds().names(a.label, *b.value);
    return b.value == compiler::kFreshValue && !b_.worlds().names(b.label, *a.value);
  }

  [[nodiscard]] bool holds(const Instance& a, const Instance& b) const {
    bool shared = false;
    for (net::Family family : {net::Family::V4, net::Family::V6}) {
      const AddressSet all = net::all_addresses(family);
      const Atoms leaving = atoms(a.leaves, b.leaves, all);
      const Atoms entering = atoms(a.enters, b.enters, all);
      if (leaving.empty() || entering.empty()) continue;
      shared = true;
      if (!holds(leaving, entering)) return false;
    }
    if (shared) return true;
    // No packet can travel; reach() then takes any addresses, and so does this.
    const AddressSet all = net::all_addresses();
    return holds(atoms(a.leaves, b.leaves, all), atoms(a.enters, b.enters, all));
  }

  /// The pairs of pieces that some address has in common; all of them where the clusters do not
  /// say the same of the addresses.
  [[nodiscard]] Atoms atoms(const Side& a, const Side& b, const AddressSet& within) const {
    static const Piece kEverything = everything();
    if (!a && !b) return {{&kEverything, &kEverything}};
    const bool same = !a || !b || all_of(a) == all_of(b);
    Atoms result;
    const auto add = [&](const Piece& one, const Piece& other) {
      const AddressSet first = one.addresses & within;
      const AddressSet second = other.addresses & within;
      const bool any = !first.empty() && !second.empty();
      if (any && (!same || !(first & second).empty())) result.push_back({&one, &other});
    };
    if (!a) {
      for (const Piece& other : *b) add(kEverything, other);
    } else if (!b) {
      for (const Piece& one : *a) add(one, kEverything);
    } else {
      for (const Piece& one : *a) {
        for (const Piece& other : *b) add(one, other);
      }
    }
    return result;
  }

  [[nodiscard]] bool holds(const Atoms& leaving, const Atoms& entering) const {
    return std::all_of(leaving.begin(), leaving.end(), [&](const Atom& out) {
      return std::all_of(entering.begin(), entering.end(), [&](const Atom& in) {
        const Traffic first = out.first->may & in.first->may;
        if (disjoint_) return (first & out.second->may & in.second->may).empty();
        return (out.second->must & in.second->must).contains(first);
      });
    });
  }

  Reading a_;
  Reading b_;
  const Cluster& cluster_a_;
  const Cluster& cluster_b_;
  bool disjoint_;
};

}  // namespace

bool always_within(const Passage& inner, const Passage& outer) {
  return Comparison(inner, outer, false).holds();
}

bool never_both(const Passage& a, const Passage& b) { return Comparison(a, b, true).holds(); }

}  // namespace polreach::solver::sets
