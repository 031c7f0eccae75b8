// SPDX-License-Identifier: Apache-2.0
#include "solver/queries/can.h"

#include <algorithm>
#include <map>
#include <utility>

#include "compiler/resolve/worlds.h"
#include "policies/source/progress.h"
#include "solver/queries/end_classes.h"
#include "solver/queries/first_packet.h"
#include "solver/z3/prover.h"

namespace polreach::solver::queries {
namespace {

using compiler::Cluster;
using compiler::Party;
using model::EndpointId;
using model::Gap;
using model::Model;
using net::AddressSet;
using net::Traffic;

/// One side of the question: the endpoints of one class, or the outside addresses.
struct Group {
  Party party;  // a representative
  std::vector<Variant> variants;
};

/// The groups of some of the endpoints of an end, and its addresses.
std::vector<Group> groups_of(const Model& model, const EndClasses& classes, const Target& target,
                             const std::vector<EndpointId>& some) {
  std::map<std::uint32_t, std::map<model::WorkloadId, std::vector<EndpointId>>> by_class;
  std::map<model::WorkloadId, std::size_t> asked_of;
  for (EndpointId id : target.endpoints) ++asked_of[model[id].workload];
  for (EndpointId id : some) by_class[classes.of(id)][model[id].workload].push_back(id);
  std::vector<Group> groups;
  for (auto& [id, workloads] : by_class) {
    Group group{workloads.begin()->second.front(), {}};
    for (auto& [workload, endpoints] : workloads) {
      const bool whole = asked_of.at(workload) == endpoints.size() && !target.is_one_pod;
      group.variants.push_back({workload, std::move(endpoints), whole});
    }
    groups.push_back(std::move(group));
  }
  std::sort(groups.begin(), groups.end(), [](const Group& a, const Group& b) {
    return std::get<EndpointId>(a.party) < std::get<EndpointId>(b.party);
  });
  if (!target.addresses.empty()) groups.push_back({target.addresses, {{std::nullopt, {}, true}}});
  return groups;
}

Verdict verdict_of_parts(const std::vector<Part>& parts) {
  bool allowed = false;
  bool denied = false;
  bool open = false;
  for (const Part& part : parts) {
    allowed = allowed || !part.allowed.empty();
    denied = denied || !part.denied.empty();
    open = open || !part.open.empty();
  }
  return verdict_of(allowed, denied, open);
}

/// `left_out`: addresses that are not meant. They are not cut out of the parts, which would make
/// a hundred thousand prefixes of a range in a large cluster; a part of nothing else is dropped.
std::vector<Part> parts_of(const std::vector<sets::Piece>& pieces, const Traffic& asked,
                           const AddressSet& left_out) {
  std::vector<Part> parts;
  for (const sets::Piece& piece : pieces) {
    if (!piece.addresses.empty() && left_out.contains(piece.addresses)) continue;
    parts.push_back(
        {piece.addresses, piece.must & asked, asked - piece.may, (piece.may - piece.must) & asked});
  }
  return parts;
}

/// Whether what was not understood can touch a pair.
bool touches(const Model& model, const Gap& gap, const Party& source, const Party& destination) {
  if (!gap.ns) return true;
  for (const Party* party : {&source, &destination}) {
    const auto* id = std::get_if<EndpointId>(party);
    if (id != nullptr && model.namespace_of(*id) == *gap.ns) return true;
  }
  return false;
}

/// Takes back what a gap makes uncertain.
void apply_gaps(const Model& model, Outcome& outcome) {
  const std::vector<Part> before = outcome.parts;
  for (std::size_t i = 0; i < model.gaps.size(); ++i) {
    const Gap& gap = model.gaps[i];
    if (outcome.egress.basis == Basis::OnePod) continue;
    if (!touches(model, gap, outcome.source, outcome.destination)) continue;
    outcome.gaps.push_back(i);
    if (gap.effect == Gap::Effect::RequestsOnly) continue;
    for (Part& part : outcome.parts) {
      part.open |= part.allowed;
      part.allowed = {};
      if (gap.effect == Gap::Effect::AllowOrDeny) {
        part.open |= part.denied;
        part.denied = {};
      }
    }
  }
  const Verdict plain = verdict_of_parts(before);
  outcome.verdict = verdict_of_parts(outcome.parts);
  if (outcome.verdict != plain) outcome.without_gaps = plain;
}

/// Answers one question, pair of classes by pair of classes.
class PairwiseEvaluation {
 public:
  PairwiseEvaluation(const Cluster& cluster, const Asked& asked, z3::Transcript* transcript)
      : cluster_(cluster), asked_(asked), prover_(cluster, transcript) {}

