// SPDX-License-Identifier: Apache-2.0
// Which pods get to the API server although nothing says that they should. Of pods that policies
// isolate for egress; others are a finding of their own. A pod that has a service account of its
// own is taken to need the API server, and so is one for which a rule names its address.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "compiler/resolve/view.h"
#include "solver/audit/kubernetes/parts.h"
#include "solver/audit/kubernetes/rule_causes.h"
#include "solver/audit/kubernetes/strangers.h"
#include "solver/queries/outside.h"

namespace polreach::solver::audit::kubernetes {
namespace {

using model::Direction;
using model::EndpointId;
using queries::WorkloadExposure;

constexpr std::string_view kApiServerCheck = "egress-to-api-server";
constexpr std::string_view kApiServerAddress = "A-api-server-address";

/// Where the API server is, as far as the input says.
struct Server {
  /// Of the Service `kubernetes` in the namespace `default`: what pods connect to. Empty: not
  /// known.
  net::AddressSet service;
  /// Those of which one is the server's own, which the Service leads to.
  net::AddressSet own;
  /// What it may listen on, of its own.
  net::PortSet ports;
  std::string text;  // "10.0.0.1"; empty: not known
};

net::AddressSet only_ipv4(const net::AddressSet& addresses) {
  return addresses & net::all_addresses(net::Family::V4);
}

/// Anywhere but where no server can be.
net::AddressSet anywhere() {
  net::AddressSet result = net::all_addresses(net::Family::V4);
  for (const char* block : {"0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3"}) {
    result = result - net::addresses_of(*net::Prefix::parse(block));
  }
  return result;
}

/// The address of the Service where the input holds it: clusters have it in `default`.
std::optional<net::Address> written_address(const model::Model& model) {
  for (const model::Service& service : model.services) {
    if (model.text(service.name) != "kubernetes") continue;
    if (model.text(model[service.ns].name) != "default") continue;
    for (const net::Address& address : service.cluster_addresses) {
      if (address.family == net::Family::V4) return address;
    }
  }
  return std::nullopt;
}

/// AKS documentation, "Plan IP addressing": "The first address in your subnet range is used for the
/// kubernetes.default.svc.cluster.local address."
std::optional<net::Address> first_address(const model::ManagedCluster& cluster) {
  for (const net::Prefix& range : cluster.service_ranges) {
    if (range.address.family != net::Family::V4) continue;
    return net::Address{net::Family::V4, range.address.bits + 1};
  }
  return std::nullopt;
}

/// The API server of AKS listens on 443: of a public cluster somewhere on the internet, of a
/// private one at a private endpoint in the subnet of the first node pool.
void place(const model::Cloud& cloud, const model::ManagedCluster& cluster, Server& server) {
  server.ports = net::PortSet(443, 443);
  if (!cluster.private_api) {
    server.own = only_ipv4(net::internet_addresses());
    return;
  }
  if (cluster.pools.empty() || !cluster.pools.front().node_subnet) return;
  const model::AddressSpace& space = cloud[*cluster.pools.front().node_subnet].space;
  net::AddressSet subnet;
  for (const net::Prefix& each : space.prefixes) subnet |= net::addresses_of(each);
  if (!space.more && !only_ipv4(subnet).empty()) server.own = only_ipv4(subnet);
}

Server find_server(Context& context) {
  Server server;
  // kubeadm and most others; those that clouds run listen on 443.
  server.ports = net::PortSet(443, 443) | net::PortSet(6443, 6443);
  server.own = anywhere();
  std::optional<net::Address> address = written_address(context.model());
  const compiler::Surroundings* around = context.scene().around();
  if (around != nullptr && around->managed()) {
    const model::ManagedCluster& cluster = around->cloud()[*around->managed()];
    if (cluster.open.empty() && cluster.open_elsewhere.empty()) {
      if (!address) address = first_address(cluster);
      place(around->cloud(), cluster, server);
    }
  }
  server.own = server.own & queries::outside_addresses(context.cluster());
  if (!address) return server;
  server.service = net::AddressSet(*address, *address);
  server.text = address->to_string();
  return server;
}

class ApiServerAudit {
 public:
  ApiServerAudit(Context& context, Server server)
      : context_(context),
        model_(context.model()),
        cluster_(context.cluster()),
        strangers_(context.cluster()),
        server_(std::move(server)) {}

