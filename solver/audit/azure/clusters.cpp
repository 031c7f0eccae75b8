// SPDX-License-Identifier: Apache-2.0
#include "solver/audit/azure/clusters.h"

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "compiler/path/hops.h"
#include "solver/queries/passage_reasons.h"

namespace polreach::solver::audit::azure {
namespace {

using model::Access;
using model::Cloud;
using model::Direction;
using model::Engine;
using model::ManagedCluster;
using model::NetworkMode;
using sets::Diagram;
using sets::Diagrams;

/// Why fields of a cluster are not known: one that could not be evaluated names its field, and of a
/// cluster that the input does not hold nothing is known.
const model::Unknown* open_about(const Cloud& cloud, const ManagedCluster& cluster,
                                 std::initializer_list<std::string_view> fields) {
  for (const model::UnknownId id : cluster.open) {
    const model::Unknown& unknown = cloud[id];
    const bool about = std::any_of(fields.begin(), fields.end(), [&](std::string_view field) {
      return unknown.what.find(field) != std::string::npos;
    });
    if (about || (unknown.id != "A-expression" && unknown.id != "A-cluster-defaults")) {
      return &unknown;
    }
  }
  return nullptr;
}

class OfCluster {
 public:
  OfCluster(Ground& ground, model::ManagedClusterId id)
      : ground_(ground), id_(id), cluster_(ground.cloud()[id]), subject_(subject_of(cluster_)) {}

  void run() {
    check_engine();
    check_api();
    check_node_addresses();
    check_mode();
    check_node_group();
    check_pods();
    check_ip_blocks();
  }

 private:
  /// Whether the fields are known; if not, that is said.
  bool knows(Id id, std::initializer_list<std::string_view> fields) {
    const model::Unknown* unknown = open_about(ground_.cloud(), cluster_, fields);
    if (unknown != nullptr && ground_.wants(id)) ground_.unchecked(id, unknown->what);
    return unknown == nullptr;
  }

  void report(Id id, source::Span where, std::string message) {
    if (!ground_.wants(id)) return;
    Finding finding = Ground::finding(id, subject_, "", where.exists() ? where : cluster_.where);
    finding.message = std::move(message);
    ground_.add(std::move(finding));
  }

  void check_engine() {
    if (cluster_.engine != Engine::None) return;
    if (!knows(Id::NoEngine, {"networkPolicy", "networkDataplane"})) return;
    const bool own = ground_.around().managed() == id_;
    const std::size_t policies = own ? ground_.scene().model().policies.size() : 0;
    const std::string besides = policies == 0
                                    ? ""
                                    : ", and the " + std::to_string(policies) + " of the input " +
                                          (policies == 1 ? "does" : "do") + " nothing";
    report(Id::NoEngine, cluster_.engine_where,
           "nothing enforces network policies in " + subject_ + besides);
  }

  void check_api() {
    if (cluster_.private_api) return;
    if (!knows(Id::ApiOpen, {"enablePrivateCluster", "authorizedIPRanges"})) return;
    net::AddressSet ranges;
    for (const net::Prefix& each : cluster_.authorized_ranges) ranges |= net::addresses_of(each);
    if (cluster_.authorized_ranges.empty()) {
      report(Id::ApiOpen, cluster_.where,
             "the API server of " + subject_ +
                 " is public, and no authorized ranges say who may come");
    } else if (is_broad(ranges)) {
      report(Id::ApiOpen, cluster_.where,
             "the authorized ranges of " + subject_ + " are a large part of the internet");
    } else {
      report(Id::ApiPublic, cluster_.where,
             "the API server of " + subject_ + " is public, for authorized ranges");
    }
  }

  void check_node_addresses() {
    std::vector<const model::NodePool*> pools;
    for (const model::NodePool& pool : cluster_.pools) {
      if (pool.node_public_ip) pools.push_back(&pool);
    }
    if (pools.empty() || !ground_.wants(Id::NodePublicIp)) return;
    Finding finding = Ground::finding(Id::NodePublicIp, subject_, "", pools.front()->where);
    finding.message = "each node of node pool " + pools.front()->name + " has a public address";
    for (std::size_t i = 1; i < pools.size(); ++i) {
      finding.also.push_back("node pool " + pools[i]->name);
    }
    ground_.add(std::move(finding));
  }

  void check_mode() {
    if (cluster_.mode != NetworkMode::Kubenet) return;
    for (const model::UnknownId id : cluster_.open) {
      if (ground_.cloud()[id].id == "A-cluster-defaults") return;  // nobody wrote kubenet
    }
    if (!knows(Id::Kubenet, {"networkPlugin"})) return;
    report(Id::Kubenet, cluster_.mode_where, subject_ + " uses kubenet");
  }

