// SPDX-License-Identifier: Apache-2.0
#include "policies/kubernetes/projection.h"

#include <algorithm>
#include <array>

#include "policies/kubernetes/objects.h"

namespace polreach::kubernetes {
namespace {

using Path = std::span<const std::string_view>;

template <std::size_t N>
bool is_one_of(std::string_view name, const std::array<std::string_view, N>& names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// A member among the first of the root. Objects have five or so; a hostile one may have millions,
/// and is then kept whole.
std::optional<syntax::Value> early_member(const syntax::Tape& tape, std::string_view name) {
  constexpr int kEarly = 16;
  int seen = 0;
  for (const syntax::Value member : tape.root()) {
    if (member.key() == name) return member;
    if (++seen == kEarly) break;
  }
  return std::nullopt;
}

/// Which annotations are kept: one is for polreach itself.
enum class Annotations : std::uint8_t { None, Ours, OfConnections };

/// Large members of metadata that say nothing about connections; but an old annotation may hold
/// the class of an Ingress, some say how a Service is reached on Azure, and one holds the name of
/// a resource in a cloud.
bool wanted_in_metadata(Path path, Annotations annotations = Annotations::None) {
  if (annotations != Annotations::None && path[0] == "annotations") {
    if (path.size() == 1 || path[1] == kIgnoreAnnotation) return true;
    return annotations == Annotations::OfConnections &&
           (path[1] == "kubernetes.io/ingress.class" || path[1] == "crossplane.io/external-name" ||
            path[1].starts_with("service.beta.kubernetes.io/azure-"));
  }
  constexpr std::array<std::string_view, 2> kLarge = {"managedFields", "annotations"};
  return !is_one_of(path[0], kLarge);
}

/// What matters of a pod's spec; `path` starts inside it.
bool wanted_in_pod_spec(Path path) {
  constexpr std::array<std::string_view, 8> kMembers = {
      "containers",   "initContainers",     "hostNetwork",    "nodeName",
      "nodeSelector", "serviceAccountName", "serviceAccount", "automountServiceAccountToken"};
  constexpr std::array<std::string_view, 3> kOfContainer = {"name", "ports", "restartPolicy"};
  if (path.size() == 1) return is_one_of(path[0], kMembers);
  return path.size() > 2 || is_one_of(path[1], kOfContainer);
}

bool wanted_in_template(Path path) {
  if (path.size() == 1) return path[0] == "metadata" || path[0] == "spec";
  if (path[0] == "metadata") return wanted_in_metadata(path.subspan(1));
  return wanted_in_pod_spec(path.subspan(1));
}

bool wanted_in_workload(Path path) {
  if (path.size() == 1) return path[0] == "template" || path[0] == "replicas";
  return path[0] != "template" || wanted_in_template(path.subspan(1));
}

bool wanted_in_cron_job(Path path) {
  if (path[0] != "jobTemplate") return false;
  if (path.size() == 1) return true;
  if (path[1] != "spec") return false;
  return path.size() == 2 || wanted_in_workload(path.subspan(2));
}

bool wanted_in_status(Path path) {
  constexpr std::array<std::string_view, 5> kMembers = {"phase", "podIP", "podIPs", "hostIP",
                                                        "hostIPs"};
  return is_one_of(path[0], kMembers);
}

bool wanted_in_service(Path path) {
  constexpr std::array<std::string_view, 11> kMembers = {"selector",
                                                         "ports",
                                                         "clusterIP",
                                                         "clusterIPs",
                                                         "type",
                                                         "externalName",
                                                         "externalTrafficPolicy",
                                                         "loadBalancerSourceRanges",
                                                         "allocateLoadBalancerNodePorts",
                                                         "loadBalancerIP",
                                                         "externalIPs"};
  return is_one_of(path[0], kMembers);
}

bool wanted_in_spec(Role role, Path path) {
  switch (role) {
    case Role::Pod:
      return wanted_in_pod_spec(path);
    case Role::Workload:
      return wanted_in_workload(path);
    case Role::CronJob:
      return wanted_in_cron_job(path);
    case Role::Service:
      return wanted_in_service(path);
    case Role::NetworkPolicy:
    case Role::TierPolicy:
    case Role::Ingress:
    case Role::GatewayRoute:
    case Role::ReferenceGrant:
    case Role::OpenShiftRoute:
    case Role::ApiService:
      return true;
    default:
      return false;
  }
}

/// Kinds whose members are all checked.
bool is_checked_whole(Role role) { return role == Role::NetworkPolicy || role == Role::TierPolicy; }

bool has_status(Role role) {
  return role == Role::Pod || role == Role::Node || role == Role::Service || is_checked_whole(role);
}

}  // namespace

/// At a new member of the root, perhaps that of another object: nothing is carried over.
void Projection::learn_role(const syntax::Tape& so_far) {
  role_.reset();
  const auto kind = early_member(so_far, "kind");
  if (!kind) return;
  const auto version = early_member(so_far, "apiVersion");
  if (!version) return;
  if (kind->text() != last_kind_ || version->text() != last_version_) {
    last_kind_ = kind->text();
    last_version_ = version->text();
    last_role_ = classify(last_version_, last_kind_).role;
  }
  role_ = last_role_;
}

bool Projection::wanted(Path path, const syntax::Tape& so_far) {
  constexpr std::array<std::string_view, 3> kRoot = {"apiVersion", "kind", "metadata"};
  if (path.size() == 1) learn_role(so_far);
  // Lists are taken apart before they come here: one that does not is reported, by its items.
  if (path[0] == "items") return path.size() == 1;
  if (path[0] == "metadata") {
    const bool of_connections =
        !role_ || *role_ == Role::Ingress || *role_ == Role::Service || *role_ == Role::Cloud;
    const auto annotations = of_connections ? Annotations::OfConnections : Annotations::Ours;
    return path.size() == 1 || wanted_in_metadata(path.subspan(1), annotations);
  }
  if (!role_ || *role_ == Role::Kustomization || *role_ == Role::Cloud) return true;
  if (path[0] == "status") {
    if (path.size() == 1) return has_status(*role_);
    if (*role_ == Role::Node) return path[1] == "addresses";
    if (*role_ == Role::Service) return path[1] == "loadBalancer";
    return *role_ == Role::Pod && wanted_in_status(path.subspan(1));
  }
  if (path[0] == "webhooks") {
    return *role_ == Role::Webhook &&
           (path.size() == 1 ||
            (path[1] == "clientConfig" && (path.size() == 2 || path[2] == "service")));
  }
  if (path[0] == "spec") return path.size() == 1 || wanted_in_spec(*role_, path.subspan(1));
  // Members that no object has are kept where they are reported.
  return is_one_of(path[0], kRoot) || is_checked_whole(*role_);
}

}  // namespace polreach::kubernetes