  source::Result<Answer> run(const Target& source, const Target& destination) {
    if (source.is_one_pod && destination.is_one_pod && source.endpoints == destination.endpoints) {
      return one_pod(source);
    }
    named_pods_ = source.is_one_pod || destination.is_one_pod;
    left_out_ = source.left_out | destination.left_out;
    const Model& model = cluster_.model();
    // The node of a destination matters to pods with hostNetwork alone: it may be their own.
    std::vector<EndpointId> on_pod_network;
    std::vector<EndpointId> on_nodes;
    for (const EndpointId id : source.endpoints) {
      (model[id].host_network ? on_nodes : on_pod_network).push_back(id);
    }
    add_pairs(source, on_pod_network, destination);
    add_pairs(source, on_nodes, destination);
    if (!source.addresses.empty()) {
      // Pods of one class may still differ in which outside address is their own node's.
      const EndClasses from_outside(cluster_, {}, destination.endpoints, source.addresses);
      const Group outside{source.addresses, {{std::nullopt, {}, true}}};
      for (const Group& to : groups_of(model, from_outside, destination, destination.endpoints)) {
        if (std::holds_alternative<EndpointId>(to.party)) add_pair(outside, to);
      }
    }
    if (answer_.outcomes.empty() && !apart_from_itself_.empty()) {
      for (Outcome& outcome : apart_from_itself_) answer_.outcomes.push_back(std::move(outcome));
    }
    if (answer_.outcomes.empty()) {
      return source::failure(no_packets_ ? "no destination has a port of that name"
                                         : nothing_left(source, destination));
    }
    settle_verdict();
    return std::move(answer_);
  }

 private:
  void add_pairs(const Target& source, const std::vector<EndpointId>& some,
                 const Target& destination) {
    if (some.empty()) return;
    const Model& model = cluster_.model();
    const EndClasses classes(cluster_, some, destination.endpoints, {});
    const std::vector<Group> destinations =
        groups_of(model, classes, destination, destination.endpoints);
    const std::vector<Group> sources = groups_of(model, classes, source, some);
    source::Progress deciding("deciding", "pairs", sources.size() * destinations.size());
    for (const Group& from : sources) {
      if (std::holds_alternative<AddressSet>(from.party)) continue;
      for (const Group& to : destinations) {
        add_pair(from, to);
        deciding.advance();
      }
    }
  }

  static std::string nothing_left(const Target& source, const Target& destination) {
    for (const Target* target : {&source, &destination}) {
      if (!target->endpoints.empty() || !target->addresses.empty()) continue;
      return "nothing is left of " + target->text + ": " +
             (target->notes.empty() ? "it is empty" : target->notes.front());
    }
    return "neither end is a pod: no policy acts on that";
  }

  void add_without_port(const Variant& variant) {
    for (const Variant& known : answer_.without_port) {
      if (known.workload == variant.workload && known.endpoints == variant.endpoints) return;
    }
    answer_.without_port.push_back(variant);
  }

  void settle_verdict() {
    bool allowed = false;
    bool denied = false;
    bool open = false;
    for (const Outcome& outcome : answer_.outcomes) {
      const Verdict v = outcome.verdict;
      allowed = allowed || v == Verdict::Allowed || v == Verdict::Partly;
      denied = denied || v == Verdict::Denied || v == Verdict::Partly;
      open = open || v == Verdict::Depends;
    }
    answer_.verdict = verdict_of(allowed, denied, open);
  }

  /// One pod that was named at both ends.
  source::Result<Answer> one_pod(const Target& target) {
    const EndpointId id = target.endpoints.front();
    const Variant variant{cluster_.model()[id].workload, {id}, false};
    Outcome outcome;
    outcome.source = outcome.destination = id;
    outcome.sources = outcome.destinations = {variant};
    if (!answer_itself(outcome)) return source::failure("the pod has no port of that name");
    answer_.verdict = Verdict::Allowed;
    answer_.outcomes.push_back(std::move(outcome));
    return std::move(answer_);
  }

