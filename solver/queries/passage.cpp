// SPDX-License-Identifier: Apache-2.0
#include "solver/queries/passage.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "compiler/path/host_port_paths.h"
#include "compiler/path/network_paths.h"
#include "compiler/path/pod_paths.h"
#include "compiler/path/pod_paths_common.h"
#include "compiler/path/service_paths.h"
#include "compiler/resolve/classes.h"
#include "solver/queries/passage_reasons.h"
#include "solver/z3/path_prover.h"

namespace polreach::solver::queries {
namespace {

using compiler::Connection;
using compiler::Path;
using compiler::Routed;
using compiler::Site;
using compiler::Surroundings;
using model::EndpointId;
using sets::Diagram;
using sets::Diagrams;
using sets::Variable;

/// Boxes of an answer that are worth reading; and those that a proof can take.
constexpr std::size_t kMostBoxes = 64;
constexpr std::size_t kMostProvenBoxes = 2000;

Verdict verdict_of(bool allowed, bool denied, bool open) {
  if (open) return Verdict::Depends;
  if (allowed && denied) return Verdict::Partly;
  return allowed ? Verdict::Allowed : Verdict::Denied;
}

bool has_policies(const std::vector<Path>& ways) {
  return std::any_of(ways.begin(), ways.end(), [](const Path& way) {
    return std::any_of(way.hops.begin(), way.hops.end(), [](const compiler::Hop& hop) {
      return hop.kind == compiler::Hop::Kind::Policies;
    });
  });
}

/// A connection, and what it is one of.
struct Pair {
  Connection connection;
  std::size_t number = 0;
  bool is_detour = false;
};

/// Pods that nothing tells apart, neither policies nor their place in the network.
std::vector<EndpointId> representatives(const compiler::Cluster& cluster,
                                        const compiler::Classes& classes,
                                        const std::vector<EndpointId>& pods) {
  using Key = std::tuple<std::uint32_t, bool, std::optional<model::Symbol>,
                         std::vector<net::Address>, std::vector<model::Label>,
                         std::vector<model::HostPort>>;
  std::set<Key> seen;
  std::vector<EndpointId> result;
  for (EndpointId id : pods) {
    const model::Endpoint& pod = cluster.model()[id];
    const Key key{classes.of(id),  pod.host_network, pod.node,
                  pod.addresses,   pod.node_labels,  pod.host_ports};
    if (seen.insert(key).second) result.push_back(id);
  }
  return result;
}

/// The connections of a question, all of them before anything is evaluated: making them adds to
/// what is open.
class Pairs {
 public:
  Pairs(Surroundings& around, const PassageEnd& source, const PassageEnd& destination)
      : around_(around), source_(source), destination_(destination) {}

  source::Result<std::vector<Pair>> run() {
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
    const auto is_impossible = [](const Pair& pair) {
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
    for (Connection& each : connections) result_.push_back({std::move(each), pairs_, false});
  }

  /// One more way to the pod of the last pair.
  void add_detour(Connection connection) {
    if (result_.size() > kMostConnections) return;
    result_.push_back({std::move(connection), pairs_, true});
  }

  /// A pod always reaches itself: a bare one with itself is no pair of a larger question.
  void add_pods(EndpointId a, EndpointId b) {
    const bool is_itself = around_.pods()->is_one_pod(a, b);
    if (is_itself && (source_.pods.size() > 1 || destination_.pods.size() > 1)) return;
    add({compiler::pod_to_pod(around_, a, b)});
    if (is_itself || destination_.names_service) return;
    for (const model::HostPort& port : host_ports(b)) {
      add_detour(compiler::pod_to_host_port(around_, a, b, port));
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
      add_detour(compiler::site_to_host_port(around_, site, pod, port,
                                             compiler::HostPortView::OfPod));
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
        add({compiler::site_to_host_port(around_, from, pod, port,
                                         compiler::HostPortView::OfNode, to.nodes)});
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
  std::vector<Pair> result_;
  std::size_t pairs_ = 0;
};

/// Evaluates one connection.
class Evaluation {
 public:
  Evaluation(Surroundings& around, sets::PathSpace& space, z3::PathProver& prover,
             const PassageAsked& asked, Passage& answer)
      : around_(around), space_(space), prover_(prover), asked_(asked), answer_(answer) {}

  source::Result<void> run(PassageOutcome& outcome) {
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
    const Diagram asked = diagrams.both(flows.packets, asked_packets(outcome.connection));
    if (asked == sets::kFalse) return {};
    Diagram allowed = diagrams.both(flows.must, asked);
    Diagram denied = diagrams.minus(asked, flows.may);
    Diagram open = diagrams.minus(diagrams.both(flows.may, asked), flows.must);
    const bool undecided = open != sets::kFalse;
    take_back(outcome, allowed, denied, open);
    outcome.allowed = sets::boxes_of(diagrams, allowed, kMostBoxes);
    outcome.denied = sets::boxes_of(diagrams, denied, kMostBoxes);
    outcome.open = sets::boxes_of(diagrams, open, kMostBoxes);
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
      const net::AddressSet own = set & net::all_addresses(family);
      return (own.empty() ? set : own).intervals().front().first;
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

/// What the outcomes of one pair say together: packets that get to the pod in one way need no other.
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
                                const PassageEnd& destination, const PassageAsked& asked) {
  auto pairs = Pairs(around, source, destination).run();
  if (!pairs) return tl::unexpected(pairs.error());
  Passage answer;
  const model::UnknownTable unknowns(around.unknowns().all());
  z3::PathProver prover(around.pods(), unknowns);
  for (Pair& pair : *pairs) {
    sets::PathSpace space(unknowns);
    PassageOutcome outcome;
    outcome.connection = std::move(pair.connection);
    outcome.pair = pair.number;
    outcome.is_detour = pair.is_detour;
    const auto done = Evaluation(around, space, prover, asked, answer).run(outcome);
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
