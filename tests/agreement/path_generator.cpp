// SPDX-License-Identifier: Apache-2.0
#include "tests/agreement/path_generator.h"

#include <algorithm>
#include <set>

#include "tests/agreement/generator.h"

namespace polreach::agreement {
namespace {

using compiler::AddressMatch;
using compiler::Filter;
using compiler::FilterRule;
using compiler::HeaderAddress;
using compiler::Hop;
using compiler::Path;
using model::Access;
using model::UnknownId;

constexpr std::size_t kMostRules = 6;
constexpr std::size_t kVariables = 2;
/// Of a hundred cases, those with pods.
constexpr int kPoliciesShare = 30;
/// More worlds of policies than this, times all else that is open, are too many to try.
constexpr std::size_t kMostPolicyWorlds = 16;

net::Prefix prefix(const char* text) { return net::Prefix::parse(text).value(); }

class Generator {
 public:
  explicit Generator(std::uint64_t seed) : random_(seed), v6_(random_.chance(12)) {}

  PathCase make() {
    make_cloud();
    PathCase result;
    result.cloud = cloud_;
    const bool source_asked = random_.chance(70);
    const bool destination_asked = random_.chance(70);
    for (std::size_t i = 0; i < kVariables; ++i) among_.push_back(few());
    const int ways = random_.chance(60) ? 1 : random_.between(2, 3);
    net::AddressSet source = few();
    net::AddressSet destination = few();
    if (random_.chance(kPoliciesShare)) add_policies(source, destination);
    result.policies = policies_;
    for (int i = 0; i < ways; ++i) {
      Path way;
      way.label = ways == 1 ? "" : "way " + std::to_string(i);
      way.source = source;
      way.destination = destination;
      way.source_is_asked = source_asked;
      way.destination_is_asked = destination_asked;
      // Filters stop most packets: what policies alone decide would hardly be seen.
      if (!policies_ || random_.chance(50)) add_hops(way);
      if (policies_) add_policy_hops(way);
      result.ways.push_back(std::move(way));
    }
    return result;
  }

 private:
  /// Unknowns of both scopes, and one group with the rules that filters point to.
  void make_cloud() {
    auto cloud = std::make_shared<model::Cloud>();
    const int count = random_.between(1, 4);
    for (int i = 0; i < count; ++i) {
      model::Unknown unknown;
      unknown.scope =
          random_.chance(50) ? model::Unknown::Scope::World : model::Unknown::Scope::Address;
      unknown.id = "A-test-" + std::to_string(i);
      unknown.what = "unknown " + std::to_string(i);
      cloud->unknowns.push_back(unknown);
    }
    cloud->unknowns.front().scope = model::Unknown::Scope::World;
    model::SecurityGroup group;
    group.name = "generated";
    for (std::size_t i = 0; i < kMostRules; ++i) {
      model::SecurityRule rule;
      rule.name = "rule-" + std::to_string(i);
      rule.priority = static_cast<std::int32_t>(100 + i);
      group.inbound.push_back(rule);
    }
    group.outbound = group.inbound;
    cloud->groups.push_back(std::move(group));
    cloud_ = std::move(cloud);
  }

  UnknownId any_unknown() { return static_cast<UnknownId>(random_.below(cloud_->unknowns.size())); }
  UnknownId of_world() {
    while (true) {
      const UnknownId id = any_unknown();
      if ((*cloud_)[id].scope == model::Unknown::Scope::World) return id;
    }
  }

  net::Prefix some_prefix() {
    static const std::vector<net::Prefix> kV4 = {
        prefix("10.0.0.0/28"),      prefix("10.0.0.0/30"),       prefix("10.0.0.4/30"),
        prefix("10.0.0.5/32"),      prefix("10.0.0.8/29"),       prefix("10.0.1.0/29"),
        prefix("10.0.1.2/31"),      prefix("20.0.0.0/30"),       prefix("20.0.0.1/32"),
        prefix("10.0.0.0/8"),       prefix("0.0.0.0/1"),         prefix("0.0.0.0/0"),
        prefix("168.63.129.16/32"), prefix("255.255.255.254/31")};
    static const std::vector<net::Prefix> kV6 = {
        prefix("2001:db8::/124"),
        prefix("2001:db8::4/126"),
        prefix("2001:db8::5/128"),
        prefix("2001:db8::8/125"),
        prefix("2001:db8:1::/64"),
        prefix("::/0"),
        prefix("ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe/127")};
    const bool other_family = random_.chance(5);
    return random_.pick(v6_ != other_family ? kV6 : kV4);
  }

