// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "solver/intents/evidence.h"
#include "solver/intents/families.h"
#include "solver/queries/can.h"
#include "solver/queries/replay.h"

namespace polreach::solver::intents {
namespace {

using compiler::Party;
using model::EndpointId;
using net::Traffic;
using queries::Outcome;
using queries::Part;

/// One packet of an outcome.
struct Chosen {
  Party source;
  Party destination;
  queries::PacketChoice packet;
  check::Packet replayed;
};

class PolicyEvaluation {
 public:
  PolicyEvaluation(const Setting& setting, const Question& question)
      : setting_(setting), model_(setting.model()), question_(question) {}

  Asking run() {
    const FamilyPairs pairs = of_one_family(model_, question_.from, question_.to);
    evidence_.families_differ = pairs.others_differ;
    std::string nothing = "a pod always reaches itself: no two ends are left";
    for (const auto& [from, to] : pairs.ends) {
      const auto answer =
          queries::can(setting_.cluster, target_of(from), target_of(to), question_.asked);
      if (!answer) {
        nothing = answer.error().message;
        continue;
      }
      evidence_.proofs += answer->proofs;
      evidence_.unproven += answer->unproven;
      for (const Outcome& outcome : answer->outcomes) {
        if (outcome.egress.basis != queries::Basis::OnePod) look_at(outcome);
      }
    }
    if (evidence_.pairs > 0) return std::move(evidence_);
    if (pairs.others_differ) nothing = kFamiliesDiffer;
    return tl::unexpected(NoEvidence{true, std::move(nothing)});
  }

 private:
  static queries::Target target_of(const EndSet& set) {
    queries::Target target;
    target.text = set.text;
    target.endpoints = set.sure;
    target.left_out = set.left_out;
    if (!(set.addresses - set.left_out).empty()) target.addresses = set.addresses;
    return target;
  }

  void look_at(const Outcome& outcome) {
    evidence_.pairs += std::max<std::size_t>(1, outcome.sources.size()) *
                       std::max<std::size_t>(1, outcome.destinations.size());
    Traffic wrong;
    Traffic open;
    for (const Part& part : outcome.parts) {
      wrong |= question_.forbids ? part.allowed : part.denied;
      open |= part.open;
      evidence_.some_passes = evidence_.some_passes || !part.allowed.empty();
      evidence_.some_may = evidence_.some_may || !part.allowed.empty() || !part.open.empty();
    }
    if (!open.empty()) add_assumptions(outcome);
    if (wrong.empty() && open.empty()) return;
    Breach breach;
    breach.certain = !wrong.empty();
    breach.traffic = net::to_string(breach.certain ? wrong : open);
    const auto of_part =
        breach.certain ? (question_.forbids ? &Part::allowed : &Part::denied) : &Part::open;
    name_ends(outcome, of_part, breach);
    if (!breach.certain) breach.rests_on = assumptions_of(outcome);
    explain(outcome, of_part, breach);
    evidence_.breaches.push_back(std::move(breach));
  }

  [[nodiscard]] std::vector<queries::NamedAssumption> assumptions_of(const Outcome& outcome) const {
    return queries::describe(setting_.cluster, {outcome.rests_on.begin(), outcome.rests_on.end()},
                             {outcome.gaps.begin(), outcome.gaps.end()});
  }

  void add_assumptions(const Outcome& outcome) {
    for (queries::NamedAssumption& each : assumptions_of(outcome)) {
      evidence_.rests_on.push_back(std::move(each));
    }
  }

  void name_ends(const Outcome& outcome, Traffic Part::*of_part, Breach& breach) const {
    net::AddressSet addresses;
    for (const Part& part : outcome.parts) {
      if ((part.*of_part).empty()) continue;
      addresses |= part.addresses;
      breach.open |= part.*of_part;
    }
    breach.addresses = addresses;
    for (const queries::Variant& each : outcome.sources) {
      breach.sources.push_back(name_of(model_, each, addresses));
    }
    for (const queries::Variant& each : outcome.destinations) {
      breach.destinations.push_back(name_of(model_, each, addresses));
    }
  }

