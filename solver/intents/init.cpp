// SPDX-License-Identifier: Apache-2.0
#include "solver/intents/init.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "solver/queries/map.h"
#include "solver/queries/network_map.h"

namespace polreach::solver::intents {
namespace {

using model::WorkloadId;
using net::Traffic;
using polreach::intents::Draft;
using polreach::intents::DraftMember;
using polreach::intents::Expect;
using queries::MapConnection;
using queries::MapPeer;

/// Prefixes that are worth reading; more of them are written as exceptions, where that is shorter.
constexpr std::size_t kMostMemberPrefixes = 8;

/// Ports that databases and queues listen at.
struct WellKnown {
  net::Port port;
  std::string_view what;
};
constexpr std::array<WellKnown, 12> kDatabases = {{{1433, "SQL Server"},
                                                   {1521, "Oracle"},
                                                   {3306, "MySQL"},
                                                   {5432, "PostgreSQL"},
                                                   {5672, "AMQP"},
                                                   {6379, "Redis"},
                                                   {9042, "Cassandra"},
                                                   {9092, "Kafka"},
                                                   {9200, "Elasticsearch"},
                                                   {11211, "memcached"},
                                                   {26257, "CockroachDB"},
                                                   {27017, "MongoDB"}}};

/// The smallest prefix that holds all of them; of one family.
net::Prefix enclosing(const net::AddressSet& addresses) {
  for (const net::Prefix& first : net::prefixes_of(addresses)) {
    net::Prefix prefix = first;
    while (!net::addresses_of(prefix).contains(addresses)) {
      const auto wider =
          net::Prefix::parse(prefix.address.to_string() + "/" + std::to_string(prefix.length - 1));
      if (!wider) break;
      prefix = *wider;
    }
    return prefix;
  }
  return {};
}

std::vector<DraftMember> members_of(const net::AddressSet& addresses) {
  std::vector<DraftMember> members;
  if (addresses == net::internet_addresses() ||
      addresses == (net::internet_addresses() & net::all_addresses(net::Family::V4))) {
    return {{"internet", {}}};
  }
  for (const net::Family family : {net::Family::V4, net::Family::V6}) {
    const net::AddressSet all = net::all_addresses(family);
    const net::AddressSet own = addresses & all;
    if (own.empty()) continue;
    const std::vector<net::Prefix> prefixes = net::prefixes_of(own);
    const net::Prefix around = enclosing(own);
    const std::vector<net::Prefix> others = net::prefixes_of(net::addresses_of(around) - own);
    if (prefixes.size() > kMostMemberPrefixes && others.size() < prefixes.size()) {
      DraftMember member{around.to_string(), {}};
      for (const net::Prefix& each : others) member.except.push_back(each.to_string());
      members.push_back(std::move(member));
      continue;
    }
    for (const net::Prefix& each : prefixes) members.push_back({each.to_string(), {}});
  }
  return members;
}

/// Everyone that may connect to one workload.
struct Callers {
  std::map<WorkloadId, Traffic> workloads;
  std::vector<std::pair<net::AddressSet, Traffic>> addresses;
};

class Drafting {
 public:
  explicit Drafting(const Setting& setting) : setting_(setting), model_(setting.model()) {}

  source::Result<Drafts> run() {
    if (!model_.endpoints.empty()) {
      queries::MapOptions options;
      options.itself = true;
      const queries::Map map = queries::map(setting_.cluster, options);
      gather(map);
      for (std::size_t i = 0; i < model_.workloads.size(); ++i) {
        workload(static_cast<WorkloadId>(i));
      }
      namespaces(map);
    }
    if (setting_.around != nullptr) {
      if (const auto done = network(); !done) return tl::unexpected(done.error());
    }
    return std::move(result_);
  }

 private:
  [[nodiscard]] static Traffic traffic_of(const queries::Map& map, const MapConnection& each) {
    const queries::MapFlow& flow = map.flows[each.flow];
    return flow.allowed | flow.conditional;
  }

