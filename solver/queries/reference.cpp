// SPDX-License-Identifier: Apache-2.0
#include "solver/queries/reference.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "policies/net/address_list.h"
#include "policies/source/ascii.h"
#include "policies/source/nearest.h"
#include "solver/queries/entrances.h"
#include "solver/queries/service_reference.h"

namespace polreach::solver::queries {
namespace {

using model::Endpoint;
using model::EndpointId;
using model::Model;
using model::Workload;
using model::WorkloadId;
using Resolved = tl::expected<Target, ReferenceError>;

/// kubectl's names for a kind: singular, plural, short.
bool is_kind(std::string_view written, std::string_view kind) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kShort = {
      {{"po", "pod"},
       {"deploy", "deployment"},
       {"rs", "replicaset"},
       {"sts", "statefulset"},
       {"ds", "daemonset"},
       {"cj", "cronjob"},
       {"rc", "replicationcontroller"},
       {"job", "job"}}};
  const std::string wanted = source::lower(written);
  const std::string full = source::lower(kind);
  if (wanted == full || wanted == full + "s") return true;
  return std::any_of(kShort.begin(), kShort.end(),
                     [&](const auto& s) { return s.first == wanted && s.second == full; });
}

/// The addresses of all pods; those of pods with hostNetwork are their nodes' too.
net::AddressSet pod_addresses(const Model& model) {
  std::vector<net::Address> all;
  for (const Endpoint& endpoint : model.endpoints) {
    all.insert(all.end(), endpoint.addresses.begin(), endpoint.addresses.end());
  }
  return net::set_of(all);
}

/// The addresses that stand for others: what is sent to them is rewritten on the way.
net::AddressSet service_addresses(const Model& model) {
  std::vector<net::Address> all;
  for (const model::Service& service : model.services) {
    all.insert(all.end(), service.cluster_addresses.begin(), service.cluster_addresses.end());
  }
  return net::set_of(all);
}

std::string counted(std::size_t count, std::string_view noun) {
  return std::to_string(count) + " " + std::string(noun) + (count == 1 ? "" : "s");
}

/// A range. The addresses of pods and of Services in it are not asked about, which is said rather
/// than cut out: a large cluster would leave a range of a hundred thousand pieces.
Target outside(const Model& model, std::string_view text, const net::AddressSet& addresses) {
  Target target;
  target.text = text;
  const net::AddressSet services = addresses & service_addresses(model);
  const net::AddressSet pods = addresses & pod_addresses(model);
  target.left_out = pods | services;
  if (!(addresses - target.left_out).empty()) target.addresses = addresses;
  if (!pods.empty()) {
    const auto count = static_cast<std::size_t>(std::count_if(
        model.endpoints.begin(), model.endpoints.end(),
        [&](const Endpoint& e) { return !(net::set_of(e.addresses) & pods).empty(); }));
    target.notes.push_back(counted(count, "pod") + " of the input with an address in " +
                           std::string(text) + " left out: ask for pods by name");
  }
  if (!services.empty()) {
    target.notes.push_back("cluster addresses of Services in " + std::string(text) +
                           " left out: policies see the pods behind them");
  }
  return target;
}

std::string pod_name(const Model& model, const Endpoint& endpoint) {
  return std::string(model.text(model[model[endpoint.workload].ns].name)) + "/" +
         std::string(model.text(endpoint.pod.value_or(endpoint.owner_name)));
}

Resolved resolve_address(const Model& model, std::string_view text, const net::Address& address) {
  Target target;
  target.text = text;
  bool node = false;
  for (std::size_t i = 0; i < model.endpoints.size(); ++i) {
    const Endpoint& endpoint = model.endpoints[i];
    const auto& own = endpoint.addresses;
    if (std::find(own.begin(), own.end(), address) == own.end()) continue;
    target.endpoints.push_back(static_cast<EndpointId>(i));
    target.notes.push_back(std::string(text) + " is the address of pod " +
                           pod_name(model, endpoint) +
                           (endpoint.host_network ? " (hostNetwork), and of its node" : ""));
    node = node || endpoint.host_network;
  }
  if (node) target.addresses = net::AddressSet(address, address);
  if (!target.endpoints.empty()) {
    target.is_one_pod = target.endpoints.size() == 1 && !node;
    return target;
  }
  for (const model::Service& service : model.services) {
    const auto& own = service.cluster_addresses;
    if (std::find(own.begin(), own.end(), address) == own.end()) continue;
    return refuse("service-address",
                  std::string(text) + " is the cluster address of Service " +
                      std::string(model.text(model[service.ns].name)) + "/" +
                      std::string(model.text(service.name)),
                  "policies see the pods behind it: ask for these");
  }
  target.addresses = net::AddressSet(address, address);
  return target;
}

/// A reference by name, taken apart.
struct WrittenName {
  std::string ns;
  std::string kind;  // empty: any
  std::string name;
};

std::optional<WrittenName> split_name(std::string_view text, std::string_view default_namespace) {
  std::vector<std::string> parts;
  std::size_t start = 0;
  while (true) {
    const std::size_t slash = text.find('/', start);
    parts.emplace_back(text.substr(start, slash - start));
    if (slash == std::string_view::npos) break;
    start = slash + 1;
  }
  if (std::any_of(parts.begin(), parts.end(), [](const auto& p) { return p.empty(); })) return {};
  if (parts.size() == 1) return WrittenName{std::string(default_namespace), "", parts[0]};
  if (parts.size() == 2) return WrittenName{parts[0], "", parts[1]};
  if (parts.size() == 3) return WrittenName{parts[0], parts[1], parts[2]};
  return std::nullopt;
}

/// All that a name can mean. Workloads by their own names come first; the names of pods and of
/// owners in between (a ReplicaSet of a Deployment) only count where no workload has the name.
struct Matches {
  std::vector<WorkloadId> workloads;
  std::vector<EndpointId> pods;
  std::vector<EndpointId> owned;
};

Matches find(const Model& model, const WrittenName& wanted) {
  Matches result;
  for (std::size_t i = 0; i < model.workloads.size(); ++i) {
    const Workload& workload = model.workloads[i];
    if (model.text(model[workload.ns].name) != wanted.ns) continue;
    const bool kind_fits = wanted.kind.empty() || is_kind(wanted.kind, model.text(workload.kind));
    if (kind_fits && model.text(workload.name) == wanted.name) {
      result.workloads.push_back(static_cast<WorkloadId>(i));
    }
    for (EndpointId id : workload.endpoints) {
      const Endpoint& endpoint = model[id];
      const bool is_pod = endpoint.pod && model.text(*endpoint.pod) == wanted.name;
      if (is_pod && (wanted.kind.empty() || is_kind(wanted.kind, "Pod"))) {
        result.pods.push_back(id);
      }
      const bool is_owner =
          model.text(endpoint.owner_name) == wanted.name &&
          (wanted.kind.empty() || is_kind(wanted.kind, model.text(endpoint.owner_kind)));
      if (is_owner) result.owned.push_back(id);
    }
  }
  return result;
}

std::string names_of(const Model& model, const std::vector<WorkloadId>& ids) {
  std::string text;
  for (WorkloadId id : ids) {
    const Workload& workload = model[id];
    if (!text.empty()) text += " or ";
    text += std::string(model.text(model[workload.ns].name)) + "/" +
            source::lower(model.text(workload.kind)) + "/" + std::string(model.text(workload.name));
  }
  return text;
}

/// The names that can be asked for, for hints.
std::vector<std::string> all_names(const Model& model) {
  std::set<std::string> names;
  for (const Workload& workload : model.workloads) {
    const std::string ns(model.text(model[workload.ns].name));
    names.insert(ns + "/" + std::string(model.text(workload.name)));
  }
  return {names.begin(), names.end()};
}

/// The workloads behind the Service of that name, for hints.
std::string behind_service(const Model& model, const WrittenName& wanted) {
  for (const model::Service& service : model.services) {
    const bool same =
        model.text(model[service.ns].name) == wanted.ns && model.text(service.name) == wanted.name;
    if (!same || !service.selector) continue;
    std::set<std::string> names;
    for (const Selected& each : selected_by(model, service)) {
      if (!each.maybe) names.insert(name_of(model, model[each.endpoint].workload));
    }
    std::string text =
        wanted.ns + "/" + wanted.name + " is a Service; policies see the pods behind it";
    for (const std::string& name : names) text += (name == *names.begin() ? ": " : ", ") + name;
    return text;
  }
  return "";
}

std::string list_of(const std::vector<std::string>& names, std::size_t most) {
  std::string text;
  for (std::size_t i = 0; i < names.size() && i < most; ++i) {
    text += (i == 0 ? "" : ", ") + names[i];
  }
  if (names.size() > most) text += ", and " + std::to_string(names.size() - most) + " more";
  return text;
}

Resolved not_found(const Model& model, std::string_view text, const WrittenName& wanted) {
  const std::vector<std::string> names = all_names(model);
  // A name of the same namespace is the likeliest; then a namespace that is misspelt.
  std::vector<std::string> siblings;
  for (const std::string& name : names) {
    if (name.starts_with(wanted.ns + "/")) siblings.push_back(name.substr(wanted.ns.size() + 1));
  }
  std::vector<std::string> near = source::nearest(wanted.name, siblings);
  for (std::string& name : near) name.insert(0, wanted.ns + "/");
  if (near.empty()) near = source::nearest(wanted.ns + "/" + wanted.name, names);
  if (near.empty()) {
    // The right name in another namespace.
    for (const std::string& name : names) {
      if (name.ends_with("/" + wanted.name)) near.push_back(name);
    }
    near.resize(std::min<std::size_t>(near.size(), 3));
  }
  std::string help = behind_service(model, wanted);
  if (help.empty() && near.empty()) {
    help = names.empty() ? "the input holds no pods and no workloads"
                         : "the input has " + list_of(names, 8);
  }
  std::string shown(text);
  if (text.find('/') == std::string_view::npos) shown += " (in namespace " + wanted.ns + ")";
  return refuse("unknown-reference",
                "no workload or pod is called " + shown + source::did_you_mean(near), help);
}

Resolved resolve_namespace(const Model& model, std::string_view text, const std::string& ns) {
  Target target;
  target.text = text;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < model.endpoints.size(); ++i) {
    const auto id = static_cast<EndpointId>(i);
    if (model.text(model[model.namespace_of(id)].name) == ns) target.endpoints.push_back(id);
  }
  if (!target.endpoints.empty()) return target;
  for (const model::Namespace& each : model.namespaces) {
    if (model.text(each.name) != ns) names.emplace_back(model.text(each.name));
  }
  const std::vector<std::string> near = source::nearest(ns, names);
  return refuse("unknown-reference",
                "no workload is in namespace " + ns + source::did_you_mean(near),
                near.empty() ? "the input has the namespaces " + list_of(names, 8) : "");
}

