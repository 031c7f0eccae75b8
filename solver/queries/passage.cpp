// SPDX-License-Identifier: Apache-2.0
#include "solver/queries/passage.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "solver/queries/passage_pairs.h"
#include "solver/queries/passage_reasons.h"
#include "solver/z3/path_prover.h"

namespace polreach::solver::queries {
namespace {

using compiler::Connection;
using compiler::Path;
using compiler::Routed;
using compiler::Surroundings;
using sets::Diagram;
using sets::Diagrams;
using sets::Variable;

/// Boxes that a proof can take.
constexpr std::size_t kMostProvenBoxes = 2000;

bool has_policies(const std::vector<Path>& ways) {
  return std::any_of(ways.begin(), ways.end(), [](const Path& way) {
    return std::any_of(way.hops.begin(), way.hops.end(), [](const compiler::Hop& hop) {
      return hop.kind == compiler::Hop::Kind::Policies;
    });
  });
}

/// Evaluates one connection.
class Evaluation {
 public:
  Evaluation(Surroundings& around, sets::PathSpace& space, z3::PathProver& prover,
             const PassageAsked& asked, Passage& answer)
      : around_(around), space_(space), prover_(prover), asked_(asked), answer_(answer) {}

  source::Result<void> run(const PassagePair& pair, PassageOutcome& outcome) {
    only_ = pair.only;
    const std::vector<Path>& ways = outcome.connection.ways;
    const auto flows = sets::flows(space_, around_.pods(), ways);
    if (!flows) return tl::unexpected(flows.error());
    const auto done = sets::within_budget([&] { return evaluate(outcome, *flows); });
    if (!done) return tl::unexpected(done.error());
    return *done;
  }

 private:
  source::Result<void> evaluate(PassageOutcome& outcome, const sets::PathFlows& flows) {
    const std::vector<Path>& ways = outcome.connection.ways;
    Diagrams& diagrams = space_.diagrams();
    prove(ways, flows);
    Diagram asked = diagrams.both(flows.packets, asked_packets(outcome.connection));
    if (only_) asked = diagrams.both(asked, only_port(*only_));
    if (asked == sets::kFalse) return {};
    Diagram allowed = diagrams.both(flows.must, asked);
    Diagram denied = diagrams.minus(asked, flows.may);
    Diagram open = diagrams.minus(diagrams.both(flows.may, asked), flows.must);
    const bool undecided = open != sets::kFalse;
    take_back(outcome, allowed, denied, open);
    outcome.allowed = sets::boxes_of(diagrams, allowed, sets::kMostShownBoxes);
    outcome.denied = sets::boxes_of(diagrams, denied, sets::kMostShownBoxes);
    outcome.open = sets::boxes_of(diagrams, open, sets::kMostShownBoxes);
    outcome.permitted =
        verdict_of(allowed != sets::kFalse, denied != sets::kFalse, open != sets::kFalse);
    const bool no_way = outcome.connection.routed.answer == Routed::Answer::No;
    outcome.verdict = no_way ? Verdict::Denied : outcome.permitted;
    if (allowed != sets::kFalse) add_witness(outcome, allowed);
    if (undecided) {
      const auto points = sets::rests_on(space_, around_.pods(), ways, flows, asked);
      if (!points) return tl::unexpected(points.error());
      outcome.rests_on = named(around_, ways, *points);
    }
    add_gap_assumptions(outcome);
    auto reasons = reasons_of(around_, space_, ways, flows, asked, explained_traffic(outcome));
    if (!reasons) return tl::unexpected(reasons.error());
    outcome.ways = std::move(*reasons);
    return {};
  }

  Diagram only_port(const std::pair<net::Protocol, net::Port>& only) {
    Diagrams& diagrams = space_.diagrams();
    return diagrams.both(
        diagrams.protocols(net::ProtocolSet(net::ip_protocol(only.first))),
        diagrams.ports(Variable::destination_port(), net::PortSet(only.second, only.second)));
  }

