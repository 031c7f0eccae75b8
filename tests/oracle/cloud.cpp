// SPDX-License-Identifier: Apache-2.0
#include "tests/oracle/cloud.h"

#include <algorithm>
#include <cctype>

#include "tests/oracle/choices.h"

namespace polreach::oracle {
namespace {

using model::Access;
using model::AddressTerm;
using model::Cloud;
using model::Direction;
using model::SecurityGroup;
using model::SecurityRule;
using model::UnknownId;

constexpr const char* kStarPort = "A-NSG-STAR-PORT";
constexpr const char* kRoutes = "A-VNET-TAG-UDR";
constexpr const char* kOverlay = "A-OVERLAY-TAG";
constexpr std::int32_t kFirstDefaultPriority = 65000;

net::Address address(const char* text) { return net::Address::parse(text).value(); }
const net::Address& host_address() {
  static const net::Address kHost = address("168.63.129.16");
  return kHost;
}
const net::Address& metadata_address() {
  static const net::Address kMetadata = address("169.254.169.254");
  return kMetadata;
}

/// RFC 1918, RFC 6598, RFC 4193.
bool is_private(const net::Address& a) {
  for (const char* text :
       {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"}) {
    if (net::Prefix::parse(text).value().contains(a)) return true;
  }
  return false;
}

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

bool is_platform_tag(const std::string& tag) {
  return tag == "azureplatformdns" || tag == "azureplatformimds" || tag == "azureplatformlkm";
}

bool is_platform_rule(const SecurityRule& rule) {
  for (const AddressTerm& term : rule.destination) {
    const auto* tag = std::get_if<model::ServiceTag>(&term.what);
    if (tag != nullptr && is_platform_tag(lower(tag->name))) return true;
  }
  return false;
}

/// A place where rules act, one truth.
class Judge {
 public:
  Judge(const Cloud& cloud, const CloudTruth& truth, const std::optional<model::SubnetId>& place)
      : cloud_(cloud), truth_(truth), place_(place) {}

  struct Decision {
    Access access = Access::Allow;
    std::string rule;
  };

  [[nodiscard]] bool matches_tag(const std::string& name, const net::Address& a,
                                 bool is_default = false) const {
    const std::string tag = lower(name);
    if (tag == "virtualnetwork" || tag == "virtual_network") {
      return in_virtual_network(a, is_default);
    }
    if (tag == "internet")
      return net::internet_addresses().contains(a) && !in_virtual_network(a, is_default);
    if (tag == "azureloadbalancer" || tag == "azure_loadbalancer") return a == host_address();
    if (tag == "azureplatformdns") return a == host_address();
    if (tag == "azureplatformimds") return a == metadata_address();
    const auto known = cloud_.service_tags.tags.find(tag);
    if (known != cloud_.service_tags.tags.end()) return known->second.addresses.contains(a);
    return net::internet_addresses().contains(a) && truth_("tag " + tag + " of " + a.to_string());
  }

  [[nodiscard]] Decision decide(const SecurityGroup& group, Direction direction,
                                const CloudPacket& packet, bool is_admin) const {
    if (group.missing) {
      return {holds(*group.missing, nullptr) ? Access::Allow : Access::Deny, ""};
    }
    const net::Address& to = packet.destination.address;
    const bool exempt = !is_admin && (to == host_address() || to == metadata_address());
    for (const SecurityRule* rule : in_order(group.rules(direction))) {
      if (exempt && !is_platform_rule(*rule)) continue;
      if (!matches(*rule, packet, exempt)) continue;
      if (!rule->access_open) return {rule->access, rule->name};
      return {holds(*rule->access_open, nullptr) ? Access::Allow : Access::Deny, rule->name};
    }
    return {exempt || is_admin ? Access::Allow : Access::Deny, ""};
  }

 private:
  [[nodiscard]] bool holds(UnknownId id, const net::Address* a) const {
    std::string fact = "unknown " + std::to_string(static_cast<std::uint32_t>(id));
    // A set of addresses that nobody knows is not all or nothing, whatever made it unknown.
    if (a != nullptr) fact += " of " + a->to_string();
    return truth_(fact);
  }

  /// By priority. A rule whose place is not known stands before all others or behind all that users
  /// write: for a packet on its way everything between is one of these.
  [[nodiscard]] std::vector<const SecurityRule*> in_order(
      const std::vector<SecurityRule>& rules) const {
    std::vector<const SecurityRule*> first;
    std::vector<const SecurityRule*> placed;
    std::vector<const SecurityRule*> behind;
    std::vector<const SecurityRule*> defaults;
    for (const SecurityRule& rule : rules) {
      if (rule.priority_open) {
        (holds(*rule.priority_open, nullptr) ? first : behind).push_back(&rule);
      } else {
        (rule.is_default || rule.priority >= kFirstDefaultPriority ? defaults : placed)
            .push_back(&rule);
      }
    }
    const auto sooner = [](const SecurityRule* a, const SecurityRule* b) {
      return a->priority < b->priority;
    };
    std::stable_sort(placed.begin(), placed.end(), sooner);
    std::stable_sort(defaults.begin(), defaults.end(), sooner);
    for (const auto* part : {&placed, &behind, &defaults}) {
      first.insert(first.end(), part->begin(), part->end());
    }
    return first;
  }

  [[nodiscard]] bool matches(const SecurityRule& rule, const CloudPacket& packet,
                             bool exempt) const {
    if (!rule.protocols.contains(packet.protocol)) return false;
    if (net::has_ports(packet.protocol)) {
      if (!rule.source_ports.contains(packet.source_port)) return false;
      if (!rule.destination_ports.contains(packet.destination_port)) return false;
    } else if (rule.any_protocol && names_ports(rule)) {
      if (!truth_(kStarPort)) return false;
    }
    if (!matches(rule.source, packet.source.address, false, rule.is_default)) return false;
    if (!matches(rule.destination, packet.destination.address, exempt, rule.is_default)) {
      return false;
    }
    return std::all_of(rule.only_if.begin(), rule.only_if.end(),
                       [&](UnknownId id) { return holds(id, nullptr); });
  }

  static bool names_ports(const SecurityRule& rule) {
    return rule.source_ports != net::all_header_ports() ||
           rule.destination_ports != net::all_header_ports();
  }

  [[nodiscard]] bool matches(const std::vector<AddressTerm>& terms, const net::Address& a,
                             bool only_platform_tags, bool is_default) const {
    return std::any_of(terms.begin(), terms.end(), [&](const AddressTerm& term) {
      const auto* tag = std::get_if<model::ServiceTag>(&term.what);
      const bool is_platform = tag != nullptr && is_platform_tag(lower(tag->name));
      return (is_platform || !only_platform_tags) && matches(term, a, is_default);
    });
  }

  [[nodiscard]] bool matches(const AddressTerm& term, const net::Address& a,
                             bool is_default) const {
    if (term.expanded) return term.expanded->contains(a);
    if (std::holds_alternative<model::AnyAddress>(term.what)) return true;
    if (const auto* prefix = std::get_if<net::Prefix>(&term.what)) return prefix->contains(a);
    if (const auto* tag = std::get_if<model::ServiceTag>(&term.what)) {
      return matches_tag(tag->name, a, is_default);
    }
    if (const auto* id = std::get_if<model::ApplicationGroupId>(&term.what)) {
      const model::ApplicationGroup& group = cloud_[*id];
      return group.members.contains(a) || (group.more && holds(*group.more, &a));
    }
    return holds(std::get<UnknownId>(term.what), &a);
  }

  [[nodiscard]] bool within(const model::AddressSpace& space, const net::Address& a) const {
    for (const net::Prefix& prefix : space.prefixes) {
      if (prefix.contains(a)) return true;
    }
    return space.more && holds(*space.more, &a);
  }

  [[nodiscard]] bool in_virtual_network(const net::Address& a, bool is_default) const {
    if (a == host_address()) return true;
    if (!place_) return truth_("virtual network of nobody knows where, of " + a.to_string());
    const model::Subnet& subnet = cloud_[*place_];
    const model::VirtualNetwork& network = cloud_[subnet.network];
    if (within(network.space, a)) return true;
    bool gateway = network.has_gateway;
    for (const model::Peering& peering : network.peerings) {
      if (!peering.connected || !peering.access) continue;
      if (within(peering.remote, a)) return true;
      if (peering.network) {
        if (within(cloud_[*peering.network].space, a)) return true;
        gateway = gateway || cloud_[*peering.network].has_gateway;
      } else if (peering.remote.prefixes.empty() && !peering.remote.more) {
        if (truth_("peer " + peering.remote_name + " of " + a.to_string())) return true;
      }
    }
    if (gateway && is_private(a) && truth_("gateway of " + network.name + " of " + a.to_string())) {
      return true;
    }
    if (in_pod_range(subnet.network, a) && (is_default || truth_(kOverlay))) return true;
    return std::any_of(cloud_.subnets.begin(), cloud_.subnets.end(), [&](const auto& each) {
      return each.network == subnet.network && in_routes(each, a);
    });
  }

  [[nodiscard]] bool in_pod_range(model::NetworkId network, const net::Address& a) const {
    for (const model::ManagedCluster& cluster : cloud_.clusters) {
      const bool here =
          std::any_of(cluster.pools.begin(), cluster.pools.end(), [&](const model::NodePool& pool) {
            return pool.node_subnet && cloud_[*pool.node_subnet].network == network;
          });
      const bool in_range =
          std::any_of(cluster.pod_ranges.begin(), cluster.pod_ranges.end(),
                      [&](const net::Prefix& range) { return range.contains(a); });
      const bool own_range = cluster.mode == model::NetworkMode::Overlay ||
                             cluster.mode == model::NetworkMode::Kubenet;
      if (own_range && here && in_range) return true;
    }
    return false;
  }

  [[nodiscard]] bool in_routes(const model::Subnet& subnet, const net::Address& a) const {
    if (subnet.routes_open && truth_("routes of " + subnet.name + " of " + a.to_string())) {
      return true;
    }
    if (!subnet.routes) return false;
    const model::RouteTable& table = cloud_[*subnet.routes];
    if (table.missing) return truth_("routes of " + table.name + " of " + a.to_string());
    for (const model::Route& route : table.routes) {
      if (leads(route, a) && truth_(kRoutes)) return true;
    }
    return false;
  }

  /// Whether a route is for an address. What VirtualNetwork and Internet are depends on the routes,
  /// so that here they are the addresses that they are without them.
  [[nodiscard]] bool leads(const model::Route& route, const net::Address& a) const {
    if (route.prefix) return route.prefix->contains(a);
    const std::string tag = lower(route.tag);
    if (tag.empty()) return truth_("route " + route.name + " of " + a.to_string());
    if (tag == "virtualnetwork") return false;
    if (tag == "internet") return net::internet_addresses().contains(a);
    return matches_tag(tag, a);
  }

  const Cloud& cloud_;
  const CloudTruth& truth_;
  std::optional<model::SubnetId> place_;
};

/// What is attached at one point: a group, or that nobody knows which.
struct Attached {
  std::string place;
  std::optional<model::GroupId> group;
  std::optional<UnknownId> open;
};

/// The points of one end, in the order in which a packet of the direction meets them.
std::vector<Attached> points(const Cloud& cloud, const CloudEnd& end, Direction direction) {
  std::vector<Attached> result;
  if (end.interface) {
    const model::Interface& nic = cloud[*end.interface];
    result.push_back({"interface " + nic.name, nic.group, nic.group_open});
  }
  if (end.subnet) {
    const model::Subnet& subnet = cloud[*end.subnet];
    result.push_back({"subnet " + subnet.name, subnet.group, subnet.group_open});
  }
  if (direction == Direction::Ingress) std::reverse(result.begin(), result.end());
  return result;
}

bool groups_act_on(const Cloud& cloud, const CloudEnd& end) {
  if (!end.interface || !cloud[*end.interface].is_private_endpoint || !end.subnet) return true;
  const auto policies = cloud[*end.subnet].private_endpoints;
  return policies == model::PrivateEndpointPolicies::Enabled ||
         policies == model::PrivateEndpointPolicies::SecurityGroups;
}

CloudVerdict judge_end(const Cloud& cloud, const CloudPacket& packet, const CloudEnd& end,
                       Direction direction, const CloudTruth& truth) {
  CloudVerdict verdict;
  const Judge judge(cloud, truth, end.subnet);
  if (end.interface && cloud[*end.interface].admin) {
    const auto said = judge.decide(cloud[*cloud[*end.interface].admin], direction, packet, true);
    if (said.access != Access::Allow) {
      return {said.access == Access::AlwaysAllow, "network manager", said.rule};
    }
  }
  if (!groups_act_on(cloud, end)) return verdict;
  for (const Attached& point : points(cloud, end, direction)) {
    if (point.open) {
      const bool holds =
          truth("unknown " + std::to_string(static_cast<std::uint32_t>(*point.open)));
      // Of an attachment that could not be read, nobody knows what it lets pass.
      if (!point.group && !holds) return {false, point.place, ""};
      if (!point.group || !holds) continue;
    }
    if (!point.group) continue;
    const auto said = judge.decide(cloud[*point.group], direction, packet, false);
    verdict = {said.access != Access::Deny, point.place, said.rule};
    if (!verdict.passes) return verdict;
  }
  return verdict;
}

}  // namespace

bool end_passes(const Cloud& cloud, const CloudPacket& packet, const CloudEnd& end,
                Direction direction, const CloudTruth& truth) {
  return judge_end(cloud, packet, end, direction, truth).passes;
}

bool group_passes(const Cloud& cloud, const SecurityGroup& group, const CloudPacket& packet,
                  const model::SubnetId& place, Direction direction, const CloudTruth& truth) {
  return Judge(cloud, truth, place).decide(group, direction, packet, false).access != Access::Deny;
}

CloudVerdict judge(const Cloud& cloud, const CloudPacket& packet, const CloudTruth& truth) {
  const CloudVerdict out = judge_end(cloud, packet, packet.source, Direction::Egress, truth);
  if (!out.passes) return out;
  const CloudVerdict in = judge_end(cloud, packet, packet.destination, Direction::Ingress, truth);
  return in.place.empty() ? out : in;
}

Tri decide(const Cloud& cloud, const CloudPacket& packet) {
  Met met;
  Choices<std::string> choices;
  const CloudTruth truth = [&](const std::string& fact) { return choices(fact); };
  do {
    met.add(judge(cloud, packet, truth).passes);
  } while (!met.both() && choices.next());
  return met.tri();
}

bool matches_tag(const Cloud& cloud, const std::string& tag, const net::Address& address,
                 const std::optional<model::SubnetId>& place, const CloudTruth& truth) {
  return Judge(cloud, truth, place).matches_tag(tag, address);
}

}  // namespace polreach::oracle
