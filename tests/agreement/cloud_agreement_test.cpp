// SPDX-License-Identifier: Apache-2.0
// What evaluates random clouds against the oracle. That a fault would be found is tested by
// planting those that other analysers are known to have.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <stdexcept>

#include "compiler/path/network_paths.h"
#include "solver/queries/site_reference.h"
#include "tests/agreement/cloud_compare.h"
#include "tests/agreement/path_engines.h"
#include "tests/support/environment.h"

namespace polreach::agreement {
namespace {

using model::Cloud;
using model::SecurityGroup;
using model::SecurityRule;

constexpr std::uint64_t kDefaultClouds = 2000;

void for_each_rule(Cloud& cloud, const std::function<void(SecurityRule&)>& change) {
  for (SecurityGroup& group : cloud.groups) {
    for (auto* rules : {&group.inbound, &group.outbound}) {
      for (SecurityRule& rule : *rules) change(rule);
    }
  }
}

/// Drops the entries of rules that are in question, and rules that are left without any.
void drop_terms(Cloud& cloud, const std::function<bool(const model::AddressTerm&)>& is_dropped) {
  for (SecurityGroup& group : cloud.groups) {
    for (auto* rules : {&group.inbound, &group.outbound}) {
      for (SecurityRule& rule : *rules) {
        std::erase_if(rule.source, is_dropped);
        std::erase_if(rule.destination, is_dropped);
      }
    }
  }
}

bool is_application_group(const model::AddressTerm& term) {
  return std::holds_alternative<model::ApplicationGroupId>(term.what);
}
bool is_unknown_tag(const model::AddressTerm& term) { return term.text == "NobodyKnows"; }
bool is_load_balancer(const model::AddressTerm& term) { return term.text == "AzureLoadBalancer"; }

/// The end as someone would write it; the site at its address.
compiler::Site site_of(compiler::Surroundings& around, const oracle::CloudEnd& end) {
  const std::string text =
      end.interface ? "nic/" + around.cloud()[*end.interface].name : end.address.to_string();
  const auto target = solver::queries::resolve_site(around, text);
  if (!target) throw std::runtime_error("no site is called " + text);
  for (const compiler::Site& site : target->sites) {
    if (site.addresses.contains(end.address)) return site;
  }
  throw std::runtime_error("no site of " + text + " has its address");
}

/// The paths that the program builds, and what the set engine says of them.
oracle::Tri by_the_program(const Cloud& cloud, const oracle::CloudPacket& packet) {
  compiler::Surroundings around(cloud, nullptr, {});
  const compiler::Connection connection = compiler::network_connection(
      around, site_of(around, packet.source), site_of(around, packet.destination));
  solver::sets::PathSpace space(around.unknowns().all());
  const auto flows = solver::sets::flows(space, nullptr, connection.ways).value();
  const net::Flow flow = {packet.protocol, packet.source.address, packet.destination.address,
                          packet.source_port, packet.destination_port};
  return verdict(space.diagrams(), flows.must, flows.may, flow);
}

struct Fault {
  const char* name;
  std::function<void(Cloud&)> change;
};

std::vector<Fault> faults() {
  return {
      {"groups of interfaces do not act",
       [](Cloud& c) {
         for (model::Interface& nic : c.interfaces) nic.group.reset();
       }},
      {"directions are swapped",
       [](Cloud& c) {
         for (SecurityGroup& group : c.groups) std::swap(group.inbound, group.outbound);
       }},
      {"no default rules",
       [](Cloud& c) {
         for (SecurityGroup& group : c.groups) {
           std::erase_if(group.inbound, [](const SecurityRule& r) { return r.is_default; });
           std::erase_if(group.outbound, [](const SecurityRule& r) { return r.is_default; });
         }
       }},
      {"VirtualNetwork is all private addresses",
       [](Cloud& c) {
         const auto p = [](const char* text) { return net::Prefix::parse(text).value(); };
         for (model::VirtualNetwork& network : c.networks) {
           network.space.prefixes = {p("10.0.0.0/8"), p("172.16.0.0/20"), p("192.168.0.0/16")};
         }
       }},
      {"unknown tags match nothing", [](Cloud& c) { drop_terms(c, is_unknown_tag); }},
      {"AzureLoadBalancer matches nothing", [](Cloud& c) { drop_terms(c, is_load_balancer); }},
      {"one of several prefixes is everything",
       [](Cloud& c) {
         for_each_rule(c, [](SecurityRule& r) {
           if (r.source.size() > 1) r.source.front().what = model::AnyAddress{};
         });
       }},
      {"any protocol drops the ports",
       [](Cloud& c) {
         for_each_rule(c, [](SecurityRule& r) {
           if (r.any_protocol) r.destination_ports = net::all_header_ports();
         });
       }},
      {"no application groups", [](Cloud& c) { drop_terms(c, is_application_group); }},
      {"no routes",
       [](Cloud& c) {
         for (model::Subnet& subnet : c.subnets) subnet.routes.reset();
       }},
      {"missing groups let pass",
       [](Cloud& c) {
         for (model::Subnet& subnet : c.subnets) {
           if (subnet.group && c[*subnet.group].missing) subnet.group.reset();
         }
       }},
      {"peers that are not connected count",
       [](Cloud& c) {
         for (model::VirtualNetwork& network : c.networks) {
           for (model::Peering& peering : network.peerings) peering.connected = true;
         }
       }},
      {"priorities that are not known are what they seem",
       [](Cloud& c) { for_each_rule(c, [](SecurityRule& r) { r.priority_open.reset(); }); }},
  };
}

}  // namespace

TEST_CASE("cloud agreement: the paths that the program builds agree with the oracle") {
  const auto only = support::number_in("POLREACH_AGREEMENT_SEED");
  const std::uint64_t count = only ? 1
                                   : support::number_in("POLREACH_AGREEMENT_CLOUDS")
                                         .value_or(support::cases(kDefaultClouds));
  CloudCounts counts;
  for (const std::string& report :
       compare_clouds(only.value_or(0), count, by_the_program, counts)) {
    FAIL_CHECK(report);
  }
  MESSAGE(counts.clouds << " clouds: " << counts.always << " always, " << counts.sometimes
                        << " sometimes, " << counts.never << " never, of " << counts.loose
                        << " less was said than is certain");
  if (only) return;
  CHECK(counts.always > count);
  CHECK(counts.sometimes > count);
  CHECK(counts.never > count);
}

TEST_CASE("cloud agreement: the faults of other analysers are found") {
  for (const Fault& fault : faults()) {
    const CloudEvaluator faulty = [&](Cloud cloud, const oracle::CloudPacket& packet) {
      fault.change(cloud);
      return oracle::decide(cloud, packet);
    };
    CloudCounts counts;
    const auto reports = compare_clouds(0, kDefaultClouds, faulty, counts, 1);
    CHECK_MESSAGE(reports.size() == 1, fault.name);
  }
}

}  // namespace polreach::agreement
