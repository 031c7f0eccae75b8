// SPDX-License-Identifier: Apache-2.0
#include "tests/agreement/aks_generator.h"

#include <algorithm>
#include <array>

#include "tests/agreement/cloud_generator.h"

namespace polreach::agreement {
namespace {

using model::Engine;
using model::NetworkMode;
using Way = oracle::AksQuestion::Way;

constexpr net::Port kPodPort = 443;
constexpr net::Port kHostPort = 80;
constexpr net::Port kNodePort = 1023;

net::Prefix prefix(const std::string& text) { return net::Prefix::parse(text).value(); }

class Generator {
 public:
  explicit Generator(std::uint64_t seed) : random_(seed) { aks_.cloud = generate_cloud(seed); }

  AksCase make() {
    // The tags VirtualNetwork and Internet of an open space are open each by itself.
    for (model::VirtualNetwork& network : aks_.cloud.networks) {
      network.space.more.reset();
      for (model::Peering& peering : network.peerings) peering.remote.more.reset();
    }
    make_cluster();
    name_pods_in_rules();
    make_engine();
    make_namespace();
    const bool same = random_.chance(40);
    const bool known = random_.chance(60);
    aks_.web = pod("web", 9, known ? "node-a" : "", 12);
    aks_.api = pod("api", 10, known ? (same ? "node-a" : "node-b") : "", same ? 12 : 13);
    const int policies = aks_.profile.engine == Engine::None ? 0 : random_.between(0, 4);
    for (int i = 0; i < policies; ++i) make_policy(i);
    return std::move(aks_);
  }

 private:
  [[nodiscard]] net::Address node_base() const {
    return aks_.cloud.subnets[0].space.prefixes[0].first();
  }

  void make_cluster() {
    model::ManagedCluster cluster;
    cluster.name = "aks";
    static const std::vector<NetworkMode> kModes = {NetworkMode::Overlay, NetworkMode::Kubenet,
                                                    NetworkMode::NodeSubnet,
                                                    NetworkMode::PodSubnet};
    cluster.mode = random_.pick(kModes);
    model::NodePool pool;
    pool.name = "apps";
    pool.node_subnet = model::SubnetId{0};
    pool.node_public_ip = true;
    if (cluster.mode == NetworkMode::PodSubnet) {
      for (std::size_t i = 1; i < aks_.cloud.subnets.size(); ++i) {
        if (aks_.cloud.subnets[i].network != aks_.cloud.subnets[0].network) continue;
        pool.pod_subnet = static_cast<model::SubnetId>(i);
      }
      if (!pool.pod_subnet) cluster.mode = NetworkMode::Overlay;
    }
    const bool range = cluster.mode == NetworkMode::Overlay || cluster.mode == NetworkMode::Kubenet;
    if (range) cluster.pod_ranges = {prefix("10.244.0.0/28")};
    if (!aks_.cloud.groups.empty() && random_.chance(60)) {
      cluster.node_group = static_cast<model::GroupId>(random_.below(aks_.cloud.groups.size()));
    }
    cluster.pools.push_back(std::move(pool));
    aks_.cloud.clusters.push_back(std::move(cluster));
  }

  void name_pods_in_rules() {
    static const std::vector<std::string> kRanges = {"10.244.0.0/28", "10.244.0.8/29",
                                                     "10.0.0.8/29", "10.0.0.12/32"};
    for (model::SecurityGroup& group : aks_.cloud.groups) {
      for (auto* rules : {&group.inbound, &group.outbound}) {
        for (model::SecurityRule& rule : *rules) {
          if (rule.is_default) continue;
          for (auto* terms : {&rule.source, &rule.destination}) {
            model::AddressTerm& term = terms->front();
            if (!std::holds_alternative<net::Prefix>(term.what) || !random_.chance(40)) continue;
            const net::Prefix range = prefix(random_.pick(kRanges));
            term.what = range;
            term.text = range.to_string();
            term.expanded.reset();
          }
        }
      }
    }
  }

  /// AKS documentation, on each engine: what an ipBlock matches, and pods with hostNetwork.
  void make_engine() {
    static const std::vector<Engine> kEngines = {Engine::None, Engine::AzureNpm, Engine::Calico,
                                                 Engine::Calico, Engine::Cilium};
    const Engine engine = random_.pick(kEngines);
    aks_.cloud.clusters[0].engine = engine;
    aks_.profile.engine = engine;
    aks_.profile.host_network_is_pod = model::Reading::No;
    const bool cilium = engine == Engine::Cilium;
    aks_.profile.ipblock_matches_pods = cilium ? model::Reading::No : model::Reading::Yes;
    aks_.profile.blocks_match_nodes = !cilium;
  }

  void make_namespace() {
    model::Model& model = aks_.model;
    model::Namespace ns;
    ns.name = model.symbols->intern("shop");
    ns.labels = model.label_sets.intern(
        model::LabelSet::of({{model.symbols->intern("kubernetes.io/metadata.name"), ns.name}}));
    ns.declared = true;
    model.namespaces.push_back(ns);
  }