  /// A pod cannot block access to itself: nothing to compute. False where nothing was asked.
  bool answer_itself(Outcome& outcome) {
    outcome.asked = traffic_of(cluster_.model(), asked_, outcome.destination);
    if (outcome.asked.empty()) {
      no_packets_ = true;
      return false;
    }
    outcome.parts = {{{}, outcome.asked, {}, {}}};
    outcome.verdict = Verdict::Allowed;
    outcome.egress.direction = model::Direction::Egress;
    outcome.ingress.direction = model::Direction::Ingress;
    outcome.egress.basis = outcome.ingress.basis = Basis::OnePod;
    return true;
  }

  /// A bare pod with itself is no pair of a group: it always passes, and would only hide what was
  /// asked. It stays the answer where it is all that was asked.
  void add_pair(const Group& from, const Group& to) {
    std::vector<std::pair<Variant, Variant>> itself;
    Outcome outcome;
    outcome.source = from.party;
    outcome.destination = to.party;
    take_variants(from, to, outcome, itself);
    for (auto& [a, b] : itself) {
      Outcome self;
      self.source = a.endpoints.front();
      self.destination = b.endpoints.front();
      self.sources = {a};
      self.destinations = {b};
      if (answer_itself(self)) apart_from_itself_.push_back(std::move(self));
    }
    if (outcome.sources.empty() || outcome.destinations.empty()) return;
    solve(outcome);
    if (!outcome.parts.empty()) answer_.outcomes.push_back(std::move(outcome));
  }

  /// Whether two variants of one endpoint are one pod: a bare one, or one that was named.
  [[nodiscard]] bool is_itself(const Variant& left, const Variant& right) const {
    const EndpointId id = left.endpoints.front();
    return named_pods_ || cluster_.is_one_pod(id, right.endpoints.front());
  }

  /// Fills in what an outcome stands for, and picks representatives that are not one pod.
  void take_variants(const Group& from, const Group& to, Outcome& outcome,
                     std::vector<std::pair<Variant, Variant>>& itself) {
    outcome.sources = from.variants;
    outcome.destinations = to.variants;
    const auto* a = std::get_if<EndpointId>(&from.party);
    const auto* b = std::get_if<EndpointId>(&to.party);
    if (a == nullptr || b == nullptr || *a != *b) return;
    // Both groups are of one class and start with the same endpoint: find two that differ.
    for (const Variant& left : from.variants) {
      for (const Variant& right : to.variants) {
        for (EndpointId source : left.endpoints) {
          for (EndpointId destination : right.endpoints) {
            if (source == destination) continue;
            outcome.source = source;
            outcome.destination = destination;
            return;
          }
        }
        if (is_itself(left, right)) itself.emplace_back(left, right);
      }
    }
    // One pod of a workload stands for others just like it, unless it was asked for by name.
    if (!itself.empty()) outcome.sources.clear();
  }

  /// Fills in an outcome whose parties are set. Leaves it without parts where nothing was asked.
  void solve(Outcome& outcome) {
    const Model& model = cluster_.model();
    outcome.asked = traffic_of(model, asked_, outcome.destination);
    if (outcome.asked.empty()) {
      no_packets_ = true;
      for (const Variant& each : outcome.destinations) add_without_port(each);
      return;
    }
    const std::vector<sets::Piece> pieces =
        sets::reach(cluster_, outcome.source, outcome.destination);
    const auto refuted = prover_.refute(outcome.source, outcome.destination, pieces);
    if (refuted && *refuted) throw source::InternalError("Z3 refutes the set engine");
    ++(refuted ? answer_.proofs : answer_.unproven);

    outcome.parts = parts_of(pieces, outcome.asked, left_out_);
    outcome.egress = explain(cluster_, model::Direction::Egress, outcome.source,
                             outcome.destination, outcome.asked);
    outcome.ingress = explain(cluster_, model::Direction::Ingress, outcome.source,
                              outcome.destination, outcome.asked);
    const bool undecided = verdict_of_parts(outcome.parts) == Verdict::Depends;
    apply_gaps(model, outcome);
    if (undecided) {
      outcome.rests_on =
          sets::assumptions(cluster_, outcome.source, outcome.destination, outcome.asked);
      mark_host_network(outcome);
    }
    if (!no_common_family(outcome)) add_witness(outcome);
  }

