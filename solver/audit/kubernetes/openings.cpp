// SPDX-License-Identifier: Apache-2.0
// What pods are open to, of those whom no rule names: every pod of the cluster, and pods that only
// have to copy some labels.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <tuple>

#include "solver/audit/kubernetes/parts.h"
#include "solver/audit/kubernetes/rule_causes.h"
#include "solver/audit/kubernetes/sensitive.h"
#include "solver/audit/kubernetes/strangers.h"

namespace polreach::solver::audit::kubernetes {
namespace {

using model::Direction;
using model::EndpointId;
using queries::ExposureEntry;
using queries::WorkloadExposure;

/// Whether a selector asks for a label that has to be there.
bool asks(const model::Selector& selector) {
  return std::any_of(selector.all_of.begin(), selector.all_of.end(), [](const auto& each) {
    return each.op == model::Operator::In || each.op == model::Operator::Exists;
  });
}

/// Whether a condition holds only where the pod gets an address that an ipBlock names: nobody meant
/// pods by that.
bool rests_on_addresses(const ExposureEntry& entry) {
  return std::any_of(entry.points_beyond.begin(), entry.points_beyond.end(), [](const auto& each) {
    return each.assumption == compiler::Assumption::IpBlockPods ||
           each.assumption == compiler::Assumption::PodAddress;
  });
}

/// "app=web,tier=a": the labels that a selector asks for.
std::string labels_of(const queries::ExamplePod& pod) {
  std::string result;
  for (const auto& [key, value] : pod.labels) {
    result += fmt::format("{}{}={}", result.empty() ? "" : ",", key, value);
  }
  return result;
}

/// A condition under which pods from anywhere get in, and what they get.
struct Opened {
  const WorkloadExposure* workload = nullptr;
  const ExposureEntry* entry = nullptr;
  bool everyone = false;  // else pods with certain labels
  bool isolated = false;  // by policies; else no policy is about it
  net::Traffic traffic;
  bool certain = true;
  EndpointId stranger{};

  [[nodiscard]] EndpointId pod() const { return workload->pods.endpoints.front(); }
};

class OpeningAudit {
 public:
  explicit OpeningAudit(Context& context)
      : context_(context), model_(context.model()), strangers_(context.cluster()) {}

  void run() {
    collect();
    for (const Opened& each : opened_) judge(each);
    for (auto& [key, draft] : drafts_) {
      tidy(draft.names);
      draft.finding.message = draft.before + listed(draft.names) + draft.after;
      context_.add(std::move(draft.finding));
    }
  }

 private:
  void collect() {
    for (const WorkloadExposure& workload : context_.scene().exposure().workloads) {
      const EndpointId pod = workload.pods.endpoints.front();
      if (!workload.ingress || context_.escapes(pod)) continue;
      const bool isolated = context_.is_isolated(pod, Direction::Ingress);
      for (const ExposureEntry& entry : workload.ingress->entries) {
        if (entry.is_outside() || !entry.example || asks(entry.namespaces)) continue;
        Opened opened{&workload, &entry, !asks(entry.pods), isolated, {}, true, {}};
        opened.traffic = entry.allowed_beyond.ports;
        if (opened.traffic.empty() && !rests_on_addresses(entry)) {
          opened.traffic = entry.conditional_beyond.ports;
          opened.certain = false;
        }
        if (opened.traffic.empty()) continue;
        opened.stranger = strangers_.add(*entry.example);
        opened_.push_back(std::move(opened));
      }
    }
  }

  /// What the stranger really gets: its own policies may stop some of it.
  [[nodiscard]] net::Traffic effective(const Opened& opened) {
    if (!opened.certain) return opened.traffic;
    return opened.traffic & strangers_.passes(opened.stranger, opened.pod());
  }

