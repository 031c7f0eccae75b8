// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "policies/model/model.h"

namespace polreach::kubernetes {

/// What a document is to us, by its apiVersion and kind.
enum class Role : std::uint8_t {
  Namespace,
  Pod,
  Workload,  // an owner of pods with a template
  CronJob,   // its template is a level deeper
  Service,
  Ingress,
  GatewayRoute,    // of the Gateway API, to a Service
  ReferenceGrant,  // of the Gateway API
  OpenShiftRoute,
  Webhook,     // a configuration of admission webhooks
  ApiService,  // of the aggregation layer
  NetworkPolicy,
  TierPolicy,  // of the admin or the baseline tier
  Node,
  ForeignPolicy,  // a policy of a language that is not supported
  Kustomization,  // a build file of kustomize, not an object
  Cloud,          // of a cloud, for LoadOptions::guest: an operator's resource, or no object at all
  Irrelevant,
  UnknownVersion,  // a kind that matters, in a version that is not known
  UnknownKind,     // a kind that its API group does not have: most likely misspelt
};

/// Kinds that lead traffic to Services, and change no policy's meaning.
[[nodiscard]] constexpr bool is_entrance(Role role) {
  return role == Role::Ingress || role == Role::GatewayRoute || role == Role::ReferenceGrant ||
         role == Role::OpenShiftRoute;
}
/// Kinds that the API server calls Services for.
[[nodiscard]] constexpr bool is_callback(Role role) {
  return role == Role::Webhook || role == Role::ApiService;
}

struct KindInfo {
  Role role = Role::Irrelevant;
  bool deprecated = false;  // read all the same
  bool cluster_scoped = false;
  model::Gap::Effect effect = model::Gap::Effect::AllowOrDeny;  // of a ForeignPolicy
};

/// Kinds and versions: the Kubernetes API reference (apps, batch, core, networking.k8s.io, and the
/// removed extensions and beta versions); the Gateway API; the custom resources of Calico, Cilium,
/// Istio, Linkerd, Antrea, OVN-Kubernetes, OpenShift, and of the network policy API.
[[nodiscard]] KindInfo classify(std::string_view api_version, std::string_view kind);

/// The apiVersion that serves the kind today, preferably of the same group, for hints; empty where
/// there is none.
[[nodiscard]] std::string served_version(std::string_view api_version, std::string_view kind);

/// The kinds of the API group, for hints; empty where the group is not one of Kubernetes' own.
[[nodiscard]] std::vector<std::string> kinds_of_group(std::string_view api_version);

/// "PodList" -> "Pod"; empty for anything that is not the list of one kind.
[[nodiscard]] std::string_view item_kind(std::string_view list_kind);

}  // namespace polreach::kubernetes
