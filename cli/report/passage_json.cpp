// SPDX-License-Identifier: Apache-2.0
#include "cli/report/json.h"
#include "cli/report/network_report.h"
#include "cli/report/passage_report.h"

namespace polreach::cli {
namespace {

namespace queries = solver::queries;

using queries::Effect;
using queries::HopReason;
using queries::PassageOutcome;
using queries::RuleDecision;
using queries::WayReason;
using solver::sets::FlowBox;
using solver::sets::FlowBoxes;

constexpr const char* kPassageSchema = "polreach.passage/v1";

const char* way_effect_word(Effect effect) {
  switch (effect) {
    case Effect::Passes:
      return "passes";
    case Effect::Stopped:
      return "stopped";
    case Effect::InPart:
      return "in-part";
    case Effect::Depends:
      return "depends";
  }
  return "?";
}

const char* hop_kind_word(compiler::Hop::Kind kind) {
  switch (kind) {
    case compiler::Hop::Kind::Policies:
      return "policies";
    case compiler::Hop::Kind::Filter:
      return "group";
    case compiler::Hop::Kind::Gate:
      return "gate";
  }
  return "?";
}

class PassageJsonWriter : private JsonWriter {
 public:
  explicit PassageJsonWriter(std::ostream& out) : JsonWriter(out) {}

  void answer(const PassageReport& report) {
    begin(kPassageSchema);
    text("verdict", queries::to_string(report.answer.verdict));
    json_.Key("question");
    json_.StartObject();
    text("source", report.source.text);
    text("destination", report.destination.text);
    text("asked", report.asked);
    json_.EndObject();
    std::vector<std::string> notes = report.source.notes;
    notes.insert(notes.end(), report.destination.notes.begin(), report.destination.notes.end());
    list("notes", notes, [&](const std::string& note) { string(note); });
    list("outcomes", report.answer.outcomes, [&](const auto& each) { outcome(report, each); });
    list("assumptions", report.answer.assumes,
         [&](const auto& each) { assumption(report.input, each); });
    text("serviceTags", report.input.cloud.service_tags.change_number);
    number("proofs", report.answer.proofs);
    number("unproven", report.answer.unproven);
    input(report.input);
    end();
  }

 private:
  void outcome(const PassageReport& report, const PassageOutcome& outcome) {
    json_.StartObject();
    text("source", outcome.connection.source);
    text("destination", outcome.connection.destination);
    text("verdict", queries::to_string(outcome.verdict));
    text("permitted", queries::to_string(outcome.permitted));
    routed(report, outcome.connection.routed);
    boxes("allowed", outcome.allowed);
    boxes("depends", outcome.open);
    boxes("denied", outcome.denied);
    list("ways", outcome.ways, [&](const WayReason& each) { way(report, each); });
    list("dependsOn", outcome.rests_on, [&](const auto& each) { assumption(report.input, each); });
    list("notes", outcome.connection.notes, [&](const std::string& note) { string(note); });
    if (outcome.witness) witness(outcome.witness->flow);
    json_.EndObject();
  }

  void routed(const PassageReport& report, const compiler::Routed& routed) {
    json_.Key("routed");
    json_.StartObject();
    text("answer", word(routed.answer));
    text("reason", routed.reason);
    if (routed.where.exists()) place(report.input, "where", routed.where);
    json_.EndObject();
  }

  void boxes(const char* key, const FlowBoxes& boxes) {
    json_.Key(key);
    json_.StartObject();
    flag("complete", boxes.complete);
    list("boxes", boxes.boxes, [&](const FlowBox& each) { box(each); });
    json_.EndObject();
  }

  void box(const FlowBox& box) {
    json_.StartObject();
    std::vector<std::string_view> protocols;
    for (net::IpProtocol protocol : net::kIpProtocols) {
      if (box.protocols.contains(protocol)) protocols.push_back(net::to_string(protocol));
    }
    list("protocols", protocols, [&](std::string_view each) { string(each); });
    addresses("source", box.source);
    addresses("destination", box.destination);
    text("sourcePorts", net::to_string(box.source_ports & net::all_ports()));
    text("destinationPorts", net::to_string(box.destination_ports & net::all_ports()));
    json_.EndObject();
  }

  void way(const PassageReport& report, const WayReason& way) {
    json_.StartObject();
    text("label", way.path->label);
    text("effect", way_effect_word(way.effect));
    list("hops", way.hops, [&](const HopReason& each) { hop(report, way, each); });
    json_.EndObject();
  }

  void hop(const PassageReport& report, const WayReason& way, const HopReason& reason) {
    const compiler::Hop& hop = *reason.hop;
    json_.StartObject();
    text("kind", hop_kind_word(hop.kind));
    text("place", hop.place);
    text("direction", hop.direction == model::Direction::Egress ? "out" : "in");
    text("effect", way_effect_word(reason.effect));
    header("source", hop.header.source);
    header("destination", hop.header.destination);
    if (hop.header.destination_port) number("destinationPort", *hop.header.destination_port);
    if (!hop.why.empty()) text("why", hop.why);
    if (reason.policies) direction(report.input, "policies", *reason.policies);
    list("rules", reason.rules, [&](const RuleDecision& each) { rule(report, way, hop, each); });
    json_.EndObject();
  }

  /// Only where the hop does not see the packet's own address.
  void header(const char* key, const compiler::HeaderAddress& address) {
    if (address.kind == compiler::HeaderAddress::Kind::Chosen) addresses(key, address.among);
  }

  void rule(const PassageReport& report, const WayReason& way, const compiler::Hop& hop,
            const RuleDecision& decision) {
    json_.StartObject();
    text("rule", rule_name(hop, *way.path, decision));
    text("effect", verb_of(decision));
    flag("certain", decision.is_certain);
    boxes("packets", decision.packets);
    if (decision.rule != nullptr && decision.rule->rule->where.exists()) {
      place(report.input, "where", decision.rule->rule->where);
    }
    json_.EndObject();
  }

  void witness(const net::Flow& flow) {
    json_.Key("witness");
    json_.StartObject();
    text("protocol", net::to_string(flow.protocol));
    text("source", flow.source.to_string());
    text("destination", flow.destination.to_string());
    number("sourcePort", flow.source_port);
    number("destinationPort", flow.destination_port);
    json_.EndObject();
  }
};

}  // namespace

void write_json(std::ostream& out, const PassageReport& report) {
  PassageJsonWriter(out).answer(report);
}

}  // namespace polreach::cli
