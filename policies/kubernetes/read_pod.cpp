// SPDX-License-Identifier: Apache-2.0
#include "policies/kubernetes/read_pod.h"

#include <charconv>
#include <utility>

#include "policies/kubernetes/names.h"

namespace polreach::kubernetes {

using syntax::Type;
using syntax::Value;

namespace {

/// hostIP of a loopback address: the port is open at its node itself alone.
bool is_local(const Value& port) {
  const auto host = Fields::get(port, "hostIP");
  const auto address = host ? net::Address::parse(host->text()) : std::nullopt;
  if (!address) return false;
  return net::Prefix::parse("127.0.0.0/8")->contains(*address) ||
         *address == *net::Address::parse("::1");
}

void read_container_ports(Fields& fields, const Context& context, const Value& container,
                          PodFacts& facts) {
  const auto ports = fields.get(container, "ports", Type::Sequence);
  if (!ports) return;
  for (const Value port : *ports) {
    if (!fields.expect(port, Type::Mapping, "an item of ports")) continue;
    const auto number = Fields::get(port, "containerPort");
    if (!number) {
      fields.error("missing-field", port.span(), "containerPort is missing");
      continue;
    }
    const auto container_port = read_port(fields, *number, "containerPort");
    // The API server takes an empty protocol of a container's port for none.
    const auto written = Fields::get(port, "protocol");
    const bool none = written && written->is(Type::String) && written->text().empty();
    const auto protocol = none ? net::Protocol::Tcp : read_protocol(fields, port);
    const auto on_node = Fields::get(port, "hostPort");
    // 0 is the API server's default: none.
    if (on_node && on_node->text() != "0" && container_port && protocol) {
      const auto host_port = read_port(fields, *on_node, "hostPort");
      if (host_port && !is_local(port)) {
        facts.host_ports.push_back({*protocol, *host_port, *container_port});
      }
    }
    const auto name = fields.get(port, "name", Type::String);
    if (!name || name->text().empty() || !container_port || !protocol) continue;
    if (!is_port_name(name->text())) {
      fields.error("bad-port", name->span(),
                   "\"" + std::string(name->text()) + "\" is not a port name",
                   "use at most 15 lower-case letters, digits and '-', with at least one letter");
      continue;
    }
    facts.ports.push_back({context.symbols.intern(name->text()), *protocol, *container_port});
  }
}

void read_containers(Fields& fields, const Context& context, const Value& spec, PodFacts& facts) {
  if (const auto containers = fields.get(spec, "containers", Type::Sequence)) {
    for (const Value container : *containers) {
      if (fields.expect(container, Type::Mapping, "an item of containers")) {
        read_container_ports(fields, context, container, facts);
      }
    }
  }
  // An init container that restarts always is a sidecar: it runs as long as the pod, and its ports
  // count. Those of other init containers are gone when the pod is ready.
  if (const auto containers = fields.get(spec, "initContainers", Type::Sequence)) {
    for (const Value container : *containers) {
      if (!fields.expect(container, Type::Mapping, "an item of initContainers")) continue;
      const auto restart = Fields::get(container, "restartPolicy");
      if (restart && restart->text() == "Always") {
        read_container_ports(fields, context, container, facts);
      }
    }
  }
}

/// The old name of serviceAccountName counts where the new one is not there. No packet depends on
/// it, so that nothing of it is an error.
void read_account(const Context& context, const Value& spec, PodFacts& facts) {
  for (const std::string_view name : {"serviceAccountName", "serviceAccount"}) {
    const auto account = Fields::get(spec, name);
    if (!account || !account->is(Type::String) || account->text().empty()) continue;
    facts.account = context.symbols.intern(account->text());
    break;
  }
  const auto mounted = Fields::get(spec, "automountServiceAccountToken");
  facts.mounts_token = !mounted || mounted->text() != "false";
}

void read_pod_spec(Fields& fields, const Context& context, const Value& spec, PodFacts& facts) {
  read_containers(fields, context, spec, facts);
  if (const auto host = fields.get(spec, "hostNetwork", Type::Bool)) {
    facts.host_network = host->text() == "true";
  }
  if (const auto node = fields.get(spec, "nodeName", Type::String)) {
    if (!node->text().empty()) facts.node = context.symbols.intern(node->text());
  }
  read_account(context, spec, facts);
  if (const auto labels = fields.get(spec, "nodeSelector", Type::Mapping)) {
    facts.node_labels = read_labels(fields, context, *labels);
  }
}

void add_address(Fields& fields, const Value& value, std::vector<net::Address>& addresses) {
  if (!fields.expect(value, Type::String, "an address") || value.text().empty()) return;
  const auto address = net::Address::parse(value.text());
  if (!address) {
    fields.error("bad-address", value.span(),
                 "\"" + std::string(value.text()) + "\" is not an IP address");
    return;
  }
  for (const net::Address& known : addresses) {
    if (known == *address) return;
  }
  addresses.push_back(*address);
}

/// `single` is podIP or hostIP, `list` the field that replaced it and holds both families.
void read_addresses(Fields& fields, const Value& status, std::string_view single,
                    std::string_view list, std::vector<net::Address>& addresses) {
  if (const auto value = Fields::get(status, single)) add_address(fields, *value, addresses);
  if (const auto values = fields.get(status, list, Type::Sequence)) {
    for (const Value each : *values) {
      if (!fields.expect(each, Type::Mapping, "an item of " + std::string(list))) continue;
      if (const auto value = Fields::get(each, "ip")) add_address(fields, *value, addresses);
    }
  }
}

void read_status(Fields& fields, const Value& root, PodFacts& facts) {
  const auto status = fields.get(root, "status", Type::Mapping);
  if (!status) return;
  read_addresses(fields, *status, "hostIP", "hostIPs", facts.node_addresses);
  const auto phase = Fields::get(*status, "phase");
  facts.ended = phase && (phase->text() == "Succeeded" || phase->text() == "Failed");
  // The address of a pod that has ended may be another's by now.
  if (!facts.ended) read_addresses(fields, *status, "podIP", "podIPs", facts.addresses);
}

std::optional<Value> template_of(Fields& fields, const Value& spec, bool cron_job) {
  if (!cron_job) return fields.require(spec, "template", Type::Mapping);
  const auto job = fields.require(spec, "jobTemplate", Type::Mapping);
  if (!job) return std::nullopt;
  const auto job_spec = fields.require(*job, "spec", Type::Mapping);
  if (!job_spec) return std::nullopt;
  return fields.require(*job_spec, "template", Type::Mapping);
}

std::optional<std::int64_t> read_count(const Value& spec, std::string_view name) {
  const auto value = Fields::get(spec, name);
  if (!value || !value->is(Type::Integer)) return std::nullopt;
  std::int64_t count = 0;
  const std::string_view text = value->text();
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  return error == std::errc{} ? std::optional(count) : std::nullopt;
}

}  // namespace

void read_pod(Fields& fields, const Context& context, const Value& root, Objects& objects) {
  PodObject pod;
  auto metadata = read_metadata(fields, context, root, false);
  if (const auto spec = fields.require(root, "spec", Type::Mapping)) {
    read_pod_spec(fields, context, *spec, pod.facts);
  }
  read_status(fields, root, pod.facts);
  if (!metadata || !fields.ok()) return;
  pod.metadata = std::move(*metadata);
  objects.pods.push_back(std::move(pod));
}

void read_workload(Fields& fields, const Context& context, const Value& root, std::string_view kind,
                   bool cron_job, Objects& objects) {
  WorkloadObject workload;
  workload.kind = context.symbols.intern(kind);
  auto metadata = read_metadata(fields, context, root, false);
  const auto spec = fields.require(root, "spec", Type::Mapping);
  if (spec) {
    workload.replicas = read_count(*spec, "replicas");
    if (const auto pod = template_of(fields, *spec, cron_job)) {
      if (const auto pod_metadata = fields.get(*pod, "metadata", Type::Mapping)) {
        fields.only(*pod_metadata, {"labels", "annotations", "name", "namespace", "generateName",
                                    "creationTimestamp", "finalizers", "ownerReferences"});
        if (const auto labels = fields.get(*pod_metadata, "labels", Type::Mapping)) {
          workload.pod_labels = read_labels(fields, context, *labels);
        }
      }
      if (const auto pod_spec = fields.require(*pod, "spec", Type::Mapping)) {
        read_pod_spec(fields, context, *pod_spec, workload.facts);
      }
    }
  }
  if (!metadata || !fields.ok()) return;
  workload.metadata = std::move(*metadata);
  objects.workloads.push_back(std::move(workload));
}

}  // namespace polreach::kubernetes
