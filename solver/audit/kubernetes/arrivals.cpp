// SPDX-License-Identifier: Apache-2.0
#include "solver/audit/kubernetes/arrivals.h"

#include <fmt/format.h>

#include <set>

#include "compiler/path/hops.h"
#include "solver/audit/azure/ground.h"
#include "solver/queries/passage.h"
#include "solver/queries/site_reference.h"

namespace polreach::solver::audit::kubernetes {
namespace {

using queries::Backend;
using queries::PassageOutcome;

net::AddressSet sources_of(const sets::FlowBoxes& boxes) {
  net::AddressSet result;
  for (const sets::FlowBox& box : boxes.boxes) result |= box.source;
  return result;
}

std::optional<Example> example_of(const PassageOutcome& outcome) {
  if (!outcome.witness) return std::nullopt;
  const net::Flow& flow = outcome.witness->flow;
  return Example{
      fmt::format("{} ({})", outcome.connection.source, flow.source.to_string()),
      fmt::format("{} ({})", outcome.connection.destination, flow.destination.to_string()),
      net::to_string(flow),
      {}};
}

/// Ids of what is open in a network are views into a list that the next question can make longer.
std::string_view lasting(std::string_view id) {
  static std::set<std::string, std::less<>> ids;
  return *ids.emplace(id).first;
}

/// Of the outcomes of one pod, that which says most.
void take(std::optional<Arrival>& best, const PassageOutcome& outcome, const Backend& backend) {
  net::AddressSet from = sources_of(outcome.allowed);
  if (azure::is_broad(from)) {
    if (best && best->certain) return;
    best = Arrival{backend, std::move(from), true, example_of(outcome), {}};
    return;
  }
  from |= sources_of(outcome.open);
  if (!best && azure::is_broad(from)) {
    best = Arrival{backend, std::move(from), false, std::nullopt, outcome.rests_on};
    for (queries::NamedAssumption& each : best->rests_on) each.id = lasting(each.id);
  }
}

}  // namespace

source::Result<std::vector<Arrival>> arrivals(Scene& scene, const model::Service& service,
                                              const model::ServicePort& port,
                                              const std::vector<Backend>& behind) {
  std::vector<Arrival> result;
  const auto at = static_cast<std::size_t>(&port - service.ports.data());
  queries::PassageEnd source;
  source.text = "internet";
  source.sites = queries::resolve_site(*scene.around(), source.text)->sites;
  queries::PassageEnd destination;
  const compiler::ServiceFacts facts = compiler::facts_of(scene.model(), service);
  destination.text = fmt::format("svc/{}:{}", facts.name, port.number);
  destination.names_service = true;
  destination.service = {facts, facts.ports.at(at), false};
  for (const Backend& each : behind) destination.pods.push_back(each.endpoint);
  if (destination.pods.empty()) return result;
  queries::PassageAsked asked;
  asked.ports.entries.push_back({port.protocol, net::PortSet(port.number, port.number)});
  const auto answer = queries::passage(*scene.around(), source, destination, asked);
  if (!answer) return tl::unexpected(answer.error());
  for (const Backend& each : behind) {
    const std::string name = compiler::name_of(scene.model(), each.endpoint);
    std::optional<Arrival> best;
    for (const PassageOutcome& outcome : answer->outcomes) {
      if (outcome.connection.destination == name) take(best, outcome, each);
    }
    if (best) result.push_back(std::move(*best));
  }
  return result;
}

}  // namespace polreach::solver::audit::kubernetes