  void judge(const Opened& opened) {
    const net::Traffic traffic = effective(opened);
    if (traffic.empty()) return;
    const std::vector<RuleId> rules =
        opened.isolated ? rules_of(opened, traffic) : std::vector<RuleId>();
    const net::Traffic sensitive = sensitive_of(opened, traffic);
    if (opened.everyone) open_ports(opened, sensitive, rules);
    if (!opened.isolated || rules.empty()) return;
    if (!opened.everyone) {
      copied(opened, traffic, !sensitive.empty(), rules);
    } else if (traffic != sensitive) {
      every_pod(opened, traffic, rules);
    }
  }

  /// Sensitive ports at which the pods listen, or that a rule names one by one.
  [[nodiscard]] net::Traffic sensitive_of(const Opened& opened, const net::Traffic& traffic) {
    net::Traffic listening;
    for (const EndpointId id : opened.workload->pods.endpoints) listening |= context_.listening(id);
    net::Traffic result = traffic & listening & sensitive_traffic();
    if (!opened.isolated) return result;
    for (const net::Protocol protocol : net::kProtocols) {
      for (const auto& [first, last] : traffic[protocol].intervals()) {
        if (first != last) continue;
        result |= net::Traffic(protocol, net::PortSet(first, last)) & sensitive_traffic();
      }
    }
    return result;
  }

  /// Equal for pods with the same policies.
  [[nodiscard]] const std::vector<RuleId>& rules_of(const Opened& opened,
                                                    const net::Traffic& traffic) {
    const auto& policies = context_.cluster().candidates(opened.pod(), Direction::Ingress);
    const auto key = std::tuple(policies, opened.stranger, traffic);
    const auto known = rules_.find(key);
    if (known != rules_.end()) return known->second;
    return rules_
        .emplace(key, allowing_rules(strangers_.cluster(), Direction::Ingress, opened.stranger,
                                     opened.pod(), traffic))
        .first->second;
  }

  // Findings --------------------------------------------------------------------------------------

  /// A finding, whose message names all that it is about.
  struct Draft {
    Finding finding;
    std::string before;
    std::vector<std::string> names;
    std::string after;
  };

  /// The finding of a cause; `first` whether it is new.
  Draft& at(std::string_view check, const std::string& subject, const std::string& key,
            bool& first) {
    const auto [entry, added] = drafts_.try_emplace(std::tuple(std::string(check), subject, key));
    if (added) entry->second.finding = Context::finding(check, subject, key);
    first = added;
    return entry->second;
  }

  void fill(Finding& finding, const Opened& opened, const net::Traffic& traffic,
            const std::vector<RuleId>& rules) {
    finding.causes = causes_of(context_, rules);
    finding.where =
        rules.empty() ? context_.where(opened.workload->pods.ns) : context_.where(rules.front());
    finding.example = strangers_.replay(opened.stranger, opened.pod(), traffic, opened.certain);
    if (finding.example && opened.everyone) {
      finding.example->source = "any pod";
      finding.example->pod.clear();
    }
    finding.opening = Opening{{}, Direction::Ingress, traffic, {}, {}, {}};
    if (!opened.certain) {
      context_.rest_on(finding, opened.entry->points_beyond, {opened.workload->pods.ns});
      finding.certain = false;
    } else {
      context_.rest_on(finding, {}, {opened.workload->pods.ns});
    }
  }

  void extend(Finding& finding, const Opened& opened) {
    for (const EndpointId id : opened.workload->pods.endpoints) {
      const std::string name = context_.name(model_[id].workload);
      finding.opening->pods.push_back(id);
      if (finding.also.empty() || finding.also.back() != name) finding.also.push_back(name);
    }
  }

  /// The policy whose rule it is, or the namespace that has none.
  [[nodiscard]] std::string subject_of(const Opened& opened,
                                       const std::vector<RuleId>& rules) const {
    return rules.empty() ? context_.name(opened.workload->pods.ns)
                         : context_.name(rules.front().policy);
  }

  [[nodiscard]] std::string shown(const Opened& opened) const {
    return context_.short_name(opened.pod());
  }

