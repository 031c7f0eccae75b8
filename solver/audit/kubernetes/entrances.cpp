// SPDX-License-Identifier: Apache-2.0
// What the internet reaches through load balancers and entrances, and what does not get there.
#include "solver/queries/entrances.h"

#include <fmt/format.h>

#include <algorithm>

#include "solver/audit/kubernetes/arrivals.h"
#include "solver/audit/kubernetes/parts.h"
#include "solver/audit/kubernetes/rule_causes.h"
#include "solver/audit/kubernetes/sensitive.h"
#include "solver/audit/kubernetes/strangers.h"
#include "solver/queries/controller.h"
#include "solver/sets/reach.h"

namespace polreach::solver::audit::kubernetes {
namespace {

using model::Direction;
using model::EndpointId;
using queries::Backend;

net::Traffic traffic_of(const Backend& backend) {
  return {backend.protocol, net::PortSet(backend.port, backend.port)};
}

/// "TCP 8080 of shop/web".
std::string shown(const Context& context, const Backend& backend) {
  return fmt::format("{} {} of {}", net::to_string(backend.protocol), backend.port,
                     context.short_name(backend.endpoint));
}

class EntranceAudit {
 public:
  explicit EntranceAudit(Context& context)
      : context_(context),
        model_(context.model()),
        cluster_(context.cluster()),
        strangers_(context.cluster()) {}

  void run() {
    for (const model::Service& service : model_.services) {
      if (service.type == model::ServiceType::LoadBalancer && !service.outside.internal) {
        balancer(service);
      }
    }
    for (auto at = model_.entrances.begin(); at != model_.entrances.end();) {
      const auto last = std::find_if(at, model_.entrances.end(), [&](const auto& each) {
        return each.ns != at->ns || each.name != at->name || each.kind != at->kind;
      });
      entrance(at, last);
      at = last;
    }
    if (context_.wants("backend-cut-off")) warnings();
  }

 private:
  /// The clients that a load balancer takes; empty: none on the internet, or only some.
  [[nodiscard]] static net::AddressSet clients(const model::Service& service) {
    const net::AddressSet& internet = net::internet_addresses();
    const model::OutsideAccess& outside = service.outside;
    const auto& tags = outside.source_tags;
    if (std::find(tags.begin(), tags.end(), "Internet") != tags.end()) return internet;
    if (outside.source_ranges.empty() && tags.empty()) return internet;
    net::AddressSet ranges;
    for (const net::Prefix& range : outside.source_ranges) ranges |= net::addresses_of(range);
    return ranges & internet;
  }

  /// Whether these are the internet, and not some known addresses of it.
  [[nodiscard]] static bool is_internet(const net::AddressSet& addresses) {
    net::Uint128 count = 0;
    for (const auto& [first, last] : addresses.intervals()) {
      if (first.family == net::Family::V4) count += last.bits - first.bits + 1;
    }
    constexpr net::Uint128 kQuarter = net::Uint128{1} << 30U;
    return count >= kQuarter;
  }

  /// The clients on the internet whose packets policies let pass to a backend: for certain, or, of
  /// a second call, perhaps.
  [[nodiscard]] net::AddressSet let_in(const net::AddressSet& from, const Backend& to,
                                       bool certain) const {
    net::AddressSet result;
    if (from.empty()) return result;
    for (const sets::Piece& piece : sets::reach(cluster_, from, to.endpoint)) {
      const net::Traffic& traffic = certain ? piece.must : piece.may;
      if (traffic.contains(to.protocol, to.port)) result |= piece.addresses;
    }
    return result;
  }

  struct Reached {
    Backend backend;
    net::AddressSet from;
    bool certain = true;
    /// Said over the whole way, where the input holds a network.
    std::optional<Example> example;
    std::vector<queries::NamedAssumption> rests_on;
  };

  /// Whether the input holds a network around the pods, which can stop what policies let pass, or
  /// lead it past them.
  [[nodiscard]] bool has_network() const {
    const compiler::Surroundings* around = context_.scene().around();
    return around != nullptr && around->pods() != nullptr;
  }
  [[nodiscard]] bool knows_cluster() const {
    return has_network() && context_.scene().around()->managed().has_value();
  }

  void balancer(const model::Service& service) {
    const net::AddressSet from = clients(service);
    if (!has_network() && !is_internet(from)) return;
    std::vector<Reached> reached;
    for (const model::ServicePort& port : service.ports) {
      const auto behind = queries::backends(model_, service, port);
      const auto here =
          has_network() ? over_network(service, port, behind) : by_policies(from, behind);
      reached.insert(reached.end(), here.begin(), here.end());
    }
    if (reached.empty()) return;
    const std::string cause = service.outside.source_ranges.empty()
                                  ? "type LoadBalancer, without loadBalancerSourceRanges"
                                  : "type LoadBalancer, with source ranges that hold the internet";
    report(context_.name(service), service.where, cause, service.ns, reached, Severity::Medium);
  }