  [[nodiscard]] std::optional<WorkloadId> workload_of(const MapPeer& peer) const {
    if (peer.endpoints.empty()) return std::nullopt;
    return model_[peer.endpoints.front()].workload;
  }

  void gather(const queries::Map& map) {
    callers_.resize(model_.workloads.size());
    for (const MapConnection& each : map.connections) {
      const MapPeer& source = map.peers[each.source];
      const auto destination = workload_of(map.peers[each.destination]);
      if (!destination || source.is_controller) continue;
      Callers& callers = callers_[static_cast<std::size_t>(*destination)];
      const Traffic traffic = traffic_of(map, each);
      if (const auto from = workload_of(source)) {
        callers.workloads[*from] |= traffic;
      } else {
        callers.addresses.emplace_back(source.addresses, traffic);
      }
    }
  }

  /// Those who may send some of the traffic.
  [[nodiscard]] std::vector<DraftMember> callers_of(const Callers& callers,
                                                    const Traffic& traffic) const {
    std::vector<DraftMember> members;
    for (const auto& [id, own] : callers.workloads) {
      if (!(own & traffic).empty()) members.push_back({queries::name_of(model_, id), {}});
    }
    for (DraftMember& each : members_of(addresses_of(callers, traffic))) {
      members.push_back(std::move(each));
    }
    return members;
  }

  [[nodiscard]] static net::AddressSet addresses_of(const Callers& callers,
                                                    const Traffic& traffic) {
    net::AddressSet addresses;
    for (const auto& [some, own] : callers.addresses) {
      if (!(own & traffic).empty()) addresses |= some;
    }
    return addresses;
  }

  /// Whether all pods and all addresses are among them.
  [[nodiscard]] bool is_everyone(const Callers& callers, const Traffic& traffic) const {
    std::size_t workloads = 0;
    for (const auto& [id, own] : callers.workloads) workloads += (own & traffic).empty() ? 0 : 1;
    const net::AddressSet v4 = net::all_addresses(net::Family::V4);
    return workloads + 1 >= model_.workloads.size() && addresses_of(callers, traffic).contains(v4);
  }

  [[nodiscard]] std::string kind_and_name(WorkloadId id) const {
    return fmt::format("{} {}", model_.text(model_[id].kind), queries::name_of(model_, id));
  }

  void workload(WorkloadId id) {
    const Callers& callers = callers_[static_cast<std::size_t>(id)];
    const std::string name = queries::name_of(model_, id);
    databases(id, callers);
    if (is_everyone(callers, Traffic::all())) {
      result_.open.push_back(name);
      return;
    }
    Draft draft;
    draft.to = {{name, {}}};
    draft.from = callers_of(callers, Traffic::all());
    if (draft.from.empty()) {
      draft.comment = {"No policy lets anything reach " + kind_and_name(id) + "."};
      draft.name = "nothing to " + name;
      draft.from = {{"any", {}}};
      draft.expect = Expect::Denied;
    } else {
      draft.comment = {"All that may reach " + kind_and_name(id) + " today, on any port."};
      draft.name = "to " + name;
    }
    result_.drafts.push_back(std::move(draft));
  }

  /// Ports that the pods name, or that somebody is let in on by number.
  [[nodiscard]] bool listens(WorkloadId id, const Callers& callers, net::Port port) const {
    for (model::EndpointId each : model_[id].endpoints) {
      for (const model::NamedPort& named : model_[each].ports) {
        if (named.number == port && named.protocol == net::Protocol::Tcp) return true;
      }
    }
    const auto names = [&](const Traffic& traffic) {
      for (const auto& range : traffic[net::Protocol::Tcp].intervals()) {
        if (range.first == port && range.last == port) return true;
      }
      return false;
    };
    return std::any_of(callers.workloads.begin(), callers.workloads.end(),
                       [&](const auto& each) { return names(each.second); }) ||
           std::any_of(callers.addresses.begin(), callers.addresses.end(),
                       [&](const auto& each) { return names(each.second); });
  }

