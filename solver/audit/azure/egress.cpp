// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "compiler/path/route_list.h"
#include "solver/audit/azure/internet.h"

namespace polreach::solver::audit::azure {
namespace {

using model::Direction;
using sets::Diagram;
using sets::Diagrams;

/// What has one cause in one network.
struct OutboundExposure {
  std::vector<std::string> places;
  net::AddressSet addresses;  // of them
  std::vector<Cause> causes;
  std::optional<Example> example;
  std::vector<const model::SecurityGroup*> groups;
};

class Outbound {
 public:
  explicit Outbound(Ground& ground) : ground_(ground) {}

  void run() {
    for (const Place& place : ground_.places()) look_at(place);
    for (auto& [network, group] : by_default_) report_network(Id::EgressByDefault, network, group);
    for (auto& [network, group] : past_firewall_) {
      report_network(Id::EgressBypassesFirewall, network, group);
    }
    for (auto& [key, group] : by_rule_) report_rule(*std::get<0>(key), *std::get<1>(key), group);
    for (auto& [network, group] : not_private_) {
      report_network(Id::SubnetNotPrivate, network, group);
    }
  }

 private:
  void look_at(const Place& place) {
    if (!place.site.subnet || !place.site.network) return;
    const model::Subnet& subnet = ground_.cloud()[*place.site.subnet];
    if (is_of_platform(subnet) || subnet.routes_open) return;
    if (is_forced(ground_.cloud(), *place.site.subnet)) return;
    if (const auto open = compiler::routes_of(ground_.cloud(), *place.site.subnet).open) {
      for (const Id id : {Id::EgressByRule, Id::EgressByDefault, Id::EgressBypassesFirewall}) {
        if (ground_.wants(id)) ground_.unchecked(id, "at " + place.name + ": " + *open);
      }
      return;
    }
    if (place.site.interface && ground_.cloud()[*place.site.interface].is_private_endpoint) return;
    const auto pair = ground_.flows().between(place.site, ground_.internet());
    if (pair.routed.answer == compiler::Routed::Answer::No || pair.flows.ways.empty()) return;
    Diagrams& diagrams = ground_.flows().space().diagrams();
    const OpenPorts open = broad_ports(diagrams, pair.flows.must, Direction::Egress);
    const bool https = open.tcp.contains(443);
    if (https && ground_.wants(Id::EgressBypassesFirewall)) past_firewall(place, pair.flows.must);
    if (!open.tcp.empty() && ground_.wants(Id::SubnetNotPrivate)) not_private(place);
    if (count_of(open.tcp) < kManyPorts) return;
    const Diagram region =
        diagrams.both(pair.flows.must, diagrams.protocols(net::ProtocolSet(net::IpProtocol::Tcp)));
    std::vector<Decider> written;
    std::vector<Decider> defaults;
    for (const compiler::Guard& guard : place.site.stands.front().guards) {
      for (Decider& each : ground_.deciders(guard, Direction::Egress, region)) {
        const bool decides_much =
            count_of(broad_ports(diagrams, each.packets, Direction::Egress).tcp) >= kManyPorts;
        if (decides_much) (each.rule->is_default ? defaults : written).push_back(each);
      }
    }
    // A default rule of one group would still let pass what the other's rule does.
    if (!written.empty() && ground_.wants(Id::EgressByRule)) {
      OutboundExposure& group = by_rule_[{written.front().group, written.front().rule}];
      if (!group.example) group.example = ground_.example(place.site, ground_.internet(), region);
      group.places.push_back(place.name);
      group.addresses |= place.site.addresses;
    } else if (written.empty() && !defaults.empty() && ground_.wants(Id::EgressByDefault)) {
      OutboundExposure& group = by_default_[*place.site.network];
      if (!group.example) group.example = ground_.example(place.site, ground_.internet(), region);
      group.places.push_back(place.name);
      group.addresses |= place.site.addresses;
      const auto own = std::find_if(defaults.begin(), defaults.end(), [&](const Decider& each) {
        return id_of(ground_.cloud(), each.group).has_value();
      });
      add_cause(group, own != defaults.end() ? *own : defaults.front());
    }
  }

  /// AKS writes the group of its nodes itself: what there is to say of it is said of the subnet.
  void add_cause(OutboundExposure& group, const Decider& decider) {
    auto& all = group.groups;
    if (std::find(all.begin(), all.end(), decider.group) != all.end()) return;
    all.push_back(decider.group);
    if (!id_of(ground_.cloud(), decider.group)) return;
    group.causes.push_back({decider.group->where,
                            name_of(*decider.group, *decider.rule) + " is the first that matches"});
  }