  /// The packet, and what decides on it.
  void explain(const Outcome& outcome, Traffic Part::*of_part, Breach& breach) const {
    const auto chosen = choose(outcome, of_part);
    if (!chosen) return;
    const Traffic packet(chosen->packet.protocol,
                         net::PortSet(chosen->packet.port, chosen->packet.port));
    const bool passes = question_.forbids;
    std::vector<source::Span> rules;
    for (model::Direction direction : {model::Direction::Ingress, model::Direction::Egress}) {
      const bool egress = direction == model::Direction::Egress;
      const auto* self = std::get_if<EndpointId>(egress ? &chosen->source : &chosen->destination);
      if (self == nullptr) continue;
      const queries::DirectionReason reason = queries::explain(
          setting_.cluster, direction, chosen->source, chosen->destination, packet);
      for (audit::Cause& cause : causes_of(model_, reason, *self, passes)) {
        // Rules are what can be changed; a pod that no policy selects comes after them.
        if (reason.basis == queries::Basis::Policies) rules.push_back(cause.where);
        breach.causes.push_back(std::move(cause));
      }
    }
    if (!rules.empty()) {
      breach.where = rules.front();
    } else if (!breach.causes.empty()) {
      breach.where = breach.causes.front().where;
    }
    if (!breach.certain) return;
    replay(chosen->replayed);
    breach.example = audit::Example{end_of(outcome, true, *chosen).brief,
                                    end_of(outcome, false, *chosen).brief,
                                    text_of(model_, chosen->replayed),
                                    {}};
  }

  [[nodiscard]] EndName end_of(const Outcome& outcome, bool source, const Chosen& chosen) const {
    const auto& variants = source ? outcome.sources : outcome.destinations;
    const auto& address =
        source ? chosen.replayed.source_address : chosen.replayed.destination_address;
    const auto* id = std::get_if<EndpointId>(source ? &chosen.source : &chosen.destination);
    if (id == nullptr) return {address.to_string(), address.to_string()};
    for (const queries::Variant& each : variants) {
      if (each.workload == model_[*id].workload) return intents::name_of(model_, each, {});
    }
    return intents::name_of(model_, *id);
  }

  [[nodiscard]] std::optional<Chosen> choose(const Outcome& outcome, Traffic Part::*of_part) const {
    const net::AddressSet left_out = question_.from.left_out | question_.to.left_out;
    for (const Part& part : outcome.parts) {
      if ((part.*of_part).empty()) continue;
      Chosen chosen{outcome.source, outcome.destination, queries::choose_packet(part.*of_part), {}};
      const net::AddressSet addresses = part.addresses - left_out;
      for (Party* party : {&chosen.source, &chosen.destination}) {
        if (std::holds_alternative<EndpointId>(*party) || addresses.empty()) continue;
        const net::Address first = addresses.intervals().front().first;
        *party = net::AddressSet(first, first);
      }
      const auto packet =
          packet_between(setting_.cluster, chosen.source, chosen.destination, chosen.packet);
      if (!packet) continue;
      chosen.replayed = *packet;
      return chosen;
    }
    return std::nullopt;
  }

  /// The single-packet evaluator must see what the sets and Z3 have found.
  void replay(const check::Packet& packet) const {
    const check::World world;  // it holds in every one
    if (check::passes(setting_.cluster, packet, world) != question_.forbids) {
      throw source::InternalError("the single-packet evaluator refutes a violation of an intent");
    }
  }

  const Setting& setting_;
  const model::Model& model_;
  const Question& question_;
  Evidence evidence_;
};

}  // namespace

Asking ask_policies(const Setting& setting, const Question& question) {
  return PolicyEvaluation(setting, question).run();
}

}  // namespace polreach::solver::intents
