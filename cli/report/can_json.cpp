// SPDX-License-Identifier: Apache-2.0
#define RAPIDJSON_HAS_STDSTRING 1
#include <rapidjson/ostreamwrapper.h>
#include <rapidjson/prettywriter.h>

#include "cli/report/can_report.h"
#include "cli/report/diagnostics.h"
#include "solver/queries/assumptions.h"

namespace polreach::cli {

namespace queries = solver::queries;

using compiler::Tri;
using model::EndpointId;
using model::Model;
using queries::Basis;
using queries::DirectionReason;
using queries::Outcome;
using queries::Part;
using queries::RuleReason;
using queries::Target;
using queries::Variant;

namespace {

constexpr const char* kSchema = "polreach.can/v1";

std::string_view word(Basis basis) {
  switch (basis) {
    case Basis::Outside:
      return "outside";
    case Basis::OnePod:
      return "itself";
    case Basis::Node:
      return "node";
    case Basis::NotSelected:
      return "not-selected";
    case Basis::Policies:
      return "policies";
  }
  return "?";
}

std::string_view word(queries::Effect effect) {
  switch (effect) {
    case queries::Effect::Passes:
      return "passes";
    case queries::Effect::Stopped:
      return "stopped";
    case queries::Effect::InPart:
      return "partly";
    case queries::Effect::Depends:
      return "depends";
  }
  return "?";
}

std::string_view word(source::Severity severity) {
  switch (severity) {
    case source::Severity::Error:
      return "error";
    case source::Severity::Warning:
      return "warning";
    case source::Severity::Note:
      return "note";
  }
  return "?";
}

class Writer {
 public:
  explicit Writer(std::ostream& out) : stream_(out), json_(stream_) { json_.SetIndent(' ', 2); }

  void answer(const CanReport& report) {
    begin();
    text("verdict", queries::to_string(report.answer.verdict));
    question(report);
    list("outcomes", report.answer.outcomes, [&](const Outcome& o) { outcome(report, o); });
    list("withoutPort", report.answer.without_port,
         [&](const Variant& v) { end_of_connection(report, report.destination, v); });
    list("dependsOn", queries::open_assumptions(report.cluster, report.answer),
         [&](const auto& assumption) { this->assumption(report.input, assumption); });
    list("assumptions", queries::standing_assumptions(report.cluster, report.answer),
         [&](const auto& assumption) { this->assumption(report.input, assumption); });
    json_.Key("proofs");
    json_.Uint64(report.answer.proofs);
    json_.Key("unproven");
    json_.Uint64(report.answer.unproven);
    input(report.input);
    end();
  }

  void error(const Input* given, const std::string& code, const std::string& message,
             const std::string& help) {
    begin();
    json_.Key("verdict");
    json_.Null();
    if (!message.empty()) {
      json_.Key("error");
      json_.StartObject();
      text("code", code);
      text("message", message);
      if (!help.empty()) text("help", help);
      json_.EndObject();
    }
    if (given != nullptr) input(*given);
    end();
  }

 private:
  void begin() {
    json_.StartObject();
    text("schema", kSchema);
  }
  void end() {
    json_.EndObject();
    stream_.Put('\n');
    stream_.Flush();
  }

  /// JSON is UTF-8; file names need not be.
  void string(std::string_view value) {
    const std::string safe = is_utf8(value) ? std::string(value) : printable(value);
    json_.String(safe.data(), static_cast<rapidjson::SizeType>(safe.size()));
  }
  void text(const char* key, std::string_view value) {
    json_.Key(key);
    string(value);
  }
  void flag(const char* key, bool value) {
    json_.Key(key);
    json_.Bool(value);
  }
  template <typename Range, typename Write>
  void list(const char* key, const Range& range, Write write) {
    json_.Key(key);
    json_.StartArray();
    for (const auto& item : range) write(item);
    json_.EndArray();
  }

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

  void traffic(const char* key, const net::Traffic& value) {
    json_.Key(key);
    json_.StartArray();
    for (net::Protocol protocol : net::kProtocols) {
      if (value[protocol].empty()) continue;
      json_.StartObject();
      text("protocol", net::to_string(protocol));
      list("ports", value[protocol].intervals(), [&](const auto& range) {
        std::string ports = std::to_string(range.first);
        if (range.last != range.first) ports += "-" + std::to_string(range.last);
        string(ports);
      });
      json_.EndObject();
    }
    json_.EndArray();
  }

  void addresses(const char* key, const net::AddressSet& set) {
    list(key, net::prefixes_of(set),
         [&](const net::Prefix& prefix) { string(prefix.to_string()); });
  }