  /// Policies speak of three protocols: without a word on others, a question about pods is about
  /// these.
  Diagram asked_packets(const Connection& connection) {
    Diagrams& diagrams = space_.diagrams();
    if (asked_.ports.entries.empty()) {
      net::ProtocolSet protocols = asked_.protocols;
      if (has_policies(connection.ways) && protocols == net::ProtocolSet::all()) {
        protocols = net::ProtocolSet(net::IpProtocol::Tcp) |
                    net::ProtocolSet(net::IpProtocol::Udp) |
                    net::ProtocolSet(net::IpProtocol::Sctp);
      }
      const Diagram ports = diagrams.ports(Variable::destination_port(), net::all_ports());
      return diagrams.both(diagrams.protocols(protocols), ports);
    }
    const net::Traffic traffic = explained_traffic(connection);
    std::vector<Diagram> parts;
    for (net::Protocol protocol : net::kProtocols) {
      if (traffic[protocol].empty()) continue;
      parts.push_back(
          diagrams.both(diagrams.protocols(net::ProtocolSet(net::ip_protocol(protocol))),
                        diagrams.ports(Variable::destination_port(), traffic[protocol])));
    }
    return diagrams.any_of(std::move(parts));
  }

  [[nodiscard]] net::Traffic explained_traffic(const PassageOutcome& outcome) const {
    return explained_traffic(outcome.connection);
  }

  /// What was asked of the protocols that policies know; port names are those of the pod.
  [[nodiscard]] net::Traffic explained_traffic(const Connection& connection) const {
    compiler::Party destination = net::AddressSet();
    for (const Path& way : connection.ways) {
      for (const compiler::Hop& hop : way.hops) {
        const bool policies = hop.kind == compiler::Hop::Kind::Policies;
        if (policies && hop.direction == model::Direction::Ingress) destination = *hop.self;
      }
    }
    if (around_.pods() != nullptr)
      return traffic_of(around_.pods()->model(), asked_.ports, destination);
    net::Traffic traffic;
    for (const Asked::Entry& entry : asked_.ports.entries) {
      if (const auto* ports = std::get_if<net::PortSet>(&entry.ports)) {
        traffic[entry.protocol] |= *ports;
      }
    }
    return asked_.ports.entries.empty() ? net::Traffic::all() : traffic;
  }

  void prove(const std::vector<Path>& ways, const sets::PathFlows& flows) {
    Diagrams& diagrams = space_.diagrams();
    const auto must = sets::boxes_of(diagrams, flows.must, kMostProvenBoxes);
    const auto may = sets::boxes_of(diagrams, flows.may, kMostProvenBoxes);
    if (!must.complete || !may.complete) {
      ++answer_.unproven;
      return;
    }
    const auto refuted = prover_.refute(ways, must.boxes, may.boxes);
    if (refuted && *refuted) throw source::InternalError("Z3 refutes the set engine on a path");
    ++(refuted ? answer_.proofs : answer_.unproven);
  }

  /// What a gap makes uncertain is no longer certain.
  void take_back(PassageOutcome& outcome, Diagram& allowed, Diagram& denied, Diagram& open) {
    if (around_.pods() == nullptr) return;
    const model::Model& model = around_.pods()->model();
    std::set<model::NamespaceId> namespaces;
    for (const Path& way : outcome.connection.ways) {
      for (const compiler::Hop& hop : way.hops) {
        if (hop.self) namespaces.insert(model.namespace_of(*hop.self));
      }
    }
    for (std::size_t i = 0; i < model.gaps.size(); ++i) {
      const model::Gap& gap = model.gaps[i];
      if (namespaces.empty() || (gap.ns && !namespaces.contains(*gap.ns))) continue;
      if (gap.effect == model::Gap::Effect::RequestsOnly) continue;
      outcome.gaps.push_back(i);
      open = space_.diagrams().either(open, allowed);
      allowed = sets::kFalse;
      if (gap.effect != model::Gap::Effect::AllowOrDeny) continue;
      open = space_.diagrams().either(open, denied);
      denied = sets::kFalse;
    }
  }

