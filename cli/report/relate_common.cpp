// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "cli/report/relate_report.h"

namespace polreach::cli {

namespace queries = solver::queries;

using compiler::Party;
using queries::Holds;
using queries::Relation;

namespace {

Holds both(Holds a, Holds b) {
  if (a == Holds::No || b == Holds::No) return Holds::No;
  return a == Holds::Yes && b == Holds::Yes ? Holds::Yes : Holds::Depends;
}

void add_new(std::vector<queries::NamedAssumption>& all,
             std::vector<queries::NamedAssumption> more) {
  for (queries::NamedAssumption& each : more) {
    const bool known = std::any_of(all.begin(), all.end(), [&](const auto& other) {
      return other.id == each.id && other.text == each.text;
    });
    if (!known) all.push_back(std::move(each));
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const auto& a, const auto& b) { return a.id < b.id; });
}

}  // namespace

std::string_view word(Holds holds) {
  switch (holds) {
    case Holds::Yes:
      return "yes";
    case Holds::No:
      return "no";
    case Holds::Depends:
      break;
  }
  return "depends";
}

std::set<Relation> relations_of(std::string_view expect) {
  if (expect == "equivalent") return {Relation::AWithinB, Relation::BWithinA};
  if (expect == "within") return {Relation::AWithinB};
  if (expect == "contains") return {Relation::BWithinA};
  if (expect == "permits") return {Relation::Permits};
  if (expect == "forbids") return {Relation::Forbids};
  if (expect == "no-interference") return {Relation::BInterferes};
  return {Relation::AWithinB, Relation::BWithinA,    Relation::Permits,
          Relation::Forbids,  Relation::BInterferes, Relation::AInterferes};
}

std::string_view verdict_of(const RelateReport& report) {
  if (!report.expect.empty()) {
    Holds all = Holds::Yes;
    for (Relation each : relations_of(report.expect)) {
      all = both(all, report.related.claim(each).holds);
    }
    return word(all);
  }
  const Holds a = report.related.claim(Relation::AWithinB).holds;
  const Holds b = report.related.claim(Relation::BWithinA).holds;
  if (a == Holds::No && b == Holds::No) return "neither";
  if (a == Holds::Depends || b == Holds::Depends) {
    return a == Holds::No || b == Holds::No ? "not-equivalent" : "depends";
  }
  if (a == Holds::Yes && b == Holds::Yes) return "equivalent";
  return a == Holds::Yes ? "a-within-b" : "b-within-a";
}

std::string_view verdict_of(const ReviewReport& report) {
  bool flawed = report.vacuous.holds == Holds::Yes;
  bool doubt = report.vacuous.holds == Holds::Depends || report.redundancy.untried > 0;
  for (const auto& each : report.empty) (each.certain ? flawed : doubt) = true;
  for (const auto& each : report.redundancy.found) (each.certain ? flawed : doubt) = true;
  if (flawed) return "flawed";
  return doubt ? "depends" : "sound";
}

std::string name_of(const std::array<RelateSet, 2>& sets, const queries::RelatePeer& peer) {
  if (peer.is_outside()) {
    constexpr std::size_t kMostPrefixes = 4;
    std::string whole = net::to_string(peer.addresses);
    const bool listed =
        whole.find('/') != std::string::npos || whole.find(',') != std::string::npos;
    const auto prefixes = net::prefixes_of(peer.addresses);
    if (!listed || prefixes.size() <= kMostPrefixes) return whole;
    std::string text;
    for (std::size_t i = 0; i < kMostPrefixes; ++i) text += prefixes[i].to_string() + ", ";
    return text + fmt::format("and {} more", prefixes.size() - kMostPrefixes);
  }
  const std::size_t side = peer.pod[0] ? 0 : 1;
  const model::Model& model = sets.at(side).cluster->model();
  const model::Endpoint& endpoint = model[*peer.pod.at(side)];
  const model::Workload& workload = model[endpoint.workload];
  std::string text =
      fmt::format("{}/{}", model.text(model[workload.ns].name), model.text(workload.name));
  if (workload.endpoints.size() > 1) {
    text += fmt::format(" ({})", endpoint.pod ? model.text(*endpoint.pod) : "its template");
  }
  if (peer.alike > 1) {
    text += fmt::format(" and {} {} alike", peer.alike - 1, peer.alike == 2 ? "pod" : "pods");
  }
  const bool one = sets[1].cluster == nullptr;
  if (!one && !(peer.pod[0] && peer.pod[1])) text += side == 0 ? " (only in A)" : " (only in B)";
  return text;
}

std::optional<SideReasons> reasons_of(const RelateReport& report, std::size_t set,
                                      const queries::Counterexample& counterexample) {
  const auto party = [&](const queries::RelatePeer& peer) -> std::optional<Party> {
    if (peer.is_outside()) return peer.addresses;
    if (peer.pod.at(set)) return *peer.pod.at(set);
    return std::nullopt;
  };
  const auto source = party(counterexample.source);
  const auto destination = party(counterexample.destination);
  if (!source || !destination) return std::nullopt;
  const compiler::Cluster& cluster = *report.sets.at(set).cluster;
  const auto why = [&](model::Direction direction) {
    return queries::explain(cluster, direction, *source, *destination, counterexample.traffic);
  };
  return SideReasons{why(model::Direction::Egress), why(model::Direction::Ingress)};
}

std::vector<queries::NamedAssumption> open_assumptions(const RelateReport& report) {
  std::vector<queries::NamedAssumption> result;
  for (std::size_t set = 0; set < 2; ++set) {
    std::set<compiler::OpenPoint> points;
    for (const auto& claim : report.related.claims) {
      if (claim) points.insert(claim->points.at(set).begin(), claim->points.at(set).end());
    }
    add_new(result,
            queries::describe(*report.sets.at(set).cluster, points, report.related.gaps.at(set)));
  }
  return result;
}

std::vector<queries::NamedAssumption> open_assumptions(const ReviewReport& report) {
  std::set<std::size_t> gaps;
  const auto& all = report.set.cluster->model().gaps;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].effect != model::Gap::Effect::RequestsOnly) gaps.insert(i);
  }
  const bool matters = report.vacuous.holds == Holds::Depends;
  return queries::describe(*report.set.cluster,
                           matters ? report.vacuous.points[0] : std::set<compiler::OpenPoint>{},
                           gaps);
}

}  // namespace polreach::cli
