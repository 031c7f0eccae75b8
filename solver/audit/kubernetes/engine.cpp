// SPDX-License-Identifier: Apache-2.0
// What the cluster's engine does not act on, or reads otherwise (Azure documentation of the engines
// of AKS, as compiler/resolve/engine.h has it).
#include "compiler/resolve/engine.h"

#include <fmt/format.h>

#include "compiler/resolve/view.h"
#include "solver/audit/azure/ground.h"
#include "solver/audit/kubernetes/parts.h"
#include "solver/audit/kubernetes/strangers.h"
#include "solver/queries/entrances.h"
#include "solver/sets/reach.h"

namespace polreach::solver::audit::kubernetes {
namespace {

using model::Engine;

class EngineAudit {
 public:
  explicit EngineAudit(Context& context)
      : context_(context), model_(context.model()), engine_(context.model().engine) {}

  void run() {
    unenforced();
    if (engine_ == Engine::AzureNpm) {
      not_on_windows();
      balancers();
    }
    if (engine_ == Engine::Cilium) blocks();
  }

 private:
  [[nodiscard]] const model::ManagedCluster* managed() {
    const compiler::Surroundings* around = context_.scene().around();
    if (around == nullptr || !around->managed()) return nullptr;
    return &around->cloud().clusters[static_cast<std::size_t>(*around->managed())];
  }

  void unenforced() {
    if (model_.unenforced.empty()) return;
    const bool none = engine_ == Engine::None;
    std::string subject = "Cluster";
    if (const auto* cluster = managed()) {
      subject = azure::subject_of(*cluster);  // as checks of the cluster itself name it
    }
    Finding finding = Context::finding("policies-unenforced", subject, "");
    const std::string count = fmt::format("{} polic{}", model_.unenforced.size(),
                                          model_.unenforced.size() == 1 ? "y" : "ies");
    finding.message =
        none ? fmt::format(
                   "the cluster has no engine for policies: {} do nothing, and everything "
                   "passes",
                   count)
             : fmt::format("{} does not know the kind of {}: everything passes that {} would stop",
                           compiler::to_string(engine_), count,
                           model_.unenforced.size() == 1 ? "it" : "they");
    if (model_.unenforced.size() == 1 && none) {
      finding.message =
          "the cluster has no engine for policies: 1 policy does nothing, and "
          "everything passes";
    }
    if (const auto* cluster = managed(); cluster != nullptr) {
      const model::Span place =
          cluster->engine_where.exists() ? cluster->engine_where : cluster->where;
      finding.where = place;
      finding.causes.push_back(
          {place, fmt::format("the engine is {}", compiler::to_string(engine_))});
    }
    constexpr std::size_t kMostCauses = 3;
    for (const model::Unenforced& each : model_.unenforced) {
      if (!finding.where.exists()) finding.where = each.where;
      finding.also.push_back(each.what);
      if (finding.causes.size() < kMostCauses) {
        finding.causes.push_back({each.where, each.what + " is stored and not enforced"});
      }
    }
    context_.add(std::move(finding));
  }

  /// The gaps that stand at a policy are those of Windows nodes.
  void not_on_windows() {
    for (const model::Gap& gap : model_.gaps) {
      for (std::size_t i = 0; i < model_.policies.size(); ++i) {
        if (!(model_.policies[i].where == gap.where)) continue;
        const auto id = static_cast<model::PolicyId>(i);
        Finding finding = Context::finding("policy-not-on-windows", context_.name(id), "");
        finding.where = gap.where;
        finding.message = gap.what + ": pods there are open";
        finding.causes.push_back({gap.where, "what Azure NPM does not program stands here"});
        context_.add(std::move(finding));
      }
    }
  }

  // Azure NPM and load balancers ------------------------------------------------------------------

  void balancers() {
    if (!context_.wants("balancer-passes-policies")) return;
    for (const model::Service& service : model_.services) {
      const bool outside = service.type == model::ServiceType::LoadBalancer ||
                           service.type == model::ServiceType::NodePort;
      if (outside && !service.outside.external_local) balancer(service);
    }
  }

