// SPDX-License-Identifier: Apache-2.0
#include "cli/report/findings_common.h"
#include "cli/report/json.h"

namespace polreach::cli {

namespace audit = solver::audit;

using audit::Finding;

namespace {

class FindingsJsonWriter : private JsonWriter {
 public:
  FindingsJsonWriter(std::ostream& out, const FindingsReport& report)
      : JsonWriter(out), report_(report) {}

  void all() {
    begin("polreach.findings/v1");
    text("command", report_.command);
    if (!report_.overview.empty()) text("overview", printable(report_.overview));
    counts();
    list("findings", report_.findings, [&](const Finding& each) {
      json_.StartObject();
      finding(each);
      json_.EndObject();
    });
    list("suppressed", report_.suppressed, [&](const Suppressed& each) {
      json_.StartObject();
      finding(each.finding);
      text("reason", printable(each.reason));
      flag("external", each.external);
      place("suppressedAt", each.where);
      json_.EndObject();
    });
    list("unchecked", report_.unchecked, [&](const audit::Unchecked& each) {
      json_.StartObject();
      text("check", each.check->id);
      text("why", printable(each.why));
      json_.EndObject();
    });
    list("known", report_.known_entries, [&](const KnownFinding& each) {
      json_.StartObject();
      text("check", each.check);
      text("fingerprint", each.fingerprint);
      json_.EndObject();
    });
    list("checks", report_.checks, [&](const audit::Check* each) { check(*each); });
    list("assumptions", report_.assumptions, [&](const auto& each) { assumption(each); });
    if (report_.input != nullptr) input(*report_.input);
    end();
  }

 private:
  void counts() {
    json_.Key("counts");
    json_.StartObject();
    const SeverityCounts found = count(report_.findings);
    for (std::size_t i = 0; i < found.size(); ++i) {
      number(std::string(audit::name_of(static_cast<audit::Severity>(i))).c_str(), found[i]);
    }
    number("suppressed", report_.suppressed.size());
    number("known", report_.known);
    number("gone", report_.gone);
    number("hidden", report_.hidden);
    json_.EndObject();
  }

  void finding(const Finding& finding) {
    text("check", finding.check->id);
    text("severity", audit::name_of(finding.severity));
    text("fingerprint", audit::fingerprint(finding));
    text("subject", printable(finding.subject));
    if (!finding.key.empty()) text("key", printable(finding.key));
    text("message", printable(finding.message));
    place("at", finding.where);
    list("causes", finding.causes, [&](const audit::Cause& each) {
      json_.StartObject();
      text("text", printable(each.text));
      place("at", each.where);
      json_.EndObject();
    });
    if (finding.example) example(*finding.example);
    list("also", finding.also, [&](const std::string& each) {
      Finding other = {};
      other.check = finding.check;
      other.subject = each;
      other.key = finding.key;
      json_.StartObject();
      text("subject", printable(each));
      text("fingerprint", audit::fingerprint(other));
      json_.EndObject();
    });
    text("remedy", remedy_of(finding));
    flag("certain", finding.certain);
    list("restsOn", finding.rests_on, [&](const auto& each) { assumption(each); });
  }

  void example(const audit::Example& example) {
    json_.Key("example");
    json_.StartObject();
    text("source", printable(example.source));
    text("destination", printable(example.destination));
    text("packet", printable(example.packet));
    if (!example.pod.empty()) {
      std::string pod;
      for (const std::string& line : printable_lines(example.pod)) pod += line + "\n";
      text("pod", pod);
    }
    json_.EndObject();
  }

  void check(const audit::Check& check) {
    json_.StartObject();
    text("id", check.id);
    text("severity", audit::name_of(check.severity));
    text("title", check.title);
    list("elsewhere", check.elsewhere, [&](const audit::Elsewhere& each) {
      json_.StartObject();
      text("tool", each.tool);
      text("id", each.id);
      json_.EndObject();
    });
    json_.EndObject();
  }

  void place(const char* key, const source::Span& where) {
    if (!where.exists()) return;
    const source::Location location = report_.sources.location(where);
    json_.Key(key);
    json_.StartObject();
    text("file", printable(location.file));
    number("line", location.line);
    number("column", location.column);
    text("text", printable(location.text));
    json_.EndObject();
  }

  void assumption(const solver::queries::NamedAssumption& assumption) {
    json_.StartObject();
    text("id", assumption.id);
    text("text", printable(assumption.text));
    if (!assumption.settle.empty()) text("settledBy", printable(assumption.settle));
    list("at", assumption.where,
         [&](const source::Span& where) { string(printable(report_.sources.place(where))); });
    json_.EndObject();
  }

  const FindingsReport& report_;
};

}  // namespace

void write_findings_json(std::ostream& out, const FindingsReport& report) {
  FindingsJsonWriter(out, report).all();
}

}  // namespace polreach::cli
