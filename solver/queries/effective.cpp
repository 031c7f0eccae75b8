// SPDX-License-Identifier: Apache-2.0
#include "solver/queries/effective.h"

#include <algorithm>
#include <map>
#include <utility>

#include "compiler/path/network_paths.h"
#include "policies/model/directions.h"
#include "solver/queries/effective_rules.h"
#include "solver/queries/site_reference.h"

namespace polreach::solver::queries {
namespace {

using compiler::Guard;
using compiler::Surroundings;
using model::Cloud;
using model::Direction;

void note(Effective& answer, std::string text) {
  auto& notes = answer.notes;
  if (std::find(notes.begin(), notes.end(), text) == notes.end()) notes.push_back(std::move(text));
}

std::string_view plural(std::size_t count, std::string_view one, std::string_view several) {
  return count == 1 ? one : several;
}

bool has_private_ranges(const model::ManagedCluster& cluster) {
  return !cluster.pod_ranges.empty() && (cluster.mode == model::NetworkMode::Overlay ||
                                         cluster.mode == model::NetworkMode::Kubenet);
}

/// Which lists an answer has; their rules are filled in later.
class Lists {
 public:
  Lists(Surroundings& around, Effective& answer)
      : around_(around), cloud_(around.cloud()), answer_(answer) {}

  // nsg
  // --------------------------------------------------------------------------------------------

  void group(const model::SecurityGroup& group) {
    std::map<std::optional<model::NetworkId>, EffectiveList> by_network;
    for (const Guard& guard : all_guards()) {
      for (const bool is_admin : {false, true}) {
        if ((is_admin ? guard.admin : guard.group) != &group) continue;
        EffectiveList& list = by_network[guard.network];
        list.network = guard.network;
        list.group = &group;
        list.is_admin = is_admin;
        list.missing = group.missing;
        list.places.push_back(guard.place);
        // It acts in the network if it certainly does at one place.
        const bool first = list.places.size() == 1;
        const auto open = is_admin ? std::nullopt : guard.open;
        if (first || !open) list.open = open;
      }
    }
    if (by_network.empty()) by_network.emplace(std::nullopt, unattached(group));
    if (by_network.size() > kMostEffectiveNetworks) {
      note(answer_, group.name + " is attached in " + std::to_string(by_network.size()) +
                        " networks, of which only " + std::to_string(kMostEffectiveNetworks) +
                        " are shown");
    } else if (by_network.size() > 1) {
      note(answer_, group.name + " is attached in " + std::to_string(by_network.size()) +
                        " networks, which decide what its tags mean");
    }
    for (const Direction direction : model::kDirections) {
      std::size_t shown = 0;
      for (auto& [network, list] : by_network) {
        if (++shown > kMostEffectiveNetworks) break;
        std::sort(list.places.begin(), list.places.end());
        list.places.erase(std::unique(list.places.begin(), list.places.end()), list.places.end());
        list.direction = direction;
        answer_.lists.push_back(list);
      }
    }
  }

  // nic, subnet
  // ------------------------------------------------------------------------------------

  void interface(model::InterfaceId id) {
    std::vector<compiler::Site> sites = interface_sites(around_, id);
    if (sites.empty()) {
      note(answer_, "the input does not hold the subnet of network interface " + cloud_[id].name +
                        ": a group there acts, too");
      sites.push_back(compiler::outside_site(cloud_[id].name, {}));
      sites.back().stands.front().guards.push_back(compiler::guard_of(cloud_, cloud_[id], {}));
    }
    bool guarded = false;
    for (const Direction direction : model::kDirections) {
      for (const compiler::Site& site : sites) {
        for (const std::string& each : site.notes) note(answer_, each);
        const std::vector<Guard>& guards = site.stands.front().guards;
        for (std::size_t i = 0; i < guards.size(); ++i) {
          guarded = guarded || guards[i].acts();
          // From the inside out.
          add(guards[direction == Direction::Egress ? i : guards.size() - 1 - i], direction);
        }
      }
    }
    if (!guarded) note(answer_, "no security group acts there: everything passes");
  }

  void subnet(model::SubnetId id) {
    const Guard guard = compiler::guard_of(cloud_, id);
    for (const Direction direction : model::kDirections) add(guard, direction);
    if (!guard.acts()) {
      note(answer_, "no security group is attached to it: everything passes there");
    }
    std::vector<std::string> own;
    for (const model::Interface& each : cloud_.interfaces) {
      const bool is_in = std::any_of(each.addresses.begin(), each.addresses.end(),
                                     [&](const auto& address) { return address.subnet == id; });
      if (is_in && (each.group || each.group_open || each.admin)) own.push_back(each.name);
    }
    if (own.empty()) return;
    std::string text = std::to_string(own.size()) +
                       std::string(plural(own.size(),
                                          " network interface in it has a group of "
                                          "its own, which acts, too: ",
                                          " network interfaces in it have groups of their own, "
                                          "which act, too: "));
    for (std::size_t i = 0; i < own.size() && i < 4; ++i) text += (i == 0 ? "" : ", ") + own[i];
    if (own.size() > 4) text += ", and " + std::to_string(own.size() - 4) + " more";
    note(answer_, std::move(text));
  }