Resolved resolve_name(const Model& model, std::string_view text, const WrittenName& wanted) {
  if (wanted.name == "*" && wanted.kind.empty()) return resolve_namespace(model, text, wanted.ns);
  const Matches matches = find(model, wanted);
  Target target;
  target.text = text;
  if (matches.workloads.size() > 1) {
    return refuse("ambiguous-reference", std::string(text) + " can mean several workloads",
                  "write " + names_of(model, matches.workloads));
  }
  if (!matches.workloads.empty()) {
    target.endpoints = model[matches.workloads[0]].endpoints;
    return target;
  }
  if (!matches.pods.empty()) {
    target.endpoints = matches.pods;
    target.is_one_pod = true;
  } else {
    target.endpoints = matches.owned;
  }
  if (target.endpoints.empty()) return not_found(model, text, wanted);
  const Workload& workload = model[model[target.endpoints[0]].workload];
  if (model.text(workload.name) != wanted.name) {
    target.notes.push_back(std::string(text) + " belongs to " +
                           std::string(model.text(workload.kind)) + " " +
                           name_of(model, model[target.endpoints[0]].workload));
  }
  return target;
}

}  // namespace

tl::unexpected<ReferenceError> refuse(std::string_view code, std::string message,
                                      std::string help) {
  return tl::unexpected<ReferenceError>({code, std::move(message), std::move(help)});
}

