// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compiler/path/site.h"
#include "compiler/path/surroundings.h"
#include "solver/audit/finding.h"
#include "solver/queries/network_diff.h"
#include "solver/queries/passage.h"

/// "Which rule of a security group stops this, and what else does it stop?"
namespace polreach::solver::suggest {

/// A rule to add to a security group, as Azure's API takes it (Azure REST,
/// SecurityRulePropertiesFormat): a priority of 100 to 4096 that no rule of its direction has, one
/// address family, and the protocols that it can name.
struct GroupRule {
  model::GroupId group{};
  std::string name;
  std::int32_t priority = 0;
  model::Direction direction = model::Direction::Ingress;
  std::string protocol;                        // "Tcp", "*"
  std::vector<std::string> source;             // prefixes, a service tag, or "*"
  std::vector<std::string> destination;        // likewise
  std::vector<std::string> destination_ports;  // "22", "8000-8080", "*"
  std::string before;                          // the rule that decides today: "110 AllowSsh"
  bool allows = false;                         // else it denies
};

/// Packets from some places to others.
struct GroupAsked {
  std::vector<compiler::Site> sources;
  std::vector<compiler::Site> destinations;
  queries::PassageAsked packets;
  bool from_internet = false;  // the source was named so
  bool to_internet = false;
  /// The group that is to deny, where it guards an end whatever stands there; else the outermost.
  std::optional<model::GroupId> at = std::nullopt;
};

/// What an audit found a group to let pass, as places of the network. Fails where the group guards
/// none.
[[nodiscard]] source::Result<GroupAsked> asked_of(compiler::Surroundings& around,
                                                  const audit::Opening& opening);

/// Rules that deny exactly what is asked: inbound at the destinations' groups, or outbound at the
/// sources'. Fails, with a reason for the user, where an end has no group that the input holds,
/// where no priority is free before the rule that lets the packets pass, or where a group cannot
/// name them. `others`: rules that are to come, too; their names and priorities are taken.
[[nodiscard]] source::Result<std::vector<GroupRule>> deny(
    compiler::Surroundings& around, const GroupAsked& asked, model::Direction direction,
    const std::vector<GroupRule>& others = {});

/// Rules that allow exactly what is asked, in each group on the way that stops some of it. Fails
/// where no priority is free before the rule that stops it, or where a group cannot name the
/// packets. What stops it besides (a network manager's rules, a missing way) stays.
[[nodiscard]] source::Result<std::vector<GroupRule>> allow(
    compiler::Surroundings& around, const GroupAsked& asked,
    const std::vector<GroupRule>& others = {});

/// Whether what stops all of the first stops all of the second.
[[nodiscard]] bool covers(const GroupAsked& whole, const GroupAsked& part);

/// A difference between two places of the network.
struct GroupChange {
  queries::NetworkChange::Pair between;
  sets::FlowBox packets;
  queries::Passes before = queries::Passes::Never;
  queries::Passes after = queries::Passes::Never;
};

/// What the rules do between all places of the network.
struct GroupEffect {
  std::vector<GroupChange> done;    // of what was asked for, and stopped now, or allowed
  std::vector<GroupChange> others;  // whatever else changed
  bool complete = true;             // the lists hold all of it
};

/// Compares two inputs that differ in rules alone; what was asked for is to stop all of `closed`,
/// and to allow all of `opened`.
[[nodiscard]] source::Result<GroupEffect> compare(compiler::Surroundings& before,
                                                  compiler::Surroundings& after,
                                                  const std::vector<GroupAsked>& closed,
                                                  const std::vector<GroupAsked>& opened = {});

}  // namespace polreach::solver::suggest