  void add_gap_assumptions(PassageOutcome& outcome) {
    if (outcome.gaps.empty()) return;
    for (NamedAssumption& each :
         describe(*around_.pods(), {}, {outcome.gaps.begin(), outcome.gaps.end()})) {
      outcome.rests_on.push_back(std::move(each));
    }
  }

  /// A packet that passes however everything is, with one way for everything to be.
  void add_witness(PassageOutcome& outcome, Diagram allowed) {
    const sets::FlowPoint point = sets::pick(space_.diagrams(), allowed);
    const std::vector<Path>& ways = outcome.connection.ways;
    for (std::size_t i = 0; i < ways.size(); ++i) {
      check::PathWitness witness;
      witness.way = i;
      witness.flow = point.flow;
      set_ends(ways[i], witness);
      if (!check::is_of(ways[i], witness)) continue;  // the way is for other packets
      if (!check::passes(around_.pods(), around_.unknowns().all(), ways[i], witness)) {
        throw source::InternalError("the single-packet evaluator stops the witness of a path");
      }
      if (!outcome.witness) outcome.witness = witness;
    }
  }

  /// Ends that are not asked about, and what is chosen: the lowest address each, of the family of
  /// the other end.
  static void set_ends(const Path& way, check::PathWitness& witness) {
    net::Flow& flow = witness.flow;
    const auto lowest = [](const net::AddressSet& set, net::Family family) {
      net::AddressSet own = set & net::all_addresses(family);
      if (own.empty()) own = set;
      // Of what could be any address, one that somebody can have.
      static const net::AddressSet kUsual(*net::Address::parse("10.0.0.1"),
                                          *net::Address::parse("10.255.255.254"));
      const net::AddressSet usual = own & kUsual;
      return (usual.empty() ? own : usual).intervals().front().first;
    };
    net::Family family = net::Family::V4;
    if (way.source_is_asked) family = flow.source.family;
    if (way.destination_is_asked) family = flow.destination.family;
    if (!way.source_is_asked && !way.source.empty()) flow.source = lowest(way.source, family);
    if (!way.destination_is_asked && !way.destination.empty()) {
      flow.destination = lowest(way.destination, family);
      // Two pods of one range are two pods.
      const net::AddressSet others = way.destination - net::AddressSet(flow.source, flow.source);
      if (flow.destination == flow.source && !others.empty()) {
        flow.destination = lowest(others, family);
      }
    }
    for (const compiler::Hop& hop : way.hops) {
      for (const compiler::HeaderAddress* address : {&hop.header.source, &hop.header.destination}) {
        if (address->kind != compiler::HeaderAddress::Kind::Chosen) continue;
        witness.chosen.emplace(address->variable, lowest(address->among, family));
      }
    }
  }

  Surroundings& around_;
  sets::PathSpace& space_;
  z3::PathProver& prover_;
  const PassageAsked& asked_;
  std::optional<std::pair<net::Protocol, net::Port>> only_;
  Passage& answer_;
};

/// Whether all of some packets are among others, the destination apart, which is one end.
bool is_within(const sets::FlowBoxes& some, const sets::FlowBoxes& others) {
  if (!some.complete) return false;
  return std::all_of(some.boxes.begin(), some.boxes.end(), [&](const sets::FlowBox& box) {
    return std::any_of(others.boxes.begin(), others.boxes.end(), [&](const sets::FlowBox& other) {
      return (other.protocols & box.protocols) == box.protocols &&
             other.source.contains(box.source) && other.source_ports.contains(box.source_ports) &&
             other.destination_ports.contains(box.destination_ports);
    });
  });
}

/// What arrives for certain.
sets::FlowBoxes arriving(const PassageOutcome& outcome) {
  return outcome.verdict == Verdict::Denied ? sets::FlowBoxes{} : outcome.allowed;
}

/// What the outcomes of one pair say together: packets that get to the pod in one way need no
/// other.
class PairVerdict {
 public:
  void add(const PassageOutcome& outcome) { outcomes_.push_back(&outcome); }