  /// The addresses of an end or of a variable: of one family, not empty.
  net::AddressSet few() {
    while (true) {
      const net::Prefix p = some_prefix();
      if ((p.address.family == net::Family::V6) != v6_) continue;
      return net::addresses_of(p);
    }
  }

  net::AddressSet addresses() {
    if (random_.chance(25)) return net::all_addresses();
    net::AddressSet result;
    const int parts = random_.chance(60) ? 1 : random_.between(0, 3);
    for (int i = 0; i < parts; ++i) result |= net::addresses_of(some_prefix());
    if (random_.chance(15)) result -= net::addresses_of(some_prefix());
    return result;
  }

  net::PortSet ports(int any) {
    if (random_.chance(any)) return net::all_header_ports();
    static const std::vector<net::Port> kEdges = {0,    1,    22,   79,   80,    81,   443,
                                                  1023, 1024, 1025, 8080, 65534, 65535};
    net::PortSet result;
    const int parts = random_.between(1, 3);
    for (int i = 0; i < parts; ++i) {
      const net::Port a = random_.pick(kEdges);
      const net::Port b = random_.chance(50) ? a : random_.pick(kEdges);
      result |= net::PortSet(std::min(a, b), std::max(a, b));
    }
    return result;
  }

  net::ProtocolSet protocols() {
    if (random_.chance(50)) return net::ProtocolSet::all();
    net::ProtocolSet result;
    const int count = random_.between(1, 3);
    for (int i = 0; i < count; ++i) {
      const auto at = random_.chance(50) ? random_.below(2) : random_.below(7);
      result |= net::ProtocolSet(net::kIpProtocols[at]);
    }
    return result;
  }

  AddressMatch match() {
    AddressMatch result;
    result.certain = addresses();
    if (!random_.chance(25)) return result;
    if (random_.chance(70)) result.certain = net::AddressSet();
    const int count = random_.chance(80) ? 1 : 2;
    for (int i = 0; i < count; ++i) result.open.push_back({any_unknown(), addresses()});
    return result;
  }

  FilterRule rule(const model::SecurityRule* of, bool admin) {
    FilterRule result;
    result.rule = of;
    result.access = random_.chance(55) ? Access::Allow : Access::Deny;
    if (admin && random_.chance(30)) result.access = Access::AlwaysAllow;
    if (random_.chance(8)) result.access_open = of_world();
    result.protocols = protocols();
    result.source_ports = ports(80);
    result.destination_ports = ports(35);
    result.source = match();
    result.destination = match();
    if (random_.chance(12)) result.only_if.push_back(of_world());
    if (random_.chance(4)) result.only_if.push_back(of_world());
    return result;
  }

  Filter filter(model::Direction direction, bool admin) {
    Filter result;
    result.group = &cloud_->groups.front();
    result.direction = direction;
    result.otherwise = admin || random_.chance(20) ? Access::Allow : Access::Deny;
    if (random_.chance(6)) {
      result.missing = of_world();
      return result;
    }
    const std::size_t count = random_.below(kMostRules + 1);
    for (std::size_t i = 0; i < count; ++i) {
      result.rules.push_back(rule(&result.group->rules(direction)[i], admin));
    }
    return result;
  }

  HeaderAddress header_address() { return random_.chance(20) ? chosen_address() : HeaderAddress{}; }
  HeaderAddress chosen_address() {
    HeaderAddress result;
    result.kind = HeaderAddress::Kind::Chosen;
    result.variable = static_cast<std::uint32_t>(1 + random_.below(kVariables));
    result.among = among_[result.variable - 1];
    return result;
  }