  [[nodiscard]] std::vector<Reached> by_policies(const net::AddressSet& from,
                                                 const std::vector<Backend>& behind) const {
    std::vector<Reached> reached;
    for (const Backend& each : behind) {
      if (context_.escapes(each.endpoint)) continue;
      Reached found{each, let_in(from, each, true), !each.maybe, {}, {}};
      if (!is_internet(found.from)) {
        found.from = let_in(from, each, false);
        found.certain = false;
      }
      if (is_internet(found.from)) reached.push_back(std::move(found));
    }
    return reached;
  }

  [[nodiscard]] std::vector<Reached> over_network(const model::Service& service,
                                                  const model::ServicePort& port,
                                                  std::vector<Backend> behind) {
    // Where nobody knows the cluster's place in the network, policies act all the same.
    if (!knows_cluster()) {
      std::vector<Backend> let_in;
      for (const Reached& each : by_policies(clients(service), behind)) {
        let_in.push_back(each.backend);
      }
      behind = std::move(let_in);
    }
    std::vector<Reached> reached;
    const auto found = arrivals(context_.scene(), service, port, behind);
    if (!found) {
      for (const std::string_view id : {"internet-reaches", "sensitive-port-on-internet"}) {
        context_.unchecked(id,
                           fmt::format("{}: {}", context_.name(service), found.error().message));
      }
      return reached;
    }
    for (const Arrival& each : *found) {
      reached.push_back({each.backend, each.from, each.certain && !each.backend.maybe, each.example,
                         each.rests_on});
    }
    return reached;
  }

  using Entrances = std::vector<model::Entrance>::const_iterator;

  /// Entrances pass requests on from pods of the cluster, which policies see; what they take from
  /// outside is theirs to say.
  void entrance(Entrances first, Entrances last) {
    std::vector<Reached> reached;
    for (auto at = first; at != last; ++at) {
      for (const Backend& each : queries::resolve_entrance(model_, *at).backends) {
        if (context_.escapes(each.endpoint)) continue;
        reached.push_back({each, {}, !each.maybe, {}, {}});
      }
    }
    const std::vector<EndpointId> controllers = queries::controller_pods(model_, *first);
    std::erase_if(reached, [&](const Reached& each) {
      return !sensitive_traffic().contains(each.backend.protocol, each.backend.port) ||
             !may_be_led_to(each.backend, controllers);
    });
    if (reached.empty()) return;
    const std::string subject =
        fmt::format("{} {}/{}", model_.text(first->kind), model_.text(model_[first->ns].name),
                    model_.text(first->name));
    for (Reached& each : reached) each.certain = false;  // who may ask is for its controller to say
    report(subject, first->where, "leads traffic from outside there", first->ns, reached,
           Severity::High);
  }

  /// Whether policies may let the controller of an entrance in.
  [[nodiscard]] bool may_be_led_to(const Backend& to,
                                   const std::vector<EndpointId>& controllers) const {
    if (controllers.empty()) {
      const queries::UnknownController unknown(cluster_, {to.endpoint});
      return unknown.reach(to.endpoint).may.contains(to.protocol, to.port);
    }
    return std::any_of(controllers.begin(), controllers.end(), [&](EndpointId from) {
      return sets::reach(cluster_, from, to.endpoint).at(0).may.contains(to.protocol, to.port);
    });
  }

  void report(const std::string& subject, const model::Span& where, const std::string& cause,
              model::NamespaceId ns, const std::vector<Reached>& reached, Severity usual) {
    std::vector<const Reached*> plain;
    for (const SensitivePort& port : sensitive_ports()) {
      std::vector<const Reached*> here;
      for (const Reached& each : reached) {
        if (each.backend.protocol == port.protocol && each.backend.port == port.port) {
          here.push_back(&each);
        }
      }
      if (here.empty()) continue;
      Finding finding = Context::finding("sensitive-port-on-internet", subject, key_of(port));
      if (usual == Severity::High) finding.severity = usual;
      fill(finding, where, cause, ns, here);
      finding.message = fmt::format("the internet {} {} ({})", reaches(finding),
                                    shown(context_, here.front()->backend), port.what);
      context_.add(std::move(finding));
    }
    for (const Reached& each : reached) {
      if (!sensitive_traffic().contains(each.backend.protocol, each.backend.port)) {
        plain.push_back(&each);
      }
    }
    if (plain.empty()) return;
    std::vector<std::string> names;
    for (const Reached* each : plain) names.push_back(shown(context_, each->backend));
    tidy(names);
    Finding finding = Context::finding("internet-reaches", subject, "");
    fill(finding, where, cause, ns, plain);
    finding.message = fmt::format("the internet {} {}", reaches(finding), listed(names));
    context_.add(std::move(finding));
  }

  [[nodiscard]] static std::string_view reaches(const Finding& finding) {
    return finding.certain ? "reaches" : "may reach";
  }

