// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "cli/report/equivalence_report.h"
#include "cli/report/json.h"
#include "cli/report/lists.h"

namespace polreach::cli {

namespace queries = solver::queries;

using queries::Distinction;
using queries::PossibleEnd;

namespace {

/// "a pod app=web in namespace shop", "10.0.0.1".
std::string end_name(const PossibleEnd& end) {
  if (!end.address.empty()) return end.address;
  std::string text = "a pod ";
  text += end.labels.empty() ? "without labels" : "with " + joined(end.labels, ", ");
  if (!end.ports.empty()) text += " that calls the port " + joined(end.ports, ", ");
  text += end.is_new ? " in a new namespace" : " in namespace " + end.ns;
  if (!end.namespace_labels.empty()) text += " with " + joined(end.namespace_labels, ", ");
  return text;
}

class EquivalenceJsonWriter : private JsonWriter {
 public:
  explicit EquivalenceJsonWriter(std::ostream& out) : JsonWriter(out) {}

  void all(const EquivalenceReport& report) {
    begin("polreach.equivalence/v1");
    text("verdict", report.answer.counterexample ? "not-equivalent" : "equivalent");
    text("old", report.old_name);
    text("new", report.new_name);
    if (report.answer.counterexample) counterexample(*report.answer.counterexample);
    number("proofs", report.answer.proofs);
    for (const auto& [key, given] :
         {std::pair{"oldInput", &report.old_input}, std::pair{"newInput", &report.new_input}}) {
      json_.Key(key);
      json_.StartObject();
      input(*given);
      json_.EndObject();
    }
    end();
  }

 private:
  void strings(const char* key, const std::vector<std::string>& values) {
    list(key, values, [&](const std::string& value) { string(printable(value)); });
  }

  void counterexample(const Distinction& example) {
    json_.Key("counterexample");
    json_.StartObject();
    text("allowedBy", example.old_allows ? "old" : "new");
    one_end("source", example.source);
    one_end("destination", example.destination);
    text("protocol", net::to_string(example.protocol));
    number("port", example.port);
    strings("readings", example.readings);
    json_.EndObject();
  }

  void one_end(const char* key, const PossibleEnd& end) {
    json_.Key(key);
    json_.StartObject();
    if (!end.address.empty()) {
      text("address", end.address);
    } else {
      if (!end.is_new) text("namespace", end.ns);
      flag("newNamespace", end.is_new);
      strings("namespaceLabels", end.namespace_labels);
      strings("labels", end.labels);
      strings("portNames", end.ports);
    }
    json_.EndObject();
  }
};

}  // namespace

void write_equivalence_text(std::ostream& out, const Style& style,
                            const EquivalenceReport& report) {
  const std::string sides = printable(report.old_name) + " => " + printable(report.new_name);
  if (!report.answer.counterexample) {
    out << style.green("EQUIVALENT") << "  " << sides << "\n"
        << "  for every packet, and every pod that could exist\n"
        << "  "
        << style.dim(fmt::format("proven by Z3 over {} pairs of namespaces and addresses",
                                 report.answer.proofs))
        << "\n";
    return;
  }
  const Distinction& example = *report.answer.counterexample;
  out << style.red("NOT EQUIVALENT") << "  " << sides << "\n"
      << "  " << net::to_string(example.protocol) << " port " << example.port
      << (example.old_allows ? " is allowed by the old, and denied by the new"
                             : " is denied by the old, and allowed by the new")
      << "\n"
      << "    from " << printable(end_name(example.source)) << "\n"
      << "    to   " << printable(end_name(example.destination)) << "\n";
  for (const std::string& reading : example.readings) out << "    " << reading << "\n";
}

void write_equivalence_json(std::ostream& out, const EquivalenceReport& report) {
  EquivalenceJsonWriter(out).all(report);
}

}  // namespace polreach::cli