  void add_hops(Path& way) {
    const int count = random_.between(random_.chance(5) ? 0 : 1, 3);
    for (int i = 0; i < count; ++i) {
      Hop hop;
      hop.place = "place " + std::to_string(i);
      hop.direction = random_.chance(50) ? model::Direction::Egress : model::Direction::Ingress;
      hop.header.source = header_address();
      hop.header.destination = header_address();
      if (random_.chance(15)) hop.header.destination_port = random_.chance(50) ? 8080 : 80;
      hop.header.source_port_is_chosen = random_.chance(15);
      if (random_.chance(6)) {
        hop.kind = Hop::Kind::Gate;
        if (random_.chance(85)) hop.gate = of_world();
        hop.why = "a gate";
        way.hops.push_back(std::move(hop));
        continue;
      }
      // Some filters are asked twice, as one group is that two subnets share.
      const bool again = !way.filters.empty() && random_.chance(15);
      if (again) {
        hop.filter = random_.below(way.filters.size());
      } else {
        hop.filter = way.filters.size();
        way.filters.push_back(filter(hop.direction, false));
      }
      if (random_.chance(12)) {
        hop.admin = way.filters.size();
        way.filters.push_back(filter(hop.direction, true));
      }
      way.hops.push_back(std::move(hop));
    }
  }

  /// Makes some rules name each protocol that there is to name, which is not all traffic.
  void name_every_protocol(PolicySpec& policy) {
    for (auto* rules : {&policy.ingress, &policy.egress}) {
      if (!*rules || policy.tier != model::Tier::Network) continue;
      for (RuleSpec& rule : **rules) {
        if (!random_.chance(15)) continue;
        rule.ports.clear();
        for (const net::Protocol each : net::kProtocols) rule.ports.push_back({each, {}});
      }
    }
  }

  /// A cluster, and pods of it as one end or both; the addresses of these ends become theirs.
  void add_policies(net::AddressSet& source, net::AddressSet& destination) {
    Spec spec = generate(random_.next());
    for (PolicySpec& policy : spec.policies) name_every_protocol(policy);
    const model::Model model = to_model(spec);
    const compiler::Cluster cluster(model, spec.profile);
    const net::AddressSet family = net::all_addresses(v6_ ? net::Family::V6 : net::Family::V4);
    std::vector<model::EndpointId> pods;
    for (std::uint32_t i = 0; i < model.endpoints.size(); ++i) {
      const model::EndpointId id{i};
      const bool has_address = !(cluster.pod_addresses(id) & family).empty();
      if (!model[id].host_network && has_address) pods.push_back(id);
    }
    if (pods.empty()) return;
    const std::size_t kind = random_.below(4);
    const auto end = [&](net::AddressSet& addresses) {
      const model::EndpointId id = random_.pick(pods);
      const net::AddressSet own = cluster.pod_addresses(id) & family;
      const bool is_known = !model[id].addresses.empty();
      // A pod without an address of its own has one of its cluster's range.
      addresses = is_known || (own & addresses).empty() ? own : own & addresses;
      return id;
    };
    party_source_ = source;
    party_destination_ = destination;
    if (kind != 0) party_source_ = end(source);
    if (kind != 1) party_destination_ = end(destination);
    auto made = std::make_shared<const PolicyCase>(spec, party_source_, party_destination_);
    if (made->worlds().count <= kMostPolicyWorlds) policies_ = std::move(made);
  }

  Hop policy_hop(model::Direction direction) {
    const bool egress = direction == model::Direction::Egress;
    const compiler::Party& self = egress ? party_source_ : party_destination_;
    Hop hop;
    hop.kind = Hop::Kind::Policies;
    hop.place = egress ? "the source's policies" : "the destination's policies";
    hop.direction = direction;
    hop.self = std::get<model::EndpointId>(self);
    hop.other = egress ? party_destination_ : party_source_;
    if (random_.chance(15)) hop.header.destination_port = random_.chance(50) ? 8080 : 80;
    // The policies of a pod may see a node in the place of the client, as those behind a Service.
    if (!egress && !std::holds_alternative<model::EndpointId>(*hop.other) && random_.chance(30)) {
      hop.header.source = chosen_address();
      hop.other = random_.chance(50) ? net::all_addresses() : hop.header.source.among;
    }
    return hop;
  }