  /// A firewall of the same network, or of a peer.
  void past_firewall(const Place& place, Diagram region) {
    const model::Cloud& cloud = ground_.cloud();
    const auto is_in = [&](model::NetworkId id, const net::Address& address) {
      const auto& prefixes = cloud[id].space.prefixes;
      return std::any_of(prefixes.begin(), prefixes.end(),
                         [&](const net::Prefix& each) { return each.contains(address); });
    };
    for (const model::Firewall& firewall : cloud.firewalls) {
      if (!firewall.address) continue;
      bool is_near = is_in(*place.site.network, *firewall.address);
      for (const model::Peering& peering : cloud[*place.site.network].peerings) {
        is_near = is_near || (peering.connected && peering.network &&
                              is_in(*peering.network, *firewall.address));
      }
      if (!is_near) continue;
      OutboundExposure& group = past_firewall_[*place.site.network];
      group.places.push_back(place.name);
      if (group.example) return;
      Diagrams& diagrams = ground_.flows().space().diagrams();
      region = diagrams.both(
          region, diagrams.both(diagrams.protocols(net::ProtocolSet(net::IpProtocol::Tcp)),
                                diagrams.ports(sets::Variable::destination_port(), {443, 443})));
      group.example = ground_.example(place.site, ground_.internet(), region);
      group.causes.push_back(
          {firewall.where, "firewall " + firewall.name + " at " + firewall.address->to_string()});
      return;
    }
  }

  void report_network(Id id, model::NetworkId network, OutboundExposure& group) {
    const model::VirtualNetwork& owner = ground_.cloud()[network];
    Finding finding = Ground::finding(id, subject_of(owner), "", owner.where);
    sort_out(group.places);
    const std::string& first = group.places.front();
    if (id == Id::EgressByDefault) {
      finding.message = "everything may go from " + first + " to the internet";
    } else if (id == Id::SubnetNotPrivate) {
      finding.message = first + " does not say that it is private";
    } else {
      finding.message = "traffic of " + first + " to the internet goes past the firewall";
    }
    finding.also.assign(group.places.begin() + 1, group.places.end());
    finding.causes = std::move(group.causes);
    if (finding.causes.empty()) {
      finding.causes.push_back({owner.where, "no group has a rule before the platform's 65001"});
    }
    finding.example = std::move(group.example);
    const bool is_one = group.groups.size() == 1;
    if (const auto owner_id = is_one ? id_of(ground_.cloud(), group.groups.front())
                                     : std::optional<model::GroupId>()) {
      finding.opening = opening_of(*owner_id, group.addresses);
    }
    ground_.add(std::move(finding));
  }

  [[nodiscard]] Opening opening_of(model::GroupId id, const net::AddressSet& own) const {
    Opening opening;
    opening.group = id;
    opening.own = own;
    opening.direction = Direction::Egress;
    opening.addresses = ground_.internet().addresses;
    return opening;
  }

  void report_rule(const model::SecurityGroup& group, const model::SecurityRule& rule,
                   OutboundExposure& found) {
    Finding finding =
        Ground::finding(Id::EgressByRule, subject_of(group), rule.name, place_of(group, rule));
    sort_out(found.places);
    finding.message = name_of(group, rule) + " lets everything go from " + found.places.front() +
                      " to the internet";
    finding.also.assign(found.places.begin() + 1, found.places.end());
    finding.causes.push_back({place_of(group, rule), name_of(group, rule) + " lets it pass"});
    finding.example = std::move(found.example);
    if (const auto id = id_of(ground_.cloud(), &group))
      finding.opening = opening_of(*id, found.addresses);
    ground_.add(std::move(finding));
  }

  /// Subnets that leave default outbound access to the platform, and in which it would be used.
  void not_private(const Place& place) {
    if (place.site.kind != compiler::Site::Kind::Subnet || place.site.nodes) return;
    const model::Subnet& subnet = ground_.cloud()[*place.site.subnet];
    if (!subnet.delegations.empty() || subnet.nat_gateway || subnet.default_outbound == false) {
      return;
    }
    // Pods go out as AKS sets that up.
    for (const model::ManagedCluster& cluster : ground_.cloud().clusters) {
      for (const model::NodePool& pool : cluster.pools) {
        if (pool.pod_subnet == place.site.subnet) return;
      }
    }
    OutboundExposure& group = not_private_[subnet.network];
    group.places.push_back(place.name);
    group.causes.push_back({subnet.where, "defaultOutboundAccess is not false"});
  }

  Ground& ground_;
  std::map<model::NetworkId, OutboundExposure> by_default_;
  std::map<model::NetworkId, OutboundExposure> past_firewall_;
  std::map<model::NetworkId, OutboundExposure> not_private_;
  std::map<std::pair<const model::SecurityGroup*, const model::SecurityRule*>, OutboundExposure>
      by_rule_;
};

}  // namespace

void check_egress(Ground& ground) { Outbound(ground).run(); }

}  // namespace polreach::solver::audit::azure