  /// Between such pods policies may allow what no packet can carry: there is none to show.
  [[nodiscard]] bool no_common_family(const Outcome& outcome) const {
    const auto* a = std::get_if<EndpointId>(&outcome.source);
    const auto* b = std::get_if<EndpointId>(&outcome.destination);
    return a != nullptr && b != nullptr && cluster_.share_no_family(*a, *b);
  }

  /// The explanations are those of one reading: where the other one matters, they must say so.
  static void mark_host_network(Outcome& outcome) {
    const auto& rests_on = outcome.rests_on;
    const bool matters = std::any_of(rests_on.begin(), rests_on.end(), [](const auto& point) {
      return point.assumption == compiler::Assumption::HostNetwork ||
             point.assumption == compiler::Assumption::NodePlacement;
    });
    for (DirectionReason* reason : {&outcome.egress, &outcome.ingress}) {
      if (!matters || reason->basis != Basis::Policies) continue;
      reason->other_as_node = true;
      reason->effect = Effect::Depends;
    }
  }

  void add_witness(Outcome& outcome) {
    const compiler::World first =
        compiler::Worlds(cluster_, outcome.source, outcome.destination).at(0);
    check::World world;
    world.ipblock_matches_pods = first.ipblock_matches_pods;
    world.host_network_is_pod = first.host_network_is_pod;
    outcome.witness = first_packet(cluster_, outcome, &Part::allowed, world, left_out_);
    if (!outcome.witness && !outcome.rests_on.empty()) add_open_case(outcome);
    if (outcome.witness &&
        !check::passes(cluster_, outcome.witness->packet, outcome.witness->world)) {
      throw source::InternalError("the single-packet evaluator stops the witness");
    }
  }

  /// A packet that passes in one world and not in another. Which packet is ours to choose, so that
  /// it does not depend on the order of the input; Z3 finds the world.
  void add_open_case(Outcome& outcome) {
    const auto packet = first_packet(cluster_, outcome, &Part::open, {}, left_out_);
    if (!packet) return;
    const Traffic asked(packet->packet.protocol,
                        net::PortSet(packet->packet.port, packet->packet.port));
    const auto narrowed = [&](const Party& party, const net::Address& address) {
      return std::holds_alternative<EndpointId>(party) ? party
                                                       : Party(AddressSet(address, address));
    };
    const auto proof =
        prover_.prove(narrowed(outcome.source, packet->packet.source_address),
                      narrowed(outcome.destination, packet->packet.destination_address), asked);
    if (proof) outcome.witness = proof->undecided;
  }

  const Cluster& cluster_;
  const Asked& asked_;
  z3::Prover prover_;
  Answer answer_;
  std::vector<Outcome> apart_from_itself_;
  bool no_packets_ = false;
  bool named_pods_ = false;
  AddressSet left_out_;
};

}  // namespace

Traffic traffic_of(const Model& model, const Asked& asked, const Party& destination) {
  if (asked.entries.empty()) return Traffic::all();
  Traffic result;
  const auto* id = std::get_if<EndpointId>(&destination);
  for (const Asked::Entry& entry : asked.entries) {
    if (const auto* ports = std::get_if<net::PortSet>(&entry.ports)) {
      result[entry.protocol] |= *ports;
      continue;
    }
    if (id == nullptr) continue;
    const std::string& name = std::get<std::string>(entry.ports);
    for (const model::NamedPort& port : model[*id].ports) {
      if (model.text(port.name) != name || port.protocol != entry.protocol) continue;
      result[entry.protocol] |= net::PortSet(port.number, port.number);
      break;
    }
  }
  return result;
}

Verdict verdict_of(bool allowed, bool denied, bool open) {
  if (open) return Verdict::Depends;
  if (allowed && denied) return Verdict::Partly;
  return allowed ? Verdict::Allowed : Verdict::Denied;
}

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::Allowed:
      return "allowed";
    case Verdict::Denied:
      return "denied";
    case Verdict::Partly:
      return "partly";
    case Verdict::Depends:
      return "depends";
  }
  return "?";
}

source::Result<Answer> can(const Cluster& cluster, const Target& source, const Target& destination,
                           const Asked& asked, z3::Transcript* transcript) {
  return PairwiseEvaluation(cluster, asked, transcript).run(source, destination);
}

}  // namespace polreach::solver::queries
