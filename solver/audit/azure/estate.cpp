// SPDX-License-Identifier: Apache-2.0
#include "solver/audit/azure/estate.h"

#include <algorithm>
#include <charconv>
#include <map>

#include "policies/source/ascii.h"
#include "solver/audit/azure/ground.h"

namespace polreach::solver::audit::azure {
namespace {

using model::Cloud;
using model::Estate;
using model::FlowLog;
using model::Gateway;
using model::ResourceName;
using model::Setting;

constexpr std::string_view kNetworkType = "microsoft.network/virtualnetworks";
constexpr std::string_view kSubnetType = "microsoft.network/virtualnetworks/subnets";
constexpr std::string_view kGroupType = "microsoft.network/networksecuritygroups";
constexpr std::string_view kPublicAddressType = "microsoft.network/publicipaddresses";

bool same(std::string_view a, std::string_view b) { return source::lower(a) == source::lower(b); }

/// Whether the names can be those of one resource: a group that is not known may be any.
bool may_be(const ResourceName& a, const ResourceName& b) {
  if (a.type != b.type || a.names.size() != b.names.size()) return false;
  if (!a.group.empty() && !b.group.empty() && !same(a.group, b.group)) return false;
  return std::equal(a.names.begin(), a.names.end(), b.names.begin(),
                    [](const std::string& x, const std::string& y) { return same(x, y); });
}

class EstateAudit {
 public:
  EstateAudit(Scene& scene, const std::function<bool(const Check&)>& wanted, Audit& audit)
      : estate_(*scene.estate()),
        cloud_(scene.around() == nullptr ? nullptr : &scene.around()->cloud()),
        wanted_(wanted),
        audit_(audit) {}

  void run() {
    check_coverage();
    check_retention();
    check_balancers();
    for (const model::ClusterSettings& each : estate_.clusters) check_cluster(each);
    for (const Gateway& each : estate_.gateways) check_gateway(each);
  }

 private:
  [[nodiscard]] bool wants(Id id) const { return wanted_(check(id)); }

  void add(Finding finding) {
    if (!wanted_(*finding.check)) return;
    sort_out(finding.also);
    audit_.findings.push_back(std::move(finding));
  }

  void unchecked(Id id, const std::string& subject, const std::string& what) {
    if (wants(id))
      audit_.unchecked.push_back({&check(id), subject + ": " + what + " is not known"});
  }

  // Flow logs -------------------------------------------------------------------------------------

  /// Whether a log that writes has the target, or may have.
  [[nodiscard]] bool is_logged(const ResourceName& target) const {
    return std::any_of(estate_.flow_logs.begin(), estate_.flow_logs.end(), [&](const FlowLog& log) {
      return log.enabled.text != "false" && (!log.target || may_be(*log.target, target));
    });
  }

  [[nodiscard]] std::vector<const FlowLog*> disabled(const ResourceName& target) const {
    std::vector<const FlowLog*> result;
    for (const FlowLog& log : estate_.flow_logs) {
      if (log.enabled.text == "false" && log.target && may_be(*log.target, target)) {
        result.push_back(&log);
      }
    }
    return result;
  }

  /// Where the input holds no flow log at all, they are somewhere else, as watchers are: nothing is
  /// said then.
  void check_coverage() {
    if (cloud_ == nullptr || estate_.flow_logs.empty() || !wants(Id::FlowLogMissing)) return;
    for (std::size_t i = 0; i < cloud_->networks.size(); ++i) {
      check_network(static_cast<model::NetworkId>(i));
    }
  }

