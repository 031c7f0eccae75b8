// SPDX-License-Identifier: Apache-2.0
#include "tests/agreement/path_engines.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace polreach::agreement {

namespace sets = solver::sets;
using oracle::Tri;
using sets::Diagram;
using sets::FlowBox;
using sets::Variable;
using solver::check::PathWitness;

namespace {

constexpr std::size_t kMostBoxes = 400;
constexpr std::size_t kCornersOf = 2;  // boxes of each set

net::Address value_of(Variable variable, const net::Flow& packet) {
  const auto number = [](std::uint32_t value) { return net::Address{net::Family::V4, value}; };
  if (variable == Variable::protocol()) return number(static_cast<std::uint32_t>(packet.protocol));
  if (variable == Variable::source()) return packet.source;
  if (variable == Variable::destination()) return packet.destination;
  if (variable == Variable::source_port()) return number(packet.source_port);
  if (variable == Variable::destination_port()) return number(packet.destination_port);
  throw std::logic_error("a set of packets that depends on something open");
}

bool contains(const FlowBox& box, const net::Flow& packet) {
  return box.protocols.contains(packet.protocol) && box.source.contains(packet.source) &&
         box.destination.contains(packet.destination) &&
         (!net::has_ports(packet.protocol) ||
          (box.source_ports.contains(packet.source_port) &&
           box.destination_ports.contains(packet.destination_port)));
}

bool contains(const sets::FlowBoxes& boxes, const net::Flow& packet) {
  return std::any_of(boxes.boxes.begin(), boxes.boxes.end(),
                     [&](const FlowBox& box) { return contains(box, packet); });
}

std::vector<net::Address> ends_of(const net::AddressSet& set) {
  return {set.intervals().front().first, set.intervals().back().last};
}
std::vector<net::Port> ends_of(const net::PortSet& set) {
  return {set.intervals().front().first, set.intervals().back().last};
}

void add_corners(const FlowBox& box, std::vector<net::Flow>& corners) {
  for (const net::IpProtocol protocol : {net::IpProtocol::Udp, net::IpProtocol::Ah}) {
    if (!box.protocols.contains(protocol)) continue;
    for (const std::size_t end : {0U, 1U}) {
      net::Flow flow{protocol, ends_of(box.source)[end], ends_of(box.destination)[end], 0, 0};
      if (net::has_ports(protocol)) {
        flow.source_port = ends_of(box.source_ports)[1 - end];
        flow.destination_port = ends_of(box.destination_ports)[end];
      }
      corners.push_back(flow);
    }
  }
}

net::ProtocolSet only(const net::Flow& packet) { return net::ProtocolSet(packet.protocol); }

FlowBox box_of(const net::Flow& packet) {
  return {only(packet),
          {packet.source, packet.source},
          {packet.destination, packet.destination},
          {packet.source_port, packet.source_port},
          {packet.destination_port, packet.destination_port}};
}

FlowBox box_of_all() {
  return {net::ProtocolSet::all(), net::all_addresses(), net::all_addresses(),
          net::all_header_ports(), net::all_header_ports()};
}

}  // namespace

bool contains(sets::Diagrams& diagrams, Diagram packets, const net::Flow& packet) {
  while (!sets::Diagrams::is_terminal(packets)) {
    const net::Address value = value_of(diagrams.variable_of(packets), packet);
    std::size_t i = 0;
    while (diagrams.edge(packets, i).last < value) ++i;
    packets = diagrams.edge(packets, i).child;
  }
  return packets == sets::kTrue;
}

Tri verdict(sets::Diagrams& diagrams, Diagram must, Diagram may, const net::Flow& packet) {
  if (!contains(diagrams, may, packet)) {
    if (contains(diagrams, must, packet)) throw std::logic_error("must is not within may");
    return Tri::Never;
  }
  return contains(diagrams, must, packet) ? Tri::Always : Tri::Sometimes;
}

void SetEngine::open(const PathCase& paths) {
  space_.emplace(*paths.cloud);
  flows_ = sets::flows(*space_, paths.cluster(), paths.ways).value();
  must_ = sets::boxes_of(space_->diagrams(), flows_.must, kMostBoxes);
  may_ = sets::boxes_of(space_->diagrams(), flows_.may, kMostBoxes);
}

Tri SetEngine::decide(const net::Flow& packet) {
  const auto check = [&](const sets::FlowBoxes& boxes, Diagram set) {
    if (boxes.complete && contains(boxes, packet) != contains(space_->diagrams(), set, packet)) {
      throw std::logic_error("boxes that are not the set: " + net::to_string(packet));
    }
  };
  check(must_, flows_.must);
  check(may_, flows_.may);
  return verdict(space_->diagrams(), flows_.must, flows_.may, packet);
}

std::vector<net::Flow> SetEngine::edges() {
  std::vector<net::Flow> corners;
  for (const sets::FlowBoxes* boxes : {&must_, &may_}) {
    for (std::size_t i = 0; i < std::min(kCornersOf, boxes->boxes.size()); ++i) {
      add_corners(boxes->boxes[i], corners);
    }
  }
  return corners;
}

void Z3Engine::open(const PathCase& paths) {
  paths_ = &paths;
  prover_.emplace(paths.cluster(), *paths.cloud);
}

