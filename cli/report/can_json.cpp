// SPDX-License-Identifier: Apache-2.0
#include "cli/report/can_report.h"
#include "cli/report/json.h"
#include "solver/queries/assumptions.h"

namespace polreach::cli {

namespace queries = solver::queries;

using model::EndpointId;
using model::Model;
using queries::Outcome;
using queries::Part;
using queries::Target;
using queries::Variant;

namespace {

constexpr const char* kCanSchema = "polreach.can/v1";

class CanJsonWriter : private JsonWriter {
 public:
  explicit CanJsonWriter(std::ostream& out) : JsonWriter(out) {}

  void answer(const CanReport& report) {
    begin(kCanSchema);
    text("verdict", queries::to_string(report.answer.verdict));
    question(report);
    list("outcomes", report.answer.outcomes, [&](const Outcome& o) { outcome(report, o); });
    list("withoutPort", report.answer.without_port,
         [&](const Variant& v) { end_of_connection(report, report.destination, v); });
    list("dependsOn", queries::open_assumptions(report.cluster, report.answer),
         [&](const auto& assumption) { this->assumption(report.input, assumption); });
    list("assumptions", queries::standing_assumptions(report.cluster, report.answer),
         [&](const auto& assumption) { this->assumption(report.input, assumption); });
    number("proofs", report.answer.proofs);
    number("unproven", report.answer.unproven);
    input(report.input);
    end();
  }

 private:
  void question(const CanReport& report) {
    json_.Key("question");
    json_.StartObject();
    text("source", report.source.text);
    text("destination", report.destination.text);
    text("asked", report.asked);
    json_.EndObject();
    std::vector<std::string> notes = report.source.notes;
    notes.insert(notes.end(), report.destination.notes.begin(), report.destination.notes.end());
    list("notes", notes, [&](const std::string& note) { string(note); });
  }

  void end_of_connection(const CanReport& report, const Target& target, const Variant& variant) {
    const Model& model = report.input.model;
    json_.StartObject();
    if (variant.workload) {
      const model::Workload& workload = model[*variant.workload];
      text("namespace", model.text(model[workload.ns].name));
      text("kind", model.text(workload.kind));
      text("name", model.text(workload.name));
      list("pods", variant.endpoints, [&](EndpointId id) {
        if (model[id].pod) string(model.text(*model[id].pod));
      });
    } else {
      addresses("cidrs", target.addresses);
    }
    json_.EndObject();
  }

  void outcome(const CanReport& report, const Outcome& outcome) {
    json_.StartObject();
    text("verdict", queries::to_string(outcome.verdict));
    list("sources", outcome.sources,
         [&](const Variant& v) { end_of_connection(report, report.source, v); });
    list("destinations", outcome.destinations,
         [&](const Variant& v) { end_of_connection(report, report.destination, v); });
    const bool outside = !std::holds_alternative<EndpointId>(outcome.source) ||
                         !std::holds_alternative<EndpointId>(outcome.destination);
    list("parts", outcome.parts, [&](const Part& part) {
      json_.StartObject();
      if (outside) addresses("cidrs", part.addresses);
      traffic("allowed", part.allowed);
      traffic("denied", part.denied);
      traffic("depends", part.open);
      json_.EndObject();
    });
    if (outcome.without_gaps) text("networkPolicyAlone", queries::to_string(*outcome.without_gaps));
    direction(report.input, "egress", outcome.egress);
    direction(report.input, "ingress", outcome.ingress);
    if (outcome.witness) witness(report.input.model, *outcome.witness, outcome);
    json_.EndObject();
  }

  void witness(const Model& model, const solver::check::Witness& witness, const Outcome& outcome) {
    const auto& packet = witness.packet;
    json_.Key("witness");
    json_.StartObject();
    flag("certain", has_certain_part(outcome));
    text("protocol", net::to_string(packet.protocol));
    json_.Key("port");
    json_.Uint(packet.port);
    end_of_packet(model, "source", packet.source, packet.source_address);
    end_of_packet(model, "destination", packet.destination, packet.destination_address);
    json_.EndObject();
  }

  static bool has_certain_part(const Outcome& outcome) {
    for (const Part& part : outcome.parts) {
      if (!part.allowed.empty()) return true;
    }
    return false;
  }

  void end_of_packet(const Model& model, const char* key, const std::optional<EndpointId>& id,
                     const net::Address& address) {
    json_.Key(key);
    json_.StartObject();
    if (id) {
      const model::Endpoint& endpoint = model[*id];
      text("namespace", model.text(model[model.namespace_of(*id)].name));
      text("workload", model.text(model[endpoint.workload].name));
      if (endpoint.pod) text("pod", model.text(*endpoint.pod));
      if (!endpoint.addresses.empty()) text("address", address.to_string());
    } else {
      text("address", address.to_string());
    }
    json_.EndObject();
  }
};

}  // namespace

void write_json(std::ostream& out, const CanReport& report) { CanJsonWriter(out).answer(report); }

}  // namespace polreach::cli
