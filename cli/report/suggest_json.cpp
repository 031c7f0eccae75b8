// SPDX-License-Identifier: Apache-2.0
#include <map>

#include "cli/report/rules_json.h"
#include "cli/report/suggest_report.h"

namespace polreach::cli {

namespace suggest = solver::suggest;

namespace {

class SuggestJsonWriter : private RulesJson {
 public:
  SuggestJsonWriter(std::ostream& out, const SuggestReport& report)
      : RulesJson(out), report_(report) {}

  void all() {
    const suggest::Suggestion& found = report_.suggestion;
    begin("polreach.suggest/v1");
    text("asked", printable(report_.asked));
    text("kind", report_.kind);
    text("verdict", word(verdict_of(report_)));
    text("summary", printable(headline(report_)));
    if (!report_.intents.empty()) {
      list("intents", report_.intents, [&](const SuggestedIntent& each) { intent(each); });
    }
    objects();
    changes("does", found.effect.done, network_ == nullptr ? nullptr : &network_->effect.done);
    changes("misses", found.effect.missed, nullptr);
    changes("cuts", found.effect.cut, network_ == nullptr ? nullptr : &network_->effect.others);
    changes("opens", found.effect.opened, nullptr);
    const auto write = [&](const std::string& each) { string(printable(each)); };
    list("notes", all_notes(report_), write);
    list("notUnderstood", found.doubts, write);
    number("proofs", found.effect.proofs + (network_ == nullptr ? 0 : network_->proofs));
    number("unproven", found.effect.unproven + (network_ == nullptr ? 0 : network_->unproven));
    input(report_.input);
    end();
  }

 private:
  void intent(const SuggestedIntent& each) {
    json_.StartObject();
    text("name", printable(each.name));
    text("verdict", each.verdict);
    flag("solved", each.solved);
    if (!each.why.empty()) text("why", printable(each.why));
    json_.EndObject();
  }

  void objects() {
    json_.Key("objects");
    json_.StartArray();
    for (const suggest::Object& each : report_.suggestion.objects) object(each);
    if (network_ != nullptr) {
      for (const suggest::GroupRule& each : network_->rules) group_rule(report_.input, each);
    }
    json_.EndArray();
    if (network_ != nullptr) text("arm", network_->arm);
  }

  void object(const suggest::Object& each) {
    json_.StartObject();
    text("kind", "NetworkPolicy");
    text("namespace", printable(each.ns));
    text("name", printable(each.name));
    flag("new", each.before.empty());
    text("purpose", printable(each.purpose));
    text("yaml", each.yaml);
    if (!each.before.empty()) {
      text("before", each.before);
      place(report_.input, "replaces", each.replaces);
    }
    json_.EndObject();
  }

  void changes(const char* key, const std::vector<suggest::Change>& changes,
               const std::vector<suggest::GroupChange>* of_rules) {
    json_.Key(key);
    json_.StartArray();
    for (const suggest::Change& each : changes) {
      json_.StartObject();
      end_of("source", each.source);
      end_of("destination", each.destination);
      traffic("traffic", each.traffic);
      flag("certain", each.certain);
      json_.EndObject();
    }
    if (of_rules != nullptr) {
      for (const suggest::GroupChange& each : *of_rules) group_change(each);
    }
    json_.EndArray();
  }

  void end_of(const char* key, const suggest::End& end) {
    const model::Model& model = report_.input.model;
    json_.Key(key);
    json_.StartObject();
    if (end.pods.empty()) {
      addresses("cidrs", end.addresses);
    } else {
      std::map<model::WorkloadId, std::vector<model::EndpointId>> workloads;
      for (const model::EndpointId pod : end.pods) workloads[model[pod].workload].push_back(pod);
      list("workloads", workloads, [&](const auto& entry) { workload(entry.first, entry.second); });
    }
    json_.EndObject();
  }

  void workload(model::WorkloadId id, const std::vector<model::EndpointId>& pods) {
    const model::Model& model = report_.input.model;
    const model::Workload& workload = model[id];
    json_.StartObject();
    text("namespace", printable(model.text(model[workload.ns].name)));
    text("kind", printable(model.text(workload.kind)));
    text("name", printable(model.text(workload.name)));
    if (pods.size() != workload.endpoints.size()) {
      // Pods of a template have no name.
      list("pods", pods, [&](model::EndpointId pod) {
        string(model[pod].pod ? printable(model.text(*model[pod].pod)) : std::string());
      });
    }
    json_.EndObject();
  }

  const SuggestReport& report_;
  const SuggestNetworkReport* network_ = rules_of(report_);
};

}  // namespace

void write_suggest_json(std::ostream& out, const SuggestReport& report) {
  SuggestJsonWriter(out, report).all();
}

}  // namespace polreach::cli
