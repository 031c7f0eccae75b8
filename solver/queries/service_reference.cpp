// SPDX-License-Identifier: Apache-2.0
#include "solver/queries/service_reference.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>
#include <utility>

#include "policies/source/nearest.h"
#include "solver/queries/entrances.h"

namespace polreach::solver::queries {
namespace {

using model::EndpointId;
using model::Model;
using model::Service;
using model::ServicePort;
using model::WorkloadId;
using Resolved = tl::expected<Target, ReferenceError>;

constexpr std::string_view kPrefix = "svc/";

/// A reference, taken apart.
struct ServiceName {
  std::string ns;
  std::string name;
  std::string port;
  [[nodiscard]] std::string full_name() const { return ns + "/" + name; }
};

tl::expected<ServiceName, ReferenceError> split_reference(std::string_view text,
                                                          std::string_view default_namespace) {
  std::string_view rest = text.substr(kPrefix.size());
  const std::size_t colon = std::min(rest.find(':'), rest.size());
  const std::string_view port = rest.substr(std::min(colon + 1, rest.size()));
  rest = rest.substr(0, colon);
  const std::size_t slash = rest.find('/');
  const bool has_ns = slash != std::string_view::npos;
  ServiceName parts{std::string(has_ns ? rest.substr(0, slash) : default_namespace),
                    std::string(has_ns ? rest.substr(slash + 1) : rest), std::string(port)};
  const bool complete = !parts.ns.empty() && !parts.name.empty() && !parts.port.empty() &&
                        parts.name.find('/') == std::string::npos;
  if (complete) return parts;
  return refuse("bad-reference",
                "\"" + std::string(text) + "\" does not name a Service and a port of it",
                "write svc/namespace/name:port, the port by its number or its name");
}

std::string list_of(const std::vector<std::string>& names) {
  constexpr std::size_t kMost = 8;
  std::string text;
  for (std::size_t i = 0; i < names.size() && i < kMost; ++i) {
    text += (i == 0 ? "" : ", ") + names[i];
  }
  if (names.size() > kMost) text += ", and " + std::to_string(names.size() - kMost) + " more";
  return text;
}

tl::unexpected<ReferenceError> not_found(const Model& model, const ServiceName& wanted) {
  std::set<std::string> names;
  for (const Service& service : model.services) {
    names.insert(std::string(model.text(model[service.ns].name)) + "/" +
                 std::string(model.text(service.name)));
  }
  const std::vector<std::string> all(names.begin(), names.end());
  std::vector<std::string> near = source::nearest(wanted.full_name(), all);
  if (near.empty()) {
    // The right name in another namespace.
    for (const std::string& name : all) {
      if (name.ends_with("/" + wanted.name) && near.size() < 3) near.push_back(name);
    }
  }
  std::string help;
  if (near.empty()) {
    help = all.empty() ? "the input holds no Service" : "the input has " + list_of(all);
  }
  return refuse("unknown-reference",
                "no Service is called " + wanted.full_name() + source::did_you_mean(near), help);
}

std::string protocol_and(net::Protocol protocol, net::Port port) {
  return std::string(net::to_string(protocol)) + " " + std::to_string(port);
}

/// Resolves a reference to a Service that was found.
class ServiceResolution {
 public:
  ServiceResolution(const Model& model, std::string_view text, const ServiceName& wanted,
                    const Service& service)
      : model_(model), text_(text), wanted_(wanted), service_(service) {}

  Resolved run() {
    if (service_.type == model::ServiceType::ExternalName) {
      return refuse(
          "service-outside",
          text_ + " leads to " + service_.external_name + ", which is outside of the manifests",
          "ask for its address");
    }
    if (!service_.selector) {
      return refuse("service-outside",
                    "Service " + wanted_.full_name() +
                        " has no selector: where it leads is not in the manifests",
                    "ask for the addresses of its endpoints");
    }
    const std::vector<const ServicePort*> ports = meant();
    if (ports.empty()) return no_such_port();
    if (selected_by(model_, service_).empty()) {
      return refuse("service-no-pods", "Service " + wanted_.full_name() + " selects no pod",
                    "check its selector against the labels of the pods");
    }
    target_.text = text_;
    target_.asked.emplace();
    for (const ServicePort* port : ports) add(*port);
    if (ports.size() == 1) {
      target_.service = {static_cast<std::size_t>(&service_ - model_.services.data()),
                         static_cast<std::size_t>(ports.front() - service_.ports.data())};
    }
    if (lead_.empty()) return no_target_port(*ports.front());
    for (const auto& [port, ends] : lead_) note(port.first, port.second, ends);
    return finish();
  }

 private:
  /// The workloads that a port leads to for certain, and perhaps.
  struct Ends {
    std::set<WorkloadId> sure;
    std::set<WorkloadId> maybe;
  };

