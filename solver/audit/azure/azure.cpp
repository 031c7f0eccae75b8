// SPDX-License-Identifier: Apache-2.0
#include "solver/audit/azure/azure.h"

#include <initializer_list>

#include "policies/source/progress.h"
#include "solver/audit/azure/attachments.h"
#include "solver/audit/azure/clusters.h"
#include "solver/audit/azure/estate.h"
#include "solver/audit/azure/ground.h"
#include "solver/audit/azure/internet.h"
#include "solver/audit/azure/rules.h"
#include "solver/audit/stages.h"

namespace polreach::solver::audit::azure {
namespace {

using Wanted = std::function<bool(const Check&)>;

/// A part of the checks; one whose budget runs out says so for each that was asked for.
void run_part(Ground& ground, std::initializer_list<Id> ids, const std::function<void()>& part) {
  bool any = false;
  for (const Id id : ids) any = any || ground.wants(id);
  if (!any) return;
  const auto done = sets::within_budget([&] {
    part();
    return true;
  });
  if (done) return;
  for (const Id id : ids) {
    if (ground.wants(id)) ground.unchecked(id, done.error().message);
  }
}

void check_all(Scene& scene, const Wanted& wanted, Audit& audit) {
  check_estate(scene, wanted, audit);
  if (scene.around() == nullptr || scene.around()->cloud().empty()) return;
  Ground ground(scene, wanted, audit);
  run_part(ground,
           {Id::InternetAnyPort, Id::InternetSsh, Id::InternetRdp, Id::InternetSensitive,
            Id::InternetUdp, Id::InternetHttp},
           [&] { check_internet(ground); });
  run_part(ground, {Id::BroadTag}, [&] { check_broad_tags(ground); });
  std::set<const model::SecurityGroup*> restricting_nothing;
  run_part(ground, {Id::AllowRestrictsNothing, Id::LateralManagement},
           [&] { restricting_nothing = check_restrictions(ground); });
  run_part(ground, {Id::LateralManagement}, [&] { check_lateral(ground, restricting_nothing); });
  run_part(
      ground,
      {Id::EgressByRule, Id::EgressByDefault, Id::EgressBypassesFirewall, Id::SubnetNotPrivate},
      [&] { check_egress(ground); });
  run_part(ground, {Id::DenyNeverActs, Id::AllowNeverActs, Id::RuleNeverDecides, Id::RuleRedundant},
           [&] { check_rules(ground); });
  run_part(ground, {Id::ProbesDenied}, [&] { check_probes(ground); });
  run_part(
      ground,
      {Id::SubnetWithoutNsg, Id::InterfaceWithoutNsg, Id::InterfacePublicAddress,
       Id::NsgNotAttached, Id::PrivateEndpointUnfiltered, Id::IpForwarding, Id::RoutesWidenNetwork},
      [&] { check_attachments(ground); });
  run_part(ground,
           {Id::NodeGroupRules, Id::NoEngine, Id::ApiOpen, Id::ApiPublic, Id::NodePublicIp,
            Id::NpmIpBlocks, Id::PodsDenied, Id::Kubenet},
           [&] { check_clusters(ground); });
  run_part(ground, {Id::PublicService, Id::RangesInNetwork, Id::NpmSkipsPolicies},
           [&] { check_services(ground); });
}

void run(Scene& scene, const Wanted& wanted, Audit& audit, std::vector<Stage>& stages) {
  const source::Progress checking("checking the network", "parts", 0);
  timed(stages, "network", [&] { check_all(scene, wanted, audit); });
}

}  // namespace

Area area() { return {checks(), run}; }

}  // namespace polreach::solver::audit::azure
