// SPDX-License-Identifier: Apache-2.0
#include "solver/queries/passage_reasons.h"

#include <algorithm>

#include "compiler/path/service_paths.h"

namespace polreach::solver::queries {
namespace {

using compiler::Hop;
using compiler::Path;
using sets::Diagram;
using sets::Diagrams;

/// Boxes of a reason that are worth reading.
constexpr std::size_t kMostReasonBoxes = 8;

Effect effect_of(Diagrams& diagrams, Diagram must, Diagram may, Diagram asked) {
  if (diagrams.within(asked, must)) return Effect::Passes;
  if (diagrams.disjoint(asked, may)) return Effect::Stopped;
  const Diagram open = diagrams.minus(diagrams.both(may, asked), must);
  return open == sets::kFalse ? Effect::InPart : Effect::Depends;
}

/// The policies of a pod explain themselves, for the ends as they see them.
DirectionReason explain_policies(const compiler::Cluster& cluster, const Hop& hop,
                                 net::Traffic traffic) {
  if (hop.header.destination_port) {
    net::Traffic moved;
    const net::PortSet port(*hop.header.destination_port, *hop.header.destination_port);
    for (net::Protocol protocol : net::kProtocols) {
      if (!traffic[protocol].empty()) moved[protocol] = port;
    }
    traffic = moved;
  }
  const bool ingress = hop.direction == model::Direction::Ingress;
  const compiler::Party self = *hop.self;
  return explain(cluster, hop.direction, ingress ? *hop.other : self, ingress ? self : *hop.other,
                 traffic);
}

class Reasons {
 public:
  Reasons(compiler::Surroundings& around, sets::PathSpace& space, Diagram asked,
          const net::Traffic& traffic)
      : around_(around), space_(space), asked_(asked), traffic_(traffic) {}

  source::Result<WayReason> of(const Path& way, const sets::WayFlows& flows) {
    WayReason reason;
    reason.path = &way;
    Diagrams& diagrams = space_.diagrams();
    here_ = diagrams.both(asked_, flows.packets);
    reason.effect = effect_of(diagrams, flows.must, flows.may, here_);
    for (std::size_t i = 0; i < way.hops.size(); ++i) {
      auto hop = of_hop(way, flows, i);
      if (!hop) return tl::unexpected(hop.error());
      reason.hops.push_back(std::move(*hop));
    }
    return reason;
  }

 private:
  source::Result<HopReason> of_hop(const Path& way, const sets::WayFlows& flows, std::size_t i) {
    const Hop& hop = way.hops[i];
    HopReason reason;
    reason.hop = &hop;
    reason.effect = effect_of(space_.diagrams(), flows.hops[i].must, flows.hops[i].may, here_);
    if (hop.kind == Hop::Kind::Policies) {
      reason.policies = explain_policies(*around_.pods(), hop, traffic_);
    }
    if (hop.kind == Hop::Kind::Filter) {
      const auto rules = sets::deciding(space_, way, i, here_);
      if (!rules) return tl::unexpected(rules.error());
      for (const sets::Deciding& each : *rules) reason.rules.push_back(decision(way, hop, each));
    }
    return reason;
  }

  RuleDecision decision(const Path& way, const Hop& hop, const sets::Deciding& deciding) {
    const compiler::Filter& filter = way.filters[deciding.admin ? *hop.admin : hop.filter];
    RuleDecision result;
    result.is_admin = deciding.admin;
    result.access = filter.otherwise;
    if (deciding.rule) {
      result.rule = &filter.rules[*deciding.rule];
      result.access = result.rule->access;
      result.access_is_open = result.rule->access_open.has_value();
    } else {
      result.access_is_open = filter.missing.has_value();
    }
    Diagrams& diagrams = space_.diagrams();
    result.packets = sets::boxes_of(diagrams, deciding.possible, kMostReasonBoxes);
    result.is_certain = diagrams.within(deciding.possible, deciding.certain);
    return result;
  }

