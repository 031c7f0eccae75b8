// SPDX-License-Identifier: Apache-2.0
// Every row of the table of flows, in each of its network modes and under each policy engine: the
// paths that the program builds have its steps, no others, and each step sees its header.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "compiler/path/network_paths.h"
#include "compiler/path/pod_paths.h"
#include "compiler/path/service_paths.h"
#include "solver/sets/path_flows.h"
#include "tests/azure/cloud_builder.h"
#include "tests/azure/pods_builder.h"
#include "tests/oracle/flows.h"

namespace polreach::agreement {
namespace {

using compiler::Connection;
using compiler::Entry;
using compiler::Hop;
using compiler::Path;
using compiler::Site;
using model::Engine;
using model::NetworkMode;
using oracle::FlowAddress;
using oracle::FlowPlace;
using oracle::FlowPlacement;
using oracle::FlowPolicy;
using oracle::FlowPort;
using oracle::FlowRow;
using oracle::FlowSource;
using oracle::FlowStep;
using oracle::FlowTarget;
using support::addresses;
using Lines = std::vector<std::string>;

constexpr net::Port kServicePort = 443;
constexpr net::Port kTargetPort = 8443;
constexpr net::Port kNodePort = 30443;
const char* const kNodes = "10.0.1.0/24";
const char* const kPods = "10.0.2.0/24";
const char* const kRange = "10.244.0.0/16";  // of pods that have no address of the network
const char* const kGateway = "10.0.4.0/24";
const char* const kFrontend = "20.1.2.3/32";
const char* const kClient = "8.8.8.0/24";

net::AddressSet pods_of(NetworkMode mode) {
  if (mode == NetworkMode::NodeSubnet) return addresses(kNodes);
  return addresses(mode == NetworkMode::PodSubnet ? kPods : kRange);
}

bool is_service(FlowTarget target) {
  return target == FlowTarget::LoadBalancer || target == FlowTarget::NodePort;
}

/// A cluster with a group wherever there can be one, and something at each end of each row.
struct Scene {
  support::CloudBuilder b;
  support::PodsBuilder p;
  const FlowRow& row;
  NetworkMode mode;
  model::ClusterProfile profile;
  model::GroupId group = b.group("g");
  model::NetworkId network = b.network("vnet", "10.0.0.0/16");
  model::NetworkId hub = b.network("hub", "10.9.0.0/16");
  model::SubnetId nodes = b.subnet(network, "nodes", kNodes, group);
  model::SubnetId pods = b.subnet(network, "pods", kPods, group);
  model::SubnetId db = b.subnet(network, "db", "10.0.3.0/24", group);
  model::SubnetId gateway = b.subnet(network, "gateway", kGateway, group);
  model::SubnetId far = b.subnet(hub, "db", "10.9.3.0/24", group);
  model::InterfaceId near_nic = b.interface("near", db, "10.0.3.4", group);
  model::InterfaceId far_nic = b.interface("far", far, "10.9.3.4", group);
  model::EndpointId web;
  model::EndpointId api;
  model::ManagedClusterId cluster;

  Scene(const FlowRow& r, NetworkMode m, Engine engine)
      : row(r),
        mode(m),
        web(p.pod("web", "", "aks-apps-1-vmss000000")),
        api(p.pod("api", "",
                  r.placement == FlowPlacement::SameNode ? "aks-apps-1-vmss000000"
                                                         : "aks-apps-1-vmss000001")),
        cluster(
            b.cluster(m, nodes, m == NetworkMode::PodSubnet ? std::optional(pods) : std::nullopt)) {
    b.peer(network, hub);
    b.peer(hub, network);
    profile.engine = engine;
    b.cloud.clusters[0].engine = engine;
    b.cloud.subnets[static_cast<std::size_t>(gateway)].delegations.push_back(
        mode == NetworkMode::Overlay ? "Microsoft.ServiceNetworking/trafficControllers"
                                     : "Microsoft.Network/applicationGateways");
  }

  [[nodiscard]] const char* target() const {
    switch (row.target) {
      case FlowTarget::VirtualNet:
        return "10.0.3.4/32";
      case FlowTarget::PeerOrOnPrem:
        return "10.9.3.4/32";
      case FlowTarget::Metadata:
        return "169.254.169.254/32";
      default:
        return "9.9.9.0/24";
    }
  }

  [[nodiscard]] net::AddressSet set_of(FlowAddress address) const {
    switch (address) {
      case FlowAddress::Pod:
      case FlowAddress::TargetPod:
        return pods_of(mode);
      case FlowAddress::Node:
      case FlowAddress::EntryNode:
        return addresses(kNodes);
      case FlowAddress::Client:
        return addresses(kClient);
      case FlowAddress::Frontend:
        return addresses(kFrontend);
      case FlowAddress::Gateway:
        return addresses(kGateway);
      case FlowAddress::Target:
        return addresses(target());
    }
    return {};
  }
};

/// The paths of the row.
struct Asked {
  const Scene& scene;
  compiler::Cluster cluster;
  compiler::Surroundings around;
  compiler::ServiceFacts service;

