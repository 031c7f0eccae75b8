// SPDX-License-Identifier: Apache-2.0
// One step simpler, and in words: the clouds of cloud_generator.h.
#include <utility>

#include "tests/agreement/cloud_generator.h"

namespace polreach::agreement {
namespace {

using model::Cloud;
using model::SecurityRule;
using Rules = std::vector<SecurityRule> model::SecurityGroup::*;

constexpr Rules kDirections[] = {&model::SecurityGroup::inbound, &model::SecurityGroup::outbound};

class Simpler {
 public:
  explicit Simpler(const Cloud& cloud) : cloud_(cloud) {}

  std::vector<Cloud> all() {
    for (std::size_t g = 0; g < cloud_.groups.size(); ++g) simplify_group(g);
    for (std::size_t s = 0; s < cloud_.subnets.size(); ++s) {
      const model::Subnet& subnet = cloud_.subnets[s];
      change(subnet.group.has_value(), [s](Cloud& c) { c.subnets[s].group.reset(); });
      change(subnet.group_open.has_value(), [s](Cloud& c) { c.subnets[s].group_open.reset(); });
      change(subnet.routes.has_value(), [s](Cloud& c) { c.subnets[s].routes.reset(); });
    }
    for (std::size_t i = 0; i < cloud_.interfaces.size(); ++i) {
      const model::Interface& nic = cloud_.interfaces[i];
      change(nic.group.has_value(), [i](Cloud& c) { c.interfaces[i].group.reset(); });
      change(nic.group_open.has_value(), [i](Cloud& c) { c.interfaces[i].group_open.reset(); });
    }
    for (std::size_t n = 0; n < cloud_.networks.size(); ++n) {
      const model::VirtualNetwork& network = cloud_.networks[n];
      change(!network.peerings.empty(), [n](Cloud& c) { c.networks[n].peerings.pop_back(); });
      change(network.has_gateway, [n](Cloud& c) { c.networks[n].has_gateway = false; });
      change(network.space.more.has_value(), [n](Cloud& c) { c.networks[n].space.more.reset(); });
    }
    return std::move(result_);
  }

 private:
  template <typename Change>
  void change(bool is_there, const Change& how) {
    if (!is_there) return;
    Cloud copy = cloud_;
    how(copy);
    result_.push_back(std::move(copy));
  }

  void simplify_group(std::size_t g) {
    for (const Rules rules : kDirections) {
      const auto& list = cloud_.groups[g].*rules;
      for (std::size_t r = 0; r < list.size(); ++r) {
        if (list[r].is_default) continue;
        change(true, [=](Cloud& c) {
          auto& from = c.groups[g].*rules;
          from.erase(from.begin() + static_cast<std::ptrdiff_t>(r));
        });
        simplify_rule(list[r], [=](Cloud& c) -> SecurityRule& { return (c.groups[g].*rules)[r]; });
      }
    }
  }

  template <typename Find>
  void simplify_rule(const SecurityRule& rule, const Find& find) {
    change(rule.source.size() > 1, [=](Cloud& c) { find(c).source.pop_back(); });
    change(rule.source.size() > 1, [=](Cloud& c) { find(c).source.erase(find(c).source.begin()); });
    change(rule.destination.size() > 1, [=](Cloud& c) { find(c).destination.pop_back(); });
    change(rule.destination.size() > 1,
           [=](Cloud& c) { find(c).destination.erase(find(c).destination.begin()); });
    change(!rule.only_if.empty(), [=](Cloud& c) { find(c).only_if.clear(); });
    change(rule.access_open.has_value(), [=](Cloud& c) { find(c).access_open.reset(); });
    change(rule.priority_open.has_value(), [=](Cloud& c) { find(c).priority_open.reset(); });
    change(rule.source_ports != net::all_header_ports(),
           [=](Cloud& c) { find(c).source_ports = net::all_header_ports(); });
    change(rule.destination_ports != net::all_header_ports(),
           [=](Cloud& c) { find(c).destination_ports = net::all_header_ports(); });
  }