  void run() {
    for (const WorkloadExposure& workload : context_.scene().exposure().workloads) {
      const EndpointId pod = workload.pods.endpoints.front();
      if (!workload.egress || context_.escapes(pod)) continue;
      if (!context_.is_isolated(pod, Direction::Egress) || is_meant(pod)) continue;
      const std::vector<EndpointId> strange = without_account(workload.pods.endpoints);
      if (strange.empty()) continue;
      const Reach reach = reach_of(*workload.egress);
      if (reach != Reach::No) report(workload, strange, reach == Reach::Certain);
    }
    for (auto& [key, group] : groups_) finish(group);
  }

 private:
  enum class Reach : std::uint8_t { No, Maybe, Certain };

  struct Group {
    Finding finding;
    std::vector<std::string> pods;
    bool default_account = false;  // of some
    bool no_token = false;
  };

  // Who means to get there ------------------------------------------------------------------------

  /// Whether a rule names addresses of the server, and few others.
  [[nodiscard]] bool is_meant(EndpointId pod) const {
    for (const model::PolicyId id : cluster_.candidates(pod, Direction::Egress)) {
      const auto& rules = model_[id].egress;
      if (!rules) continue;
      for (const model::Rule& rule : *rules) {
        if (rule.action == model::Action::Allow &&
            std::any_of(rule.peers.begin(), rule.peers.end(),
                        [&](const model::Peer& peer) { return names_server(peer); })) {
          return true;
        }
      }
    }
    return false;
  }

  [[nodiscard]] bool names_server(const model::Peer& peer) const {
    const auto* block = std::get_if<model::BlockPeer>(&peer.what);
    if (block == nullptr || block->cidr.address.family != net::Family::V4) return false;
    const net::AddressSet addresses = compiler::addresses_of(*block);
    if (is_subnet() && server_.own.contains(addresses)) return true;
    constexpr int kNarrow = 24;
    return block->cidr.length >= kNarrow && !(addresses & server_.service).empty();
  }

  /// Whether the server's own address is known to be among few.
  [[nodiscard]] bool is_subnet() const {
    net::Uint128 count = 0;
    for (const auto& [first, last] : server_.own.intervals()) count += last.bits - first.bits + 1;
    constexpr net::Uint128 kLargest = net::Uint128{1} << 16U;
    return count <= kLargest;
  }

  /// Kubernetes documentation, "Service Accounts": the account `default` of a namespace gets no
  /// permissions but those of discovery.
  [[nodiscard]] std::vector<EndpointId> without_account(const std::vector<EndpointId>& pods) const {
    const auto& accounts = context_.scene().estate()->accounts;
    std::vector<EndpointId> result;
    for (const EndpointId id : pods) {
      const auto at = static_cast<std::size_t>(id);
      if (at >= accounts.size()) continue;
      const model::Account& account = accounts[at];
      const bool own = account.name && model_.text(*account.name) != "default";
      if (!own || !account.mounted) result.push_back(id);
    }
    return result;
  }

  // What passes -----------------------------------------------------------------------------------

  [[nodiscard]] static net::AddressSet open_at(const queries::ExposureSide& side, net::Port port,
                                               bool certain) {
    net::AddressSet result;
    for (const queries::ExposureEntry& entry : side.entries) {
      if (!entry.is_outside()) continue;
      const bool passes = entry.allowed.ports.contains(net::Protocol::Tcp, port) ||
                          (!certain && entry.conditional.ports.contains(net::Protocol::Tcp, port));
      if (passes) result |= entry.addresses;
    }
    return result;
  }