  void add_policy_hops(Path& way) {
    if (std::holds_alternative<model::EndpointId>(party_source_)) {
      way.hops.insert(way.hops.begin(), policy_hop(model::Direction::Egress));
    }
    if (std::holds_alternative<model::EndpointId>(party_destination_)) {
      way.hops.push_back(policy_hop(model::Direction::Ingress));
    }
  }

  Random random_;
  bool v6_;
  std::shared_ptr<const model::Cloud> cloud_;
  std::shared_ptr<const PolicyCase> policies_;
  compiler::Party party_source_;
  compiler::Party party_destination_;
  std::vector<net::AddressSet> among_;
};

void add_edges(const net::AddressSet& set, std::set<net::Address>& edges) {
  for (const auto& [first, last] : set.intervals()) {
    edges.insert(first);
    edges.insert(last);
    if (first != net::lowest(first.family)) edges.insert({first.family, first.bits - 1});
    if (last != net::highest(last.family)) edges.insert({last.family, last.bits + 1});
  }
}

void add_edges(const AddressMatch& match, std::set<net::Address>& edges) {
  add_edges(match.certain, edges);
  for (const AddressMatch::Open& open : match.open) add_edges(open.addresses, edges);
}

void add_edges(const net::PortSet& set, std::set<net::Port>& edges) {
  for (const auto& [first, last] : set.intervals()) {
    edges.insert(first);
    edges.insert(last);
    if (first > 0) edges.insert(static_cast<net::Port>(first - 1));
    if (last < net::kHighestPort) edges.insert(static_cast<net::Port>(last + 1));
  }
}

std::vector<net::Address> within(const std::set<net::Address>& edges, const net::AddressSet& set) {
  std::vector<net::Address> result;
  for (const net::Address& edge : edges) {
    if (set.contains(edge)) result.push_back(edge);
  }
  return result;
}

}  // namespace

PathCase generate_paths(std::uint64_t seed) { return Generator(seed).make(); }

std::vector<net::Flow> packets_of(const PathCase& paths, Random& random, std::size_t count) {
  std::set<net::Address> addresses;
  std::set<net::Port> source_ports;
  std::set<net::Port> destination_ports;
  for (const Path& way : paths.ways) {
    add_edges(way.source, addresses);
    add_edges(way.destination, addresses);
    for (const Filter& filter : way.filters) {
      for (const FilterRule& rule : filter.rules) {
        add_edges(rule.source, addresses);
        add_edges(rule.destination, addresses);
        add_edges(rule.source_ports, source_ports);
        add_edges(rule.destination_ports, destination_ports);
      }
    }
  }
  for (auto* ports : {&source_ports, &destination_ports}) {
    ports->insert({0, 1, 80, 1023, 1024, 50000, net::kHighestPort});
  }
  if (paths.policies) {
    for (const net::AddressSet& set : paths.worlds().compared) add_edges(set, addresses);
    destination_ports.insert({53, 81, 443, 8080});
    // Nothing listens there, and no policy can name it: not spoken of.
    destination_ports.erase(0);
  }
  const Path& first = paths.ways.front();
  const std::vector<net::Address> sources = within(addresses, first.source);
  const std::vector<net::Address> destinations = within(addresses, first.destination);
  const std::vector<net::Port> from(source_ports.begin(), source_ports.end());
  const std::vector<net::Port> to(destination_ports.begin(), destination_ports.end());
  std::vector<net::Flow> result;
  for (std::size_t i = 0; i < count; ++i) {
    net::Flow flow;
    flow.protocol = net::kIpProtocols[random.chance(60) ? random.below(2) : random.below(7)];
    flow.source = random.pick(sources);
    flow.destination = random.pick(destinations);
    if (net::has_ports(flow.protocol)) {
      flow.source_port = random.pick(from);
      flow.destination_port = random.pick(to);
    }
    result.push_back(flow);
  }
  return result;
}

}  // namespace polreach::agreement