bool Z3Engine::is_true(const PathWitness& witness, bool passes) {
  ++counts_.witnesses;
  const compiler::Path& way = paths_->ways.at(witness.way);
  if (!solver::check::is_of(way, witness)) return false;
  oracle::PolicyWorlds worlds;
  if (paths_->policies) {
    worlds.passes = [&](std::size_t, const compiler::Hop& hop, const net::Flow& header) {
      return paths_->policies->passes(witness.world, hop, header);
    };
  }
  const bool truth = oracle::passes(*paths_->cloud, way, witness.flow, to_oracle(witness), worlds);
  return truth == passes &&
         solver::check::passes(paths_->cluster(), *paths_->cloud, way, witness) == passes;
}

Tri Z3Engine::decide(const net::Flow& packet) {
  const auto proof = prover_->prove(paths_->ways, box_of(packet));
  if (!proof) throw std::logic_error(proof.error().message);
  ++counts_.proofs;
  const bool witnesses_are_true =
      (!proof->allowed || is_true(*proof->allowed, true)) &&
      (!proof->denied || is_true(*proof->denied, false)) &&
      (!proof->undecided ||
       (is_true(proof->undecided->passes, true) && is_true(proof->undecided->stopped, false)));
  if (!witnesses_are_true) throw std::logic_error("a witness is wrong: " + net::to_string(packet));
  // Of one packet, the two make it undecided.
  if (proof->undecided.has_value() != (proof->allowed && proof->denied)) {
    throw std::logic_error("undecided, or not: " + net::to_string(packet));
  }
  if (!proof->allowed) return Tri::Never;
  return proof->denied ? Tri::Sometimes : Tri::Always;
}

std::optional<Difference> Z3Engine::object_to(const std::vector<FlowBox>& must,
                                              const std::vector<FlowBox>& may, bool is_right) {
  const auto found = prover_->refute(paths_->ways, must, may);
  if (!found) throw std::logic_error(found.error().message);
  if (found->has_value() != is_right) {
    ++(is_right ? counts_.confirmed : counts_.refuted);
    return std::nullopt;
  }
  const net::Flow flow = is_right ? (*found)->flow : net::Flow{};
  return Difference{is_right ? "Z3 refutes the set engine: " + net::to_string(flow)
                             : std::string("Z3 does not refute an answer that is wrong"),
                    flow};
}

std::optional<Difference> Z3Engine::objection() {
  sets::PathSpace space(*paths_->cloud);
  sets::Diagrams& diagrams = space.diagrams();
  const sets::PathFlows flows = sets::flows(space, paths_->cluster(), paths_->ways).value();
  const auto boxes = [&](Diagram d) { return sets::boxes_of(diagrams, d, kMostBoxes); };
  const sets::FlowBoxes must = boxes(flows.must);
  const sets::FlowBoxes may = boxes(flows.may);
  if (!must.complete || !may.complete) return std::nullopt;
  if (auto wrong = object_to(must.boxes, may.boxes, true)) return wrong;
  if (paths_->policies) return std::nullopt;  // a bound that is not the closest can be made closer
  // No packet of a protocol may pass; some packets must that can be stopped.
  if (!may.boxes.empty()) {
    const Diagram packet = diagrams.protocols(only(sets::pick(diagrams, flows.may).flow));
    const sets::FlowBoxes less = boxes(diagrams.minus(flows.may, packet));
    if (less.complete) {
      if (auto wrong = object_to({}, less.boxes, false)) return wrong;
    }
  }
  const Diagram stopped = diagrams.minus(flows.packets, flows.must);
  if (stopped == sets::kFalse) return std::nullopt;
  std::vector<FlowBox> more = must.boxes;
  more.push_back(boxes(stopped).boxes.front());
  return object_to(more, {box_of_all()}, false);
}

PathWitness to_check(const PathCase& paths, std::size_t way, const net::Flow& packet,
                     const oracle::Openings& openings) {
  using Of = solver::check::OpenFact::Of;
  PathWitness witness;
  witness.way = way;
  witness.flow = packet;
  witness.flow.source = openings.source;
  witness.flow.destination = openings.destination;
  witness.chosen_source_port = openings.source_port;
  witness.chosen = openings.chosen;
  for (const oracle::FactKey& fact : openings.holds) {
    const Of of = fact.whose == oracle::FactKey::Whose::World         ? Of::World
                  : fact.whose == oracle::FactKey::Whose::Source      ? Of::Source
                  : fact.whose == oracle::FactKey::Whose::Destination ? Of::Destination
                                                                      : Of::Chosen;
    witness.facts[{fact.unknown, of, fact.variable}] = true;
  }
  if (paths.policies) witness.world = paths.policies->world(openings.policies);
  return witness;
}

oracle::Openings to_oracle(const PathWitness& witness) {
  using Of = solver::check::OpenFact::Of;
  using Whose = oracle::FactKey::Whose;
  oracle::Openings openings;
  openings.source = witness.flow.source;
  openings.destination = witness.flow.destination;
  openings.source_port = witness.chosen_source_port;
  openings.chosen = witness.chosen;
  for (const auto& [fact, holds] : witness.facts) {
    if (!holds) continue;
    const Whose whose = fact.of == Of::World         ? Whose::World
                        : fact.of == Of::Source      ? Whose::Source
                        : fact.of == Of::Destination ? Whose::Destination
                                                     : Whose::Chosen;
    openings.holds.insert({fact.unknown, whose, fact.variable});
  }
  return openings;
}

bool CheckReplay::passes(const PathCase& paths, std::size_t way, const net::Flow& packet,
                         const oracle::Openings& openings) {
  return solver::check::passes(paths.cluster(), *paths.cloud, paths.ways[way],
                               to_check(paths, way, packet, openings));
}

}  // namespace polreach::agreement
