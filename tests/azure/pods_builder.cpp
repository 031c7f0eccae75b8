// SPDX-License-Identifier: Apache-2.0
#include "tests/azure/pods_builder.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "tests/azure/cloud_builder.h"

namespace polreach::support {
namespace {

std::string text(const compiler::HeaderAddress& address, const net::AddressSet& of_packet) {
  const bool is_chosen = address.kind == compiler::HeaderAddress::Kind::Chosen;
  return is_chosen ? "any of " + net::to_string(address.among) : net::to_string(of_packet);
}

}  // namespace

PodsBuilder::PodsBuilder() {
  model::Namespace ns;
  ns.name = model.symbols->intern("shop");
  ns.labels = model.label_sets.intern(
      model::LabelSet::of({{model.symbols->intern("kubernetes.io/metadata.name"), ns.name}}));
  ns.declared = true;
  model.namespaces.push_back(ns);
}

model::EndpointId PodsBuilder::pod(const std::string& name, std::string_view own,
                                   std::string_view node, bool host_network) {
  const auto id = static_cast<model::EndpointId>(model.endpoints.size());
  model::Workload workload;
  workload.kind = model.symbols->intern("Deployment");
  workload.name = model.symbols->intern(name);
  workload.endpoints.push_back(id);
  model.workloads.push_back(std::move(workload));
  model::Endpoint endpoint;
  endpoint.workload = static_cast<model::WorkloadId>(model.workloads.size() - 1);
  endpoint.labels = model.label_sets.intern(
      model::LabelSet::of({{model.symbols->intern("app"), model.symbols->intern(name)}}));
  if (!own.empty()) endpoint.addresses.push_back(address(own));
  if (!node.empty()) endpoint.node = model.symbols->intern(node);
  endpoint.host_network = host_network;
  endpoint.owner_kind = model.workloads.back().kind;
  endpoint.owner_name = model.workloads.back().name;
  model.endpoints.push_back(std::move(endpoint));
  return id;
}

void PodsBuilder::allow(model::Rule rule) {
  model::Policy policy;
  policy.kind = model.symbols->intern("NetworkPolicy");
  policy.name = model.symbols->intern("in");
  policy.ingress.emplace().push_back(std::move(rule));
  model.policies.push_back(std::move(policy));
}

void PodsBuilder::deny_nodes() {
  model::Policy policy;
  policy.tier = model::Tier::Admin;
  policy.kind = model.symbols->intern("ClusterNetworkPolicy");
  policy.name = model.symbols->intern("no-nodes");
  model::Rule rule;
  rule.action = model::Action::Deny;
  rule.peers.push_back({model::NodePeer{}, {}});
  policy.egress.emplace().push_back(std::move(rule));
  model.policies.push_back(std::move(policy));
}

std::vector<std::string> hops(const compiler::Path& path) {
  std::vector<std::string> result;
  for (const compiler::Hop& hop : path.hops) {
    if (hop.kind == compiler::Hop::Kind::Gate) {
      result.push_back((hop.gate ? "gate " : "closed ") + hop.place);
      continue;
    }
    std::string line = hop.kind == compiler::Hop::Kind::Policies ? "policies " : "";
    line += hop.direction == model::Direction::Egress ? "out " : "in ";
    line += hop.place + " " + text(hop.header.source, path.source) + "->" +
            text(hop.header.destination, path.destination);
    if (hop.header.destination_port) line += ":" + std::to_string(*hop.header.destination_port);
    result.push_back(std::move(line));
  }
  return result;
}

const compiler::Path& way(const std::vector<compiler::Path>& ways, std::string_view label) {
  const auto found =
      std::find_if(ways.begin(), ways.end(), [&](const auto& each) { return each.label == label; });
  if (found == ways.end()) {
    std::string all;
    for (const compiler::Path& each : ways) all += "[" + each.label + "] ";
    throw std::runtime_error("no way is called \"" + std::string(label) + "\": " + all);
  }
  return *found;
}

bool mentions(const std::vector<std::string>& notes, std::string_view words) {
  return std::any_of(notes.begin(), notes.end(),
                     [&](const auto& each) { return each.find(words) != std::string::npos; });
}

}  // namespace polreach::support
