// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "solver/intents/evidence.h"

namespace polreach::solver::intents {

using audit::Cause;
using model::EndpointId;
using model::Model;
using queries::Basis;
using queries::DirectionReason;
using queries::RuleReason;

namespace {

constexpr std::size_t kMostRules = 4;
constexpr std::size_t kMostPrefixes = 4;
constexpr std::size_t kMostPods = 3;

std::string name_of_policy(const Model& model, model::PolicyId id) {
  const model::Policy& policy = model[id];
  if (policy.tier == model::Tier::Network) {
    return fmt::format("{} {}/{}", model.text(policy.kind), model.text(model[policy.ns].name),
                       model.text(policy.name));
  }
  return fmt::format("{} {}", model.text(policy.kind), model.text(policy.name));
}

void add_rules(const Model& model, std::string_view direction, std::string_view how,
               const std::vector<RuleReason>& rules, std::vector<Cause>& causes) {
  for (std::size_t i = 0; i < rules.size() && i < kMostRules; ++i) {
    const RuleReason& each = rules[i];
    const std::string_view perhaps = each.matches == compiler::Tri::Yes ? "" : "perhaps ";
    causes.push_back(
        {each.rule->where, fmt::format("{}: {}{} {}, rule {}", direction, perhaps, how,
                                       name_of_policy(model, each.policy), each.rule->number)});
  }
  if (rules.size() > kMostRules) {
    causes.push_back(
        {{}, fmt::format("{}: and {} {} more", direction, how, rules.size() - kMostRules)});
  }
}

/// Why the only rule of a policy does not match: " (rule 1: the pod lacks tier=backend)".
std::string miss_of(const DirectionReason& reason, model::PolicyId id) {
  const queries::RuleMiss* only = nullptr;
  for (const queries::RuleMiss& miss : reason.misses) {
    if (miss.policy != id) continue;
    if (only != nullptr) return "";
    only = &miss;
  }
  if (only == nullptr || only->reasons.empty()) return "";
  return fmt::format(" (rule {}: {})", only->rule->number, only->reasons.front());
}

}  // namespace

std::vector<Cause> causes_of(const Model& model, const DirectionReason& reason, EndpointId self,
                             bool passes) {
  const std::string direction = reason.direction == model::Direction::Egress ? "egress" : "ingress";
  const std::string pod = name_of(model, self).brief;
  const source::Span where = model[self].where;
  std::vector<Cause> causes;
  if (reason.basis == Basis::Outside) return causes;
  if (reason.basis == Basis::Node) {
    return {
        {where, fmt::format("{}: {} uses the network of its node (hostNetwork)", direction, pod)}};
  }
  if (reason.basis == Basis::NotSelected) {
    if (!passes) return causes;
    return {{where, fmt::format("{}: no policy selects {}, open by default", direction, pod)}};
  }
  if (reason.basis == Basis::OnePod) {
    return {{where, fmt::format("{}: a pod always reaches itself", direction)}};
  }
  if (passes) {
    add_rules(model, direction, "allowed by", reason.allowing, causes);
    if (reason.selecting.empty() && !reason.by_default.empty()) {
      causes.push_back(
          {where, fmt::format("{}: no NetworkPolicy selects {}, open by default", direction, pod)});
    }
    return causes;
  }
  if (reason.effect == queries::Effect::Passes) return causes;
  add_rules(model, direction, "denied by", reason.denying, causes);
  for (const auto* policies : {&reason.selecting, &reason.may_select}) {
    for (model::PolicyId id : *policies) {
      if (!reason.allowing.empty() || causes.size() >= kMostRules) break;
      const std::string_view perhaps = policies == &reason.selecting ? "" : "perhaps ";
      causes.push_back({model[id].where,
                        fmt::format("{}: {}{} isolates {}, and no rule allows this{}", direction,
                                    perhaps, name_of_policy(model, id), pod, miss_of(reason, id))});
    }
  }
  return causes;
}

EndName name_of(const Model& model, EndpointId id) {
  const model::WorkloadId workload = model[id].workload;
  const std::string brief = queries::name_of(model, workload);
  const std::string plain = fmt::format("{}/{}", model.text(model[model[workload].ns].name),
                                        model.text(model[workload].name));
  return {fmt::format("{} {}", model.text(model[workload].kind), plain), brief, {}};
}

EndName name_of(const Model& model, const queries::Variant& variant,
                const net::AddressSet& addresses) {
  if (!variant.workload) {
    const std::string text = text_of(addresses);
    return {text, text, {}};
  }
  EndName name = name_of(model, variant.endpoints.front());
  name.pods = variant.endpoints;
  if (variant.is_whole_workload) return name;
  std::string pods;
  std::size_t count = 0;
  for (EndpointId id : variant.endpoints) {
    if (!model[id].pod) continue;
    if (model.text(*model[id].pod) == model.text(model[*variant.workload].name)) continue;
    if (++count <= kMostPods) {
      pods += (pods.empty() ? "" : ", ") + std::string(model.text(*model[id].pod));
    }
  }
  if (count > kMostPods) pods += fmt::format(" and {} more", count - kMostPods);
  if (!pods.empty()) name.brief += " (" + pods + ")";
  return name;
}

std::string text_of(const net::AddressSet& addresses) {
  const net::AddressSet v4 = net::all_addresses(net::Family::V4);
  if (!addresses.empty() && addresses == (net::internet_addresses() & v4)) return "the internet";
  if (addresses == net::internet_addresses() || addresses == net::all_addresses() ||
      addresses == v4 || addresses == net::all_addresses(net::Family::V6)) {
    return net::to_string(addresses);
  }
  const std::vector<net::Prefix> prefixes = net::prefixes_of(addresses);
  std::string text;
  for (std::size_t i = 0; i < prefixes.size() && i < kMostPrefixes; ++i) {
    const bool host = prefixes[i].length == net::width(prefixes[i].address.family);
    text +=
        (i == 0 ? "" : ", ") + (host ? prefixes[i].address.to_string() : prefixes[i].to_string());
  }
  if (prefixes.size() > kMostPrefixes) {
    text += fmt::format(" and {} more prefixes", prefixes.size() - kMostPrefixes);
  }
  return text;
}

std::string text_of(const Model& model, const check::Packet& packet) {
  const auto is_known = [&](const std::optional<EndpointId>& id) {
    return !id || !model[*id].addresses.empty();
  };
  const std::string_view protocol = net::to_string(packet.protocol);
  if (!is_known(packet.source) || !is_known(packet.destination)) {
    return fmt::format("{} {}", protocol, packet.port);  // the ends are named beside it
  }
  const bool v6 = packet.destination_address.family == net::Family::V6;
  const std::string to = packet.destination_address.to_string();
  return fmt::format("{} {} -> {}:{}", protocol, packet.source_address.to_string(),
                     v6 ? "[" + to + "]" : to, packet.port);
}

}  // namespace polreach::solver::intents