  void databases(WorkloadId id, const Callers& callers) {
    for (const WellKnown& known : kDatabases) {
      if (!listens(id, callers, known.port)) continue;
      const Traffic port(net::Protocol::Tcp, net::PortSet(known.port, known.port));
      Draft draft;
      draft.to = {{queries::name_of(model_, id), {}}};
      draft.from = callers_of(callers, port);
      draft.ports = {fmt::format("tcp/{}", known.port)};
      draft.name = fmt::format("{} of {}", known.what, queries::name_of(model_, id));
      if (draft.from.empty()) {
        draft.from = {{"any", {}}};
        draft.expect = Expect::Denied;
      }
      draft.comment = {fmt::format("Port {} is that of {}: who needs it?", known.port, known.what)};
      if (is_everyone(callers, port)) {
        result_.open.push_back(fmt::format("{} on port {} ({})", queries::name_of(model_, id),
                                           known.port, known.what));
        continue;
      }
      result_.drafts.push_back(std::move(draft));
    }
  }

  /// Those that nothing enters or leaves.
  void namespaces(const queries::Map& map) {
    std::set<model::NamespaceId> open;
    std::set<model::NamespaceId> used;
    for (const model::Workload& each : model_.workloads) {
      if (!each.endpoints.empty()) used.insert(each.ns);
    }
    for (const MapConnection& each : map.connections) {
      const auto from = workload_of(map.peers[each.source]);
      const auto to = workload_of(map.peers[each.destination]);
      if (from && to && model_[*from].ns == model_[*to].ns) continue;
      if (from) open.insert(model_[*from].ns);
      if (to) open.insert(model_[*to].ns);
    }
    for (model::NamespaceId ns : used) {
      if (open.contains(ns)) continue;
      const std::string name(model_.text(model_[ns].name));
      Draft draft;
      draft.comment = {"Nothing enters or leaves namespace " + name + "."};
      draft.name = "namespace " + name;
      draft.to = {{name + "/*", {}}};
      draft.expect = Expect::Isolated;
      result_.drafts.push_back(std::move(draft));
    }
  }

  /// Subnets, as references; others have none that is short.
  [[nodiscard]] std::optional<std::string> reference_of(const queries::NetworkPlace& place) const {
    const compiler::Site& site = place.site;
    if (site.kind == compiler::Site::Kind::Outside) {
      return site.name == "the internet" ? std::optional<std::string>("internet") : std::nullopt;
    }
    if (site.kind != compiler::Site::Kind::Subnet || !site.subnet) return std::nullopt;
    const std::string name = compiler::name_of(setting_.around->cloud(), *site.subnet);
    if (!name.starts_with("subnet ")) return std::nullopt;
    return "subnet/" + name.substr(7);
  }

  source::Result<void> network() {
    const auto map = queries::network_map(*setting_.around, {});
    if (!map) return tl::unexpected(map.error());
    std::set<std::pair<std::uint32_t, std::uint32_t>> linked;
    for (const queries::NetworkLink& link : map->links) {
      linked.emplace(link.source, link.destination);
    }
    for (std::uint32_t to = 0; to < map->destinations.size(); ++to) {
      const auto name = reference_of(map->destinations[to]);
      if (!name) continue;
      Draft draft;
      for (std::uint32_t from = 0; from < map->sources.size(); ++from) {
        const auto source = reference_of(map->sources[from]);
        if (!source || source == name || linked.contains({from, to})) continue;
        if (*source == "internet" && *name == "internet") continue;
        draft.from.push_back({*source, {}});
      }
      if (draft.from.empty()) continue;
      draft.comment = {"Nothing passes from these to " + *name + " today."};
      draft.name = "not to " + *name;
      draft.to = {{*name, {}}};
      draft.expect = Expect::Denied;
      result_.drafts.push_back(std::move(draft));
    }
    return {};
  }

  const Setting& setting_;
  const model::Model& model_;
  std::vector<Callers> callers_;
  Drafts result_;
};

}  // namespace

source::Result<Drafts> draft(const Setting& setting) { return Drafting(setting).run(); }

}  // namespace polreach::solver::intents
