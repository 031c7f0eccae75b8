// SPDX-License-Identifier: Apache-2.0
// Compares exposure with another tool's lists, by meaning: for each line of theirs, the pod with
// exactly the labels that it names must get the traffic that it says, and what we say goes for
// pods that no line of theirs is about must be about pods that exist, which they leave out.
#include "solver/queries/exposure.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <sstream>

#include "cli/input.h"
#include "compiler/resolve/view.h"
#include "tests/conformance/exposure_list.h"
#include "tests/support/environment.h"

namespace polreach::conformance {
namespace {

namespace fs = std::filesystem;
namespace queries = solver::queries;
using compiler::Tri;

bool is_out_of_scope(const std::string& name) {
  for (std::string_view part : {"udn", "nad_", "virtual_machine"}) {
    if (name.find(part) != std::string::npos) return true;
  }
  return false;
}

/// What a pod that does not exist may get.
struct Said {
  net::Traffic traffic;
  std::set<std::string> port_names;
};

class Case {
 public:
  explicit Case(const fs::path& folder) {
    std::istringstream empty;
    auto read =
        cli::read_input({{(folder / "manifests").string()}, {}, {}, "default", false}, empty);
    REQUIRE(read.has_value());
    input_ = std::move(*read);
    profile_.ipblock_matches_pods = model::Reading::No;
    profile_.host_network_is_pod = model::Reading::Yes;
    profile_.unknown_namespace_labels = false;
    profile_.own_node_passes = false;
  }

  [[nodiscard]] const model::Model& model() const { return input_->model; }
  [[nodiscard]] const cli::Input& input() const { return *input_; }

  [[nodiscard]] std::vector<std::string> compare(const ListedExposures& listed) {
    const compiler::Cluster cluster(model(), profile_);
    const queries::Exposure exposure = queries::exposure(cluster, {});
    for (const auto& workload : exposure.workloads) {
      for (model::EndpointId id : workload.pods.endpoints) {
        by_name_.emplace(std::string(model().text(model()[workload.pods.ns].name)) + "/" +
                             std::string(model().text(model()[id].owner_name)),
                         &workload);
      }
    }
    for (const ListedExposure& line : listed.lines) compare(listed, line);
    for (const auto& [name, workload] : by_name_) {
      for (const bool egress : {false, true}) {
        const auto& side = egress ? *workload->egress : *workload->ingress;
        if (side.selected == listed.unprotected.contains({name, egress})) {
          // They leave out workloads that their lists of connections are not about.
          differences_.push_back(name + (egress ? " egress" : " ingress") +
                                 ": whether a policy selects it");
        }
        for (const auto& entry : side.entries) reverse(listed, name, egress, entry);
      }
    }
    return differences_;
  }

 private:
  using Labels = std::map<std::string, std::string>;

  /// The labels that a condition asks for, and no others.
  static Labels plainest(const std::vector<ListedRequirement>& requirements) {
    Labels labels;
    for (const ListedRequirement& each : requirements) {
      if (each.op == "In") labels.emplace(each.key, each.values.at(0));
      if (each.op == "Exists") labels.emplace(each.key, "any-value");
    }
    return labels;
  }

  [[nodiscard]] Labels namespace_labels(const ListedExposure& line) const {
    Labels labels = plainest(line.namespaces);
    labels["kubernetes.io/metadata.name"] = line.ns.value_or("a-new-namespace");
    for (const model::Namespace& space : model().namespaces) {
      if (!line.ns || model().text(space.name) != *line.ns) continue;
      for (const model::Label& label : model().label_sets[space.labels].known) {
        labels[std::string(model().text(label.key))] = model().text(label.value);
      }
    }
    return labels;
  }

  [[nodiscard]] bool meets(const model::Selector& selector, const Labels& labels) const {
    return std::all_of(selector.all_of.begin(), selector.all_of.end(), [&](const auto& each) {
      const auto found = labels.find(std::string(model().text(each.key)));
      const bool present = found != labels.end();
      const bool listed =
          present && std::any_of(each.values.begin(), each.values.end(), [&](model::Symbol value) {
            return model().text(value) == found->second;
          });
      switch (each.op) {
        case model::Operator::In:
          return listed;
        case model::Operator::NotIn:
          return !listed;
        case model::Operator::Exists:
          return present;
        case model::Operator::DoesNotExist:
          return !present;
      }
      return false;
    });
  }

  [[nodiscard]] bool meets(const queries::ExposureEntry& entry, const ListedExposure& line) const {
    if (entry.is_outside() != line.outside) return false;
    if (line.outside) return true;
    return meets(entry.namespaces, namespace_labels(line)) &&
           meets(entry.pods, plainest(line.pods));
  }

  static bool meets(const std::vector<ListedRequirement>& requirements, const Labels& labels) {
    return std::all_of(requirements.begin(), requirements.end(), [&](const auto& each) {
      const auto found = labels.find(each.key);
      const bool present = found != labels.end();
      const bool listed = present && std::find(each.values.begin(), each.values.end(),
                                               found->second) != each.values.end();
      if (each.op == "In") return listed;
      if (each.op == "NotIn") return !listed;
      return each.op == "Exists" ? present : !present;
    });
  }

