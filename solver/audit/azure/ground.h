// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "compiler/path/surroundings.h"
#include "solver/audit/audit.h"
#include "solver/audit/azure/checks.h"
#include "solver/queries/network_flows.h"

/// What the checks of networks share.
namespace polreach::solver::audit::azure {

/// Somewhere that packets can go to or come from, with what certainly stands there: one stand. A
/// subnet with nodes is its nodes; interfaces that their subnet's group alone guards are the
/// subnet, unless a public address leads to one of them.
struct Place {
  std::string name;  // "subnet vnet/web", "network interface jump", "node pool shop/apps"
  compiler::Site site;
};

/// Rules that let packets of a region pass at a guard.
struct Decider {
  const model::SecurityGroup* group = nullptr;
  const model::SecurityRule* rule = nullptr;
  sets::Diagram packets = sets::kFalse;  // that it certainly decides
  net::AddressSet others;                // addresses of their other ends
};

/// One audit of one network.
class Ground {
 public:
  Ground(Scene& scene, const std::function<bool(const Check&)>& wanted, Audit& audit);

  [[nodiscard]] Scene& scene() { return scene_; }
  [[nodiscard]] compiler::Surroundings& around() { return *scene_.around(); }
  [[nodiscard]] const model::Cloud& cloud() const { return scene_.around()->cloud(); }
  [[nodiscard]] bool wants(Id id) const { return wanted_(check(id)); }
  [[nodiscard]] queries::NetworkFlows& flows() { return flows_; }
  [[nodiscard]] const std::vector<Place>& places() const { return places_; }
  /// All public addresses but those that are the platform's.
  [[nodiscard]] const compiler::Site& internet() const { return internet_; }

  /// A finding of that check; texts and severity are the check's until they are changed.
  [[nodiscard]] static Finding finding(Id id, std::string subject, std::string key,
                                       source::Span where);
  /// Ids in `rests_on` may be views into the unknowns of the surroundings.
  void add(Finding finding);
  void unchecked(Id id, std::string why);

  /// The rules at a guard that let pass some of `region` for certain, in the order in which they
  /// are asked. Where nobody knows the group, none.
  [[nodiscard]] std::vector<Decider> deciders(const compiler::Guard& guard,
                                              model::Direction direction, sets::Diagram region);
  /// A packet of `region`, which must pass for certain; replayed.
  [[nodiscard]] Example example(const compiler::Site& source, const compiler::Site& destination,
                                sets::Diagram region);

 private:
  Scene& scene_;
  const std::function<bool(const Check&)>& wanted_;
  Audit& audit_;
  queries::NetworkFlows flows_;
  std::vector<Place> places_;
  compiler::Site internet_;
};

/// "NSG rg/web".
[[nodiscard]] std::string subject_of(const model::SecurityGroup& group);
/// "virtual network rg/vnet".
[[nodiscard]] std::string subject_of(const model::VirtualNetwork& network);
/// "AKS cluster rg/shop".
[[nodiscard]] std::string subject_of(const model::ManagedCluster& cluster);
/// "rg/web", or "web" where the resource group is not known.
[[nodiscard]] std::string qualified(const std::string& resource_group, const std::string& name);
/// Nothing for a group that no input holds.
[[nodiscard]] std::optional<model::GroupId> id_of(const model::Cloud& cloud,
                                                  const model::SecurityGroup* group);
/// "rule 100 AllowSsh of NSG rg/web".
[[nodiscard]] std::string name_of(const model::SecurityGroup& group,
                                  const model::SecurityRule& rule);
/// Where the rule stands; of one that nobody wrote its group's place.
[[nodiscard]] source::Span place_of(const model::SecurityGroup& group,
                                    const model::SecurityRule& rule);

/// A sixteenth of the public IPv4 addresses (or of IPv6) and more is not somebody: it is the
/// internet. All of AzureCloud is less than a
/// seventieth.
[[nodiscard]] bool is_broad(const net::AddressSet& addresses);

/// TCP and UDP ports for which packets of `region` have a broad set of addresses at an end.
struct OpenPorts {
  net::PortSet tcp;
  net::PortSet udp;
  bool is_complete = true;  // false: more kinds of packets than are looked at
  [[nodiscard]] bool empty() const { return tcp.empty() && udp.empty(); }
};
[[nodiscard]] OpenPorts broad_ports(sets::Diagrams& diagrams, sets::Diagram region,
                                    model::Direction direction);
/// Ports in a set.
[[nodiscard]] std::uint32_t count_of(const net::PortSet& ports);
/// As many as make single ports pointless.
inline constexpr std::uint32_t kManyPorts = 32768;

/// A subnet that the platform runs, with rules of its own about groups.
[[nodiscard]] bool is_of_platform(const model::Subnet& subnet);
/// Whether a user's route leads what goes to the internet to an appliance or gateway, or drops it.
[[nodiscard]] bool is_forced(const model::Cloud& cloud, model::SubnetId subnet);

void sort_out(std::vector<std::string>& texts);

}  // namespace polreach::solver::audit::azure