  explicit Asked(const Scene& s)
      : scene(s), cluster(s.p.model, s.profile), around(s.b.cloud, &cluster, s.cluster) {
    service.name = "shop/api";
    service.type = model::ServiceType::LoadBalancer;
    service.external_local = s.row.policy == FlowPolicy::Local;
    service.floating_ip = s.row.floating;
    service.ingress_addresses.push_back(support::address("20.1.2.3"));
    service.ports.push_back({net::Protocol::Tcp, kServicePort, kNodePort, kTargetPort, {}});
  }

  [[nodiscard]] Site target() {
    if (scene.row.target == FlowTarget::VirtualNet) {
      return compiler::interface_sites(around, scene.near_nic).at(0);
    }
    if (scene.row.target == FlowTarget::PeerOrOnPrem) {
      return compiler::interface_sites(around, scene.far_nic).at(0);
    }
    return compiler::outside_site("x", addresses(scene.target()));
  }
  [[nodiscard]] Site client() { return compiler::outside_site("client", addresses(kClient)); }

  [[nodiscard]] std::vector<Connection> connections() {
    const FlowRow& row = scene.row;
    if (row.source == FlowSource::Pod && row.target == FlowTarget::Pod) {
      return {pod_to_pod(around, scene.web, scene.api)};
    }
    if (row.source == FlowSource::Pod) return pod_to_site(around, scene.web, target());
    if (row.source == FlowSource::Gateway) {
      const auto sites = compiler::subnet_sites(around, scene.gateway, net::all_addresses());
      return {site_to_pod(around, sites.at(0), scene.api)};
    }
    if (row.target == FlowTarget::Pod) return {site_to_pod(around, client(), scene.api)};
    const Entry entry = row.target == FlowTarget::NodePort ? Entry::NodePort : Entry::Frontend;
    return {service_connection(around, client(), service, service.ports[0], entry, scene.api)};
  }