  /// The server is reached at its own address, to which its Service sends what comes for it; that
  /// policies see it so is not said by the standard, and neither is the address.
  [[nodiscard]] Reach reach_of(const queries::ExposureSide& side) const {
    bool certain = true;
    for (const auto& [first, last] : server_.ports.intervals()) {
      for (std::uint32_t port = first; port <= last; ++port) {
        const auto open = open_at(side, static_cast<net::Port>(port), true);
        certain = certain && open.contains(server_.own);
      }
    }
    if (certain && !server_.own.empty()) return Reach::Certain;
    if (server_.service.empty()) return Reach::No;
    constexpr net::Port kService = 443;
    const bool at_service = open_at(side, kService, false).contains(server_.service);
    return at_service ? Reach::Maybe : Reach::No;
  }

  // Findings --------------------------------------------------------------------------------------

  void report(const WorkloadExposure& workload, const std::vector<EndpointId>& pods, bool certain) {
    const std::string subject = context_.name(workload.pods.ns);
    const auto [at, added] = groups_.try_emplace(std::pair(subject, certain));
    Group& group = at->second;
    const EndpointId pod = pods.front();
    constexpr net::Port kHttps = 443;
    const net::Traffic https(net::Protocol::Tcp, net::PortSet(kHttps, kHttps));
    if (added) {
      group.finding = Context::finding(kApiServerCheck, subject, certain ? "" : "maybe");
      context_.rest_on(group.finding, {}, {workload.pods.ns});
      if (!certain) not_certain(group.finding);
      group.finding.where = model_[pod].where;
      if (!server_.service.empty()) {
        group.finding.example = strangers_.replay(pod, server_.service, https, certain);
      }
    }
    for (const EndpointId id : pods) {
      group.finding.also.push_back(context_.name(model_[id].workload));
      group.pods.push_back(context_.short_name(id));
      const auto& accounts = context_.scene().estate()->accounts;
      const bool mounted = accounts[static_cast<std::size_t>(id)].mounted;
      group.default_account = group.default_account || mounted;
      group.no_token = group.no_token || !mounted;
    }
    add_causes(group.finding, pod, https);
  }

  void not_certain(Finding& finding) const {
    finding.certain = false;
    finding.rests_on.push_back(
        {kApiServerAddress,
         fmt::format("the Service of the API server at {} leads to an address and a port that the "
                     "input does not hold",
                     server_.text),
         "a question about the address that kubectl get endpoints kubernetes shows",
         {}});
  }

  void add_causes(Finding& finding, EndpointId pod, const net::Traffic& traffic) {
    constexpr std::size_t kMostCauses = 5;
    const auto rules =
        allowing_rules(cluster_, Direction::Egress, pod,
                       server_.service.empty() ? server_.own : server_.service, traffic);
    for (const Cause& cause : causes_of(context_, rules)) {
      const bool said = std::any_of(finding.causes.begin(), finding.causes.end(),
                                    [&](const Cause& each) { return each.where == cause.where; });
      if (!said && finding.causes.size() < kMostCauses) finding.causes.push_back(cause);
    }
  }

  void finish(Group& group) {
    Finding& finding = group.finding;
    tidy(group.pods);
    const bool one = group.pods.size() == 1;
    const std::string own = fmt::format("no service account of {} own", one ? "its" : "their");
    const std::string lacking = !group.no_token         ? own
                                : group.default_account ? own + ", or no token"
                                                        : "no token of a service account";
    finding.message = fmt::format("{} {} connect to the API server{}, and {} {}",
                                  listed(group.pods), finding.certain ? "may" : "can perhaps",
                                  server_.text.empty() ? ", wherever it is" : " at " + server_.text,
                                  one ? "has" : "have", lacking);
    if (!finding.causes.empty()) finding.where = finding.causes.front().where;
    context_.add(std::move(finding));
  }

  Context& context_;
  const model::Model& model_;
  const compiler::Cluster& cluster_;
  Strangers strangers_;  // none: for replaying
  Server server_;
  std::map<std::pair<std::string, bool>, Group> groups_;  // by subject
};

}  // namespace

void audit_api_server(Context& context) {
  if (context.model().endpoints.empty() || !context.wants(kApiServerCheck)) return;
  if (context.scene().estate() == nullptr) return;
  ApiServerAudit(context, find_server(context)).run();
}

}  // namespace polreach::solver::audit::kubernetes