  const Cloud& cloud_;
  std::vector<Cloud> result_;
};

std::string text(const std::vector<model::AddressTerm>& terms) {
  std::string result;
  for (const model::AddressTerm& term : terms) {
    result += (result.empty() ? "" : ", ") + term.text;
  }
  return "{" + result + "}";
}

std::string text(const SecurityRule& rule, const char* direction) {
  std::string result = std::string("  ") + direction + " " + std::to_string(rule.priority) + " " +
                       rule.name + (rule.access == model::Access::Deny ? " deny " : " allow ") +
                       net::to_string(rule.protocols) + " " + text(rule.source) + ":" +
                       net::to_string(rule.source_ports) + " -> " + text(rule.destination) + ":" +
                       net::to_string(rule.destination_ports);
  if (!rule.only_if.empty()) result += ", conditional";
  if (rule.access_open) result += ", access open";
  if (rule.priority_open) result += ", place open";
  return result + "\n";
}

std::string group_of(const Cloud& cloud, const std::optional<model::GroupId>& group, bool open) {
  return (group ? cloud[*group].name : std::string("no group")) + (open ? ", open" : "");
}

std::string text(const Cloud& cloud, const oracle::CloudEnd& end) {
  std::string result = end.address.to_string();
  if (end.subnet) result += " in " + cloud[*end.subnet].name;
  if (end.interface) result += " at " + cloud[*end.interface].name;
  return result;
}

}  // namespace

std::vector<Cloud> simpler(const Cloud& cloud) { return Simpler(cloud).all(); }

Cloud shrink(Cloud cloud, const std::function<bool(const Cloud&)>& fails) {
  bool smaller = true;
  while (smaller) {
    smaller = false;
    for (Cloud& candidate : simpler(cloud)) {
      if (!fails(candidate)) continue;
      cloud = std::move(candidate);
      smaller = true;
      break;
    }
  }
  return cloud;
}

std::string describe(const Cloud& cloud) {
  std::string result;
  for (const model::VirtualNetwork& network : cloud.networks) {
    result += network.name + (network.has_gateway ? " with a gateway" : "");
    for (const net::Prefix& p : network.space.prefixes) result += " " + p.to_string();
    for (const model::Peering& peering : network.peerings) {
      result += ", peer " + peering.remote_name + (peering.connected ? "" : " not connected") +
                (peering.access ? "" : " without access");
    }
    result += "\n";
  }
  for (const model::Subnet& subnet : cloud.subnets) {
    result += subnet.name + " of " + cloud[subnet.network].name + ": " +
              group_of(cloud, subnet.group, subnet.group_open.has_value()) +
              (subnet.routes ? ", routes" : "") + "\n";
  }
  for (const model::Interface& nic : cloud.interfaces) {
    result += nic.name + ": " + group_of(cloud, nic.group, nic.group_open.has_value()) + "\n";
  }
  for (const model::SecurityGroup& group : cloud.groups) {
    result += group.name + (group.missing ? " is missing\n" : "\n");
    for (const SecurityRule& rule : group.inbound) result += text(rule, "in");
    for (const SecurityRule& rule : group.outbound) result += text(rule, "out");
  }
  for (const model::RouteTable& table : cloud.route_tables) {
    for (const model::Route& route : table.routes) {
      result += "route " + (route.prefix ? route.prefix->to_string() : route.tag) + "\n";
    }
  }
  return result;
}

std::string describe(const Cloud& cloud, const oracle::CloudPacket& packet) {
  return std::string(net::to_string(packet.protocol)) + " " + text(cloud, packet.source) + ":" +
         std::to_string(packet.source_port) + " -> " + text(cloud, packet.destination) + ":" +
         std::to_string(packet.destination_port);
}

}  // namespace polreach::agreement
