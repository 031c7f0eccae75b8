// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <string>
#include <vector>

#include "policies/model/model.h"
#include "policies/source/diagnostics.h"

/// Where Services and entrances lead: to which endpoints, and to which of their ports. What
/// policies make of that is not decided here.
namespace polreach::solver::queries {

/// A port of an endpoint that a Service leads to.
struct Backend {
  model::EndpointId endpoint{};
  net::Protocol protocol = net::Protocol::Tcp;
  net::Port port = 1;
  /// Whether it leads there is not known: the selector rests on labels that are not, or controllers
  /// differ.
  bool maybe = false;
  friend auto operator<=>(const Backend&, const Backend&) = default;
};

/// The endpoints that a Service selects: pods of its namespace with all labels of its selector
/// (Kubernetes API, ServiceSpec.selector), in model order. None of a Service without selector, or
/// of type ExternalName: nobody knows here where they lead.
struct Selected {
  model::EndpointId endpoint{};
  bool maybe = false;
};
[[nodiscard]] std::vector<Selected> selected_by(const model::Model& model,
                                                const model::Service& service);

/// Where one port of a Service leads, in model order. A target port that is a name is what each pod
/// calls so, for the Service's protocol (Kubernetes documentation, Service, "Port definitions");
/// pods that call nothing so get no traffic.
[[nodiscard]] std::vector<Backend> backends(const model::Model& model,
                                            const model::Service& service,
                                            const model::ServicePort& port);

/// Where an entrance leads, and why not further.
struct EntranceTargets {
  std::vector<Backend> backends;  // sorted, each once
  /// `entrance-no-service`, `entrance-no-port`, `service-outside`, `service-no-pods`,
  /// `service-no-target-port`.
  std::vector<source::Diagnostic> warnings;
};
/// Only ports of the protocol that such an entrance carries count: UDP for a UDPRoute, TCP for all
/// others.
[[nodiscard]] EntranceTargets resolve_entrance(const model::Model& model,
                                               const model::Entrance& entrance);

/// The endpoints that look like what serves an entrance, in model order: pods that carry the label
/// of its Gateway (Gateway API, gateway.networking.k8s.io/gateway-name) in the Gateway's namespace;
/// for an Ingress those of ingress-nginx and Traefik, by their charts' labels, where its class is
/// nginx or traefik or is not named; for an OpenShift Route those of the routers. Empty: the
/// controller is unknown, or outside of the input.
[[nodiscard]] std::vector<model::EndpointId> controller_pods(const model::Model& model,
                                                             const model::Entrance& entrance);

}  // namespace polreach::solver::queries
