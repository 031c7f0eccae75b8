// SPDX-License-Identifier: Apache-2.0
#include "solver/audit/kubernetes/context.h"

#include <fmt/format.h>

#include <algorithm>

#include "solver/audit/kubernetes/parts.h"
#include "solver/queries/entrances.h"

namespace polreach::solver::audit::kubernetes {

using model::Direction;
using model::EndpointId;
using model::Model;

Context::Context(Scene& scene, const Wanted& wanted, Audit& audit)
    : scene_(scene), wanted_(wanted), audit_(audit) {}

bool Context::wants(std::string_view id) const { return wanted_(check(id)); }

Finding Context::finding(std::string_view id, std::string subject, std::string key) {
  Finding finding;
  finding.check = &check(id);
  finding.severity = finding.check->severity;
  finding.subject = std::move(subject);
  finding.key = std::move(key);
  return finding;
}

void Context::add(Finding finding) {
  if (!wanted_(*finding.check)) return;
  tidy(finding.also);
  std::erase(finding.also, finding.subject);
  audit_.findings.push_back(std::move(finding));
}

void Context::unchecked(std::string_view id, std::string why) {
  if (wants(id)) audit_.unchecked.push_back({&check(id), std::move(why)});
}

std::string Context::name(model::NamespaceId id) const {
  return fmt::format("Namespace {}", model().text(model()[id].name));
}

std::string Context::name(model::WorkloadId id) const {
  return fmt::format("{} {}", model().text(model()[id].kind), short_name(id));
}

std::string Context::name(model::PolicyId id) const {
  const model::Policy& policy = model()[id];
  const std::string_view kind = model().text(policy.kind);
  if (policy.tier != model::Tier::Network) {
    return fmt::format("{} {}", kind, model().text(policy.name));
  }
  return fmt::format("{} {}/{}", kind, model().text(model()[policy.ns].name),
                     model().text(policy.name));
}

std::string Context::name(const model::Service& service) const {
  return fmt::format("Service {}/{}", model().text(model()[service.ns].name),
                     model().text(service.name));
}

std::string Context::short_name(const Model& model, model::WorkloadId id) {
  return fmt::format("{}/{}", model.text(model[model[id].ns].name), model.text(model[id].name));
}

std::string Context::short_name(model::WorkloadId id) const { return short_name(model(), id); }

std::string Context::short_name(EndpointId id) const { return short_name(model()[id].workload); }

std::string Context::rule_name(const RuleId& rule) {
  return fmt::format("{} rule {}", rule.direction == Direction::Ingress ? "ingress" : "egress",
                     rule.rule + 1);
}

model::Span Context::where(const RuleId& rule) const {
  return model()[rule.policy].rules(rule.direction)->at(rule.rule).where;
}

model::Span Context::where(model::NamespaceId id) const {
  if (model()[id].where.exists()) return model()[id].where;
  for (const model::Workload& workload : model().workloads) {
    if (workload.ns == id) return workload.where;
  }
  return model::Span::none();
}

void Context::rest_on(Finding& finding, const std::vector<compiler::OpenPoint>& points,
                      const std::set<model::NamespaceId>& namespaces) const {
  std::set<std::size_t> gaps;
  for (std::size_t i = 0; i < model().gaps.size(); ++i) {
    const model::Gap& gap = model().gaps[i];
    if (gap.effect == model::Gap::Effect::RequestsOnly) continue;
    if (!gap.ns || namespaces.contains(*gap.ns)) gaps.insert(i);
  }
  if (points.empty() && gaps.empty()) return;
  finding.certain = false;
  finding.rests_on = queries::describe(cluster(), {points.begin(), points.end()}, gaps);
}

bool Context::is_isolated(EndpointId id, Direction direction) const {
  const auto& candidates = cluster().candidates(id, direction);
  return std::any_of(candidates.begin(), candidates.end(), [&](model::PolicyId each) {
    return model()[each].tier == model::Tier::Network;
  });
}

void Context::find_ports() {
  listening_.resize(model().endpoints.size());
  published_.resize(model().endpoints.size());
  const auto one = [](net::Protocol protocol, net::Port port) {
    return net::Traffic(protocol, net::PortSet(port, port));
  };
  for (std::size_t i = 0; i < model().endpoints.size(); ++i) {
    for (const model::NamedPort& port : model().endpoints[i].ports) {
      listening_[i] |= one(port.protocol, port.number);
    }
    for (const model::HostPort& port : model().endpoints[i].host_ports) {
      listening_[i] |= one(port.protocol, port.in_container);
    }
  }
  for (const model::Service& service : model().services) {
    const bool outside = service.type == model::ServiceType::NodePort ||
                         service.type == model::ServiceType::LoadBalancer;
    for (const model::ServicePort& port : service.ports) {
      for (const queries::Backend& each : queries::backends(model(), service, port)) {
        const auto i = static_cast<std::size_t>(each.endpoint);
        if (!each.maybe) listening_[i] |= one(each.protocol, each.port);
        if (outside) published_[i] |= one(each.protocol, each.port);
      }
    }
  }
  for (const model::Entrance& entrance : model().entrances) {
    for (const queries::Backend& each : queries::resolve_entrance(model(), entrance).backends) {
      published_[static_cast<std::size_t>(each.endpoint)] |= one(each.protocol, each.port);
    }
  }
}

const net::Traffic& Context::listening(EndpointId id) {
  if (listening_.empty()) find_ports();
  static const net::Traffic kNothing;  // of pods that the input does not hold
  const auto index = static_cast<std::size_t>(id);
  return index < listening_.size() ? listening_[index] : kNothing;
}

const net::Traffic& Context::published(EndpointId id) {
  if (published_.empty()) find_ports();
  static const net::Traffic kNothing;  // of pods that the input does not hold
  const auto index = static_cast<std::size_t>(id);
  return index < published_.size() ? published_[index] : kNothing;
}

std::string listed(const std::vector<std::string>& names, std::size_t most) {
  const std::size_t shown = names.size() <= most + 1 ? names.size() : most;
  std::string result;
  for (std::size_t i = 0; i < shown; ++i) {
    const bool is_last = i + 1 == names.size();
    result += (i == 0 ? "" : is_last ? " and " : ", ") + names[i];
  }
  if (shown < names.size()) result += fmt::format(" and {} more", names.size() - shown);
  return result;
}

void tidy(std::vector<std::string>& names) {
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
}

std::string key_of(const net::Traffic& traffic) {
  if (traffic == net::Traffic::all()) return "all";
  std::string result;
  for (const net::Protocol protocol : net::kProtocols) {
    std::string name(net::to_string(protocol));
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    for (const auto& [first, last] : traffic[protocol].intervals()) {
      result += result.empty() ? "" : ",";
      result += first == last ? fmt::format("{}/{}", first, name)
                              : fmt::format("{}-{}/{}", first, last, name);
    }
  }
  return result;
}

}  // namespace polreach::solver::audit::kubernetes