  void settle(bool& allowed, bool& denied, bool& open) const {
    for (const PassageOutcome* outcome : outcomes_) {
      const Verdict v = outcome->verdict;
      allowed = allowed || v == Verdict::Allowed || v == Verdict::Partly;
      const bool is_stopped = v == Verdict::Denied || v == Verdict::Partly;
      const bool is_open = v == Verdict::Depends;
      if (outcome->is_detour ? is_open : is_open || is_stopped) {
        if (arrives_elsewhere(*outcome)) continue;
        (is_open ? open : denied) = true;
      }
    }
  }

 private:
  /// Whether all that this one does not let pass for certain arrives in another way.
  [[nodiscard]] bool arrives_elsewhere(const PassageOutcome& outcome) const {
    sets::FlowBoxes rest = outcome.denied;
    const bool nothing_arrives = outcome.verdict == Verdict::Denied;
    // Of a detour what is stopped is no matter: there may be no way but the other.
    if (outcome.is_detour) rest = {};
    add_to(rest, outcome.open);
    if (nothing_arrives) add_to(rest, outcome.allowed);
    return std::any_of(outcomes_.begin(), outcomes_.end(), [&](const PassageOutcome* other) {
      const bool is_choice = outcome.is_detour || other->is_detour;
      return other != &outcome && is_choice && is_within(rest, arriving(*other));
    });
  }

  static void add_to(sets::FlowBoxes& boxes, const sets::FlowBoxes& more) {
    boxes.boxes.insert(boxes.boxes.end(), more.boxes.begin(), more.boxes.end());
    boxes.complete = boxes.complete && more.complete;
  }

  std::vector<const PassageOutcome*> outcomes_;
};

void settle(Passage& answer) {
  std::map<std::size_t, PairVerdict> pairs;
  for (const PassageOutcome& outcome : answer.outcomes) pairs[outcome.pair].add(outcome);
  bool allowed = false;
  bool denied = false;
  bool open = false;
  for (const auto& [number, pair] : pairs) pair.settle(allowed, denied, open);
  answer.verdict = verdict_of(allowed, denied, open);
}

void add_standing(const Surroundings& around, Passage& answer) {
  std::map<std::string_view, NamedAssumption> all;
  for (const PassageOutcome& outcome : answer.outcomes) {
    for (const compiler::Standing& each : outcome.connection.assumes) {
      all.emplace(each.id, NamedAssumption{each.id, each.text, "", {}});
    }
    if (!has_policies(outcome.connection.ways)) continue;
    NamedAssumption engine = enforcement(*around.pods());
    all.emplace(engine.id, engine);
    all.emplace(
        "A-complete",
        NamedAssumption{"A-complete", "the input holds all policies of these pods", "", {}});
  }
  for (auto& [id, each] : all) answer.assumes.push_back(std::move(each));
}

}  // namespace

source::Result<Passage> passage(Surroundings& around, const PassageEnd& source,
                                const PassageEnd& destination, const PassageAsked& asked,
                                z3::Transcript* transcript) {
  auto pairs = passage_pairs(around, source, destination);
  if (!pairs) return tl::unexpected(pairs.error());
  Passage answer;
  const model::UnknownTable unknowns(around.unknowns().all());
  z3::PathProver prover(around.pods(), unknowns, transcript);
  for (PassagePair& pair : *pairs) {
    sets::PathSpace space(unknowns);
    PassageOutcome outcome;
    outcome.connection = std::move(pair.connection);
    outcome.pair = pair.number;
    outcome.is_detour = pair.is_detour;
    const auto done = Evaluation(around, space, prover, asked, answer).run(pair, outcome);
    if (!done) return tl::unexpected(done.error());
    if (!outcome.ways.empty()) answer.outcomes.push_back(std::move(outcome));
  }
  if (answer.outcomes.empty()) return source::failure("no packet of those asked about is possible");
  // What passes, or may, is what people look for.
  std::stable_sort(answer.outcomes.begin(), answer.outcomes.end(),
                   [](const PassageOutcome& a, const PassageOutcome& b) {
                     return (a.verdict == Verdict::Denied) < (b.verdict == Verdict::Denied);
                   });
  settle(answer);
  add_standing(around, answer);
  return answer;
}

}  // namespace polreach::solver::queries
