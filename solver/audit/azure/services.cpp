// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <utility>

#include "compiler/path/hops.h"
#include "solver/audit/azure/clusters.h"
#include "solver/check/packet.h"
#include "solver/queries/service_reference.h"

namespace polreach::solver::audit::azure {
namespace {

using compiler::Site;
using model::Service;
using queries::Passage;
using queries::PassageEnd;
using queries::PassageOutcome;
using queries::Verdict;

constexpr std::array<net::Port, 12> kAdministration = {22,   23,   445,  1433, 1521,  3306,
                                                       3389, 5432, 5900, 6379, 11211, 27017};

/// One port of a Service, with the pods behind it.
struct Port {
  PassageEnd end;
  net::Protocol protocol = net::Protocol::Tcp;
  net::Port number = 1;
};

std::string shown(const Port& port) {
  return std::string(net::to_string(port.protocol)) + " " + std::to_string(port.number);
}

class OfService {
 public:
  OfService(Ground& ground, const Service& service)
      : ground_(ground),
        model_(ground.scene().model()),
        service_(service),
        facts_(compiler::facts_of(model_, service)) {}

  void run() {
    for (std::size_t i = 0; i < service_.ports.size(); ++i) add_port(i);
    if (!facts_.internal) check_public();
    check_ranges();
  }

 private:
  void add_port(std::size_t i) {
    const model::ServicePort& port = service_.ports[i];
    const std::string text = "svc/" + facts_.name + ":" + std::to_string(port.number);
    const auto target = queries::resolve_service(model_, text, "default");
    // A number that stands for two protocols, or a Service without pods: `can` says more.
    if (!target || target->endpoints.empty()) return;
    Port result;
    result.end.text = text;
    result.end.pods = target->endpoints;
    result.end.service = {facts_, facts_.ports[i], false};
    result.protocol = port.protocol;
    result.number = port.number;
    ports_.push_back(std::move(result));
  }

  std::optional<Passage> ask(Id id, const Site& from, const Port& port) {
    PassageEnd source;
    source.text = from.name;
    source.sites = {from};
    queries::PassageAsked asked;
    asked.ports.entries.push_back({port.protocol, net::PortSet(port.number, port.number)});
    auto answer = queries::passage(ground_.around(), source, port.end, asked);
    if (!answer) {
      ground_.unchecked(id, "Service " + facts_.name + ": " + answer.error().message);
      return std::nullopt;
    }
    return std::move(*answer);
  }

  static net::AddressSet sources_of(const sets::FlowBoxes& boxes) {
    net::AddressSet result;
    for (const sets::FlowBox& box : boxes.boxes) result |= box.source;
    return result;
  }

  Finding finding(Id id) const {
    return Ground::finding(id, "Service " + facts_.name, "", service_.where);
  }

  // From the internet
  // -----------------------------------------------------------------------------------

  void check_public() {
    if (!ground_.wants(Id::PublicService) && !ground_.wants(Id::NpmSkipsPolicies)) return;
    Finding open = finding(Id::PublicService);
    Finding skipped = finding(Id::NpmSkipsPolicies);
    std::string ports;
    bool is_perhaps = false;
    std::vector<queries::NamedAssumption> rests_on;
    for (const Port& port : ports_) {
      const auto answer = ask(Id::PublicService, ground_.internet(), port);
      if (!answer) continue;
      bool is_open = false;
      for (const PassageOutcome& outcome : answer->outcomes) {
        if (outcome.verdict == Verdict::Denied) continue;
        if (is_broad(sources_of(outcome.allowed))) {
          is_open = true;
          if (!open.example) open.example = example_of(outcome);
          note_skipped(outcome, port, skipped);
        } else if (is_broad(sources_of(outcome.open)) && !is_perhaps) {
          is_perhaps = true;
          rests_on = outcome.rests_on;
        }
      }
      if (!is_open) continue;
      ports += (ports.empty() ? "" : ", ") + shown(port);
      const bool administers = std::find(kAdministration.begin(), kAdministration.end(),
                                         port.number) != kAdministration.end();
      if (administers) open.severity = Severity::Critical;
    }
    if (ports.empty() && !is_perhaps) return;
    if (ports.empty()) {
      open.certain = false;
      open.rests_on = std::move(rests_on);
      open.message = "the internet may reach Service " + facts_.name;
    } else {
      open.message = "the internet reaches Service " + facts_.name + " on " + ports;
    }
    const bool unrestricted = facts_.source_ranges.empty() && facts_.allowed_tags.empty();
    open.causes.push_back({service_.where, unrestricted
                                               ? "type LoadBalancer, without source ranges"
                                               : "type LoadBalancer, with source ranges that are "
                                                 "a large part of the internet"});
    if (ground_.wants(Id::PublicService)) ground_.add(std::move(open));
    if (!skipped.causes.empty() && ground_.wants(Id::NpmSkipsPolicies)) {
      ground_.add(std::move(skipped));
    }
  }