  compiler::Surroundings& around_;
  sets::PathSpace& space_;
  Diagram asked_;
  const net::Traffic& traffic_;
  Diagram here_ = sets::kFalse;
};

/// The same rule in two places of a list (of unknown place, or split by protocols) is told once.
void merge_same(std::vector<RuleDecision>& rules) {
  std::vector<RuleDecision> merged;
  for (RuleDecision& each : rules) {
    const auto same = std::find_if(merged.begin(), merged.end(), [&](const RuleDecision& known) {
      return known.rule != nullptr && each.rule != nullptr && known.rule->rule == each.rule->rule;
    });
    if (same == merged.end()) {
      merged.push_back(std::move(each));
      continue;
    }
    same->is_certain = same->is_certain && each.is_certain;
    same->packets.complete = same->packets.complete && each.packets.complete;
    auto& boxes = same->packets.boxes;
    boxes.insert(boxes.end(), each.packets.boxes.begin(), each.packets.boxes.end());
    std::sort(boxes.begin(), boxes.end());
    boxes.erase(std::unique(boxes.begin(), boxes.end()), boxes.end());
  }
  rules = std::move(merged);
}

}  // namespace

source::Result<std::vector<WayReason>> reasons_of(compiler::Surroundings& around,
                                                  sets::PathSpace& space,
                                                  const std::vector<Path>& ways,
                                                  const sets::PathFlows& flows, Diagram asked,
                                                  const net::Traffic& traffic) {
  std::vector<WayReason> result;
  Reasons reasons(around, space, asked, traffic);
  for (std::size_t i = 0; i < ways.size(); ++i) {
    auto way = reasons.of(ways[i], flows.ways[i]);
    if (!way) return tl::unexpected(way.error());
    for (HopReason& hop : way->hops) merge_same(hop.rules);
    result.push_back(std::move(*way));
  }
  return result;
}

std::vector<NamedAssumption> named(compiler::Surroundings& around, const std::vector<Path>& ways,
                                   const sets::RestsOn& points) {
  std::vector<NamedAssumption> result;
  for (model::UnknownId id : points.unknowns) {
    const model::Unknown& unknown = around.unknowns()[id];
    NamedAssumption each{unknown.id, unknown.what, unknown.settle, {}};
    if (unknown.where.exists()) each.where.push_back(unknown.where);
    result.push_back(std::move(each));
  }
  if (!points.points.empty()) {
    for (NamedAssumption& each :
         describe(*around.pods(), {points.points.begin(), points.points.end()}, {})) {
      result.push_back(std::move(each));
    }
  }
  if (points.policies_of_other_protocols) {
    result.push_back({"A-other-protocols",
                      "what the plugin does with protocols that NetworkPolicies cannot name",
                      "asking about TCP, UDP or SCTP",
                      {}});
  }
  if (points.source || points.destination) {
    result.push_back({"A-pod-address",
                      "the address that a pod will have",
                      "an export that holds the pods: kubectl get pods -o json",
                      {}});
  }
  const auto is_outbound = [](const auto& each) {
    return each.variable == compiler::kOutboundAddress;
  };
  if (std::any_of(points.chosen.begin(), points.chosen.end(), is_outbound)) {
    result.push_back({"A-outbound-address",
                      "the public address that the source has on its way to a public frontend",
                      "a public address of its own: az network public-ip list",
                      {}});
  }
  if (!std::all_of(points.chosen.begin(), points.chosen.end(), is_outbound) ||
      points.chosen_source_port) {
    result.push_back({"A-node-address",
                      "the node that the packet leaves from, and its address",
                      "rules that treat all nodes of the subnet alike",
                      {}});
  }
  if (points.ways) {
    std::string labels;
    for (const Path& way : ways) {
      if (way.label.empty()) continue;
      labels += (labels.empty() ? "" : ", or ") + way.label;
    }
    result.push_back({"A-way",
                      "which way the packet takes: " + labels,
                      "an export that says where the pods run: kubectl get pods -o json",
                      {}});
  }
  std::sort(result.begin(), result.end(), [](const auto& a, const auto& b) {
    return std::tie(a.id, a.text) < std::tie(b.id, b.text);
  });
  return result;
}

}  // namespace polreach::solver::queries