  model::EndpointId pod(const std::string& name, unsigned offset, const std::string& node,
                        unsigned node_offset) {
    model::Model& model = aks_.model;
    const auto id = static_cast<model::EndpointId>(model.endpoints.size());
    model::Workload workload;
    workload.kind = model.symbols->intern("Pod");
    workload.name = model.symbols->intern(name);
    workload.replicated = false;
    workload.endpoints.push_back(id);
    model.workloads.push_back(std::move(workload));
    model::Endpoint endpoint;
    endpoint.workload = static_cast<model::WorkloadId>(model.workloads.size() - 1);
    endpoint.labels = model.label_sets.intern(
        model::LabelSet::of({{model.symbols->intern("app"), model.symbols->intern(name)}}));
    endpoint.addresses = {own_address(offset)};
    if (!node.empty()) {
      endpoint.node = model.symbols->intern(node);
      net::Address address = node_base();
      address.bits += node_offset;
      endpoint.node_addresses = {address};
    }
    endpoint.host_ports = {{net::Protocol::Tcp, kHostPort, kPodPort}};
    endpoint.owner_kind = model.workloads.back().kind;
    endpoint.owner_name = endpoint.owner_kind;
    endpoint.pod = model.symbols->intern(name);
    model.endpoints.push_back(std::move(endpoint));
    return id;
  }

  [[nodiscard]] net::Address own_address(unsigned offset) const {
    const model::ManagedCluster& cluster = aks_.cloud.clusters[0];
    net::Address base = node_base();
    if (!cluster.pod_ranges.empty()) base = cluster.pod_ranges[0].first();
    const auto& own = cluster.pools[0].pod_subnet;
    if (own) base = aks_.cloud[*own].space.prefixes[0].first();
    base.bits += offset;
    return base;
  }

  model::Selector of_app(const std::string& name) {
    model::Symbol key = aks_.model.symbols->intern("app");
    return {{{key, model::Operator::In, {aks_.model.symbols->intern(name)}, {}}}, {}};
  }

  model::Selector some_pods() {
    if (random_.chance(30)) return {};
    return of_app(random_.chance(50) ? "web" : "api");
  }

  model::Rule some_rule() {
    model::Rule rule;
    const int peers = random_.chance(15) ? 0 : random_.between(1, 2);
    static const std::vector<std::string> kBlocks = {
        "0.0.0.0/0",     "10.0.0.0/28", "10.0.0.8/29", "10.0.0.0/24", "10.244.0.0/28",
        "10.244.0.8/29", "8.8.8.8/32",  "20.0.0.0/30", "10.1.0.0/24", "169.254.169.254/32"};
    for (int i = 0; i < peers; ++i) {
      if (random_.chance(35)) {
        rule.peers.push_back({model::PodPeer{{}, some_pods()}, {}});
        continue;
      }
      model::BlockPeer block;
      block.cidr = prefix(random_.pick(kBlocks));
      if (block.cidr.length == 0 && random_.chance(40)) {
        block.except = {prefix("10.0.0.0/24"), prefix("10.244.0.8/29")};
      }
      rule.peers.push_back({block, {}});
    }
    if (random_.chance(50)) return rule;
    static const std::vector<std::pair<net::Port, net::Port>> kRanges = {
        {kPodPort, kPodPort}, {kHostPort, kHostPort}, {1, 1023}, {443, 1024}};
    const auto range = random_.pick(kRanges);
    model::PortMatch match;
    match.protocol = random_.chance(80) ? net::Protocol::Tcp : net::Protocol::Udp;
    match.ports = model::PortRange{range.first, range.second};
    rule.ports.push_back(match);
    return rule;
  }

  void make_policy(int number) {
    model::Policy policy;
    policy.ns = model::NamespaceId{0};
    policy.kind = aks_.model.symbols->intern("NetworkPolicy");
    policy.name = aks_.model.symbols->intern("policy-" + std::to_string(number));
    policy.subject = some_pods();
    const auto rules = [&] {
      std::vector<model::Rule> result;
      const int count = random_.between(0, 2);
      for (int i = 0; i < count; ++i) result.push_back(some_rule());
      return result;
    };
    const int directions = random_.between(1, 3);
    if ((directions & 1) != 0) policy.ingress = rules();
    if ((directions & 2) != 0) policy.egress = rules();
    aks_.model.policies.push_back(std::move(policy));
  }