std::string name_of(const Model& model, WorkloadId id) {
  const Workload& workload = model[id];
  // Workloads are sorted by namespace, name and kind: those that share a name are neighbours.
  const auto index = static_cast<std::size_t>(id);
  const auto shares_name = [&](std::size_t other) {
    return other < model.workloads.size() && model.workloads[other].ns == workload.ns &&
           model.workloads[other].name == workload.name;
  };
  const bool shared = shares_name(index + 1) || (index > 0 && shares_name(index - 1));
  std::string text(model.text(model[workload.ns].name));
  if (shared) text += "/" + source::lower(model.text(workload.kind));
  return text + "/" + std::string(model.text(workload.name));
}

Resolved resolve(const Model& model, std::string_view text, std::string_view default_namespace) {
  if (text == "internet") return outside(model, text, net::internet_addresses());
  if (text == "any") {
    Target target;
    target.text = text;
    target.addresses = net::all_addresses();
    target.left_out = pod_addresses(model) | service_addresses(model);
    for (std::size_t i = 0; i < model.endpoints.size(); ++i) {
      target.endpoints.push_back(static_cast<EndpointId>(i));
    }
    return target;
  }
  if (is_service_reference(model, text)) return resolve_service(model, text, default_namespace);
  if (const auto address = net::Address::parse(text)) return resolve_address(model, text, *address);
  if (const auto prefix = net::Prefix::parse(text)) {
    const bool one = prefix->length == net::width(prefix->address.family);
    if (one) return resolve_address(model, text, prefix->address);
    return outside(model, text, net::addresses_of(*prefix));
  }
  if (text.find_first_not_of("0123456789abcdefABCDEF.:/") == std::string_view::npos &&
      text.find_first_of(".:") != std::string_view::npos) {
    return refuse("bad-reference", "\"" + std::string(text) + "\" is not an address or CIDR",
                  "write it as 10.0.0.7, 10.0.0.0/8 or 2001:db8::/32");
  }
  const auto name = split_name(text, default_namespace);
  if (!name) {
    return refuse(
        "bad-reference", "\"" + std::string(text) + "\" is not a reference",
        "write namespace/name, namespace/kind/name, namespace/*, svc/namespace/name:port, "
        "an address, a CIDR, internet or any");
  }
  return resolve_name(model, text, *name);
}

}  // namespace polreach::solver::queries
