// SPDX-License-Identifier: Apache-2.0
#include "cli/report/json.h"
#include "cli/report/map_report.h"
#include "cli/report/verify_report.h"

namespace polreach::cli {

using solver::audit::Finding;
using solver::intents::Judgement;

namespace {

class VerifyJsonWriter : private JsonWriter {
 public:
  VerifyJsonWriter(std::ostream& out, const VerifyReport& report)
      : JsonWriter(out), report_(report) {}

  void all() {
    begin("polreach.verify/v1");
    text("verdict", verdict());
    list("intents", report_.verification.judgements,
         [&](const Judgement& each) { judgement(each); });
    number("proofs", report_.verification.proofs);
    number("unproven", report_.verification.unproven);
    list("assumptions", standing_assumptions(report_.cluster),
         [&](const auto& each) { assumption(report_.input, each); });
    input(report_.input);
    end();
  }

 private:
  /// The exit status, in a word.
  [[nodiscard]] std::string_view verdict() const {
    std::string_view result = "holds";
    for (const Judgement& each : report_.verification.judgements) {
      if (each.verdict == solver::intents::Verdict::Violated) return "violated";
      if (each.verdict != solver::intents::Verdict::Holds) result = "undecided";
    }
    return result;
  }

  void judgement(const Judgement& each) {
    const intents::Intent& intent = *each.intent;
    json_.StartObject();
    text("name", intent.name);
    text("id", each.check->id);
    if (!intent.description.empty()) text("description", intent.description);
    text("severity", intent.severity);
    text("language", intents::to_string(intent.language));
    text("expect", intents::to_string(intent.expect));
    text("scope", intents::to_string(intent.scope));
    if (intent.from.given()) text("from", intent.from.text);
    if (intent.to.given()) text("to", intent.to.text);
    if (!intent.ports_text.empty()) text("ports", intent.ports_text);
    text("says", solver::intents::sentence(intent));
    place(report_.input, "at", intent.where);
    text("verdict", solver::intents::to_string(each.verdict));
    if (!each.why.empty()) text("why", each.why);
    list("notes", each.notes, [&](const std::string& note) { string(note); });
    number("pairs", each.pairs);
    list("findings", each.findings, [&](const Finding& one) { finding(one); });
    list("dependsOn", each.rests_on, [&](const auto& one) { assumption(report_.input, one); });
    json_.EndObject();
  }

  void finding(const Finding& one) {
    json_.StartObject();
    text("fingerprint", solver::audit::fingerprint(one));
    text("subject", one.subject);
    if (!one.key.empty()) text("key", one.key);
    text("message", one.message);
    flag("certain", one.certain);
    place(report_.input, "at", one.where);
    list("causes", one.causes, [&](const solver::audit::Cause& cause) {
      json_.StartObject();
      text("text", cause.text);
      place(report_.input, "at", cause.where);
      json_.EndObject();
    });
    list("also", one.also, [&](const std::string& name) { string(name); });
    if (one.example) {
      json_.Key("example");
      json_.StartObject();
      text("source", one.example->source);
      text("destination", one.example->destination);
      text("packet", one.example->packet);
      if (!one.example->pod.empty()) text("pod", one.example->pod);
      json_.EndObject();
    }
    list("dependsOn", one.rests_on, [&](const auto& each) { assumption(report_.input, each); });
    json_.EndObject();
  }

  const VerifyReport& report_;
};

}  // namespace

void write_json(std::ostream& out, const VerifyReport& report) {
  VerifyJsonWriter(out, report).all();
}

}  // namespace polreach::cli
