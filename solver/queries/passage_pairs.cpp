// SPDX-License-Identifier: Apache-2.0
#include "solver/queries/passage_pairs.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "compiler/path/host_port_paths.h"
#include "compiler/path/network_paths.h"
#include "compiler/path/pod_paths.h"
#include "compiler/path/pod_paths_common.h"
#include "compiler/path/service_paths.h"
#include "compiler/resolve/classes.h"

namespace polreach::solver::queries {
namespace {

using compiler::Connection;
using compiler::Path;
using compiler::Site;
using compiler::Surroundings;
using model::EndpointId;

/// Pods that nothing tells apart, neither policies nor their place in the network.
std::vector<EndpointId> representatives(const compiler::Cluster& cluster,
                                        const compiler::Classes& classes,
                                        const std::vector<EndpointId>& pods) {
  using Key =
      std::tuple<std::uint32_t, bool, std::optional<model::Symbol>, std::vector<net::Address>,
                 std::vector<model::Label>, std::vector<model::HostPort>>;
  std::set<Key> seen;
  std::vector<EndpointId> result;
  for (EndpointId id : pods) {
    const model::Endpoint& pod = cluster.model()[id];
    const Key key{classes.of(id), pod.host_network, pod.node,
                  pod.addresses,  pod.node_labels,  pod.host_ports};
    if (seen.insert(key).second) result.push_back(id);
  }
  return result;
}

class Pairs {
 public:
  Pairs(Surroundings& around, const PassageEnd& source, const PassageEnd& destination)
      : around_(around), source_(source), destination_(destination) {}

  source::Result<std::vector<PassagePair>> run() {
    std::vector<EndpointId> from;
    std::vector<EndpointId> to;
    if (around_.pods() != nullptr) {
      const compiler::Classes classes(*around_.pods(), {});
      from = representatives(*around_.pods(), classes, source_.pods);
      to = representatives(*around_.pods(), classes, destination_.pods);
      opening_ = representatives(*around_.pods(), classes, opening_pods());
    }
    const std::size_t sources = from.size() + source_.sites.size();
    const std::size_t destinations = to.size() + destination_.sites.size();
    if (sources * destinations == 0) return source::failure("there is nothing at one of the ends");
    if (sources * destinations > kMostPassages) {
      return source::failure("the question is about " + std::to_string(sources * destinations) +
                             " pairs of pods and places, more than " +
                             std::to_string(kMostPassages) + "; ask about fewer");
    }
    for (EndpointId a : from) {
      for (EndpointId b : to) add_pods(a, b);
      for (const Site& site : destination_.sites) add(compiler::pod_to_site(around_, a, site));
    }
    for (const Site& site : source_.sites) {
      for (EndpointId b : to) add_site(site, b);
      for (const Site& other : destination_.sites) {
        if (is_outside(site) && is_outside(other)) continue;
        add({compiler::network_connection(around_, site, other)});
        add_host_ports_of(site, other);
      }
    }
    if (result_.size() > kMostConnections) {
      return source::failure("the question is about " + std::to_string(result_.size()) +
                             " ways to pods and places, more than " +
                             std::to_string(kMostConnections) + "; ask about fewer");
    }
    if (result_.empty()) {
      return source::failure(
          "neither end is a pod or in a network of the input: nothing acts on that");
    }
    leave_out_impossible();
    return std::move(result_);
  }

 private:
  static bool is_outside(const Site& site) { return site.kind == Site::Kind::Outside; }

  /// Addresses of a family that the other end does not have: not what was meant, unless there is
  /// nothing else.
  void leave_out_impossible() {
    const auto is_impossible = [](const PassagePair& pair) {
      return std::all_of(pair.connection.ways.begin(), pair.connection.ways.end(),
                         [](const Path& way) { return way.has_no_packets; });
    };
    if (std::all_of(result_.begin(), result_.end(), is_impossible)) return;
    const std::size_t all = result_.size();
    std::erase_if(result_, is_impossible);
    if (result_.size() < all) {
      result_.front().connection.notes.emplace_back(
          "addresses of a family that the other end does not have are left out");
    }
  }

