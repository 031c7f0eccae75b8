// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "policies/model/model.h"

/// What stands in a cluster and in the network around it, and decides about no packet: accounts of
/// pods, what the API server calls back, load balancers, gateways, flow logs. Only audits look at
/// it. As it was written; what could not be evaluated says so.
namespace polreach::model {

/// The service account of a pod (Kubernetes API, PodSpec).
struct Account {
  std::optional<Symbol> name;  // serviceAccountName; nothing: that of the namespace, `default`
  bool mounted = true;         // false: automountServiceAccountToken is false in the pod
};

/// A value of a cloud's resource.
struct Setting {
  std::string text;  // lower case; empty: not written
  std::string open;  // what could not be evaluated; empty: nothing
  Span where;        // none() where it is not written
  [[nodiscard]] bool known() const { return open.empty(); }
};

/// A resource by its names, as the input spells them.
struct ResourceName {
  std::string type;   // lower case: "microsoft.network/virtualnetworks"
  std::string group;  // empty: not known
  std::vector<std::string> names;
  /// "rg/web", "rg/vnet/subnet".
  [[nodiscard]] std::string shown() const {
    std::string text = group;
    for (const std::string& name : names) text += (text.empty() ? "" : "/") + name;
    return text;
  }
};

/// A load balancer or a public IP address, for its SKU.
struct Balancer {
  ResourceName id;
  Setting sku;
  Span where;
};

/// An application gateway (Azure REST, ApplicationGatewayPropertiesFormat).
struct Gateway {
  enum class Frontend : std::uint8_t { Public, Private, Open };
  ResourceName id;
  Setting tier;  // of its SKU: "waf_v2"
  Frontend frontend = Frontend::Open;
  Setting firewall;  // webApplicationFirewallConfiguration.enabled
  Setting mode;      // of that configuration: "detection", "prevention"
  /// The policies that it refers to, itself or in a listener or path.
  std::vector<ResourceName> policies;
  std::string policies_open;  // some could not be evaluated
  Span where;
};

/// A policy of a web application firewall.
struct WebFirewallPolicy {
  ResourceName id;
  Setting state;  // "enabled", "disabled"
  Setting mode;
  Span where;
};

/// A flow log of a network watcher.
struct FlowLog {
  ResourceName id;
  std::optional<ResourceName> target;  // nothing: not evaluated, or no id
  Setting enabled;
  Setting retention;  // "true": days count
  Setting days;
  Span where;
};

/// What of an AKS cluster no packet sees.
struct ClusterSettings {
  ResourceName id;
  Setting http_routing;  // addonProfiles.httpApplicationRouting.enabled
  Setting balancer_sku;  // networkProfile.loadBalancerSku
  Span where;
};

struct Estate {
  /// By EndpointId; shorter than the list of endpoints where nothing is known of the others.
  std::vector<Account> accounts;
  /// Services that the API server calls: admission webhooks and API services, by kind, name, place.
  std::vector<Entrance> callbacks;

  // Of a cloud, each by type, group, names and place.
  std::vector<Balancer> balancers;
  std::vector<Gateway> gateways;
  std::vector<WebFirewallPolicy> firewall_policies;
  std::vector<FlowLog> flow_logs;
  std::vector<ClusterSettings> clusters;

  /// Whether there is something of a cloud.
  [[nodiscard]] bool has_cloud() const {
    return !balancers.empty() || !gateways.empty() || !flow_logs.empty() || !clusters.empty();
  }
};

}  // namespace polreach::model
