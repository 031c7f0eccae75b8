// SPDX-License-Identifier: Apache-2.0
// Where pods that a policy isolates for egress get to all the same: the internet, the instance
// metadata service; and whether they can resolve names. Pods that no policy isolates are a finding
// of their own.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <tuple>

#include "compiler/resolve/match.h"
#include "policies/model/well_known_labels.h"
#include "solver/audit/kubernetes/parts.h"
#include "solver/audit/kubernetes/rule_causes.h"
#include "solver/audit/kubernetes/strangers.h"

namespace polreach::solver::audit::kubernetes {
namespace {

using compiler::Tri;
using model::Direction;
using model::EndpointId;
using queries::ExposureEntry;
using queries::WorkloadExposure;

net::Uint128 ipv4_count(const net::AddressSet& addresses) {
  net::Uint128 count = 0;
  for (const auto& [first, last] : addresses.intervals()) {
    if (first.family == net::Family::V4) count += last.bits - first.bits + 1;
  }
  return count;
}

/// The standing DNS pods of Kubernetes: k8s-app=kube-dns in kube-system, with whatever other
/// labels.
class DnsPods {
 public:
  explicit DnsPods(const model::Model& model) {
    const auto symbol = [&](std::string_view text) { return model.symbols->intern(text); };
    pod_ = model::LabelSet::of({{symbol("k8s-app"), symbol("kube-dns")}}, {}, true);
    const model::Symbol name = symbol("kube-system");
    const auto space = std::find_if(model.namespaces.begin(), model.namespaces.end(),
                                    [&](const auto& each) { return each.name == name; });
    space_ = space != model.namespaces.end()
                 ? model.label_sets[space->labels]
                 : model::LabelSet::of({{symbol(model::kNamespaceNameKey), name}}, {}, true);
  }

  /// Whether a condition may be met by them.
  [[nodiscard]] bool may_meet(const ExposureEntry& entry) const {
    const compiler::LabelView space{&space_, compiler::LabelOwner::Namespace, {}, nullptr, true};
    const compiler::LabelView pod{&pod_, compiler::LabelOwner::DestinationPod, {}, nullptr, true};
    return compiler::matches(entry.namespaces, space) != Tri::No &&
           compiler::matches(entry.pods, pod) != Tri::No;
  }

 private:
  model::LabelSet pod_;
  model::LabelSet space_;
};

class EgressAudit {
 public:
  explicit EgressAudit(Context& context)
      : context_(context),
        model_(context.model()),
        cluster_(context.cluster()),
        strangers_(context.cluster()),
        dns_(context.model()) {}

  void run() {
    for (const WorkloadExposure& workload : context_.scene().exposure().workloads) {
      const EndpointId pod = workload.pods.endpoints.front();
      if (!workload.egress || context_.escapes(pod)) continue;
      if (!context_.is_isolated(pod, Direction::Egress)) continue;
      for (const ExposureEntry& entry : workload.egress->entries) {
        if (entry.is_outside()) outside(workload, entry);
      }
      if (is_cut_off(workload)) cut_off(workload);
    }
    for (auto& [key, finding] : findings_) {
      finding.message = fmt::format("{} {}", listed(pods_.at(key)), finding.message);
      context_.add(std::move(finding));
    }
  }

 private:
  // Outside ---------------------------------------------------------------------------------------

  void outside(const WorkloadExposure& workload, const ExposureEntry& entry) {
    const bool certain = !entry.allowed.ports.empty();
    const net::Traffic& traffic = certain ? entry.allowed.ports : entry.conditional.ports;
    const net::AddressSet internet = entry.addresses & net::internet_addresses();
    constexpr net::Uint128 kQuarter = net::Uint128{1} << 30U;
    if (ipv4_count(internet) >= kQuarter) to_internet(workload, entry, internet, traffic, certain);
    static const net::Address kMetadata = *net::Address::parse("169.254.169.254");
    constexpr net::Port kHttp = 80;
    if (entry.addresses.contains(kMetadata) && traffic.contains(net::Protocol::Tcp, kHttp)) {
      to_metadata(workload, entry, net::AddressSet(kMetadata, kMetadata), certain);
    }
  }

  void to_internet(const WorkloadExposure& workload, const ExposureEntry& entry,
                   const net::AddressSet& there, const net::Traffic& traffic, bool certain) {
    const bool all = traffic == net::Traffic::all();
    const std::string what = all ? "every port" : net::to_string(traffic);
    Finding& finding =
        add("egress-to-internet", workload, entry, there, traffic, certain, key_of(traffic));
    if (all) finding.severity = Severity::Medium;
    if (!finding.message.empty()) return;
    finding.message = fmt::format("may connect to the whole internet on {}", what);
  }

  void to_metadata(const WorkloadExposure& workload, const ExposureEntry& entry,
                   const net::AddressSet& there, bool certain) {
    constexpr net::Port kHttp = 80;
    const net::Traffic http(net::Protocol::Tcp, net::PortSet(kHttp, kHttp));
    Finding& finding = add("egress-to-metadata", workload, entry, there, http, certain, "");
    if (!finding.message.empty()) return;
    finding.message = "may connect to the instance metadata service at 169.254.169.254";
    // Where a rule leads everywhere, there is no ipBlock to take it out of.
    const bool by_block =
        std::none_of(finding.causes.begin(), finding.causes.end(),
                     [](const Cause& each) { return each.text.ends_with("it leads everywhere"); });
    if (by_block && !finding.causes.empty()) return;
    finding.remedy =
        "name in to what is needed; for the internet an ipBlock of 0.0.0.0/0 with except: "
        "[169.254.169.254/32]";
  }

