// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "cli/report/exposure_report.h"
#include "cli/report/lists.h"
#include "cli/report/map_report.h"
#include "policies/model/well_known_labels.h"

namespace polreach::cli {

namespace queries = solver::queries;

using model::Model;
using model::Operator;
using queries::ExposureEntry;
using queries::ExposureSide;
using queries::PossibleTraffic;

namespace {

std::vector<std::string> values_of(const Model& model, const model::Requirement& requirement) {
  std::vector<std::string> values;
  for (model::Symbol value : requirement.values) values.emplace_back(model.text(value));
  std::sort(values.begin(), values.end());
  return values;
}

std::string requirement_text(const Model& model, const model::Requirement& requirement) {
  const std::string key(model.text(requirement.key));
  const std::vector<std::string> values = values_of(model, requirement);
  switch (requirement.op) {
    case Operator::In:
      return values.size() == 1 ? key + "=" + values[0] : key + " in (" + joined(values, ",") + ")";
    case Operator::NotIn:
      return values.size() == 1 ? key + "!=" + values[0]
                                : key + " notin (" + joined(values, ",") + ")";
    case Operator::Exists:
      return key;
    case Operator::DoesNotExist:
      return "!" + key;
  }
  return key;
}

/// Where a selector only asks for names of namespaces: these.
std::vector<std::string> names_in(const Model& model, const model::Selector& selector) {
  if (selector.all_of.size() != 1) return {};
  const model::Requirement& only = selector.all_of.front();
  if (only.op != Operator::In || model.text(only.key) != model::kNamespaceNameKey) return {};
  return values_of(model, only);
}

std::string names_text(const Model& model, const std::vector<PossibleTraffic::PortName>& names) {
  std::vector<std::string> texts;
  for (const auto& [protocol, name] : names) {
    texts.push_back(std::string(net::to_string(protocol)) + " " + std::string(model.text(name)));
  }
  return (texts.size() == 1 ? "port named " : "ports named ") + joined(texts, ", ");
}

/// A text as YAML and JSON write it, whatever it holds.
std::string yaml_string(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    if (static_cast<unsigned char>(c) < 0x20U || c == 0x7F) {
      result += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      result += c;
    }
  }
  return result + "\"";
}

std::string labels_yaml(const std::vector<std::pair<std::string, std::string>>& labels) {
  if (labels.empty()) return "";
  std::string text = "  labels:\n";
  for (const auto& [key, value] : labels) {
    text += "    " + yaml_string(key) + ": " + yaml_string(value) + "\n";
  }
  return text;
}

}  // namespace

std::string selector_text(const Model& model, const model::Selector& selector) {
  std::vector<std::string> parts;
  for (const model::Requirement& each : selector.all_of) {
    parts.push_back(requirement_text(model, each));
  }
  return joined(parts, ",");
}

std::string peer_text(const Model& model, const ExposureEntry& entry) {
  if (entry.is_outside()) {
    std::vector<std::string> prefixes;
    for (const net::Prefix& prefix : net::prefixes_of(entry.addresses)) {
      prefixes.push_back(prefix.to_string());
    }
    return joined(prefixes, ", ");
  }
  std::string text =
      entry.pods.all_of.empty() ? "any pod" : "pods " + selector_text(model, entry.pods);
  const std::vector<std::string> names = names_in(model, entry.namespaces);
  if (entry.namespaces.all_of.empty()) return text + " in any namespace";
  if (names.size() == 1) return text + " in namespace " + names[0];
  if (!names.empty()) return text + " in namespaces " + joined(names, ", ");
  return text + " in namespaces " + selector_text(model, entry.namespaces);
}

std::string traffic_text(const Model& model, const PossibleTraffic& traffic) {
  std::vector<std::string> parts;
  if (!traffic.ports.empty()) parts.push_back(net::to_string(traffic.ports));
  if (!traffic.without.empty()) {
    const std::string but = "without the " + names_text(model, traffic.without);
    if (parts.empty()) return but;
    parts.back() += " " + but;
  }
  if (!traffic.named.empty()) parts.push_back(names_text(model, traffic.named));
  return joined(parts, "; ");
}

std::vector<std::string> ids_of(const std::vector<compiler::OpenPoint>& points, bool gaps) {
  std::set<std::string> ids;
  for (const compiler::OpenPoint& point : points) {
    ids.emplace(queries::id_of(point.assumption));
  }
  if (gaps) ids.emplace(queries::kUnsupportedPolicy);
  return {ids.begin(), ids.end()};
}

std::string entry_text(const Model& model, const ExposureEntry& entry, bool gaps) {
  std::vector<std::string> parts;
  if (!entry.allowed_beyond.empty()) {
    // All is said in less words than what is missing elsewhere.
    const bool all = entry.allowed.ports == net::Traffic::all() && entry.allowed.without.empty();
    parts.push_back(traffic_text(model, all ? entry.allowed : entry.allowed_beyond));
    if (gaps) parts.back() += " if " + std::string(queries::kUnsupportedPolicy);
  }
  if (!entry.conditional_beyond.empty()) {
    parts.push_back(traffic_text(model, entry.conditional_beyond) + " if " +
                    joined(ids_of(entry.points_beyond, gaps), ", "));
  }
  return joined(parts, "; ");
}

std::string unselected_text(const ExposureSide& side) {
  return side.selected ? "" : "no policy selects it, open to everything";
}

std::string bounded_text(const ExposureSide& side) {
  return side.bounded ? "more may pass: the labels can be told apart in too many ways" : "";
}

std::string example_yaml(const queries::ExamplePod& example) {
  std::string text;
  if (example.namespace_labels) {
    text += "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: " + yaml_string(example.ns) +
            "\n" + labels_yaml(*example.namespace_labels) + "---\n";
  }
  text += "apiVersion: v1\nkind: Pod\nmetadata:\n  name: " + example.name +
          "\n  namespace: " + yaml_string(example.ns) + "\n" + labels_yaml(example.labels) +
          "spec:\n  containers:\n    - name: example\n      image: registry.k8s.io/pause:3.10\n";
  if (!example.ports.empty()) text += "      ports:\n";
  for (const auto& port : example.ports) {
    text += fmt::format("        - name: {}\n          containerPort: {}\n          protocol: {}\n",
                        yaml_string(port.name), port.number, net::to_string(port.protocol));
  }
  return text;
}

std::vector<queries::NamedAssumption> open_assumptions(const ExposureReport& report) {
  std::set<compiler::OpenPoint> points;
  for (const queries::WorkloadExposure& workload : report.exposure.workloads) {
    for (const auto* side : {&workload.ingress, &workload.egress}) {
      if (!*side) continue;
      for (const ExposureEntry& entry : (*side)->entries) {
        points.insert(entry.points.begin(), entry.points.end());
      }
    }
  }
  return queries::describe(report.cluster, points,
                           {report.exposure.gaps.begin(), report.exposure.gaps.end()});
}

std::vector<queries::NamedAssumption> standing_assumptions(const ExposureReport& report) {
  std::vector<queries::NamedAssumption> result = standing_assumptions(report.cluster);
  for (queries::NamedAssumption& each : result) {
    if (each.id == "A-complete") each.text = "the input holds all policies";
  }
  return result;
}

}  // namespace polreach::cli