  static std::optional<Example> example_of(const PassageOutcome& outcome) {
    if (!outcome.witness) return std::nullopt;
    const net::Flow& flow = outcome.witness->flow;
    return Example{outcome.connection.source + " (" + flow.source.to_string() + ")",
                   outcome.connection.destination + " (" + flow.destination.to_string() + ")",
                   net::to_string(flow),
                   {}};
  }

  /// Under Azure NPM: the client of the witness, held against the policies of the pod that do not
  /// act on it.
  void note_skipped(const PassageOutcome& outcome, const Port& port, Finding& skipped) {
    const compiler::Cluster& pods = *ground_.around().pods();
    const bool npm = pods.profile().engine == model::Engine::AzureNpm;
    if (!npm || facts_.external_local || !outcome.witness) return;
    for (const model::EndpointId pod : port.end.pods) {
      if (compiler::name_of(model_, pod) != outcome.connection.destination) continue;
      const auto* target = std::get_if<net::Port>(&port.end.service->port.target);
      const net::AddressSet addresses = pods.pod_addresses(pod);
      const auto& policies = pods.candidates(pod, model::Direction::Ingress);
      if (target == nullptr || addresses.empty() || policies.empty()) return;
      check::Packet packet;
      packet.destination = pod;
      packet.source_address = outcome.witness->flow.source;
      packet.destination_address = addresses.intervals().front().first;
      packet.protocol = port.protocol;
      packet.port = *target;
      if (check::passes(pods, model::Direction::Ingress, packet, {})) return;
      if (!skipped.example) {
        skipped.example = example_of(outcome);
        skipped.message = "the internet reaches " + outcome.connection.destination +
                          " through Service " + facts_.name + ", although its policies deny it";
      } else if (skipped.message.find(outcome.connection.destination + " ") == std::string::npos) {
        skipped.also.push_back(outcome.connection.destination);
      }
      for (const model::PolicyId id : policies) {
        const model::Policy& policy = model_[id];
        const std::string ns(model_.text(model_[policy.ns].name));
        const std::string text = std::string(model_.text(policy.kind)) + " " +
                                 (policy.tier == model::Tier::Network ? ns + "/" : "") +
                                 std::string(model_.text(policy.name)) +
                                 " selects it, and does not act here";
        const bool known = std::any_of(skipped.causes.begin(), skipped.causes.end(),
                                       [&](const Cause& each) { return each.text == text; });
        if (!known) skipped.causes.push_back({policy.where, text});
      }
      return;
    }
  }

  // Within the network
  // ----------------------------------------------------------------------------------

  void check_ranges() {
    const bool restricted = !facts_.source_ranges.empty() || !facts_.allowed_tags.empty();
    const bool binds = facts_.ranges_hold_on_nodes == true && facts_.allowed_tags.empty();
    if (!restricted || binds || facts_.deny_others || !ground_.wants(Id::RangesInNetwork)) return;
    net::AddressSet named;
    for (const net::Prefix& each : facts_.source_ranges) named |= net::addresses_of(each);
    for (const Place& place : ground_.places()) {
      if (place.site.kind != Site::Kind::Subnet || place.site.nodes) continue;
      Site from = place.site;
      from.addresses = from.addresses - named;
      if (from.addresses.empty()) continue;
      for (const Port& port : ports_) {
        const auto answer = ask(Id::RangesInNetwork, from, port);
        if (!answer) return;
        for (const PassageOutcome& outcome : answer->outcomes) {
          if (outcome.verdict == Verdict::Denied || sources_of(outcome.allowed).empty()) continue;
          Finding found = finding(Id::RangesInNetwork);
          found.message = place.name + " reaches Service " + facts_.name + " on " + shown(port) +
                          ", and is not among its source ranges";
          found.causes.push_back({service_.where,
                                  "its ranges become rules that allow; AllowVnetInBound stands "
                                  "behind them, and nothing denies"});
          found.example = example_of(outcome);
          ground_.add(std::move(found));
          return;
        }
      }
    }
  }

  Ground& ground_;
  const model::Model& model_;
  const Service& service_;
  compiler::ServiceFacts facts_;
  std::vector<Port> ports_;
};

}  // namespace

void check_services(Ground& ground) {
  if (ground.around().pods() == nullptr || !ground.around().managed()) return;
  for (const Service& service : ground.scene().model().services) {
    const bool outside = service.type == model::ServiceType::LoadBalancer;
    if (outside) OfService(ground, service).run();
  }
}

}  // namespace polreach::solver::audit::azure