  /// "TCP 5432 (PostgreSQL) of shop/db".
  [[nodiscard]] std::string shown(const Opened& opened, const net::Traffic& sensitive) const {
    std::vector<std::string> ports;
    for (const SensitivePort& port : sensitive_ports()) {
      if (!sensitive.contains(port.protocol, port.port)) continue;
      ports.push_back(
          fmt::format("{} {} ({})", net::to_string(port.protocol), port.port, port.what));
    }
    return fmt::format("{} of {}", listed(ports), shown(opened));
  }

  void open_ports(const Opened& opened, const net::Traffic& sensitive,
                  const std::vector<RuleId>& rules) {
    if (sensitive.empty()) return;
    bool first = false;
    // What is open for want of a policy is one finding, whatever the ports.
    const std::string key = rules.empty() ? std::string() : key_of(sensitive);
    Draft& draft = at("sensitive-port-open", subject_of(opened, rules), key, first);
    Finding& finding = draft.finding;
    draft.names.push_back(shown(opened, sensitive));
    if (first) {
      fill(finding, opened, sensitive, rules);
      draft.before = "every pod of the cluster reaches ";
      if (rules.empty()) finding.where = model_[model_[opened.pod()].workload].where;
    } else {
      finding.opening->traffic |= sensitive;
    }
    constexpr std::size_t kMostCauses = 5;
    if (rules.empty() && finding.causes.size() < kMostCauses) {
      finding.causes.push_back({model_[model_[opened.pod()].workload].where,
                                fmt::format("no policy isolates {} for ingress: it is open on {}",
                                            shown(opened), net::to_string(sensitive))});
    }
    extend(finding, opened);
  }

  void copied(const Opened& opened, const net::Traffic& traffic, bool sensitive,
              const std::vector<RuleId>& rules) {
    bool first = false;
    const std::string labels = labels_of(*opened.entry->example);
    Draft& draft = at("copied-labels", subject_of(opened, rules),
                      fmt::format("{} {}", labels, key_of(traffic)), first);
    Finding& finding = draft.finding;
    draft.names.push_back(shown(opened));
    if (first) {
      fill(finding, opened, traffic, rules);
      draft.before = fmt::format("a pod of any namespace that carries {} reaches ", labels);
      draft.after = fmt::format(" on {}", net::to_string(traffic));
    }
    if (sensitive) finding.severity = Severity::High;
    extend(finding, opened);
  }

  void every_pod(const Opened& opened, net::Traffic traffic, const std::vector<RuleId>& rules) {
    const bool all = traffic == net::Traffic::all();
    if (!all) {
      // What is published outside is meant for everyone.
      net::Traffic published;
      for (const EndpointId id : opened.workload->pods.endpoints) {
        published |= context_.published(id);
      }
      traffic -= published;
      if (traffic.empty()) return;
    }
    bool first = false;
    Draft& draft = at("open-to-every-pod", subject_of(opened, rules), key_of(traffic), first);
    Finding& finding = draft.finding;
    draft.names.push_back(shown(opened));
    if (first) {
      fill(finding, opened, traffic, rules);
      draft.before = "every pod of the cluster reaches ";
      draft.after = fmt::format(" on {}", all ? "every port" : net::to_string(traffic));
      if (!all) finding.severity = Severity::Info;
    }
    extend(finding, opened);
  }

  Context& context_;
  const model::Model& model_;
  Strangers strangers_;
  std::vector<Opened> opened_;
  std::map<std::tuple<std::vector<model::PolicyId>, EndpointId, net::Traffic>, std::vector<RuleId>>
      rules_;
  std::map<std::tuple<std::string, std::string, std::string>, Draft> drafts_;
};

}  // namespace

void audit_openings(Context& context) {
  if (context.model().endpoints.empty()) return;
  const std::array<std::string_view, 3> ids = {"sensitive-port-open", "open-to-every-pod",
                                               "copied-labels"};
  if (std::none_of(ids.begin(), ids.end(), [&](auto id) { return context.wants(id); })) return;
  OpeningAudit(context).run();
}

}  // namespace polreach::solver::audit::kubernetes