  void fill(Finding& finding, const model::Span& where, const std::string& cause,
            model::NamespaceId ns, const std::vector<const Reached*>& reached) {
    const Reached& first = *reached.front();
    finding.where = where;
    finding.causes.push_back({where, cause});
    if (!first.from.empty()) {
      const auto rules = allowing_rules(cluster_, Direction::Ingress, first.from,
                                        first.backend.endpoint, traffic_of(first.backend));
      const auto causes = causes_of(context_, rules);
      finding.causes.insert(finding.causes.end(), causes.begin(), causes.end());
      if (causes.empty() && !context_.is_isolated(first.backend.endpoint, Direction::Ingress)) {
        finding.causes.push_back({model_[model_[first.backend.endpoint].workload].where,
                                  fmt::format("no policy isolates {} for ingress",
                                              context_.short_name(first.backend.endpoint))});
      }
      finding.example = has_network() ? first.example
                                      : strangers_.replay(first.from, first.backend.endpoint,
                                                          traffic_of(first.backend), first.certain);
    }
    Opening opening;
    opening.addresses = first.from;
    for (const Reached* each : reached) {
      if (!context_.escapes(each->backend.endpoint)) {
        opening.pods.push_back(each->backend.endpoint);
      }
      opening.traffic |= traffic_of(each->backend);
      finding.also.push_back(context_.name(model_[each->backend.endpoint].workload));
      if (!each->certain) finding.certain = false;
    }
    if (!opening.pods.empty()) finding.opening = std::move(opening);
    const auto open = std::find_if(reached.begin(), reached.end(),
                                   [](const Reached* each) { return !each->rests_on.empty(); });
    if (open != reached.end()) {
      finding.rests_on = (*open)->rests_on;
      return;
    }
    std::vector<compiler::OpenPoint> points;
    if (!finding.certain && !first.from.empty()) {
      points = sets::assumptions(cluster_, first.from, first.backend.endpoint,
                                 traffic_of(first.backend));
    } else if (!finding.certain) {
      points = {{compiler::Assumption::Controller, {}}};
    }
    context_.rest_on(finding, points, {ns});
  }

  // What does not get there -----------------------------------------------------------------------

  void warnings() {
    // Of a map without any destination only what entrances lead to is looked at.
    queries::MapOptions options;
    options.to.emplace();
    for (const source::Diagnostic& each : queries::map(cluster_, options).warnings) {
      // Where a Service leads to pods outside of the input nothing is wrong.
      if (each.code == "service-outside") continue;
      Finding finding = Context::finding("backend-cut-off", each.subject, std::string(each.code));
      finding.where = each.where;
      finding.message = each.message;
      finding.remedy = each.help;
      finding.causes.push_back({each.where, "the backend"});
      if (each.other.exists()) finding.causes.push_back({each.other, each.other_message});
      add_cut_off(std::move(finding));
    }
    for (const model::Service& service : model_.services) {
      if (service.type == model::ServiceType::LoadBalancer) blocked(service);
    }
    for (auto& [key, finding] : cut_off_) context_.add(std::move(finding));
  }

  /// One finding for what several backends of an object have in common.
  void add_cut_off(Finding finding) {
    const auto key = std::pair(finding.subject, finding.key);
    const auto known = cut_off_.find(key);
    if (known == cut_off_.end()) {
      cut_off_.emplace(key, std::move(finding));
    } else if (known->second.message != finding.message) {
      known->second.causes.push_back({finding.where, finding.message});
    }
  }

  /// A load balancer to pods that let no address outside in, and no node.
  void blocked(const model::Service& service) {
    if (model_.engine == model::Engine::AzureNpm && !service.outside.external_local) return;
    std::vector<std::string> stopped;
    EndpointId first{};
    for (const model::ServicePort& port : service.ports) {
      for (const Backend& each : queries::backends(model_, service, port)) {
        if (each.maybe || context_.escapes(each.endpoint)) continue;
        const compiler::Party outside = net::all_addresses();
        const auto pieces = sets::reach(cluster_, outside, each.endpoint);
        const bool some = std::any_of(pieces.begin(), pieces.end(), [&](const auto& piece) {
          return piece.may.contains(each.protocol, each.port);
        });
        if (some) continue;
        if (stopped.empty()) first = each.endpoint;
        stopped.push_back(shown(context_, each));
      }
    }
    if (stopped.empty()) return;
    tidy(stopped);
    Finding finding =
        Context::finding("backend-cut-off", context_.name(service), "service-blocked");
    finding.where = service.where;
    finding.message = fmt::format("it leads to {}, whose policies let no address outside in there",
                                  listed(stopped));
    finding.remedy = "allow the port from an ipBlock of the clients, or make the Service ClusterIP";
    finding.causes.push_back({service.where, "type LoadBalancer"});
    const auto& policies = cluster_.candidates(first, Direction::Ingress);
    if (!policies.empty()) {
      finding.causes.push_back({model_[policies.front()].where, "this policy acts on it"});
    }
    context_.rest_on(finding, {}, {service.ns});
    add_cut_off(std::move(finding));
  }

  Context& context_;
  const model::Model& model_;
  const compiler::Cluster& cluster_;
  Strangers strangers_;
  std::map<std::pair<std::string, std::string>, Finding> cut_off_;  // by subject and key
};

}  // namespace

void audit_entrances(Context& context) {
  if (context.model().services.empty() && context.model().entrances.empty()) return;
  EntranceAudit(context).run();
}

}  // namespace polreach::solver::audit::kubernetes