  void check_network(model::NetworkId id) {
    const model::VirtualNetwork& network = (*cloud_)[id];
    if (network.space.more) return;  // not in the input, or not all of it
    const ResourceName own{std::string(kNetworkType), network.resource_group, {network.name}};
    if (is_logged(own)) return;
    std::vector<const FlowLog*> off = disabled(own);
    std::vector<std::string> open;
    bool any = false;
    for (const model::Subnet& subnet : cloud_->subnets) {
      if (subnet.network != id || is_of_platform(subnet)) continue;
      if (subnet.group_open) return;
      const ResourceName part{
          std::string(kSubnetType), network.resource_group, {network.name, subnet.name}};
      bool logged = is_logged(part);
      for (const FlowLog* log : disabled(part)) off.push_back(log);
      if (subnet.group) {
        const model::SecurityGroup& group = (*cloud_)[*subnet.group];
        const ResourceName guard{std::string(kGroupType), group.resource_group, {group.name}};
        logged = logged || is_logged(guard);
        for (const FlowLog* log : disabled(guard)) off.push_back(log);
      }
      any = any || logged;
      if (!logged) open.push_back("subnet " + network.name + "/" + subnet.name);
    }
    if (open.empty()) return;
    Finding finding = Ground::finding(Id::FlowLogMissing, subject_of(network), "", network.where);
    sort_out(open);
    finding.message = any ? "no flow log covers " + open.front() +
                                (open.size() == 1 ? "" : " and others of the network")
                          : "no flow log covers " + subject_of(network);
    finding.also = std::move(open);
    for (const FlowLog* log : off) {
      const std::string text = "flow log " + log->id.shown() + " is disabled";
      const bool said = std::any_of(finding.causes.begin(), finding.causes.end(),
                                    [&](const Cause& cause) { return cause.text == text; });
      if (!said) finding.causes.push_back({log->enabled.where, text});
    }
    if (!finding.causes.empty()) finding.where = finding.causes.front().where;
    add(std::move(finding));
  }

  static int number(const Setting& setting) {
    int value = 0;
    const std::string& text = setting.text;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    return read.ec == std::errc{} && read.ptr == text.data() + text.size() ? value : 0;
  }

  /// Days of 0, and logs without a policy, are kept for good.
  void check_retention() {
    constexpr int kDays = 90;
    std::map<int, Finding> findings;
    for (const FlowLog& log : estate_.flow_logs) {
      if (log.enabled.text == "false") continue;
      const std::string subject = "flow log " + log.id.shown();
      if (!log.retention.known() || !log.days.known()) {
        unchecked(Id::FlowLogRetention, subject,
                  log.retention.known() ? log.days.open : log.retention.open);
        continue;
      }
      const int days = number(log.days);
      if (log.retention.text != "true" || days <= 0 || days >= kDays) continue;
      const auto [at, added] = findings.try_emplace(days);
      if (!added) {
        at->second.also.push_back(subject);
        continue;
      }
      at->second = Ground::finding(Id::FlowLogRetention, subject, "", log.days.where);
      at->second.message = subject + " keeps what it writes for " + std::to_string(days) +
                           (days == 1 ? " day" : " days");
    }
    for (auto& [days, finding] : findings) add(std::move(finding));
  }

  // What is retired -------------------------------------------------------------------------------

  void check_balancers() {
    std::map<std::string, Finding> findings;  // by type
    for (const model::Balancer& each : estate_.balancers) {
      const std::string subject =
          (each.id.type == kPublicAddressType ? "public IP address " : "load balancer ") +
          each.id.shown();
      if (!each.sku.known()) unchecked(Id::BasicSku, subject, each.sku.open);
      if (each.sku.text != "basic") continue;
      const auto [at, added] = findings.try_emplace(each.id.type);
      if (!added) {
        at->second.also.push_back(subject);
        continue;
      }
      at->second = Ground::finding(Id::BasicSku, subject, "", each.sku.where);
      at->second.message = subject + " is of the Basic SKU";
    }
    for (auto& [type, finding] : findings) add(std::move(finding));
  }

  void check_cluster(const model::ClusterSettings& cluster) {
    const std::string subject = "AKS cluster " + cluster.id.shown();
    if (!cluster.balancer_sku.known()) {
      unchecked(Id::BasicSku, subject, cluster.balancer_sku.open);
    } else if (cluster.balancer_sku.text == "basic") {
      Finding finding = Ground::finding(Id::BasicSku, subject, "", cluster.balancer_sku.where);
      finding.message = subject + " has a load balancer of the Basic SKU";
      add(std::move(finding));
    }
    if (!cluster.http_routing.known()) {
      unchecked(Id::HttpRouting, subject, cluster.http_routing.open);
    } else if (cluster.http_routing.text == "true") {
      Finding finding = Ground::finding(Id::HttpRouting, subject, "", cluster.http_routing.where);
      finding.message = subject + " has the add-on HTTP application routing";
      add(std::move(finding));
    }
  }

