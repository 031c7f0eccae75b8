// SPDX-License-Identifier: Apache-2.0
#include "solver/queries/network_map.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "compiler/path/network_paths.h"
#include "solver/queries/passage_reasons.h"

namespace polreach::solver::queries {
namespace {

using compiler::Site;
using compiler::Surroundings;
using sets::Diagram;
using sets::Diagrams;

bool is_no_pair(const Site& source, const Site& destination) {
  const bool outside =
      source.kind == Site::Kind::Outside && destination.kind == Site::Kind::Outside;
  const auto is_one = [](const net::AddressSet& set) {
    return set.intervals().size() == 1 && set.intervals()[0].first == set.intervals()[0].last;
  };
  const bool itself = source.is_asked && destination.is_asked && is_one(source.addresses) &&
                      source.addresses == destination.addresses &&
                      source.subnet == destination.subnet;
  return outside || itself;
}

class Listing {
 public:
  Listing(Surroundings& around, const NetworkMapOptions& options)
      : around_(around), options_(options), flows_(around) {}

  source::Result<NetworkMap> run() {
    const auto places = [&](const std::optional<std::vector<Site>>& sites) {
      return sites ? as_places(around_.cloud(), *sites) : network_places(around_);
    };
    map_.sources = places(options_.from);
    map_.destinations = places(options_.to);
    if (map_.sources.size() * map_.destinations.size() > kMostNetworkPairs) {
      return source::failure("the network has more than " + std::to_string(kMostNetworkPairs) +
                             " pairs of places; ask for some of them: --from, --to");
    }
    for (std::size_t i = 0; i < map_.sources.size(); ++i) {
      for (std::size_t j = 0; j < map_.destinations.size(); ++j) {
        if (is_no_pair(map_.sources[i].site, map_.destinations[j].site)) continue;
        const auto done = add(i, j);
        if (!done) return tl::unexpected(done.error());
      }
    }
    sort_conditions();
    add_standing();
    add_notes();
    return std::move(map_);
  }

 private:
  source::Result<void> add(std::size_t i, std::size_t j) {
    const auto done = sets::within_budget([&] { return evaluate(i, j); });
    if (!done) return tl::unexpected(done.error());
    return *done;
  }

  source::Result<void> evaluate(std::size_t i, std::size_t j) {
    const Site& source = map_.sources[i].site;
    const Site& destination = map_.destinations[j].site;
    const NetworkFlows::Between pair = flows_.between(source, destination);
    Diagrams& diagrams = flows_.space().diagrams();
    const Diagram asked = packets_of(diagrams, options_.asked);
    const Diagram may = diagrams.both(pair.flows.may, asked);
    if (may == sets::kFalse) {
      ++map_.closed;
      return {};
    }
    NetworkLink link;
    link.source = static_cast<std::uint32_t>(i);
    link.destination = static_cast<std::uint32_t>(j);
    link.routed = pair.routed;
    const Diagram open = diagrams.minus(may, pair.flows.must);
    link.allowed = sets::boxes_of(diagrams, diagrams.minus(may, open), sets::kMostShownBoxes);
    link.conditional = sets::boxes_of(diagrams, open, sets::kMostShownBoxes);
    for (const NetworkRule& rule : flows_.deciding(source, destination, pair, may)) {
      if (rule.may_allow()) link.rules.push_back(index_of(rule));
    }
    if (open != sets::kFalse) {
      const auto points = sets::rests_on(flows_.space(), nullptr, pair.ways, pair.flows, asked);
      if (!points) return tl::unexpected(points.error());
      // In a network the end that is not asked about is no pod.
      sets::RestsOn of_network = *points;
      const bool some_address = of_network.source || of_network.destination;
      of_network.source = of_network.destination = false;
      for (const NamedAssumption& each : named(around_, pair.ways, of_network)) {
        link.condition.push_back(index_of(each));
      }
      if (some_address) {
        link.condition.push_back(index_of({"A-place-address",
                                           "which addresses the end of a connection has",
                                           "the addresses of the subnet or interface in the input",
                                           {}}));
      }
    }
    map_.links.push_back(std::move(link));
    return {};
  }

  std::uint32_t index_of(const NetworkRule& rule) {
    const RuleKey key{rule.place,      rule.direction,
                      rule.group,      rule.priority,
                      rule.name,       rule.is_admin,
                      rule.access,     rule.access_is_open,
                      rule.is_missing, static_cast<std::uint32_t>(rule.where.file),
                      rule.where.begin};
    const auto next = static_cast<std::uint32_t>(map_.rules.size());
    const auto [at, is_new] = rules_.emplace(key, next);
    if (is_new) map_.rules.push_back(rule);
    return at->second;
  }

  std::uint32_t index_of(const NamedAssumption& each) {
    const auto next = static_cast<std::uint32_t>(map_.depends.size());
    const auto [at, is_new] = depends_.emplace(std::pair{std::string(each.id), each.text}, next);
    if (is_new) map_.depends.push_back({std::string(each.id), each.text, each.settle, each.where});
    return at->second;
  }

  void add_standing() {
    compiler::Connection connection;
    compiler::assume_network(around_, connection);
    map_.assumes = std::move(connection.assumes);
  }

  /// By id, whatever pair came first.
  void sort_conditions() {
    std::vector<std::uint32_t> moved(map_.depends.size());
    std::vector<NetworkOpen> sorted;
    for (const auto& [key, index] : depends_) {
      moved[index] = static_cast<std::uint32_t>(sorted.size());
      sorted.push_back(std::move(map_.depends[index]));
    }
    map_.depends = std::move(sorted);
    for (NetworkLink& link : map_.links) {
      for (std::uint32_t& index : link.condition) index = moved[index];
      std::sort(link.condition.begin(), link.condition.end());
    }
  }

  void add_notes() {
    for (const std::string& name : unplaced_interfaces(around_.cloud())) {
      map_.notes.push_back("network interface " + name +
                           " is in no subnet of the input, and in no line");
    }
  }

  using RuleKey = std::tuple<std::string, model::Direction, std::string, std::int32_t, std::string,
                             bool, model::Access, bool, bool, std::uint32_t, std::uint32_t>;
  Surroundings& around_;
  const NetworkMapOptions& options_;
  NetworkFlows flows_;
  NetworkMap map_;
  std::map<RuleKey, std::uint32_t> rules_;
  std::map<std::pair<std::string, std::string>, std::uint32_t> depends_;
};

}  // namespace

Diagram packets_of(Diagrams& diagrams, const PassageAsked& asked) {
  if (asked.ports.entries.empty()) return diagrams.protocols(asked.protocols);
  std::vector<Diagram> parts;
  for (const Asked::Entry& entry : asked.ports.entries) {
    const auto* ports = std::get_if<net::PortSet>(&entry.ports);
    if (ports == nullptr) continue;
    const net::ProtocolSet protocol(net::ip_protocol(entry.protocol));
    parts.push_back(diagrams.both(diagrams.protocols(protocol),
                                  diagrams.ports(sets::Variable::destination_port(), *ports)));
  }
  return diagrams.any_of(std::move(parts));
}

source::Result<NetworkMap> network_map(Surroundings& around, const NetworkMapOptions& options) {
  return Listing(around, options).run();
}

}  // namespace polreach::solver::queries
