// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <utility>

#include "compiler/path/hops.h"
#include "solver/audit/azure/rules.h"

namespace polreach::solver::audit::azure {
namespace {

using model::Access;
using model::Direction;
using sets::Diagram;
using sets::Diagrams;

Diagram tcp(Diagrams& diagrams, const net::PortSet& ports) {
  return diagrams.both(diagrams.protocols(net::ProtocolSet(net::IpProtocol::Tcp)),
                       diagrams.ports(sets::Variable::destination_port(), ports));
}

net::PortSet management_ports() { return net::PortSet::of({{22, 22}, {3389, 3389}, {5985, 5986}}); }

/// What is found in one network.
struct Lateral {
  std::vector<std::string> places;
  net::AddressSet addresses;  // of them
  std::string from;
  std::optional<Example> example;
  std::vector<const model::SecurityGroup*> groups;
  net::PortSet ports;
};

/// The rule that lets all of `region` in where only the platform's AllowVnetInBound does.
const model::SecurityGroup* by_default_only(Ground& ground, const Place& place, Diagram region) {
  const model::SecurityGroup* last = nullptr;
  const auto& guards = place.site.stands.front().guards;
  for (std::size_t i = guards.size(); i-- > 0;) {
    for (const Decider& each : ground.deciders(guards[i], Direction::Ingress, region)) {
      if (!each.rule->is_default) return nullptr;
      if (last == nullptr) last = each.group;
    }
  }
  return last;
}

/// Whether anything of the network gets in there, whatever lets it out: most places are done then.
bool lets_in(Ground& ground, const Place& to) {
  net::AddressSet space;
  for (const net::Prefix& each : ground.cloud()[*to.site.network].space.prefixes) {
    space |= net::addresses_of(each);
  }
  if (space.empty()) return true;
  const auto pair = ground.flows().between(compiler::outside_site("the network", space), to.site);
  Diagrams& diagrams = ground.flows().space().diagrams();
  return !diagrams.disjoint(pair.flows.must, tcp(diagrams, management_ports()));
}

void look_at(Ground& ground, const Place& to, std::map<model::NetworkId, Lateral>& found,
             const std::set<const model::SecurityGroup*>& said) {
  if (!to.site.network || !to.site.subnet || !lets_in(ground, to)) return;
  for (const Place& from : ground.places()) {
    const bool own = from.site.subnet == to.site.subnet;
    if (own || from.site.network != to.site.network || from.site.interface) continue;
    const auto pair = ground.flows().between(from.site, to.site);
    if (pair.routed.answer == compiler::Routed::Answer::No || pair.flows.ways.empty()) continue;
    Diagrams& diagrams = ground.flows().space().diagrams();
    const Diagram region = diagrams.both(pair.flows.must, tcp(diagrams, management_ports()));
    if (region == sets::kFalse) continue;
    const model::SecurityGroup* group = by_default_only(ground, to, region);
    if (group == nullptr || said.contains(group)) continue;
    Lateral& lateral = found[*to.site.network];
    lateral.places.push_back(to.name);
    lateral.addresses |= to.site.addresses;
    lateral.ports |= sets::ports_of(diagrams.values(region, sets::Variable::destination_port()));
    if (std::find(lateral.groups.begin(), lateral.groups.end(), group) == lateral.groups.end()) {
      lateral.groups.push_back(group);
    }
    if (!lateral.example) {
      lateral.from = from.name;
      lateral.example = ground.example(from.site, to.site, region);
    }
    return;
  }
}

}  // namespace

void check_lateral(Ground& ground, const std::set<const model::SecurityGroup*>& said) {
  std::map<model::NetworkId, Lateral> found;
  for (const Place& place : ground.places()) look_at(ground, place, found, said);
  for (auto& [network, lateral] : found) {
    const model::VirtualNetwork& owner = ground.cloud()[network];
    Finding finding = Ground::finding(Id::LateralManagement, subject_of(owner), "", owner.where);
    finding.message = lateral.from + " reaches TCP " + net::to_string(lateral.ports) + " of " +
                      lateral.places.front() + " by the platform's rule alone";
    finding.also.assign(lateral.places.begin() + 1, lateral.places.end());
    for (const model::SecurityGroup* group : lateral.groups) {
      if (!id_of(ground.cloud(), group)) continue;
      finding.causes.push_back({group->where, "no rule of " + subject_of(*group) +
                                                  " decides before 65000 AllowVnetInBound"});
    }
    if (finding.causes.empty()) {
      finding.causes.push_back({owner.where, "no group decides before 65000 AllowVnetInBound"});
    }
    finding.example = std::move(lateral.example);
    if (lateral.groups.size() == 1) {
      if (const auto id = id_of(ground.cloud(), lateral.groups.front())) {
        Opening opening;
        opening.group = id;
        opening.traffic[net::Protocol::Tcp] = lateral.ports;
        for (const net::Prefix& each : owner.space.prefixes) {
          opening.addresses |= net::addresses_of(each);
        }
        opening.own = lateral.addresses;
        // Several of them reach each other, too.
        if (lateral.places.size() == 1) opening.addresses -= lateral.addresses;
        finding.opening = std::move(opening);
      }
    }
    ground.add(std::move(finding));
  }
}

// Probes
// ---------------------------------------------------------------------------------------------

void check_probes(Ground& ground) {
  const compiler::Site probes = compiler::outside_site(
      "the load balancer's probes",
      {*net::Address::parse("168.63.129.16"), *net::Address::parse("168.63.129.16")});
  std::map<std::pair<const model::SecurityGroup*, const model::SecurityRule*>, Finding> found;
  for (const Place& place : ground.places()) {
    // A public address of its own needs no load balancer.
    if (place.site.has_public_address || place.site.kind == compiler::Site::Kind::Interface) {
      continue;
    }
    const auto clients = ground.flows().between(ground.internet(), place.site);
    if (clients.routed.answer == compiler::Routed::Answer::No) continue;
    Diagrams& diagrams = ground.flows().space().diagrams();
    const net::PortSet open = broad_ports(diagrams, clients.flows.must, Direction::Ingress).tcp;
    if (open.empty()) continue;
    const auto pair = ground.flows().also_between(probes, place.site);
    if (!diagrams.disjoint(pair.flows.may, tcp(diagrams, open))) continue;
    for (const compiler::Guard& guard : place.site.stands.front().guards) {
      if (guard.group == nullptr || guard.group->missing || guard.admin != nullptr) continue;
      const compiler::Filter& filter =
          ground.around().filters().of(*guard.group, Direction::Ingress, guard.network);
      const Diagram asked = diagrams.all_of(
          {tcp(diagrams, open), diagrams.addresses(sets::Variable::source(), probes.addresses),
           diagrams.addresses(sets::Variable::destination(), place.site.addresses)});
      const auto decides =
          ground.flows().space().decisions(filter, compiler::packet_header()).decides(asked);
      for (std::size_t i = 0; i < filter.rules.size(); ++i) {
        const model::SecurityRule& rule = *filter.rules[i].rule;
        if (decides[i] == sets::kFalse || rule.access != Access::Deny || rule.is_default) continue;
        const std::pair key{guard.group, &rule};
        if (const auto known = found.find(key); known != found.end()) {
          known->second.also.push_back(place.name);
          break;
        }
        Finding finding = Ground::finding(Id::ProbesDenied, subject_of(*guard.group), rule.name,
                                          place_of(*guard.group, rule));
        finding.message = name_of(*guard.group, rule) + " stops the probes of a load balancer to " +
                          place.name + ", which lets clients in on TCP " + net::to_string(open);
        finding.causes.push_back({finding.where, "it denies 168.63.129.16 (AzureLoadBalancer)"});
        found.emplace(key, std::move(finding));
        break;
      }
    }
  }
  for (auto& [key, finding] : found) ground.add(std::move(finding));
}

// Tags
// -----------------------------------------------------------------------------------------------

namespace {

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return result;
}

/// AzureCloud, AzureCloud.westeurope.
const model::AddressTerm* broad_tag_of(const model::SecurityRule& rule) {
  for (const model::AddressTerm& each : rule.source) {
    const auto* tag = std::get_if<model::ServiceTag>(&each.what);
    if (tag == nullptr) continue;
    const std::string name = lower(tag->name);
    if (name == "azurecloud" || name.starts_with("azurecloud.")) return &each;
  }
  return nullptr;
}

/// Whether the rule is the first to match something of public addresses, in some reading.
bool decides_something(Ground& ground, const compiler::Guard& guard,
                       const model::SecurityRule& rule, const net::AddressSet& destination) {
  Diagrams& diagrams = ground.flows().space().diagrams();
  const compiler::Filter& filter =
      ground.around().filters().of(*guard.group, Direction::Ingress, guard.network);
  const Diagram asked =
      diagrams.both(diagrams.addresses(sets::Variable::source(), ground.internet().addresses),
                    diagrams.addresses(sets::Variable::destination(), destination));
  const auto decides =
      ground.flows().space().decisions(filter, compiler::packet_header()).decides(asked);
  for (std::size_t i = 0; i < filter.rules.size(); ++i) {
    if (filter.rules[i].rule == &rule && decides[i] != sets::kFalse) return true;
  }
  return false;
}

}  // namespace

