// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "cli/report/exposure_report.h"
#include "cli/report/json.h"

namespace polreach::cli {

namespace queries = solver::queries;

using queries::ExposureEntry;
using queries::ExposureSide;
using queries::PossibleTraffic;
using queries::WorkloadExposure;

namespace {

class ExposureJsonWriter : private JsonWriter {
 public:
  ExposureJsonWriter(std::ostream& out, const ExposureReport& report)
      : JsonWriter(out), report_(report), model_(report.input.model) {}

  void all() {
    begin("polreach.exposure/v1");
    // What policies that were not understood could open nobody knows.
    flag("complete", report_.exposure.gaps.empty());
    list("workloads", report_.exposure.workloads,
         [&](const WorkloadExposure& each) { workload(each); });
    list("dependsOn", open_assumptions(report_),
         [&](const auto& each) { assumption(report_.input, each); });
    list("assumptions", standing_assumptions(report_),
         [&](const auto& each) { assumption(report_.input, each); });
    input(report_.input);
    end();
  }

 private:
  void workload(const WorkloadExposure& each) {
    json_.StartObject();
    text("namespace", model_.text(model_[each.pods.ns].name));
    text("name", model_.text(each.pods.name));
    text("kind", model_.text(each.pods.kind));
    if (!each.pods.whole) {
      list("pods", each.pods.endpoints, [&](model::EndpointId id) {
        if (model_[id].pod) string(model_.text(*model_[id].pod));
      });
    }
    if (each.ingress) side("ingress", *each.ingress, each.gaps);
    if (each.egress) side("egress", *each.egress, each.gaps);
    json_.EndObject();
  }

  void side(const char* key, const ExposureSide& side, bool gaps) {
    json_.Key(key);
    json_.StartObject();
    flag("selected", side.selected);
    flag("exact", !side.bounded);
    list("openTo", side.entries, [&](const ExposureEntry& each) { entry(each, gaps); });
    json_.EndObject();
  }

  void entry(const ExposureEntry& entry, bool gaps) {
    json_.StartObject();
    text("text", peer_text(model_, entry));
    if (entry.is_outside()) {
      addresses("cidrs", entry.addresses);
    } else {
      selector("namespaceSelector", entry.namespaces);
      selector("podSelector", entry.pods);
    }
    // What could be closed by a policy that was not understood is not certain.
    const PossibleTraffic none;
    traffic("allowed", gaps ? none : entry.allowed);
    traffic("beyond", gaps ? none : entry.allowed_beyond);
    if (gaps || !entry.conditional.empty()) {
      PossibleTraffic conditional = entry.conditional;
      if (gaps) conditional = merged(entry.allowed, entry.conditional);
      traffic("conditional", conditional);
      list("condition", ids_of(entry.points, gaps), [&](const std::string& id) { string(id); });
    }
    if (entry.example) example(*entry.example);
    json_.EndObject();
  }

  static PossibleTraffic merged(PossibleTraffic a, const PossibleTraffic& b) {
    a.ports |= b.ports;
    a.named.insert(a.named.end(), b.named.begin(), b.named.end());
    a.without.insert(a.without.end(), b.without.begin(), b.without.end());
    return a;
  }

  void traffic(const char* key, const PossibleTraffic& traffic) {
    json_.Key(key);
    json_.StartObject();
    JsonWriter::traffic("ports", traffic.ports);
    if (!traffic.named.empty()) names("named", traffic.named);
    if (!traffic.without.empty()) names("withoutNamed", traffic.without);
    json_.EndObject();
  }

  void names(const char* key, const std::vector<PossibleTraffic::PortName>& names) {
    list(key, names, [&](const PossibleTraffic::PortName& name) {
      json_.StartObject();
      text("protocol", net::to_string(name.first));
      text("name", model_.text(name.second));
      json_.EndObject();
    });
  }

  /// As the Kubernetes API writes a LabelSelector.
  void selector(const char* key, const model::Selector& selector) {
    json_.Key(key);
    json_.StartObject();
    if (!selector.all_of.empty()) {
      list("matchExpressions", selector.all_of,
           [&](const model::Requirement& each) { requirement(each); });
    }
    json_.EndObject();
  }

  void requirement(const model::Requirement& requirement) {
    static constexpr std::string_view kNames[] = {"In", "NotIn", "Exists", "DoesNotExist"};
    json_.StartObject();
    text("key", model_.text(requirement.key));
    text("operator", kNames[static_cast<std::size_t>(requirement.op)]);
    if (!requirement.values.empty()) {
      std::vector<std::string> values;
      for (model::Symbol value : requirement.values) values.emplace_back(model_.text(value));
      std::sort(values.begin(), values.end());
      list("values", values, [&](const std::string& value) { string(value); });
    }
    json_.EndObject();
  }

  void example(const queries::ExamplePod& pod) {
    json_.Key("example");
    json_.StartObject();
    text("namespace", pod.ns);
    text("name", pod.name);
    text("yaml", example_yaml(pod));
    // What of "allowed" the policies that would select this pod let pass, too.
    JsonWriter::traffic("passes", pod.passes);
    json_.EndObject();
  }

  const ExposureReport& report_;
  const model::Model& model_;
};

}  // namespace

void write_exposure_json(std::ostream& out, const ExposureReport& report) {
  ExposureJsonWriter(out, report).all();
}

}  // namespace polreach::cli
