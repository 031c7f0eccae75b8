// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "policies/model/model.h"

namespace polreach::compiler {

/// What of a Service decides how the cloud leads packets to it.
struct ServiceFacts {
  std::string name;  // "shop/web"
  model::ServiceType type = model::ServiceType::ClusterIp;
  bool external_local = false;  // externalTrafficPolicy: Local
  bool internal = false;        // azure-load-balancer-internal
  bool floating_ip = true;      // not azure-disable-load-balancer-floating-ip
  /// Who may come: ranges and service tags; both empty: everyone.
  std::vector<net::Prefix> source_ranges;
  std::vector<std::string> allowed_tags;
  /// Whether the nodes enforce the ranges, too: those of loadBalancerSourceRanges, not those of an
  /// annotation. Nothing: not known.
  std::optional<bool> ranges_hold_on_nodes;
  /// azure-deny-all-except-load-balancer-source-ranges.
  bool deny_others = false;
  std::vector<net::Address> ingress_addresses;  // of the frontend; empty: not known
  struct Port {
    net::Protocol protocol = net::Protocol::Tcp;
    net::Port number = 1;
    std::optional<net::Port> node_port;
    std::variant<net::Port, model::Symbol> target = net::Port{1};
    model::Span where;
  };
  std::vector<Port> ports;
  model::Span where;
};

/// The only place that knows how the model spells them.
[[nodiscard]] ServiceFacts facts_of(const model::Model& model, const model::Service& service);

}  // namespace polreach::compiler