  /// The finding of a namespace; what several policies open alike is one.
  Finding& add(std::string_view check, const WorkloadExposure& workload, const ExposureEntry& entry,
               const net::AddressSet& there, const net::Traffic& traffic, bool certain,
               const std::string& key) {
    const EndpointId pod = workload.pods.endpoints.front();
    const std::string subject = context_.name(workload.pods.ns);
    const auto [at, added] = findings_.try_emplace(std::tuple(std::string(check), subject, key));
    Finding& finding = at->second;
    if (added) {
      finding = Context::finding(check, subject, key);
      finding.opening = Opening{{}, Direction::Egress, traffic, {}, there, {}};
      finding.example = strangers_.replay(pod, there, traffic, certain);
      context_.rest_on(finding, certain ? std::vector<compiler::OpenPoint>() : entry.points_beyond,
                       {workload.pods.ns});
      if (!certain) finding.certain = false;
    }
    extend(at->first, finding, workload);
    add_causes(finding, pod, there, traffic);
    if (!finding.where.exists()) finding.where = context_.where(workload.pods.ns);
    return finding;
  }

  void add_causes(Finding& finding, EndpointId pod, const net::AddressSet& there,
                  const net::Traffic& traffic) {
    constexpr std::size_t kMostCauses = 5;
    if (finding.causes.size() >= kMostCauses) return;
    const auto key = std::tuple(cluster_.candidates(pod, Direction::Egress), there, traffic);
    auto known = rules_.find(key);
    if (known == rules_.end()) {
      known = rules_.emplace(key, allowing_rules(cluster_, Direction::Egress, pod, there, traffic))
                  .first;
    }
    for (const Cause& cause : causes_of(context_, known->second)) {
      const bool said = std::any_of(finding.causes.begin(), finding.causes.end(),
                                    [&](const Cause& each) { return each.where == cause.where; });
      if (said || finding.causes.size() >= kMostCauses) continue;
      if (finding.causes.empty()) finding.where = cause.where;
      finding.causes.push_back(cause);
    }
  }

  // DNS -------------------------------------------------------------------------------------------

  /// Whether something may pass to pods, which are reached by name, and nothing that could be DNS:
  /// port 53 of the DNS pods, of an address, or of what a rule opens on that port and few others.
  [[nodiscard]] bool is_cut_off(const WorkloadExposure& workload) const {
    if (workload.egress->bounded || workload.gaps) return false;
    constexpr net::Port kDns = 53;
    constexpr net::Port kDnsOfOpenShift = 5353;
    bool connects = false;
    for (const ExposureEntry& entry : workload.egress->entries) {
      const net::Traffic ports = entry.allowed.ports | entry.conditional.ports;
      const bool named = !entry.allowed.named.empty() || !entry.conditional.named.empty();
      if (ports.empty() && !named) continue;
      const bool dns = ports.contains(net::Protocol::Udp, kDns) ||
                       ports.contains(net::Protocol::Tcp, kDns) ||
                       ports.contains(net::Protocol::Udp, kDnsOfOpenShift);
      if (entry.is_outside()) {
        if (dns) return false;
        continue;
      }
      connects = connects || !entry.allowed.empty();
      const bool every_port = ports[net::Protocol::Udp] == net::all_ports();
      if (dns && (!every_port || dns_.may_meet(entry))) return false;
      // A rule may name DNS's port by its name.
      if (named && dns_.may_meet(entry)) return false;
    }
    return connects;
  }

  void cut_off(const WorkloadExposure& workload) {
    const std::string subject = context_.name(workload.pods.ns);
    const auto [at, added] =
        findings_.try_emplace(std::tuple(std::string("dns-cut-off"), subject, std::string()));
    Finding& finding = at->second;
    const EndpointId pod = workload.pods.endpoints.front();
    if (added) {
      finding = Context::finding("dns-cut-off", subject, "");
      finding.message = "may connect to other pods, but to no DNS (UDP or TCP 53)";
      for (const model::PolicyId id : cluster_.candidates(pod, Direction::Egress)) {
        constexpr std::size_t kMostCauses = 3;
        if (finding.causes.size() == kMostCauses) break;
        finding.causes.push_back(
            {model_[id].where, fmt::format("{} isolates it for egress", context_.name(id))});
      }
      finding.where = finding.causes.front().where;
    }
    extend(at->first, finding, workload);
  }

  using Key = std::tuple<std::string, std::string, std::string>;  // check, subject, key

  void extend(const Key& key, Finding& finding, const WorkloadExposure& workload) {
    for (const EndpointId id : workload.pods.endpoints) {
      if (finding.opening) finding.opening->pods.push_back(id);
      const std::string name = context_.name(model_[id].workload);
      if (!finding.also.empty() && finding.also.back() == name) continue;
      finding.also.push_back(name);
      pods_[key].push_back(context_.short_name(id));
    }
  }

  Context& context_;
  const model::Model& model_;
  const compiler::Cluster& cluster_;
  Strangers strangers_;  // none: for replaying
  DnsPods dns_;
  std::map<std::tuple<std::vector<model::PolicyId>, net::AddressSet, net::Traffic>,
           std::vector<RuleId>>
      rules_;
  std::map<Key, Finding> findings_;
  std::map<Key, std::vector<std::string>> pods_;  // their names, for the messages
};

}  // namespace

void audit_egress(Context& context) {
  if (context.model().endpoints.empty()) return;
  const std::array<std::string_view, 3> ids = {"egress-to-internet", "egress-to-metadata",
                                               "dns-cut-off"};
  if (std::none_of(ids.begin(), ids.end(), [&](auto id) { return context.wants(id); })) return;
  EgressAudit(context).run();
}

}  // namespace polreach::solver::audit::kubernetes