  void place(const Input& given, const char* key, const source::Span& where) {
    if (!where.exists()) return;
    const source::Location location = given.sources.location(where);
    json_.Key(key);
    json_.StartObject();
    text("file", location.file);
    json_.Key("line");
    json_.Uint(location.line);
    json_.Key("column");
    json_.Uint(location.column);
    text("text", printable(location.text));
    json_.EndObject();
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
    direction(report, "egress", outcome.egress);
    direction(report, "ingress", outcome.ingress);
    if (outcome.witness) witness(report.input.model, *outcome.witness, outcome);
    json_.EndObject();
  }

  void direction(const CanReport& report, const char* key, const DirectionReason& reason) {
    json_.Key(key);
    json_.StartObject();
    text("basis", word(reason.basis));
    text("effect", word(reason.effect));
    if (reason.own_node) flag("ownNode", true);
    if (reason.other_as_node) flag("otherwiseAsNode", true);
    list("selectedBy", reason.selecting, [&](model::PolicyId id) { policy(report, id); });
    list("perhapsSelectedBy", reason.may_select, [&](model::PolicyId id) { policy(report, id); });
    list("deniedBy", reason.denying, [&](const RuleReason& r) { rule(report, r); });
    list("passedOnBy", reason.passing, [&](const RuleReason& r) { rule(report, r); });
    list("allowedBy", reason.allowing, [&](const RuleReason& r) { rule(report, r); });
    list("nearMisses", reason.near_misses, [&](const RuleReason& r) { rule(report, r); });
    list("misses", reason.misses, [&](const queries::RuleMiss& m) { miss(report, m); });
    json_.Key("rules");
    json_.Uint64(reason.rules);
    json_.EndObject();
  }

  void policy_fields(const CanReport& report, model::PolicyId id) {
    const Model& model = report.input.model;
    text("kind", model.text(model[id].kind));
    if (model[id].tier == model::Tier::Network) {
      text("namespace", model.text(model[model[id].ns].name));
    } else {
      text("tier", model[id].tier == model::Tier::Admin ? "admin" : "baseline");
      json_.Key("priority");
      json_.Int(model[id].priority);
    }
    text("name", model.text(model[id].name));
  }

  void policy(const CanReport& report, model::PolicyId id) {
    json_.StartObject();
    policy_fields(report, id);
    place(report.input, "at", report.input.model[id].where);
    json_.EndObject();
  }

  void rule(const CanReport& report, const RuleReason& reason) {
    json_.StartObject();
    policy_fields(report, reason.policy);
    json_.Key("rule");
    json_.Uint(reason.rule->number);
    if (reason.rule->name) text("ruleName", report.input.model.text(*reason.rule->name));
    flag("certain", reason.matches == Tri::Yes);
    traffic("traffic", reason.traffic);
    if (!reason.addresses.empty()) addresses("cidrs", reason.addresses);
    place(report.input, "at", reason.rule->where);
    json_.EndObject();
  }

  void miss(const CanReport& report, const queries::RuleMiss& miss) {
    json_.StartObject();
    policy_fields(report, miss.policy);
    json_.Key("rule");
    json_.Uint(miss.rule->number);
    list("reasons", miss.reasons, [&](const std::string& reason) { string(printable(reason)); });
    place(report.input, "at", miss.rule->where);
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

  void assumption(const Input& given, const queries::NamedAssumption& assumption) {
    json_.StartObject();
    text("id", assumption.id);
    text("text", assumption.text);
    if (!assumption.settle.empty()) text("settledBy", assumption.settle);
    list("at", assumption.where,
         [&](const source::Span& where) { string(given.sources.place(where)); });
    json_.EndObject();
  }

  void input(const Input& given) {
    json_.Key("input");
    json_.StartObject();
    const kubernetes::Ledger& ledger = given.ledger;
    for (const auto& [key, count] :
         {std::pair{"read", ledger.read()}, std::pair{"used", ledger.used},
          std::pair{"irrelevant", ledger.irrelevant}, std::pair{"unsupported", ledger.unsupported},
          std::pair{"rejected", ledger.rejected}}) {
      json_.Key(key);
      json_.Uint64(count);
    }
    json_.EndObject();
    list("diagnostics", given.diagnostics.sorted(given.sources), [&](const auto& diagnostic) {
      json_.StartObject();
      text("severity", word(diagnostic.severity));
      text("code", diagnostic.code);
      text("message", printable(diagnostic.message));
      if (!diagnostic.subject.empty()) text("subject", printable(diagnostic.subject));
      if (!diagnostic.help.empty()) text("help", printable(diagnostic.help));
      place(given, "at", diagnostic.where);
      place(given, "other", diagnostic.other);
      json_.EndObject();
    });
  }

  rapidjson::OStreamWrapper stream_;
  rapidjson::PrettyWriter<rapidjson::OStreamWrapper> json_;
};

}  // namespace

void write_json(std::ostream& out, const CanReport& report) { Writer(out).answer(report); }

void write_json_error(std::ostream& out, const Input* input, const std::string& code,
                      const std::string& message, const std::string& help) {
  Writer(out).error(input, code, message, help);
}

}  // namespace polreach::cli