  Random random_;
  AksCase aks_;
};

/// An end that is no pod of the case and no known node.
oracle::CloudEnd some_site(const AksCase& aks, Random& random) {
  while (true) {
    const oracle::CloudEnd end = some_packet(aks.cloud, random).source;
    const bool taken = std::any_of(
        aks.model.endpoints.begin(), aks.model.endpoints.end(), [&](const model::Endpoint& pod) {
          return pod.addresses.front() == end.address ||
                 (!pod.node_addresses.empty() && pod.node_addresses.front() == end.address);
        });
    if (!taken) return end;
  }
}

const char* text(NetworkMode mode) {
  static constexpr std::array<const char*, 5> kNames = {"kubenet", "node subnet", "pod subnet",
                                                        "overlay", "other"};
  return kNames.at(static_cast<std::size_t>(mode));
}
const char* text(Engine engine) {
  static constexpr std::array<const char*, 5> kNames = {"unstated", "none", "NPM", "Calico",
                                                        "Cilium"};
  return kNames.at(static_cast<std::size_t>(engine));
}

std::string describe(const model::Model& model, const model::Policy& policy) {
  std::string result = std::string(model.text(policy.name)) + " of";
  for (const auto& each : policy.subject.all_of) {
    result += " " + std::string(model.text(each.values.at(0)));
  }
  for (const auto direction : {model::Direction::Ingress, model::Direction::Egress}) {
    const auto& rules = policy.rules(direction);
    if (!rules) continue;
    result += direction == model::Direction::Ingress ? "; in:" : "; out:";
    for (const model::Rule& rule : *rules) {
      result += " [";
      for (const model::Peer& peer : rule.peers) {
        if (const auto* block = std::get_if<model::BlockPeer>(&peer.what)) {
          result += block->cidr.to_string();
          for (const net::Prefix& hole : block->except) result += " but " + hole.to_string();
        } else {
          const auto& pods = std::get<model::PodPeer>(peer.what).pods.all_of;
          result += pods.empty() ? "pods" : std::string(model.text(pods.front().values.at(0)));
        }
        result += " ";
      }
      for (const model::PortMatch& port : rule.ports) {
        const auto& range = std::get<model::PortRange>(port.ports);
        result += std::string(net::to_string(port.protocol)) + " " + std::to_string(range.first) +
                  "-" + std::to_string(range.last);
      }
      result += "]";
    }
  }
  return result + "\n";
}

}  // namespace

AksCase generate_aks(std::uint64_t seed) { return Generator(seed).make(); }

oracle::AksQuestion some_question(const AksCase& aks, Random& random) {
  oracle::AksQuestion q;
  static const std::vector<net::Port> kPorts = {22, 80, 443, 443, 443, 1023, 1024};
  q.protocol = net::kIpProtocols[random.chance(80) ? 0 : random.below(net::kIpProtocols.size())];
  q.source_port = random.chance(60) ? 50000 : 1023;
  q.port = random.pick(kPorts);
  if (!net::has_ports(q.protocol)) q.source_port = q.port = 0;
  const std::size_t kind = random.below(100);
  const bool from_pod = kind < 55;
  const bool to_pod = kind < 30 || !from_pod;
  if (from_pod) q.source.pod = aks.web;
  if (to_pod) q.destination.pod = aks.api;
  if (!from_pod) q.source.site = some_site(aks, random);
  if (!to_pod) q.destination.site = some_site(aks, random);
  if (to_pod && random.chance(35)) {
    q.way = Way::HostPort;
    q.protocol = net::IpProtocol::Tcp;
    q.source_port = 50000;
    q.port = kPodPort;
    q.on_node = kHostPort;
  } else if (!from_pod && random.chance(35) &&
             (q.source.site.interface || q.source.site.subnet != model::SubnetId{0})) {
    q.way = Way::NodePort;
    q.protocol = net::IpProtocol::Tcp;
    q.source_port = 50000;
    q.port = kPodPort;
    q.on_node = kNodePort;
    q.local = random.chance(50);
  }
  return q;
}

std::string describe(const AksCase& aks, const oracle::AksQuestion& q) {
  const auto end = [&](const oracle::AksEnd& each) {
    if (!each.pod) {
      std::string at = each.site.address.to_string();
      if (each.site.subnet) at += " in " + aks.cloud[*each.site.subnet].name;
      if (each.site.interface) at += " of " + aks.cloud[*each.site.interface].name;
      return at;
    }
    const model::Endpoint& pod = aks.model[*each.pod];
    std::string at = "pod " + pod.addresses.front().to_string();
    if (pod.node) at += " on " + std::string(aks.model.text(*pod.node));
    return at;
  };
  static constexpr std::array<const char*, 3> kWays = {"", " by a host port", " by a node port"};
  const model::ManagedCluster& cluster = aks.cloud.clusters[0];
  std::string result = std::string(text(cluster.mode)) + ", " + text(aks.profile.engine) + ": " +
                       end(q.source) + " -> " + end(q.destination) + ", " +
                       std::string(net::to_string(q.protocol)) + " " +
                       std::to_string(q.source_port) + " to " + std::to_string(q.port) +
                       kWays.at(static_cast<std::size_t>(q.way)) + (q.local ? ", Local" : "");
  result +=
      cluster.node_group ? ", nodes have " + aks.cloud[*cluster.node_group].name + "\n" : "\n";
  for (const model::Policy& policy : aks.model.policies) result += describe(aks.model, policy);
  return result + describe(aks.cloud);
}

}  // namespace polreach::agreement