  /// Backends that let no address outside in, and get its traffic all the same.
  void balancer(const model::Service& service) {
    Finding finding = Context::finding("balancer-passes-policies", context_.name(service), "");
    std::vector<std::string> held;
    for (const model::ServicePort& port : service.ports) {
      for (const queries::Backend& each : queries::backends(model_, service, port)) {
        if (each.maybe || context_.escapes(each.endpoint)) continue;
        const compiler::Party outside = net::internet_addresses();
        bool passes = false;
        for (const sets::Piece& piece : sets::reach(context_.cluster(), outside, each.endpoint)) {
          passes = passes || piece.may.contains(each.protocol, each.port);
        }
        if (passes) continue;
        held.push_back(fmt::format("{} {} of {}", net::to_string(each.protocol), each.port,
                                   context_.short_name(each.endpoint)));
        const auto& policies =
            context_.cluster().candidates(each.endpoint, model::Direction::Ingress);
        if (finding.causes.empty() && !policies.empty()) {
          finding.causes.push_back({model_[policies.front()].where,
                                    fmt::format("{} lets no address outside in, and is not asked",
                                                context_.name(policies.front()))});
        }
      }
    }
    if (held.empty()) return;
    tidy(held);
    finding.where = service.where;
    finding.message = fmt::format(
        "clients outside that get to the nodes reach {} through it, although policies let no "
        "address outside in there",
        listed(held));
    finding.causes.push_back({service.where, "externalTrafficPolicy is Cluster"});
    context_.add(std::move(finding));
  }

  // Cilium and ipBlocks ---------------------------------------------------------------------------

  void blocks() {
    if (!context_.wants("ipblock-skips-pods")) return;
    std::vector<net::AddressSet::Interval> intervals;
    for (const model::Endpoint& endpoint : model_.endpoints) {
      for (const net::Address& address : endpoint.addresses) {
        if (!endpoint.host_network) intervals.push_back({address, address});
      }
    }
    net::AddressSet pods = net::AddressSet::of(std::move(intervals));
    if (const auto* cluster = managed()) {
      for (const net::Prefix& range : cluster->pod_ranges) pods |= net::addresses_of(range);
    }
    if (pods.empty()) return;
    for (std::size_t i = 0; i < model_.policies.size(); ++i) {
      const auto id = static_cast<model::PolicyId>(i);
      for (const auto direction : {model::Direction::Ingress, model::Direction::Egress}) {
        const auto& rules = model_.policies[i].rules(direction);
        for (std::size_t rule = 0; rules && rule < rules->size(); ++rule) {
          for (const model::Peer& peer : (*rules)[rule].peers) block(id, peer, pods);
        }
      }
    }
  }

  /// Only blocks that are within the addresses of pods, or half of them: one that is far wider
  /// means addresses outside.
  void block(model::PolicyId id, const model::Peer& peer, const net::AddressSet& pods) {
    const auto* block = std::get_if<model::BlockPeer>(&peer.what);
    if (block == nullptr || block->matches_pods) return;
    constexpr int kShortest = 8;
    const net::AddressSet addresses = compiler::addresses_of(*block);
    if (block->cidr.length < kShortest || (addresses & pods).empty()) return;
    Finding finding =
        Context::finding("ipblock-skips-pods", context_.name(id), block->cidr.to_string());
    finding.where = peer.where;
    finding.message = fmt::format(
        "ipBlock {} holds addresses of pods, and Cilium matches none of "
        "these by it",
        block->cidr.to_string());
    finding.causes.push_back({peer.where, "the ipBlock"});
    context_.add(std::move(finding));
  }

  Context& context_;
  const model::Model& model_;
  Engine engine_;
};

}  // namespace

void audit_engine(Context& context) { EngineAudit(context).run(); }

}  // namespace polreach::solver::audit::kubernetes
