// SPDX-License-Identifier: Apache-2.0
#include "solver/audit/kubernetes/strangers.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>

#include "policies/model/well_known_labels.h"
#include "policies/source/result.h"
#include "solver/audit/kubernetes/context.h"
#include "solver/queries/example_pods.h"
#include "solver/queries/replay.h"
#include "solver/queries/variants.h"
#include "solver/sets/reach.h"

namespace polreach::solver::audit::kubernetes {

using model::EndpointId;
using Labels = std::vector<std::pair<std::string, std::string>>;

namespace {

void write_labels(YAML::Emitter& out, const Labels& labels) {
  if (labels.empty()) return;
  out << YAML::Key << "labels" << YAML::Value << YAML::BeginMap;
  for (const auto& [key, value] : labels) {
    out << YAML::Key << key << YAML::Value << YAML::DoubleQuoted << value;
  }
  out << YAML::EndMap;
}

void write_ports(YAML::Emitter& out, const std::vector<queries::ExamplePod::Port>& ports) {
  if (ports.empty()) return;
  out << YAML::Key << "ports" << YAML::Value << YAML::BeginSeq;
  for (const auto& port : ports) {
    out << YAML::BeginMap << YAML::Key << "name" << YAML::Value << YAML::DoubleQuoted << port.name
        << YAML::Key << "containerPort" << YAML::Value << port.number << YAML::Key << "protocol"
        << YAML::Value << std::string(net::to_string(port.protocol)) << YAML::EndMap;
  }
  out << YAML::EndSeq;
}

/// An address that people know, where it is one of them.
net::Address familiar(const net::AddressSet& addresses) {
  const net::Address known = *net::Address::parse("8.8.8.8");
  return addresses.contains(known) ? known : addresses.intervals().front().first;
}

}  // namespace

std::string yaml_of(const queries::ExamplePod& pod) {
  YAML::Emitter out;
  if (pod.namespace_labels) {
    out << YAML::BeginDoc << YAML::BeginMap << YAML::Key << "apiVersion" << YAML::Value << "v1"
        << YAML::Key << "kind" << YAML::Value << "Namespace" << YAML::Key << "metadata"
        << YAML::Value << YAML::BeginMap << YAML::Key << "name" << YAML::Value << pod.ns;
    write_labels(out, *pod.namespace_labels);
    out << YAML::EndMap << YAML::EndMap << YAML::BeginDoc;
  }
  out << YAML::BeginMap << YAML::Key << "apiVersion" << YAML::Value << "v1" << YAML::Key << "kind"
      << YAML::Value << "Pod" << YAML::Key << "metadata" << YAML::Value << YAML::BeginMap
      << YAML::Key << "name" << YAML::Value << pod.name << YAML::Key << "namespace" << YAML::Value
      << pod.ns;
  write_labels(out, pod.labels);
  out << YAML::EndMap << YAML::Key << "spec" << YAML::Value << YAML::BeginMap << YAML::Key
      << "containers" << YAML::Value << YAML::BeginSeq << YAML::BeginMap << YAML::Key << "name"
      << YAML::Value << "example" << YAML::Key << "image" << YAML::Value
      << "registry.k8s.io/pause:3.10";
  write_ports(out, pod.ports);
  out << YAML::EndMap << YAML::EndSeq << YAML::EndMap << YAML::EndMap;
  return std::string(out.c_str()) + "\n";
}

model::Model& Strangers::grown() {
  if (!grown_) {
    grown_.emplace(existing_.model());
    for (std::size_t i = 0; i < grown_->namespaces.size(); ++i) {
      const auto id = static_cast<model::NamespaceId>(i);
      namespaces_.emplace(grown_->text(grown_->namespaces[i].name), id);
    }
  }
  return *grown_;
}

model::LabelSetId Strangers::labels(const Labels& written) {
  model::Model& copy = grown();
  std::vector<model::Label> known;
  for (const auto& [key, value] : written) {
    known.push_back({copy.symbols->intern(key), copy.symbols->intern(value)});
  }
  return copy.label_sets.intern(model::LabelSet::of(std::move(known)));
}

model::NamespaceId Strangers::namespace_of(const queries::ExamplePod& pod) {
  model::Model& copy = grown();
  if (!pod.namespace_labels) return namespaces_.find(pod.ns)->second;
  Labels with_name = *pod.namespace_labels;
  with_name.emplace_back(model::kNamespaceNameKey, pod.ns);
  std::string key;
  for (const auto& [name, value] : with_name) key += fmt::format("{}={}\n", name, value);
  const auto next = static_cast<model::NamespaceId>(copy.namespaces.size());
  const auto [entry, added] = created_.emplace(key, next);
  if (added) {
    model::Namespace space;
    space.name = copy.symbols->intern(pod.ns);
    space.labels = labels(with_name);
    space.declared = true;
    copy.namespaces.push_back(space);
  }
  return entry->second;
}

EndpointId Strangers::add(const queries::ExamplePod& pod) {
  model::Model& copy = grown();
  const auto next = static_cast<EndpointId>(copy.endpoints.size());
  const auto [entry, added] = added_.emplace(yaml_of(pod), next);
  if (!added) return entry->second;
  yaml_.emplace(next, entry->first);
  model::Endpoint endpoint;
  model::Workload workload;
  workload.ns = namespace_of(pod);
  workload.kind = copy.symbols->intern("Pod");
  workload.name = copy.symbols->intern(pod.name);
  workload.replicated = false;
  workload.endpoints = {next};
  endpoint.workload = static_cast<model::WorkloadId>(copy.workloads.size());
  endpoint.labels = labels(pod.labels);
  endpoint.owner_kind = workload.kind;
  endpoint.owner_name = workload.name;
  for (const auto& port : pod.ports) {
    endpoint.ports.push_back({copy.symbols->intern(port.name), port.protocol, port.number});
  }
  copy.workloads.push_back(std::move(workload));
  copy.endpoints.push_back(std::move(endpoint));
  return next;
}

EndpointId Strangers::add_anyone() {
  queries::ExamplePod pod;
  pod.name = queries::example_name(existing_.model());
  pod.ns = "example";
  grown();
  for (std::size_t i = 2; namespaces_.contains(pod.ns); ++i) pod.ns = fmt::format("example-{}", i);
  pod.namespace_labels.emplace();
  return add(pod);
}

const compiler::Cluster& Strangers::cluster() {
  if (!grown_) return existing_;
  if (!cluster_) cluster_.emplace(*grown_, existing_.profile());
  return *cluster_;
}

net::Traffic Strangers::passes(EndpointId source, EndpointId destination) {
  return sets::reach(cluster(), source, destination).at(0).must;
}

std::string Strangers::text_of(const compiler::Party& party, const net::Address& address) {
  const auto* id = std::get_if<EndpointId>(&party);
  if (id == nullptr) return address.to_string();
  const model::Model& all = cluster().model();
  const std::string name = Context::short_name(all, all[*id].workload);
  if (yaml_.contains(*id)) return "a new pod " + name;
  const bool known = !all[*id].addresses.empty();
  return known ? fmt::format("{} ({})", name, address.to_string()) : name;
}

std::optional<Example> Strangers::replay(const compiler::Party& source,
                                         const compiler::Party& destination,
                                         const net::Traffic& traffic, bool certain) {
  const queries::PacketChoice choice = queries::choose_packet(traffic);
  const auto chosen = [](const compiler::Party& party) -> compiler::Party {
    if (std::holds_alternative<EndpointId>(party)) return party;
    const net::Address one = familiar(std::get<net::AddressSet>(party));
    return net::AddressSet(one, one);
  };
  const compiler::Party from = chosen(source);
  const compiler::Party to = chosen(destination);
  const auto packet = queries::packet_between(cluster(), from, to, choice.protocol, choice.port);
  if (!packet) return std::nullopt;
  check::World world;
  bool passed = check::passes(cluster(), *packet, world);
  if (!passed && !certain) {
    world.ipblock_matches_pods = true;
    passed = check::passes(cluster(), *packet, world);
  }
  if (!passed) {
    if (certain) throw source::InternalError("the example of a finding does not pass");
    return std::nullopt;
  }
  Example example;
  example.source = text_of(from, packet->source_address);
  example.destination = text_of(to, packet->destination_address);
  // Where an address is not known, the names of the ends say what there is to say.
  const auto unknown = [&](const compiler::Party& party) {
    const auto* id = std::get_if<EndpointId>(&party);
    return id != nullptr && cluster().model()[*id].addresses.empty();
  };
  const auto end = [](const net::Address& address) {
    return address.family == net::Family::V6 ? fmt::format("[{}]", address.to_string())
                                             : address.to_string();
  };
  const std::string_view protocol = net::to_string(choice.protocol);
  example.packet = unknown(from) || unknown(to)
                       ? fmt::format("{} {}", protocol, choice.port)
                       : fmt::format("{} {} -> {}:{}", protocol, end(packet->source_address),
                                     end(packet->destination_address), choice.port);
  for (const compiler::Party* each : {&from, &to}) {
    const auto* id = std::get_if<EndpointId>(each);
    if (id != nullptr && yaml_.contains(*id)) example.pod = yaml_.at(*id);
  }
  return example;
}

}  // namespace polreach::solver::audit::kubernetes