 private:
  EffectiveList unattached(const model::SecurityGroup& group) {
    std::string text = "nothing in the input is attached to " + group.name +
                       ": VirtualNetwork is read as private addresses, nobody knows which";
    if (std::any_of(cloud_.clusters.begin(), cloud_.clusters.end(), has_private_ranges)) {
      text += ", and by the default rules as the ranges of pods besides";
    }
    note(answer_, std::move(text));
    EffectiveList list;
    list.group = &group;
    list.missing = group.missing;
    return list;
  }

  /// Every place at which the input attaches a group.
  std::vector<Guard> all_guards() {
    std::vector<Guard> guards;
    for (std::size_t i = 0; i < cloud_.subnets.size(); ++i) {
      guards.push_back(compiler::guard_of(cloud_, static_cast<model::SubnetId>(i)));
    }
    for (const model::Interface& each : cloud_.interfaces) {
      bool placed = false;
      for (const model::InterfaceAddress& address : each.addresses) {
        if (!address.subnet) continue;
        guards.push_back(compiler::guard_of(cloud_, each, cloud_[*address.subnet].network));
        placed = true;
      }
      if (!placed) guards.push_back(compiler::guard_of(cloud_, each, {}));
    }
    for (std::size_t c = 0; c < cloud_.clusters.size(); ++c) {
      const model::ManagedCluster& cluster = cloud_.clusters[c];
      if (!cluster.node_group) continue;
      for (std::size_t p = 0; p < cluster.pools.size(); ++p) {
        const compiler::Nodes nodes{static_cast<model::ManagedClusterId>(c), p};
        guards.push_back(node_guards(around_, nodes).front());
      }
    }
    return guards;
  }

  void add(const Guard& guard, Direction direction) {
    EffectiveList list;
    list.places = {guard.place};
    list.network = guard.network;
    list.direction = direction;
    if (guard.admin != nullptr) {
      list.group = guard.admin;
      list.is_admin = true;
      list.missing = guard.admin->missing;
      answer_.lists.push_back(list);
    }
    if (guard.group == nullptr && !guard.open) return;
    list.is_admin = false;
    list.group = guard.group;
    list.open = guard.open;
    list.missing = guard.group == nullptr ? guard.open : guard.group->missing;
    answer_.lists.push_back(std::move(list));
  }

  Surroundings& around_;
  const Cloud& cloud_;
  Effective& answer_;
};

/// The filters of all lists, before anything is evaluated: making them adds to what is open.
std::vector<const compiler::Filter*> filters_of(Surroundings& around, const Effective& answer) {
  std::vector<const compiler::Filter*> filters;
  for (const EffectiveList& list : answer.lists) {
    if (list.missing) {
      filters.push_back(nullptr);
    } else if (list.is_admin) {
      filters.push_back(&around.filters().of_admin(*list.group, list.direction, list.network));
    } else {
      filters.push_back(&around.filters().of(*list.group, list.direction, list.network));
    }
  }
  return filters;
}

}  // namespace

tl::expected<Effective, ReferenceError> effective(Surroundings& around, std::string_view word,
                                                  std::string_view name) {
  const Cloud& cloud = around.cloud();
  const auto found = resolve_named_resource(cloud, word, name);
  if (!found) return tl::unexpected<ReferenceError>(found.error());
  Effective answer;
  answer.text = std::string(word) + " " + std::string(name);
  Lists lists(around, answer);
  for (const std::size_t index : *found) {
    if (word == "nsg") lists.group(cloud.groups[index]);
    if (word == "nic") lists.interface(static_cast<model::InterfaceId>(index));
    if (word == "subnet") lists.subnet(static_cast<model::SubnetId>(index));
  }
  compiler::Connection connection;
  assume_network(around, connection);
  answer.assumes = std::move(connection.assumes);
  const std::vector<const compiler::Filter*> filters = filters_of(around, answer);
  z3::PathProver prover(nullptr, around.unknowns().all());
  for (std::size_t i = 0; i < filters.size(); ++i) {
    if (filters[i] == nullptr) continue;
    auto rules = effective_rules(around, prover, *filters[i], answer);
    if (!rules) {
      return tl::unexpected<ReferenceError>({"no-verdict", rules.error().message, ""});
    }
    answer.lists[i].rules = std::move(*rules);
  }
  return answer;
}

}  // namespace polreach::solver::queries
