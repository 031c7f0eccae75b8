// SPDX-License-Identifier: Apache-2.0
#include "policies/kubernetes/kinds.h"

#include <algorithm>
#include <array>

#include "policies/source/ascii.h"

namespace polreach::kubernetes {
namespace {

using Effect = model::Gap::Effect;

struct NativeKind {
  std::string_view group;  // empty: the core group
  std::string_view kind;
  std::string_view version;
  Role role;
  bool deprecated = false;
};

constexpr std::array<NativeKind, 38> kNative = {{
    {"", "Namespace", "v1", Role::Namespace},
    {"", "Pod", "v1", Role::Pod},
    {"", "Service", "v1", Role::Service},
    {"", "ReplicationController", "v1", Role::Workload},
    {"apps", "Deployment", "v1", Role::Workload},
    {"apps", "ReplicaSet", "v1", Role::Workload},
    {"apps", "StatefulSet", "v1", Role::Workload},
    {"apps", "DaemonSet", "v1", Role::Workload},
    {"batch", "Job", "v1", Role::Workload},
    {"batch", "CronJob", "v1", Role::CronJob},
    {"", "Node", "v1", Role::Node},
    {"networking.k8s.io", "NetworkPolicy", "v1", Role::NetworkPolicy},
    {"policy.networking.k8s.io", "ClusterNetworkPolicy", "v1alpha2", Role::TierPolicy},
    {"policy.networking.k8s.io", "AdminNetworkPolicy", "v1alpha1", Role::TierPolicy},
    {"policy.networking.k8s.io", "BaselineAdminNetworkPolicy", "v1alpha1", Role::TierPolicy},
    {"extensions", "NetworkPolicy", "v1beta1", Role::NetworkPolicy, true},
    {"extensions", "Deployment", "v1beta1", Role::Workload, true},
    {"extensions", "ReplicaSet", "v1beta1", Role::Workload, true},
    {"extensions", "DaemonSet", "v1beta1", Role::Workload, true},
    {"apps", "Deployment", "v1beta1", Role::Workload, true},
    {"apps", "Deployment", "v1beta2", Role::Workload, true},
    {"apps", "ReplicaSet", "v1beta2", Role::Workload, true},
    {"apps", "StatefulSet", "v1beta1", Role::Workload, true},
    {"apps", "StatefulSet", "v1beta2", Role::Workload, true},
    {"apps", "DaemonSet", "v1beta2", Role::Workload, true},
    {"batch", "CronJob", "v1beta1", Role::CronJob, true},
    {"batch", "CronJob", "v2alpha1", Role::CronJob, true},
    // Owners of pods that others have added; their templates are those of a Deployment.
    {"argoproj.io", "Rollout", "v1alpha1", Role::Workload},
    {"apps.openshift.io", "DeploymentConfig", "v1", Role::Workload},
    {"apps.kruise.io", "CloneSet", "v1alpha1", Role::Workload},
    {"networking.k8s.io", "Ingress", "v1", Role::Ingress},
    {"networking.k8s.io", "Ingress", "v1beta1", Role::Ingress, true},
    {"extensions", "Ingress", "v1beta1", Role::Ingress, true},
    {"route.openshift.io", "Route", "v1", Role::OpenShiftRoute},
    {"kustomize.config.k8s.io", "Kustomization", "v1beta1", Role::Kustomization},
    {"kustomize.config.k8s.io", "Kustomization", "v1", Role::Kustomization},
    {"kustomize.config.k8s.io", "Component", "v1alpha1", Role::Kustomization},
    {"kustomize.config.k8s.io", "Component", "v1beta1", Role::Kustomization},
}};

/// The other kinds of the groups in which a misspelt kind would be a policy or a pod overlooked.
struct OwnKinds {
  std::string_view group;
  std::string_view kinds;  // separated by spaces
};

constexpr std::array<OwnKinds, 5> kOwnKinds = {{
    {"policy.networking.k8s.io",
     "AdminNetworkPolicy BaselineAdminNetworkPolicy ClusterNetworkPolicy"},
    {"",
     "Binding ComponentStatus ConfigMap Endpoints Event LimitRange Namespace Node PersistentVolume "
     "PersistentVolumeClaim Pod PodTemplate ReplicationController ResourceQuota Secret Service "
     "ServiceAccount Status List APIResourceList APIVersions APIGroupList APIGroup"},
    {"apps", "ControllerRevision DaemonSet Deployment ReplicaSet StatefulSet Scale"},
    {"batch", "CronJob Job"},
    {"networking.k8s.io", "ClusterCIDR IPAddress Ingress IngressClass NetworkPolicy ServiceCIDR"},
}};

/// Kinds of the Gateway API: the versions that served them have the same fields for what matters;
/// v1alpha1 had others, and is served nowhere.
Role gateway_role(std::string_view kind, std::string_view version) {
  constexpr std::array<std::string_view, 5> kRoutes = {"HTTPRoute", "GRPCRoute", "TLSRoute",
                                                       "TCPRoute", "UDPRoute"};
  if (version == "v1alpha1") return Role::Irrelevant;
  if (kind == "ReferenceGrant" || kind == "ReferencePolicy") return Role::ReferenceGrant;
  const bool route = std::find(kRoutes.begin(), kRoutes.end(), kind) != kRoutes.end();
  return route ? Role::GatewayRoute : Role::Irrelevant;
}

/// What the API server calls Services for, in every version: the reference to the Service is the
/// same in all of them.
Role callback_role(std::string_view group, std::string_view kind) {
  if (group == "admissionregistration.k8s.io" &&
      (kind == "ValidatingWebhookConfiguration" || kind == "MutatingWebhookConfiguration")) {
    return Role::Webhook;
  }
  const bool service = group == "apiregistration.k8s.io" && kind == "APIService";
  return service ? Role::ApiService : Role::Irrelevant;
}

std::string_view group_of(std::string_view api_version) {
  const std::size_t slash = api_version.find('/');
  return slash == std::string_view::npos ? std::string_view() : api_version.substr(0, slash);
}

struct ForeignKind {
  std::string_view group;
  std::string_view kind;
  bool cluster_scoped;
  Effect effect = Effect::AllowOrDeny;
};

constexpr std::array<ForeignKind, 28> kForeign = {{
    {"crd.projectcalico.org", "NetworkPolicy", false},
    {"crd.projectcalico.org", "GlobalNetworkPolicy", true},
    {"projectcalico.org", "NetworkPolicy", false},
    {"projectcalico.org", "GlobalNetworkPolicy", true},
    {"cilium.io", "CiliumNetworkPolicy", false},
    {"cilium.io", "CiliumClusterwideNetworkPolicy", true},
    {"crd.antrea.io", "NetworkPolicy", false},
    {"crd.antrea.io", "ClusterNetworkPolicy", true},
    {"networking.k8s.aws", "ApplicationNetworkPolicy", false},
    {"networking.k8s.aws", "ClusterNetworkPolicy", true},
    {"networking.gke.io", "FQDNNetworkPolicy", false},
    {"nsx.vmware.com", "SecurityPolicy", false},
    {"crd.nsx.vmware.com", "SecurityPolicy", false},
    {"k8s.ovn.org", "EgressFirewall", false, Effect::DenyOnly},
    {"network.openshift.io", "EgressNetworkPolicy", false, Effect::DenyOnly},
    {"vpcresources.k8s.aws", "SecurityGroupPolicy", false, Effect::DenyOnly},
    {"security.istio.io", "AuthorizationPolicy", false, Effect::DenyOnly},
    {"security.istio.io", "PeerAuthentication", false, Effect::DenyOnly},
    {"networking.istio.io", "Sidecar", false, Effect::DenyOnly},
    {"security.antrea.tanzu.vmware.com", "NetworkPolicy", false},
    {"security.antrea.tanzu.vmware.com", "ClusterNetworkPolicy", true},
    {"policy.linkerd.io", "Server", false, Effect::DenyOnly},
    {"policy.linkerd.io", "AuthorizationPolicy", false, Effect::DenyOnly},
    {"policy.linkerd.io", "ServerAuthorization", false, Effect::DenyOnly},
    {"consul.hashicorp.com", "ServiceIntentions", true, Effect::DenyOnly},
    {"kuma.io", "MeshTrafficPermission", true, Effect::DenyOnly},
    {"access.smi-spec.io", "TrafficTarget", false, Effect::RequestsOnly},
    {"security.istio.io", "RequestAuthentication", false, Effect::RequestsOnly},
}};

/// Resources of Azure: as objects of Azure Service Operator and of Crossplane's providers; and as
/// resource providers have them, whose versions are dates and whose kinds are their own.
bool is_of_cloud(std::string_view group, std::string_view api_version) {
  if (group == "network.azure.com" || group == "compute.azure.com" ||
      group == "containerservice.azure.com" || group.ends_with(".azure.upbound.io") ||
      group.ends_with(".azure.m.upbound.io")) {
    return true;
  }
  constexpr std::string_view kDate = "dddd-dd-dd";
  return group.empty() && api_version.size() >= kDate.size() &&
         std::equal(kDate.begin(), kDate.end(), api_version.begin(), [](char form, char c) {
           return form == 'd' ? c >= '0' && c <= '9' : c == form;
         });
}

}  // namespace

KindInfo classify(std::string_view api_version, std::string_view kind) {
  const std::string_view group = group_of(api_version);
  const std::string_view version =
      group.empty() ? api_version : api_version.substr(group.size() + 1);

  if (group == "gateway.networking.k8s.io") {
    return {gateway_role(kind, version), false, kind == "GatewayClass", {}};
  }
  const Role callback = callback_role(group, kind);
  if (callback != Role::Irrelevant) return {callback, false, true, {}};
  if (is_of_cloud(group, api_version)) return {Role::Cloud, false, false, {}};
  bool known_kind = false;
  bool cluster_scoped = false;
  for (const NativeKind& native : kNative) {
    if (native.group != group || native.kind != kind) continue;
    known_kind = true;
    cluster_scoped = native.role == Role::Namespace || native.role == Role::Node ||
                     native.role == Role::TierPolicy;
    if (native.version == version) return {native.role, native.deprecated, cluster_scoped, {}};
  }
  if (known_kind) return {Role::UnknownVersion, false, cluster_scoped, {}};
  for (const ForeignKind& foreign : kForeign) {
    if (foreign.group == group && foreign.kind == kind) {
      return {Role::ForeignPolicy, false, foreign.cluster_scoped, foreign.effect};
    }
  }
  if (kind == "NetworkPolicy") return {Role::UnknownVersion, false, false, {}};
  const std::vector<std::string> own = kinds_of_group(api_version);
  const std::string_view item = item_kind(kind).empty() ? kind : item_kind(kind);
  const bool unknown = !own.empty() && std::find(own.begin(), own.end(), item) == own.end();
  if (unknown) return {Role::UnknownKind, false, false, {}};
  // Of other makers, who name their policies alike. MultiNetworkPolicies act on other networks.
  const bool by_name = source::lower(kind).find("networkpolicy") != std::string::npos;
  if (by_name && kind != "MultiNetworkPolicy") {
    return {Role::ForeignPolicy, false, true, Effect::AllowOrDeny};
  }
  return {};
}

std::string served_version(std::string_view api_version, std::string_view kind) {
  const std::string_view group = group_of(api_version);
  const NativeKind* found = nullptr;
  for (const NativeKind& native : kNative) {
    if (native.kind != kind || native.deprecated) continue;
    if (found == nullptr || (found->group != group && native.group == group)) found = &native;
  }
  if (found == nullptr) return {};
  return found->group.empty() ? std::string(found->version)
                              : std::string(found->group) + "/" + std::string(found->version);
}

std::vector<std::string> kinds_of_group(std::string_view api_version) {
  std::vector<std::string> result;
  for (const OwnKinds& own : kOwnKinds) {
    // The core group has one version; other tools' files may well have an apiVersion without group.
    if (own.group != group_of(api_version) || (own.group.empty() && api_version != "v1")) continue;
    std::size_t start = 0;
    while (start < own.kinds.size()) {
      const std::size_t end = std::min(own.kinds.find(' ', start), own.kinds.size());
      result.emplace_back(own.kinds.substr(start, end - start));
      start = end + 1;
    }
  }
  return result;
}

std::string_view item_kind(std::string_view list_kind) {
  constexpr std::string_view kSuffix = "List";
  if (!list_kind.ends_with(kSuffix)) return {};
  return list_kind.substr(0, list_kind.size() - kSuffix.size());
}

}  // namespace polreach::kubernetes
