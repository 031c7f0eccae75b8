// SPDX-License-Identifier: Apache-2.0
// Pods that use the network of their node, or ports of it.
#include <fmt/format.h>

#include "solver/audit/kubernetes/parts.h"

namespace polreach::solver::audit::kubernetes {
namespace {

using model::EndpointId;
using model::NamespaceId;

/// "TCP 9100 of monitoring/node-exporter".
std::string shown(const Context& context, EndpointId id, const model::HostPort& port) {
  return fmt::format("{} {} for {}", net::to_string(port.protocol), port.on_node,
                     context.short_name(id));
}

void host_network(Context& context, NamespaceId ns, const std::vector<EndpointId>& pods) {
  const model::Model& model = context.model();
  Finding finding = Context::finding("host-network", context.name(ns), "");
  std::vector<std::string> names;
  for (const EndpointId id : pods) {
    finding.also.push_back(context.name(model[id].workload));
    names.push_back(context.short_name(id));
  }
  tidy(names);
  const bool one = names.size() == 1;
  finding.where = model[pods.front()].where;
  finding.message =
      fmt::format("{} {} the network of {}: policies do not hold {}", listed(names),
                  one ? "uses" : "use", one ? "its node" : "their nodes", one ? "it" : "them");
  finding.causes.push_back({model[model[pods.front()].workload].where,
                            fmt::format("{} sets hostNetwork", names.front())});
  // What seems to hold it, which nobody should rely on.
  for (const model::PolicyId policy : context.cluster().policies_in(ns)) {
    constexpr std::size_t kMostCauses = 3;
    if (finding.causes.size() > kMostCauses) break;
    finding.causes.push_back(
        {model[policy].where,
         fmt::format("{} acts on pods of the namespace, not on nodes", context.name(policy))});
  }
  if (context.cluster().policies_in(ns).empty()) finding.severity = Severity::Low;
  std::vector<compiler::OpenPoint> points;
  if (context.cluster().profile().host_network_is_pod == model::Reading::Both) {
    points.push_back({compiler::Assumption::HostNetwork, {}});
  }
  context.rest_on(finding, points, {});
  context.add(std::move(finding));
}

void host_ports(Context& context, NamespaceId ns, const std::vector<EndpointId>& pods) {
  const model::Model& model = context.model();
  Finding finding = Context::finding("host-port", context.name(ns), "");
  std::vector<std::string> ports;
  for (const EndpointId id : pods) {
    finding.also.push_back(context.name(model[id].workload));
    for (const model::HostPort& port : model[id].host_ports) {
      ports.push_back(shown(context, id, port));
    }
  }
  tidy(ports);
  finding.where = model[pods.front()].where;
  finding.message = fmt::format("every node that runs them opens {}", listed(ports));
  finding.causes.push_back({model[model[pods.front()].workload].where,
                            fmt::format("{} has a hostPort", context.short_name(pods.front()))});
  context.add(std::move(finding));
}

}  // namespace

void audit_nodes(Context& context) {
  const model::Model& model = context.model();
  std::vector<std::vector<EndpointId>> on_host(model.namespaces.size());
  std::vector<std::vector<EndpointId>> with_port(model.namespaces.size());
  for (std::uint32_t i = 0; i < model.endpoints.size(); ++i) {
    const auto id = static_cast<EndpointId>(i);
    const auto ns = static_cast<std::size_t>(model.namespace_of(id));
    if (context.escapes(id)) {
      on_host[ns].push_back(id);
    } else if (!model[id].host_ports.empty()) {
      with_port[ns].push_back(id);
    }
  }
  for (std::size_t i = 0; i < model.namespaces.size(); ++i) {
    const auto ns = static_cast<NamespaceId>(i);
    if (!on_host[i].empty()) host_network(context, ns, on_host[i]);
    if (!with_port[i].empty()) host_ports(context, ns, with_port[i]);
  }
}

}  // namespace polreach::solver::audit::kubernetes
