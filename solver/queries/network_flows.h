// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "compiler/path/connection.h"
#include "compiler/path/site.h"
#include "solver/sets/path_flows.h"

/// Many pairs of places of one network: what lists of all of them need. Says of each pair what
/// sets::flows says of compiler::network_connection, and evaluates each security group once.
namespace polreach::solver::queries {

/// A place with a name of its own: "subnet vnet/web", "network interface web-nic", "the internet".
struct NetworkPlace {
  std::string name;
  compiler::Site site;
};

/// The places of an input: the addresses of each subnet that are no other place, interfaces with
/// groups of their own and private endpoints, node pools outside of all subnets of the input, and
/// the internet. The platform's own addresses, which pass all ordinary rules (A-platform-exempt),
/// are no part of the internet here.
[[nodiscard]] std::vector<NetworkPlace> network_places(compiler::Surroundings& around);
/// The same of some sites.
[[nodiscard]] std::vector<NetworkPlace> as_places(const model::Cloud& cloud,
                                                  std::vector<compiler::Site> sites);
/// Interfaces with an address and without a subnet: nobody knows what they are connected to.
[[nodiscard]] std::vector<std::string> unplaced_interfaces(const model::Cloud& cloud);

/// A rule of a security group where it decides.
struct NetworkRule {
  std::string place;
  model::Direction direction = model::Direction::Egress;
  std::string group;  // empty: of none (the platform's exemptions)
  std::int32_t priority = 0;
  std::string name;  // empty: no rule matches, or the group is not in the input
  bool is_missing = false;
  bool is_default = false;
  bool is_admin = false;  // of a network manager
  model::Access access = model::Access::Deny;
  bool access_is_open = false;
  source::Span where = source::Span::none();

  [[nodiscard]] bool may_allow() const { return access != model::Access::Deny || access_is_open; }
  friend bool operator==(const NetworkRule&, const NetworkRule&) = default;
};

/// All of it can throw sets::OverBudget.
class NetworkFlows {
 public:
  explicit NetworkFlows(compiler::Surroundings& around);

  struct Between {
    compiler::Routed routed;
    std::vector<compiler::Path> ways;  // without filters: their effect is in `flows`
    sets::PathFlows flows;
  };
  /// Diagrams that were made before it may be gone afterwards: only those of one pair live.
  [[nodiscard]] Between between(const compiler::Site& source, const compiler::Site& destination);
  /// One more pair, whose diagrams live beside those of the last call of between().
  [[nodiscard]] Between also_between(const compiler::Site& source,
                                     const compiler::Site& destination);

  /// The rules that decide some of the packets, at the guards of both places, in the order in which
  /// a packet meets them. Each once.
  [[nodiscard]] std::vector<NetworkRule> deciding(const compiler::Site& source,
                                                  const compiler::Site& destination,
                                                  const Between& pair, sets::Diagram packets);

  [[nodiscard]] sets::PathSpace& space() { return *space_; }
  [[nodiscard]] compiler::Surroundings& around() { return around_; }

 private:
  using Key =
      std::tuple<const model::SecurityGroup*, std::optional<model::UnknownId>,
                 const model::SecurityGroup*, std::optional<model::NetworkId>, model::Direction>;
  /// A guard, whatever packets come.
  struct Evaluated {
    compiler::Path path;  // with the guard as its only hop
    sets::Diagram passes = sets::kTrue;
    std::optional<std::vector<sets::Deciding>> deciding;
  };
  Evaluated& evaluated(const compiler::Guard& guard, model::Direction direction);
  sets::WayFlows way_flows(const compiler::Path& way, const compiler::Stand& from,
                           const compiler::Stand& to, bool is_filtered);
  void add_rules(const compiler::Guard& guard, model::Direction direction, sets::Diagram packets,
                 std::vector<NetworkRule>& rules);

  compiler::Surroundings& around_;
  std::unique_ptr<sets::PathSpace> space_;
  std::map<Key, Evaluated> known_;
};

}  // namespace polreach::solver::queries