  /// The connections of one more pair.
  void add(std::vector<Connection> connections) {
    ++pairs_;
    for (Connection& each : connections) result_.push_back({std::move(each), pairs_, false, {}});
  }

  /// One more way to the pod of the last pair.
  void add_detour(Connection connection, const model::HostPort& port) {
    if (result_.size() > kMostConnections) return;
    result_.push_back(
        {std::move(connection), pairs_, true, std::pair(port.protocol, port.in_container)});
  }

  /// A pod always reaches itself: a bare one with itself is no pair of a larger question.
  void add_pods(EndpointId a, EndpointId b) {
    const bool is_itself = around_.pods()->is_one_pod(a, b);
    if (is_itself && (source_.pods.size() > 1 || destination_.pods.size() > 1)) return;
    add({compiler::pod_to_pod(around_, a, b)});
    if (is_itself || destination_.names_service) return;
    for (const model::HostPort& port : host_ports(b)) {
      add_detour(compiler::pod_to_host_port(around_, a, b, port), port);
    }
  }

  void add_site(const Site& site, EndpointId pod) {
    if (destination_.service) {
      const auto& service = *destination_.service;
      const auto entry =
          service.is_node_port ? compiler::Entry::NodePort : compiler::Entry::Frontend;
      add({compiler::service_connection(around_, site, service.facts, service.port, entry, pod)});
      return;
    }
    add({compiler::site_to_pod(around_, site, pod)});
    if (destination_.names_service) return;
    for (const model::HostPort& port : host_ports(pod)) {
      add_detour(
          compiler::site_to_host_port(around_, site, pod, port, compiler::HostPortView::OfPod),
          port);
    }
  }

  /// Each once; a pod with hostNetwork is called at its node's address in any case.
  [[nodiscard]] std::vector<model::HostPort> host_ports(EndpointId id) const {
    const model::Endpoint& pod = around_.pods()->model()[id];
    if (pod.host_network) return {};
    const std::set<model::HostPort> each(pod.host_ports.begin(), pod.host_ports.end());
    return {each.begin(), each.end()};
  }

  [[nodiscard]] std::vector<EndpointId> opening_pods() const {
    std::vector<EndpointId> result;
    for (std::size_t i = 0; i < around_.pods()->model().endpoints.size(); ++i) {
      const auto id = static_cast<EndpointId>(i);
      if (!host_ports(id).empty()) result.push_back(id);
    }
    return result;
  }

  /// Behind nodes that were asked about: what calls a host port of theirs meets a pod.
  void add_host_ports_of(const Site& from, const Site& to) {
    const bool own = to.kind == Site::Kind::Nodes && to.nodes->cluster == around_.managed();
    if (!own || !has_known_pods()) return;
    for (EndpointId pod : opening_) {
      const auto stands = compiler::pod_stands(around_, pod);
      const bool may_be_there = std::any_of(stands.begin(), stands.end(), [&](const auto& stand) {
        return compiler::same_subnets(around_.cloud(), stand.nodes, *to.nodes);
      });
      if (!may_be_there) continue;
      for (const model::HostPort& port : host_ports(pod)) {
        if (result_.size() > kMostConnections) return;
        add({compiler::site_to_host_port(around_, from, pod, port, compiler::HostPortView::OfNode,
                                         to.nodes)});
        result_.back().only = std::pair(port.protocol, port.on_node);
      }
    }
  }

  /// Where it is not known how pods are connected, nor is what is behind nodes.
  [[nodiscard]] bool has_known_pods() const {
    return around_.pods() != nullptr && around_.managed().has_value() &&
           compiler::pod_network(around_).cluster != nullptr;
  }

  Surroundings& around_;
  const PassageEnd& source_;
  const PassageEnd& destination_;
  std::vector<EndpointId> opening_;  // pods with host ports
  std::vector<PassagePair> result_;
  std::size_t pairs_ = 0;
};

}  // namespace

source::Result<std::vector<PassagePair>> passage_pairs(Surroundings& around,
                                                       const PassageEnd& source,
                                                       const PassageEnd& destination) {
  return Pairs(around, source, destination).run();
}

}  // namespace polreach::solver::queries