void check_broad_tags(Ground& ground) {
  std::map<const model::SecurityRule*, Finding> found;
  for (const Place& place : ground.places()) {
    const auto pair = ground.flows().between(ground.internet(), place.site);
    if (pair.routed.answer == compiler::Routed::Answer::No) continue;
    // What the internet reaches in any case is another finding.
    Diagrams& diagrams = ground.flows().space().diagrams();
    if (count_of(broad_ports(diagrams, pair.flows.must, Direction::Ingress).tcp) >= kManyPorts) {
      continue;
    }
    for (const compiler::Guard& guard : place.site.stands.front().guards) {
      if (guard.group == nullptr || guard.group->missing) continue;
      for (const model::SecurityRule& rule : guard.group->inbound) {
        const model::AddressTerm* tag = broad_tag_of(rule);
        if (tag == nullptr || rule.access != Access::Allow || rule.access_open) continue;
        if (!decides_something(ground, guard, rule, place.site.addresses)) continue;
        const auto known = found.find(&rule);
        if (known != found.end()) {
          known->second.also.push_back(place.name);
          continue;
        }
        Finding finding = Ground::finding(Id::BroadTag, subject_of(*guard.group), rule.name,
                                          place_of(*guard.group, rule));
        const auto ports = rule.destination_ports & net::all_ports();
        finding.message = name_of(*guard.group, rule) + " lets in the tag " + tag->text +
                          ", which holds addresses of all customers of Azure, to " +
                          net::to_string(ports) + " of " + place.name;
        finding.causes.push_back({tag->where, "the tag " + tag->text});
        found.emplace(&rule, std::move(finding));
      }
    }
  }
  for (auto& [rule, finding] : found) ground.add(std::move(finding));
}

}  // namespace polreach::solver::audit::azure
