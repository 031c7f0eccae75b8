// SPDX-License-Identifier: Apache-2.0
#include "policies/kubernetes/owners.h"

#include <algorithm>
#include <array>
#include <set>

namespace polreach::kubernetes {
namespace {

/// k8s.io/apimachinery/pkg/util/rand: letters and digits that cannot spell a word.
constexpr std::string_view kSafeAlphabet = "bcdfghjklmnpqrstvwxz2456789";
constexpr std::size_t kShortestHash = 4;
constexpr std::size_t kLongestHash = 10;

constexpr std::array<std::string_view, 5> kDeploymentLabels = {"pod-template-hash"};
constexpr std::array<std::string_view, 5> kStatefulSetLabels = {
    "controller-revision-hash", "statefulset.kubernetes.io/pod-name",
    "apps.kubernetes.io/pod-index"};
constexpr std::array<std::string_view, 5> kDaemonSetLabels = {"controller-revision-hash",
                                                              "pod-template-generation"};
constexpr std::array<std::string_view, 5> kJobLabels = {"controller-uid",
                                                        "batch.kubernetes.io/controller-uid",
                                                        "batch.kubernetes.io/job-completion-index"};
constexpr std::array<std::string_view, 5> kCronJobLabels = {
    "controller-uid", "batch.kubernetes.io/controller-uid",
    "batch.kubernetes.io/job-completion-index", "job-name", "batch.kubernetes.io/job-name"};

constexpr std::array<std::string_view, 5> kNoLabels = {};

/// The API server copies these from the node when a pod is bound to it (Kubernetes 1.35, admission
/// plugin PodTopologyLabels).
constexpr std::array<std::string_view, 2> kTopologyLabels = {"topology.kubernetes.io/zone",
                                                             "topology.kubernetes.io/region"};

const std::array<std::string_view, 5>& keys_added_by(std::string_view kind) {
  if (kind == "Deployment" || kind == "ReplicaSet") return kDeploymentLabels;
  if (kind == "StatefulSet") return kStatefulSetLabels;
  if (kind == "DaemonSet") return kDaemonSetLabels;
  if (kind == "Job") return kJobLabels;
  if (kind == "CronJob") return kCronJobLabels;
  return kNoLabels;
}

}  // namespace

Owners::Owners(const Objects& objects, source::SymbolTable& symbols) : symbols_(symbols) {
  for (const WorkloadObject& workload : objects.workloads) {
    const Metadata& metadata = workload.metadata;
    controllers_.emplace(ObjectKey{metadata.ns, workload.kind, metadata.name}, metadata.controller);
  }
}

std::string_view Owners::without_hash(std::string_view replica_set) {
  const std::size_t dash = replica_set.rfind('-');
  if (dash == std::string_view::npos || dash == 0) return {};
  const std::string_view hash = replica_set.substr(dash + 1);
  const bool is_hash = hash.size() >= kShortestHash && hash.size() <= kLongestHash &&
                       hash.find_first_not_of(kSafeAlphabet) == std::string_view::npos;
  return is_hash ? replica_set.substr(0, dash) : std::string_view();
}

/// The owner of an owner that is not in the input, from its name.
ObjectKey Owners::missing_owner(const ObjectKey& owner) const {
  const std::string_view kind = symbols_.text(owner.kind);
  const std::string_view name = symbols_.text(owner.name);
  if (kind == "ReplicaSet") {
    const std::string_view deployment = without_hash(name);
    if (!deployment.empty()) {
      return {owner.ns, symbols_.intern("Deployment"), symbols_.intern(deployment)};
    }
  }
  if (kind == "Job") {
    // A CronJob names its Jobs NAME-MINUTES; only one that is in the input is believed.
    const std::size_t dash = name.rfind('-');
    const bool numbered = dash != std::string_view::npos && dash + 1 < name.size() &&
                          name.find_first_not_of("0123456789", dash + 1) == std::string_view::npos;
    if (numbered) {
      const ObjectKey cron_job{owner.ns, symbols_.intern("CronJob"),
                               symbols_.intern(name.substr(0, dash))};
      if (controllers_.contains(cron_job)) return cron_job;
    }
  }
  return owner;
}

ObjectKey Owners::top(const ObjectKey& object,
                      const std::optional<OwnerReference>& controller) const {
  ObjectKey at = object;
  std::optional<OwnerReference> owner = controller;
  std::set<ObjectKey> seen{at};
  while (owner) {
    // The kubelet's own pods name their Node: nothing there to ask about.
    if (symbols_.text(owner->kind) == "Node") break;
    const ObjectKey next{object.ns, owner->kind, owner->name};
    if (!seen.insert(next).second) break;  // owners in a circle: the first round is as good as any
    at = next;
    const auto known = controllers_.find(next);
    if (known == controllers_.end()) return missing_owner(next);
    owner = known->second;
  }
  return at;
}

AddedLabels labels_added_to(const WorkloadObject& workload, source::SymbolTable& symbols) {
  AddedLabels added;
  const std::string_view kind = symbols.text(workload.kind);
  for (std::string_view key : keys_added_by(kind)) {
    if (!key.empty()) added.unknown.push_back(symbols.intern(key));
  }
  for (std::string_view key : kTopologyLabels) added.unknown.push_back(symbols.intern(key));
  if (kind == "Job") {
    for (std::string_view key : {"job-name", "batch.kubernetes.io/job-name"}) {
      if (workload.metadata.generated) {
        added.unknown.push_back(symbols.intern(key));
      } else {
        added.known.push_back({symbols.intern(key), workload.metadata.name});
      }
    }
  }
  return added;
}

bool is_added_label(std::string_view key) {
  if (std::find(kTopologyLabels.begin(), kTopologyLabels.end(), key) != kTopologyLabels.end()) {
    return true;
  }
  for (std::string_view kind : {"Deployment", "StatefulSet", "DaemonSet", "CronJob"}) {
    const auto& keys = keys_added_by(kind);
    if (std::find(keys.begin(), keys.end(), key) != keys.end()) return true;
  }
  return false;
}

}  // namespace polreach::kubernetes
