// SPDX-License-Identifier: Apache-2.0
#include "solver/queries/entrances.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace polreach::solver::queries {
namespace {

using model::Endpoint;
using model::EndpointId;
using model::Entrance;
using model::Model;
using model::Service;
using model::ServicePort;

/// The number of the port that a pod calls so.
std::optional<net::Port> resolve_name(const Endpoint& endpoint, model::Symbol name,
                                      net::Protocol protocol) {
  for (const model::NamedPort& port : endpoint.ports) {
    if (port.name == name && port.protocol == protocol) return port.number;
  }
  return std::nullopt;
}

std::string full_name(const Model& model, model::NamespaceId ns, model::Symbol name) {
  return std::string(model.text(model[ns].name)) + "/" + std::string(model.text(name));
}

std::string text_of(const Model& model, const model::EntrancePort& port) {
  if (const auto* number = std::get_if<net::Port>(&port)) return std::to_string(*number);
  if (const auto* name = std::get_if<model::Symbol>(&port)) return std::string(model.text(*name));
  return "";
}

/// Follows one entrance to the ends.
class EntranceResolution {
 public:
  EntranceResolution(const Model& model, const Entrance& entrance)
      : model_(model),
        entrance_(entrance),
        protocol_(model.text(entrance.kind) == "UDPRoute" ? net::Protocol::Udp
                                                          : net::Protocol::Tcp) {}

  EntranceTargets run() {
    const auto [first, last] = services();
    if (first == last) {
      warning("entrance-no-service", "Service " + service_name() + " is not in the input",
              "check the name, or give polreach the Service too");
    }
    for (auto service = first; service != last; ++service) follow(*service);
    auto& found = result_.backends;
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    return std::move(result_);
  }

 private:
  using Iterator = std::vector<Service>::const_iterator;

  /// The Services of that name: one, but where the input contradicts itself.
  [[nodiscard]] std::pair<Iterator, Iterator> services() const {
    // Sorted by namespace and name.
    const auto key = std::pair(entrance_.service_ns, model_.text(entrance_.service));
    const auto key_of = [&](const Service& s) { return std::pair(s.ns, model_.text(s.name)); };
    const auto first =
        std::lower_bound(model_.services.begin(), model_.services.end(), key,
                         [&](const Service& s, const auto& k) { return key_of(s) < k; });
    auto last = first;
    while (last != model_.services.end() && key_of(*last) == key) ++last;
    return {first, last};
  }

  [[nodiscard]] std::string service_name() const {
    return full_name(model_, entrance_.service_ns, entrance_.service);
  }

  void warning(std::string_view code, std::string message, std::string help) {
    result_.warnings.push_back({source::Severity::Warning,
                                code,
                                std::move(message),
                                entrance_.where,
                                std::string(model_.text(entrance_.kind)) + " " +
                                    full_name(model_, entrance_.ns, entrance_.name),
                                std::move(help),
                                {},
                                {}});
  }

  void follow(const Service& service) {
    const std::string name = "Service " + service_name();
    if (service.type == model::ServiceType::ExternalName) {
      return warning("service-outside", name + " stands for " + service.external_name,
                     "a domain name is no pod of the input");
    }
    if (!service.selector) {
      return warning("service-outside", name + " has no selector",
                     "its endpoints are not in the manifests");
    }
    if (selected_by(model_, service).empty()) {
      return warning("service-no-pods", name + " selects no pod", "check its selector");
    }
    bool has_port = false;
    const std::size_t before = result_.backends.size();
    for (const ServicePort& port : service.ports) {
      if (port.protocol == protocol_) has_port = add(service, port) || has_port;
    }
    if (!has_port) return follow_target_port(service, name);
    if (result_.backends.size() == before) {
      warning("service-no-target-port", name + " leads to a port that none of its pods has",
              "check targetPort against the names of the containers' ports");
    }
  }

  /// The Service has no port of that number or name. ingress-nginx then takes it for a targetPort;
  /// others do not, and the API does not say so.
  void follow_target_port(const Service& service, const std::string& name) {
    const std::size_t before = result_.backends.size();
    const bool ingress = model_.text(entrance_.kind) == "Ingress";
    for (const ServicePort& port : service.ports) {
      const bool fits = entrance_.port == as_entrance_port(port.target);
      if (!ingress || !fits || port.protocol != protocol_) continue;
      for (Backend backend : backends(model_, service, port)) {
        backend.maybe = true;
        result_.backends.push_back(backend);
      }
    }
    const std::string wanted = text_of(model_, entrance_.port);
    const std::string missing = name + " has no " + std::string(net::to_string(protocol_)) +
                                " port" + (wanted.empty() ? "" : " " + wanted);
    const bool found = result_.backends.size() > before;
    warning(
        "entrance-no-port",
        found ? missing + ": some controllers take it for the targetPort, others do not" : missing,
        "check the port against those of the Service");
  }

  static model::EntrancePort as_entrance_port(const std::variant<net::Port, model::Symbol>& port) {
    if (const auto* number = std::get_if<net::Port>(&port)) return *number;
    return std::get<model::Symbol>(port);
  }

  /// Adds where a port leads, if it is asked for. False where it is not.
  bool add(const Service& service, const ServicePort& port) {
    if (!entrance_.port_is_target && !is_meant(port)) return false;
    std::vector<Backend> found = backends(model_, service, port);
    if (entrance_.port_is_target && !is_meant_by_target(port)) {
      // A number is that of the pods' port, wherever it comes from.
      const auto* number = std::get_if<net::Port>(&entrance_.port);
      if (number == nullptr) return false;
      std::erase_if(found, [&](const Backend& backend) { return backend.port != *number; });
      if (found.empty()) return false;
    }
    result_.backends.insert(result_.backends.end(), found.begin(), found.end());
    return true;
  }