  // Application gateways --------------------------------------------------------------------------

  void check_gateway(const Gateway& gateway) {
    const std::string subject = "application gateway " + gateway.id.shown();
    if (!gateway.tier.known()) return unchecked(Id::GatewayWithoutWaf, subject, gateway.tier.open);
    if (gateway.tier.text.empty()) return;
    if (!gateway.tier.text.starts_with("waf")) {
      return without(gateway, subject, gateway.tier.where,
                     "its tier has no web application firewall");
    }
    // A policy counts, where there is one; else the gateway's own configuration.
    if (!gateway.policies_open.empty()) {
      return unchecked(Id::GatewayWithoutWaf, subject, gateway.policies_open);
    }
    if (!gateway.policies.empty()) return check_policies(gateway, subject);
    if (!gateway.firewall.known()) {
      return unchecked(Id::GatewayWithoutWaf, subject, gateway.firewall.open);
    }
    if (gateway.firewall.text != "true") {
      const bool off = gateway.firewall.text == "false";
      return without(gateway, subject, off ? gateway.firewall.where : gateway.where,
                     off ? "its firewall is not enabled"
                         : "it has neither a firewall policy nor a "
                           "firewall configuration");
    }
    if (!gateway.mode.known()) return unchecked(Id::GatewayDetects, subject, gateway.mode.open);
    if (gateway.mode.text == "detection") detects(subject, gateway.mode.where, "");
  }

  void check_policies(const Gateway& gateway, const std::string& subject) {
    std::vector<const model::WebFirewallPolicy*> found;
    for (const ResourceName& name : gateway.policies) {
      const auto at =
          std::find_if(estate_.firewall_policies.begin(), estate_.firewall_policies.end(),
                       [&](const model::WebFirewallPolicy& each) { return may_be(each.id, name); });
      if (at == estate_.firewall_policies.end()) {
        return unchecked(Id::GatewayDetects, subject, "its firewall policy " + name.shown());
      }
      found.push_back(&*at);
    }
    for (const model::WebFirewallPolicy* policy : found) {
      const std::string name = "firewall policy " + policy->id.shown();
      if (!policy->state.known() || !policy->mode.known()) {
        unchecked(Id::GatewayDetects, subject,
                  policy->state.known() ? policy->mode.open : policy->state.open);
      } else if (policy->state.text == "disabled") {
        return without(gateway, subject, policy->state.where, name + " is disabled");
      } else if (policy->mode.text == "detection") {
        return detects(subject, policy->mode.where, " by " + name);
      }
    }
  }

  void without(const Gateway& gateway, const std::string& subject, source::Span where,
               const std::string& cause) {
    Finding finding =
        Ground::finding(Id::GatewayWithoutWaf, subject, "", where.exists() ? where : gateway.where);
    const bool is_private = gateway.frontend == Gateway::Frontend::Private;
    if (is_private) finding.severity = Severity::Low;
    finding.message =
        subject + " looks for attacks in no request" +
        (gateway.frontend == Gateway::Frontend::Public ? ", and takes requests from the internet"
                                                       : "");
    finding.causes.push_back({finding.where, cause});
    add(std::move(finding));
  }

  void detects(const std::string& subject, source::Span where, const std::string& by) {
    Finding finding = Ground::finding(Id::GatewayDetects, subject, "", where);
    finding.message =
        "the firewall of " + subject + " stops no attack: its mode" + by + " is Detection";
    add(std::move(finding));
  }

  const Estate& estate_;
  const Cloud* cloud_;
  const std::function<bool(const Check&)>& wanted_;
  Audit& audit_;
};

}  // namespace

void check_estate(Scene& scene, const std::function<bool(const Check&)>& wanted, Audit& audit) {
  if (scene.estate() == nullptr || !scene.estate()->has_cloud()) return;
  EstateAudit(scene, wanted, audit).run();
}

}  // namespace polreach::solver::audit::azure
