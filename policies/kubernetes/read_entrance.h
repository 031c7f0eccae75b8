// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "policies/kubernetes/fields.h"
#include "policies/kubernetes/objects.h"
#include "policies/kubernetes/read_common.h"

/// Objects that lead traffic from outside to Services, as far as they name Services. Refuses what
/// the API server refuses of these fields, and looks at no others: hosts, paths and filters decide
/// about requests, not about connections.
namespace polreach::kubernetes {

/// networking.k8s.io/v1 Ingress (Kubernetes API reference, IngressBackend); with `beta` the form of
/// extensions/v1beta1 and networking.k8s.io/v1beta1 (serviceName, servicePort).
void read_ingress(Fields& fields, const Context& context, const syntax::Value& root, bool beta,
                  Objects& objects);

/// HTTPRoute, GRPCRoute, TLSRoute, TCPRoute, UDPRoute (Gateway API reference, BackendRef and
/// HTTPRequestMirrorFilter). Backends of weight 0 get no traffic.
void read_gateway_route(Fields& fields, const Context& context, const syntax::Value& root,
                        std::string_view kind, Objects& objects);

/// Gateway API, ReferenceGrant.
void read_reference_grant(Fields& fields, const Context& context, const syntax::Value& root,
                          Objects& objects);

/// route.openshift.io/v1 Route (OpenShift API reference, RouteSpec).
void read_openshift_route(Fields& fields, const Context& context, const syntax::Value& root,
                          Objects& objects);

/// ValidatingWebhookConfiguration, MutatingWebhookConfiguration (Kubernetes API reference,
/// WebhookClientConfig) and APIService (APIServiceSpec), as far as they name Services. What the API
/// server would refuse is passed over: no packet depends on it.
void read_callback(const Context& context, const syntax::Value& root, std::string_view kind,
                   Objects& objects);

}  // namespace polreach::kubernetes