  [[nodiscard]] bool is_meant(const ServicePort& port) const {
    if (const auto* number = std::get_if<net::Port>(&entrance_.port)) return port.number == *number;
    if (const auto* name = std::get_if<model::Symbol>(&entrance_.port)) return port.name == *name;
    return true;
  }

  /// A name is that of the Service's port, which its endpoints take over; or, of a port without
  /// name, that of the pods' port, as `oc expose` writes it.
  [[nodiscard]] bool is_meant_by_target(const ServicePort& port) const {
    if (std::holds_alternative<net::Port>(entrance_.port)) return false;
    const auto* name = std::get_if<model::Symbol>(&entrance_.port);
    if (name == nullptr || port.name == *name) return true;
    const auto* target = std::get_if<model::Symbol>(&port.target);
    return target != nullptr && *target == *name;
  }

  const Model& model_;
  const Entrance& entrance_;
  net::Protocol protocol_;
  EntranceTargets result_;
};

/// A label that tells the pods of a controller.
struct Mark {
  std::string_view key;
  std::string_view value;
};

/// Looks for pods by what is known of their labels.
class Finder {
 public:
  explicit Finder(const Model& model) : model_(model) {}

  /// `ns`: the name of the namespace; empty: any.
  void find(std::string_view ns, const std::vector<Mark>& marks) {
    for (std::size_t i = 0; i < model_.endpoints.size(); ++i) {
      const auto id = static_cast<EndpointId>(i);
      if (!ns.empty() && model_.text(model_[model_.namespace_of(id)].name) != ns) continue;
      if (has(model_.label_sets[model_[id].labels], marks)) found_.push_back(id);
    }
  }

  std::vector<EndpointId> take() {
    std::sort(found_.begin(), found_.end());
    found_.erase(std::unique(found_.begin(), found_.end()), found_.end());
    return std::move(found_);
  }

 private:
  [[nodiscard]] bool has(const model::LabelSet& labels, const std::vector<Mark>& marks) const {
    return std::all_of(marks.begin(), marks.end(), [&](const Mark& mark) {
      const auto key = model_.symbols->find(mark.key);
      const model::Label* label = key ? labels.find(*key) : nullptr;
      return label != nullptr && model_.text(label->value) == mark.value;
    });
  }

  const Model& model_;
  std::vector<EndpointId> found_;
};

void find_gateways(Finder& finder, std::string_view gateways) {
  while (!gateways.empty()) {
    const std::size_t comma = std::min(gateways.find(','), gateways.size());
    const std::string_view each = gateways.substr(0, comma);
    gateways.remove_prefix(std::min(comma + 1, gateways.size()));
    const std::size_t slash = each.find('/');
    if (slash == std::string_view::npos) continue;
    finder.find(each.substr(0, slash),
                {{"gateway.networking.k8s.io/gateway-name", each.substr(slash + 1)}});
  }
}

}  // namespace

std::vector<Selected> selected_by(const Model& model, const Service& service) {
  std::vector<Selected> result;
  if (!service.selector || service.type == model::ServiceType::ExternalName) return result;
  // There are far fewer workloads than pods.
  for (const model::Workload& workload : model.workloads) {
    if (workload.ns != service.ns) continue;
    for (const EndpointId id : workload.endpoints) {
      const model::LabelSet& labels = model.label_sets[model[id].labels];
      bool maybe = false;
      const bool selected = std::all_of(service.selector->begin(), service.selector->end(),
                                        [&](const model::Label& wanted) {
                                          if (const model::Label* label = labels.find(wanted.key)) {
                                            return label->value == wanted.value;
                                          }
                                          maybe = true;
                                          return labels.is_unknown(wanted.key);
                                        });
      if (selected) result.push_back({id, maybe});
    }
  }
  std::sort(result.begin(), result.end(),
            [](const Selected& a, const Selected& b) { return a.endpoint < b.endpoint; });
  return result;
}

std::vector<Backend> backends(const Model& model, const Service& service, const ServicePort& port) {
  std::vector<Backend> result;
  for (const Selected& each : selected_by(model, service)) {
    const auto* number = std::get_if<net::Port>(&port.target);
    const std::optional<net::Port> target =
        number != nullptr ? std::optional(*number)
                          : resolve_name(model[each.endpoint], std::get<model::Symbol>(port.target),
                                         port.protocol);
    if (target) result.push_back({each.endpoint, port.protocol, *target, each.maybe});
  }
  return result;
}

EntranceTargets resolve_entrance(const Model& model, const Entrance& entrance) {
  return EntranceResolution(model, entrance).run();
}

std::vector<EndpointId> controller_pods(const Model& model, const Entrance& entrance) {
  Finder finder(model);
  const std::string_view kind = model.text(entrance.kind);
  if (kind == "Route") {
    finder.find(
        "openshift-ingress",
        {{"ingresscontroller.operator.openshift.io/deployment-ingresscontroller", "default"}});
  } else if (kind == "Ingress") {
    const std::string& name = entrance.controller;
    if (name.empty() || name == "nginx") {
      finder.find("", {{"app.kubernetes.io/name", "ingress-nginx"},
                       {"app.kubernetes.io/component", "controller"}});
    }
    if (name.empty() || name == "traefik") {
      finder.find("", {{"app.kubernetes.io/name", "traefik"}});
    }
  } else {
    find_gateways(finder, entrance.controller);
  }
  return finder.take();
}

}  // namespace polreach::solver::queries
