// SPDX-License-Identifier: Apache-2.0
#include "compiler/path/hops.h"

#include <utility>

namespace polreach::compiler {
namespace {

using model::Direction;

std::size_t keep(Path& path, Filter filter) {
  path.filters.push_back(std::move(filter));
  return path.filters.size() - 1;
}

/// The group's filter, also where it is not known whether there is one.
Filter filter_at(Surroundings& around, const Guard& guard, Direction direction) {
  if (guard.group == nullptr && guard.open) return Filters::unknown(*guard.open, direction);
  if (guard.group == nullptr) {
    Filter none;  // only a network manager's rules act here
    none.direction = direction;
    none.otherwise = model::Access::Allow;
    return none;
  }
  const Filter& filter = around.filters().of(*guard.group, direction, guard.network);
  return guard.open ? Filters::perhaps(filter, *guard.open) : filter;
}

void add_filter(Surroundings& around, Path& path, const Guard& guard, Direction direction,
                const Header& header, std::optional<model::UnknownId> not_acting) {
  if (!guard.acts()) return;
  Hop hop;
  hop.kind = Hop::Kind::Filter;
  hop.place = guard.place;
  hop.direction = direction;
  hop.header = header;
  Filter filter = filter_at(around, guard, direction);
  hop.filter = keep(path, not_acting ? Filters::perhaps(filter, *not_acting) : std::move(filter));
  if (guard.admin != nullptr) {
    hop.admin = keep(path, around.filters().of_admin(*guard.admin, direction, guard.network));
  }
  path.hops.push_back(std::move(hop));
}

/// Whether an ipBlock of the policy holds one of the addresses.
bool names_some(const model::Policy& policy, Direction direction, const net::AddressSet& all) {
  const auto& rules = policy.rules(direction);
  if (!rules) return false;
  for (const model::Rule& rule : *rules) {
    for (const model::Peer& peer : rule.peers) {
      const auto* block = std::get_if<model::BlockPeer>(&peer.what);
      if (block == nullptr || block->matches_pods) continue;
      net::AddressSet range = net::addresses_of(block->cidr);
      for (const net::Prefix& except : block->except) range -= net::addresses_of(except);
      if (!(range & all).empty()) return true;
    }
  }
  return false;
}

}  // namespace

HeaderAddress chosen(std::uint32_t variable, net::AddressSet among) {
  return {HeaderAddress::Kind::Chosen, variable, std::move(among)};
}

void add_guard(Surroundings& around, Path& path, const Guard& guard, Direction direction,
               const Header& header) {
  add_filter(around, path, guard, direction, header, {});
}

void add_perhaps(Surroundings& around, Path& path, const Guard& guard, Direction direction,
                 const Header& header, model::UnknownId not_acting) {
  add_filter(around, path, guard, direction, header, not_acting);
}

void add_guards(Surroundings& around, Path& path, const std::vector<Guard>& guards,
                Direction direction, const Header& header) {
  for (std::size_t i = 0; i < guards.size(); ++i) {
    const std::size_t at = direction == Direction::Egress ? i : guards.size() - 1 - i;
    add_guard(around, path, guards[at], direction, header);
  }
}

void add_policies(Surroundings& around, Path& path, model::EndpointId self, const Party& other,
                  Direction direction, const Header& header) {
  if (around.pods()->profile().engine == model::Engine::None) return;
  Hop hop;
  hop.kind = Hop::Kind::Policies;
  hop.place = name_of(around.pods()->model(), self);
  hop.direction = direction;
  hop.header = header;
  hop.self = self;
  hop.other = other;
  path.hops.push_back(std::move(hop));
}

void add_policies_of_node(Surroundings& around, Path& path, model::EndpointId self,
                          const net::AddressSet& nodes, Direction direction, const Header& header) {
  add_policies(around, path, self, Party{nodes}, direction, header);
  const Cluster& pods = *around.pods();
  if (pods.profile().engine != model::Engine::Cilium) return;
  for (const model::PolicyId id : pods.candidates(self, direction)) {
    if (!names_some(pods.model()[id], direction, nodes)) continue;
    const std::string pod = name_of(pods.model(), self);
    const auto unknown = around.unknowns().add(
        {model::Unknown::Scope::World, "A-cilium-node",
         "policies of " + pod +
             " have ranges with addresses of nodes, and of Cilium no range "
             "matches a node",
         "take the addresses of the nodes out of the ranges (except)", pods.model()[id].where});
    add_gate(path, pod, unknown, "of Cilium no ipBlock matches a node");
    return;
  }
}

void add_gate(Path& path, std::string place, std::optional<model::UnknownId> unknown,
              std::string why) {
  Hop hop;
  hop.kind = Hop::Kind::Gate;
  hop.place = std::move(place);
  hop.gate = unknown;
  hop.why = std::move(why);
  path.hops.push_back(std::move(hop));
}

std::string name_of(const model::Model& model, model::EndpointId id) {
  const model::Endpoint& endpoint = model[id];
  const model::Workload& workload = model[endpoint.workload];
  return "pod " + std::string(model.text(model[workload.ns].name)) + "/" +
         std::string(model.text(endpoint.pod.value_or(workload.name)));
}

std::string join_labels(const std::string& a, const std::string& b) {
  return a + (a.empty() || b.empty() ? "" : ", ") + b;
}

net::AddressSet of_common_family(const net::AddressSet& addresses, const net::AddressSet& other) {
  net::AddressSet result;
  for (net::Family family : {net::Family::V4, net::Family::V6}) {
    const net::AddressSet all = net::all_addresses(family);
    if (!(other & all).empty()) result |= addresses & all;
  }
  return result;
}

}  // namespace polreach::compiler