  [[nodiscard]] Path way() {
    const std::vector<Connection> list = connections();
    REQUIRE(list.size() == 1);
    std::vector<Path> ways = list[0].ways;
    if (is_service(scene.row.target) && ways.size() > 1) {
      const bool same = scene.row.placement == FlowPlacement::SameNode;
      return support::way(ways,
                          same ? "to a pod on the node that takes it" : "to a pod on another node");
    }
    REQUIRE(ways.size() == 1);
    return ways[0];
  }
};

std::string text(model::Direction direction) {
  return direction == model::Direction::Egress ? "out" : "in";
}

std::string name_of(FlowPlace place, FlowTarget target) {
  switch (place) {
    case FlowPlace::PodPolicies:
      return "policies";
    case FlowPlace::Interface:
      return "interfaces of node pool apps";
    case FlowPlace::NodeSubnet:
      return "subnet vnet/nodes";
    case FlowPlace::PodSubnet:
      return "subnet vnet/pods";
    case FlowPlace::TargetSubnet:
      return target == FlowTarget::VirtualNet ? "subnet vnet/db" : "subnet hub/db";
    case FlowPlace::TargetInterface:
      return target == FlowTarget::VirtualNet ? "network interface near" : "network interface far";
    case FlowPlace::GatewaySubnet:
      return "subnet vnet/gateway";
  }
  return "";
}

/// The port that a step sees, of a packet that was sent to the port that is asked for.
std::string port_of(const FlowStep& step, const FlowRow& row) {
  if (!is_service(row.target)) return "";
  if (step.target == FlowAddress::TargetPod || step.place == FlowPlace::PodPolicies) return " 8443";
  return step.port == FlowPort::NodePort ? " 30443" : " 443";
}

/// Whether policies of the engine see a step (issue: what each engine enforces).
bool is_enforced(const FlowStep& step, const FlowRow& row, Engine engine) {
  if (step.place != FlowPlace::PodPolicies) return true;
  if (engine == Engine::None) return false;
  // "isn't subject to ingress policy enforcement": what comes through a Service under Cluster.
  return engine != Engine::AzureNpm || row.policy != FlowPolicy::Cluster;
}

Lines expected(const Scene& scene, Engine engine) {
  Lines lines;
  for (const FlowStep& step : scene.row.steps) {
    if (!is_enforced(step, scene.row, engine)) continue;
    const bool translated =
        step.source == FlowAddress::Node || step.source == FlowAddress::EntryNode;
    const bool is_filter = step.place != FlowPlace::PodPolicies;
    lines.push_back(name_of(step.place, scene.row.target) + " " + text(step.direction) + " " +
                    net::to_string(scene.set_of(step.source)) + "->" +
                    net::to_string(scene.set_of(step.target)) + port_of(step, scene.row) +
                    (translated ? " as a node" : "") +
                    (is_filter && !step.assumption.empty() ? " perhaps" : ""));
  }
  return lines;
}

std::string port_of(const Hop& hop, const FlowRow& row) {
  if (!is_service(row.target)) return "";
  const net::Port asked = row.target == FlowTarget::NodePort ? kNodePort : kServicePort;
  return " " + std::to_string(hop.header.destination_port.value_or(asked));
}

Lines found(const Path& way, const FlowRow& row, const std::vector<bool>& is_idle) {
  const auto set = [](const compiler::HeaderAddress& address, const net::AddressSet& own) {
    const bool chosen = address.kind == compiler::HeaderAddress::Kind::Chosen;
    return net::to_string(chosen ? address.among : own);
  };
  Lines lines;
  for (std::size_t i = 0; i < way.hops.size(); ++i) {
    const Hop& hop = way.hops[i];
    // What leads to the Service is no enforcement point of the table.
    const bool leads = hop.place.find(" Service ") != std::string::npos;
    if (leads || is_idle[i]) continue;
    const bool is_policies = hop.kind == Hop::Kind::Policies;
    std::string line = (is_policies ? "policies" : hop.place) + " " + text(hop.direction) + " " +
                       set(hop.header.source, way.source) + "->" +
                       set(hop.header.destination, way.destination) + port_of(hop, row);
    if (hop.kind == Hop::Kind::Gate) line = "gate " + hop.place;
    if (hop.header.source.kind == compiler::HeaderAddress::Kind::Chosen) line += " as a node";
    if (hop.kind == Hop::Kind::Filter) {
      const auto& rules = way.filters.at(hop.filter).rules;
      const bool perhaps = !rules.empty() && rules.front().rule == &compiler::no_group_rule();
      if (perhaps) line += " perhaps";
      // A translated source has a port that nobody knows.
      const bool chosen = hop.header.source.kind == compiler::HeaderAddress::Kind::Chosen;
      CHECK(hop.header.source_port_is_chosen == chosen);
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

/// Filters that no packet of the way is stopped by, whatever the user's rules: there are none that
/// deny in the scene but the default ones, so that this tells only exempt packets.
std::vector<bool> idle(Asked& asked, const Path& way) {
  std::vector<bool> result(way.hops.size(), false);
  if (asked.scene.row.target != FlowTarget::Metadata) return result;
  solver::sets::PathSpace space(asked.around.unknowns().all());
  const auto flows = solver::sets::flows(space, &asked.cluster, {way}).value();
  for (std::size_t i = 0; i < way.hops.size(); ++i) {
    const bool passes = flows.ways[0].hops[i].must == flows.ways[0].packets;
    result[i] = way.hops[i].kind == Hop::Kind::Filter && passes;
  }
  return result;
}

std::string join(const Lines& lines) {
  std::string result;
  for (const std::string& line : lines) result += "  " + line + "\n";
  return result;
}

}  // namespace

TEST_CASE("AKS flows: each row of the table, in each mode and under each engine") {
  int compared = 0;
  for (const FlowRow& row : oracle::flow_table()) {
    if (row.source == FlowSource::ApiServer) continue;  // comes through the cluster's own agents
    for (const NetworkMode mode : row.modes) {
      for (const Engine engine : {Engine::Calico, Engine::Cilium, Engine::AzureNpm, Engine::None}) {
        Scene scene(row, mode, engine);
        if (row.target == FlowTarget::Metadata) {
          // "Deny all outbound" would stop it, if it were subject to groups.
          auto& rules = scene.b.cloud.groups[0].outbound;
          rules.insert(rules.begin(), support::rule("Deny 100 * * -> * *"));
        }
        Asked asked(scene);
        const Path way = asked.way();
        const Lines is = found(way, row, idle(asked, way));
        const Lines should = expected(scene, engine);
        CHECK_MESSAGE(is == should, "row " << row.number << " mode " << static_cast<int>(mode)
                                           << " engine " << static_cast<int>(engine) << ": "
                                           << row.why << "\nfound\n"
                                           << join(is) << "expected\n"
                                           << join(should));
        ++compared;
      }
    }
  }
  MESSAGE(compared << " flows compared");
  CHECK(compared >= 200);
}

TEST_CASE("AKS flows: what the table says cannot be sent meets a gate that nothing passes") {
  for (const NetworkMode mode : {NetworkMode::Overlay, NetworkMode::Kubenet}) {
    REQUIRE(oracle::expected_flow(FlowSource::Outside, FlowTarget::Pod, mode, FlowPlacement::Any) ==
            nullptr);
    const FlowRow row{
        3, FlowSource::Outside, FlowTarget::Pod, {mode}, FlowPlacement::Any, {}, true, {}, ""};
    const Scene scene(row, mode, Engine::Calico);
    Asked asked(scene);
    const Path way = asked.way();
    REQUIRE(way.hops.size() == 1);
    CHECK(way.hops[0].kind == Hop::Kind::Gate);
    CHECK_FALSE(way.hops[0].gate.has_value());
  }
}

}  // namespace polreach::agreement
