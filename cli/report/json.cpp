// SPDX-License-Identifier: Apache-2.0
#include "cli/report/json.h"

#include "cli/report/diagnostics.h"
#include "cli/report/style.h"

namespace polreach::cli {

namespace queries = solver::queries;

namespace {

std::string_view basis_word(queries::Basis basis) {
  switch (basis) {
    case queries::Basis::Outside:
      return "outside";
    case queries::Basis::OnePod:
      return "itself";
    case queries::Basis::Node:
      return "node";
    case queries::Basis::NotSelected:
      return "not-selected";
    case queries::Basis::Policies:
      return "policies";
  }
  return "?";
}

std::string_view rule_effect_word(queries::Effect effect) {
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

class ErrorWriter : private JsonWriter {
 public:
  explicit ErrorWriter(std::ostream& out) : JsonWriter(out) {}

  void error(std::string_view schema, const Input* given, const std::string& code,
             const std::string& message, const std::string& help) {
    begin(schema);
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
};

}  // namespace

void JsonWriter::begin(std::string_view schema) {
  json_.StartObject();
  text("schema", schema);
}

void JsonWriter::end() {
  json_.EndObject();
  finish();
}

void JsonWriter::finish() {
  flush();
  out_ << "\n";
}

/// JSON is UTF-8; file names need not be.
void JsonWriter::string(std::string_view value) {
  const std::string safe = is_utf8(value) ? std::string(value) : printable(value);
  json_.String(safe.data(), static_cast<rapidjson::SizeType>(safe.size()));
}

void JsonWriter::text(const char* key, std::string_view value) {
  json_.Key(key);
  string(value);
}

void JsonWriter::flag(const char* key, bool value) {
  json_.Key(key);
  json_.Bool(value);
}

void JsonWriter::number(const char* key, std::uint64_t value) {
  json_.Key(key);
  json_.Uint64(value);
}

void JsonWriter::flush() {
  out_.write(buffer_.GetString(), static_cast<std::streamsize>(buffer_.GetSize()));
  buffer_.Clear();
}

void JsonWriter::traffic(const char* key, const net::Traffic& value) {
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

void JsonWriter::addresses(const char* key, const net::AddressSet& set) {
  list(key, net::prefixes_of(set), [&](const net::Prefix& prefix) { string(prefix.to_string()); });
}

void JsonWriter::place(const Written& given, const char* key, const source::Span& where) {
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

void JsonWriter::policy_fields(const model::Model& model, model::PolicyId id) {
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

void JsonWriter::policy(const Written& given, model::PolicyId id) {
  json_.StartObject();
  policy_fields(given.model, id);
  place(given, "at", given.model[id].where);
  json_.EndObject();
}

void JsonWriter::rule(const Written& given, const queries::RuleReason& reason) {
  json_.StartObject();
  policy_fields(given.model, reason.policy);
  json_.Key("rule");
  json_.Uint(reason.rule->number);
  if (reason.rule->name) text("ruleName", given.model.text(*reason.rule->name));
  flag("certain", reason.matches == compiler::Tri::Yes);
  traffic("traffic", reason.traffic);
  if (!reason.addresses.empty()) addresses("cidrs", reason.addresses);
  place(given, "at", reason.rule->where);
  json_.EndObject();
}

void JsonWriter::direction(const Written& given, const char* key,
                           const queries::DirectionReason& reason) {
  json_.Key(key);
  json_.StartObject();
  text("basis", basis_word(reason.basis));
  text("effect", rule_effect_word(reason.effect));
  if (reason.own_node) flag("ownNode", true);
  if (reason.other_as_node) flag("otherwiseAsNode", true);
  list("selectedBy", reason.selecting, [&](model::PolicyId id) { policy(given, id); });
  list("perhapsSelectedBy", reason.may_select, [&](model::PolicyId id) { policy(given, id); });
  list("deniedBy", reason.denying, [&](const queries::RuleReason& r) { rule(given, r); });
  list("passedOnBy", reason.passing, [&](const queries::RuleReason& r) { rule(given, r); });
  list("allowedBy", reason.allowing, [&](const queries::RuleReason& r) { rule(given, r); });
  list("nearMisses", reason.near_misses, [&](const queries::RuleReason& r) { rule(given, r); });
  list("misses", reason.misses, [&](const queries::RuleMiss& m) { miss(given, m); });
  number("rules", reason.rules);
  json_.EndObject();
}

void JsonWriter::miss(const Written& given, const queries::RuleMiss& miss) {
  json_.StartObject();
  policy_fields(given.model, miss.policy);
  json_.Key("rule");
  json_.Uint(miss.rule->number);
  list("reasons", miss.reasons, [&](const std::string& reason) { string(printable(reason)); });
  place(given, "at", miss.rule->where);
  json_.EndObject();
}

void JsonWriter::assumption(const Written& given, const queries::NamedAssumption& assumption) {
  json_.StartObject();
  text("id", assumption.id);
  text("text", assumption.text);
  if (!assumption.settle.empty()) text("settledBy", assumption.settle);
  list("at", assumption.where,
       [&](const source::Span& where) { string(given.sources.place(where)); });
  json_.EndObject();
}

void JsonWriter::input(const Input& given) {
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
    text("severity", severity_word(diagnostic.severity));
    text("code", diagnostic.code);
    text("message", printable(diagnostic.message));
    if (!diagnostic.subject.empty()) text("subject", printable(diagnostic.subject));
    if (!diagnostic.help.empty()) text("help", printable(diagnostic.help));
    place(given, "at", diagnostic.where);
    place(given, "other", diagnostic.other);
    json_.EndObject();
  });
}

void write_json_error(std::ostream& out, std::string_view schema, const Input* input,
                      const std::string& code, const std::string& message,
                      const std::string& help) {
  ErrorWriter(out).error(schema, input, code, message, help);
}

}  // namespace polreach::cli