  // The group of the nodes
  // ------------------------------------------------------------------------------

  /// Rules that AKS gives its names to, now or in earlier versions (a Service's id before the
  /// protocol), and those of allowed host ports.
  [[nodiscard]] bool is_of_aks(const model::SecurityRule& rule) const {
    if (rule.is_default || rule.name.starts_with("k8s-azure-lb_")) return true;
    constexpr std::size_t kId = 32;
    const bool is_id =
        rule.name.size() > kId && rule.name[kId] == '-' && rule.name.front() == 'a' &&
        std::all_of(rule.name.begin(), rule.name.begin() + kId,
                    [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
    if (is_id) return true;
    net::PortSet allowed;
    for (const model::NodePool& pool : cluster_.pools) {
      for (const auto& each : pool.allowed_host_ports)
        allowed |= net::PortSet(each.first, each.last);
    }
    return !allowed.empty() && allowed.contains(rule.destination_ports);
  }

  void check_node_group() {
    if (!cluster_.node_group || !ground_.wants(Id::NodeGroupRules)) return;
    const model::SecurityGroup& group = ground_.cloud()[*cluster_.node_group];
    std::vector<const model::SecurityRule*> own;
    for (const Direction direction : {Direction::Ingress, Direction::Egress}) {
      for (const model::SecurityRule& rule : group.rules(direction)) {
        if (!is_of_aks(rule)) own.push_back(&rule);
      }
    }
    if (own.empty()) return;
    Finding finding =
        Ground::finding(Id::NodeGroupRules, subject_of(group), "", place_of(group, *own.front()));
    finding.message =
        name_of(group, *own.front()) + " is in the group that AKS manages for " + subject_;
    for (const model::SecurityRule* rule : own) {
      finding.causes.push_back(
          {place_of(group, *rule), name_of(group, *rule) + " has no name that AKS gives"});
    }
    ground_.add(std::move(finding));
  }

  // Pods on different nodes
  // -----------------------------------------------------------------------------

  void check_pods() {
    const bool apart =
        cluster_.mode == NetworkMode::Overlay || cluster_.mode == NetworkMode::Kubenet;
    if (!apart || cluster_.pod_ranges.empty() || !ground_.wants(Id::PodsDenied)) return;
    net::AddressSet pods;
    for (const net::Prefix& each : cluster_.pod_ranges) pods |= net::addresses_of(each);
    std::vector<model::SubnetId> subnets;
    for (const model::NodePool& pool : cluster_.pools) {
      if (!pool.node_subnet) continue;
      if (std::find(subnets.begin(), subnets.end(), *pool.node_subnet) == subnets.end()) {
        subnets.push_back(*pool.node_subnet);
      }
    }
    for (const model::SubnetId id : subnets) check_pods_at(id, pods);
  }

  void check_pods_at(model::SubnetId id, const net::AddressSet& pods) {
    const compiler::Guard guard = compiler::guard_of(ground_.cloud(), id);
    if (guard.group == nullptr || guard.group->missing || guard.open) return;
    if (!knows(Id::PodsDenied, {"networkPlugin", "podCidr"})) return;
    compiler::Site site = compiler::outside_site("pods of " + subject_, pods);
    site.stands.front().guards = {guard};
    const auto pair = ground_.flows().between(site, site);
    Diagrams& diagrams = ground_.flows().space().diagrams();
    const Diagram tcp = diagrams.protocols(net::ProtocolSet(net::IpProtocol::Tcp));
    const Diagram asked = diagrams.both(pair.flows.packets, tcp);
    const auto many = [&](Diagram d) {
      return d != sets::kFalse &&
             count_of(net::all_ports() & sets::ports_of(diagrams.values(
                                             d, sets::Variable::destination_port()))) >= kManyPorts;
    };
    const Diagram denied = diagrams.minus(asked, pair.flows.may);
    const bool certain = many(denied);
    const Diagram open = diagrams.minus(asked, pair.flows.must);
    if (!certain && !many(open)) return;
    Finding finding =
        Ground::finding(Id::PodsDenied, subject_of(*guard.group), "", guard.group->where);
    for (const Direction direction : {Direction::Egress, Direction::Ingress}) {
      add_denying(guard, direction, certain ? denied : open, finding);
    }
    if (finding.causes.empty()) return;
    finding.where = finding.causes.front().where;
    finding.message = subject_of(*guard.group) + " at " + guard.place +
                      (certain ? " stops" : " may stop") + " what pods of " + subject_ +
                      " send to pods of other nodes";
    if (!certain) {
      const auto points =
          sets::rests_on(ground_.flows().space(), nullptr, pair.ways, pair.flows, open);
      if (!points) throw sets::OverBudget(points.error().message);
      finding.rests_on = queries::named(ground_.around(), pair.ways, *points);
      if (finding.rests_on.empty()) return;
      finding.certain = false;
      finding.severity = Severity::Medium;
    }
    ground_.add(std::move(finding));
  }

  void add_denying(const compiler::Guard& guard, Direction direction, Diagram region,
                   Finding& finding) {
    const compiler::Filter& filter =
        ground_.around().filters().of(*guard.group, direction, guard.network);
    const auto decides =
        ground_.flows().space().decisions(filter, compiler::packet_header()).decides(region);
    for (std::size_t i = 0; i < filter.rules.size(); ++i) {
      const model::SecurityRule& rule = *filter.rules[i].rule;
      if (decides[i] == sets::kFalse || rule.access != Access::Deny || rule.is_default) continue;
      const std::string text = name_of(*guard.group, rule) + " denies the range of the pods, " +
                               (direction == Direction::Egress ? "outbound" : "inbound");
      const bool known = std::any_of(finding.causes.begin(), finding.causes.end(),
                                     [&](const Cause& each) { return each.text == text; });
      if (!known) finding.causes.push_back({rule.where, text});
    }
  }

  // Migration
  // ----------------------------------------------------------------------------------------

  /// Rules whose ipBlock holds pods' addresses, and that say nothing of pods besides.
  void check_ip_blocks() {
    const bool own = ground_.around().managed() == id_ && ground_.around().pods() != nullptr;
    if (cluster_.engine != Engine::AzureNpm || !own || !ground_.wants(Id::NpmIpBlocks)) return;
    if (!knows(Id::NpmIpBlocks, {"networkPolicy", "podCidr"})) return;
    net::AddressSet pods;
    for (const net::Prefix& each : cluster_.pod_ranges) pods |= net::addresses_of(each);
    for (const model::NodePool& pool : cluster_.pools) {
      for (const auto& subnet : {pool.node_subnet, pool.pod_subnet}) {
        if (!subnet || cluster_.mode == NetworkMode::Overlay) continue;
        pods |= compiler::addresses_of(ground_.cloud()[*subnet].space);
      }
    }
    const model::Model& model = ground_.scene().model();
    Finding finding = Ground::finding(Id::NpmIpBlocks, subject_, "", cluster_.engine_where);
    for (const model::Policy& policy : model.policies) {
      if (policy.tier != model::Tier::Network) continue;
      const std::string name = std::string(model.text(policy.kind)) + " " +
                               std::string(model.text(model[policy.ns].name)) + "/" +
                               std::string(model.text(policy.name));
      for (const Direction direction : {Direction::Ingress, Direction::Egress}) {
        if (!policy.rules(direction)) continue;
        for (const model::Rule& rule : *policy.rules(direction)) {
          const model::Peer* block = block_of_pods(rule, pods);
          if (block == nullptr) continue;
          finding.also.push_back(name);
          finding.causes.push_back({block->where, name + ": this ipBlock holds addresses of pods"});
        }
      }
    }
    if (finding.causes.empty()) return;
    sort_out(finding.also);
    finding.where = finding.causes.front().where;
    finding.message = finding.also.front() + " lets pods talk to pods by an ipBlock, which means " +
                      "less once " + subject_ + " leaves Azure NPM for Cilium";
    finding.also.erase(finding.also.begin());
    ground_.add(std::move(finding));
  }

  static const model::Peer* block_of_pods(const model::Rule& rule, const net::AddressSet& pods) {
    const model::Peer* found = nullptr;
    for (const model::Peer& peer : rule.peers) {
      if (std::holds_alternative<model::PodPeer>(peer.what)) return nullptr;
      const auto* block = std::get_if<model::BlockPeer>(&peer.what);
      if (block == nullptr) continue;
      net::AddressSet matched = net::addresses_of(block->cidr);
      for (const net::Prefix& each : block->except) matched = matched - net::addresses_of(each);
      if (found == nullptr && !(matched & pods).empty()) found = &peer;
    }
    return found;
  }

  Ground& ground_;
  model::ManagedClusterId id_;
  const ManagedCluster& cluster_;
  std::string subject_;
};

}  // namespace

void check_clusters(Ground& ground) {
  for (std::size_t i = 0; i < ground.cloud().clusters.size(); ++i) {
    OfCluster(ground, static_cast<model::ManagedClusterId>(i)).run();
  }
}

}  // namespace polreach::solver::audit::azure