  /// The ports that go by the number or the name that was asked for: of one number there is one a
  /// protocol.
  std::vector<const ServicePort*> meant() {
    std::vector<const ServicePort*> result;
    unsigned number = 0;
    const std::string& port = wanted_.port;
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
    by_number_ = error == std::errc{} && end == port.data() + port.size();
    for (const ServicePort& each : service_.ports) {
      const bool named = each.name && model_.text(*each.name) == port;
      if (by_number_ ? each.number == number : named) result.push_back(&each);
    }
    return result;
  }

  [[nodiscard]] Resolved no_such_port() const {
    std::vector<std::string> ports;
    for (const ServicePort& each : service_.ports) {
      ports.push_back(protocol_and(each.protocol, each.number) +
                      (each.name ? " (" + std::string(model_.text(*each.name)) + ")" : ""));
    }
    std::string help = ports.empty() ? "it has none" : "it has " + list_of(ports);
    if (service_.headless) help += "; it is headless: for other ports ask for its pods";
    return refuse("unknown-port", "Service " + wanted_.full_name() + " has no port " + wanted_.port,
                  help);
  }

  [[nodiscard]] Resolved no_target_port(const ServicePort& port) const {
    const auto* name = std::get_if<model::Symbol>(&port.target);
    return refuse("service-no-target-port",
                  text_ + " leads to the port \"" +
                      (name ? std::string(model_.text(*name)) : wanted_.port) +
                      "\" of its pods, and none of them has a " +
                      std::string(net::to_string(port.protocol)) + " port of that name",
                  "check targetPort against the names of the containers' ports");
  }

  void add(const ServicePort& port) {
    // Of a headless Service the pods are called at their own addresses: nothing is translated.
    ServicePort effective = port;
    if (service_.headless && by_number_) effective.target = port.number;
    for (const Backend& each : backends(model_, service_, effective)) {
      endpoints_.insert(each.endpoint);
      Ends& ends = lead_[{each.protocol, each.port}];
      (each.maybe ? ends.maybe : ends.sure).insert(model_[each.endpoint].workload);
    }
    Asked::Entry entry{port.protocol, {}};
    if (const auto* number = std::get_if<net::Port>(&effective.target)) {
      entry.ports = net::PortSet(*number, *number);
      if (port.target != effective.target) untranslated_ = true;
    } else {
      entry.ports = std::string(model_.text(std::get<model::Symbol>(effective.target)));
    }
    target_.asked->entries.push_back(std::move(entry));
  }

  void note(net::Protocol protocol, net::Port port, const Ends& ends) {
    const auto names = [&](const std::set<WorkloadId>& ids) {
      std::vector<std::string> result;
      for (WorkloadId id : ids) result.push_back(name_of(model_, id));
      return list_of(result);
    };
    const std::string where = protocol_and(protocol, port) + " of ";
    if (!ends.sure.empty()) {
      target_.notes.push_back(text_ + " leads to " + where + names(ends.sure));
    }
    if (!ends.maybe.empty()) {
      target_.notes.push_back(text_ + " perhaps leads to " + where + names(ends.maybe) +
                              ": its selector asks for labels that are not known");
    }
  }

  Resolved finish() {
    if (untranslated_) {
      target_.notes.push_back("Service " + wanted_.full_name() +
                              " is headless: clients call its pods themselves, and targetPort "
                              "does not count");
    }
    target_.endpoints.assign(endpoints_.begin(), endpoints_.end());
    return std::move(target_);
  }

  const Model& model_;
  std::string text_;
  const ServiceName& wanted_;
  const Service& service_;
  Target target_;
  std::set<EndpointId> endpoints_;
  std::map<std::pair<net::Protocol, net::Port>, Ends> lead_;
  bool by_number_ = false;
  bool untranslated_ = false;
};

}  // namespace

bool is_service_reference(const Model& model, std::string_view text) {
  if (!text.starts_with(kPrefix)) return false;
  if (text.find(':') != std::string_view::npos) return true;
  return std::none_of(model.namespaces.begin(), model.namespaces.end(),
                      [&](const model::Namespace& each) { return model.text(each.name) == "svc"; });
}

Resolved resolve_service(const Model& model, std::string_view text,
                         std::string_view default_namespace) {
  const auto wanted = split_reference(text, default_namespace);
  if (!wanted) return tl::unexpected(wanted.error());
  const Service* found = nullptr;
  for (const Service& service : model.services) {
    const bool same = model.text(model[service.ns].name) == wanted->ns &&
                      model.text(service.name) == wanted->name;
    if (!same) continue;
    if (found != nullptr) {
      return refuse("ambiguous-reference",
                    "the input defines Service " + wanted->full_name() + " twice, differently",
                    "give polreach only one of the two");
    }
    found = &service;
  }
  if (found == nullptr) return not_found(model, *wanted);
  return ServiceResolution(model, text, *wanted, *found).run();
}

}  // namespace polreach::solver::queries