  /// They give a condition the traffic of the rules that have it, and not that of other rules
  /// whose conditions its pods meet too, as docs/conformance.md says: that is added here. Where
  /// policies deny, their line is taken as it is.
  [[nodiscard]] Said expected(const ListedExposures& listed, const ListedExposure& line) const {
    Said result{line.traffic, line.port_names};
    const bool allow_only =
        std::all_of(model().policies.begin(), model().policies.end(),
                    [](const auto& policy) { return policy.tier == model::Tier::Network; });
    if (line.outside || !allow_only) return result;
    const Labels pod = plainest(line.pods);
    const Labels space = namespace_labels(line);
    for (const ListedExposure& other : listed.lines) {
      if (other.workload != line.workload || other.egress != line.egress || other.outside) continue;
      if (other.ns && other.ns != line.ns) continue;
      if (!meets(other.pods, pod) || !meets(other.namespaces, space)) continue;
      result.traffic |= other.traffic;
      result.port_names.insert(other.port_names.begin(), other.port_names.end());
    }
    return result;
  }

  void compare(const ListedExposures& listed, const ListedExposure& line) {
    const auto found = by_name_.find(line.workload);
    if (found == by_name_.end()) {
      differences_.push_back("there is no " + line.workload);
      return;
    }
    const auto& side = line.egress ? *found->second->egress : *found->second->ingress;
    Said said;
    for (const queries::ExposureEntry& entry : side.entries) {
      if (!meets(entry, line)) continue;
      const net::AddressSet v4 = net::all_addresses(net::Family::V4);
      if (line.outside && !(v4 - entry.addresses).empty()) continue;
      said.traffic |= entry.allowed.ports;
      for (const auto& name : entry.allowed.named) {
        said.port_names.emplace(model().text(name.second));
      }
    }
    const Said wanted = expected(listed, line);
    if (said.traffic == wanted.traffic && said.port_names == wanted.port_names) return;
    differences_.push_back(line.workload + (line.egress ? " => " : " <= ") + line.peer +
                           ": expected " + net::to_string(wanted.traffic) + ", found " +
                           net::to_string(said.traffic));
  }

  /// What we say must be said there, of some pod that meets it, or be about pods that exist.
  void reverse(const ListedExposures& listed, const std::string& name, bool egress,
               const queries::ExposureEntry& entry) {
    if (entry.is_outside() || exists(entry)) return;
    const bool there =
        std::any_of(listed.lines.begin(), listed.lines.end(), [&](const ListedExposure& line) {
          return line.workload == name && line.egress == egress && meets(entry, line) &&
                 expected(listed, line).traffic.contains(entry.allowed.ports);
        });
    if (!there) {
      differences_.push_back(name + (egress ? " => " : " <= ") + "a condition they do not have: " +
                             net::to_string(entry.allowed.ports));
    }
  }

  [[nodiscard]] bool exists(const queries::ExposureEntry& entry) const {
    const compiler::Cluster cluster(model(), profile_);
    for (std::size_t i = 0; i < model().endpoints.size(); ++i) {
      const auto id = static_cast<model::EndpointId>(i);
      const compiler::Party party = id;
      const compiler::End end{&party, compiler::LabelOwner::SourcePod};
      const Tri pod = matches(entry.pods, compiler::pod_labels(cluster, end, nullptr));
      const auto space = compiler::namespace_labels(cluster, model().namespace_of(id), nullptr);
      if (both(pod, matches(entry.namespaces, space)) != Tri::No) return true;
    }
    return false;
  }

  std::unique_ptr<cli::Input> input_;
  model::ClusterProfile profile_;
  std::map<std::string, const queries::WorkloadExposure*> by_name_;
  std::vector<std::string> differences_;
};

bool has_gaps(const model::Model& model) {
  return std::any_of(model.gaps.begin(), model.gaps.end(), [](const model::Gap& gap) {
    return gap.effect == model::Gap::Effect::AllowOrDeny;
  });
}

}  // namespace

TEST_CASE("netpol-analyzer's exposure is ours") {
  const auto root = support::conformance_folder();
  if (!root) return;
  std::vector<fs::path> folders;
  for (const auto& entry : fs::directory_iterator(*root / "netpol-analyzer" / "cases")) {
    if (fs::exists(entry.path() / "exposure.txt")) folders.push_back(entry.path());
  }
  std::sort(folders.begin(), folders.end());
  REQUIRE(folders.size() > 40);
  std::size_t compared = 0;
  std::size_t skipped = 0;
  std::size_t lines = 0;
  for (const fs::path& folder : folders) {
    const std::string name = folder.filename().string();
    if (is_out_of_scope(name)) continue;
    Case each(folder);
    INFO(name);
    REQUIRE(each.input().diagnostics.errors() == 0);
    if (has_gaps(each.model())) {
      ++skipped;
      continue;
    }
    const ListedExposures listed = read_exposure(folder / "exposure.txt");
    REQUIRE_FALSE(listed.lines.empty());
    lines += listed.lines.size();
    std::string text;
    for (const std::string& difference : each.compare(listed)) text += "\n  " + difference;
    CHECK_MESSAGE(text.empty(), text);
    ++compared;
  }
  CHECK(compared == 45);
  MESSAGE(compared << " cases with " << lines << " lines compared, " << skipped
                   << " with policies that cannot be read");
}

}  // namespace polreach::conformance
