// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <optional>
#include <vector>

#include "policies/model/cloud.h"

namespace polreach::compiler {

/// Whose fact an Unknown is: of the world, or of the address at one end of the header.
enum class FactOf : std::uint8_t { World, Source, Destination };

/// An Unknown as a Boolean variable. Of Scope::World always FactOf::World; of Scope::Address the
/// fact of one address, and each packet has its own.
struct Fact {
  model::UnknownId unknown{};
  FactOf of = FactOf::World;
  friend auto operator<=>(const Fact&, const Fact&) = default;
};

/// The addresses that a side of a rule matches: those that are `certain`, and those of each open
/// part where its unknown holds.
struct AddressMatch {
  net::AddressSet certain;
  struct Open {
    model::UnknownId unknown{};
    net::AddressSet addresses;
  };
  std::vector<Open> open;
};

/// A rule of a security group in the place where it acts: tags and groups have become addresses.
/// It matches a header where protocol, ports and both address sides do, and all of `only_if` hold.
struct FilterRule {
  const model::SecurityRule* rule = nullptr;
  model::Access access = model::Access::Deny;
  std::optional<model::UnknownId> access_open;  // Allow where it holds, Deny where not
  net::ProtocolSet protocols;
  /// Ports of protocols that have them; of the others the rule's ports say nothing.
  net::PortSet source_ports;
  net::PortSet destination_ports;
  AddressMatch source;
  AddressMatch destination;
  std::vector<model::UnknownId> only_if;
};

/// An ordered list of rules: the first that matches decides. A rule whose place is not known occurs
/// twice: first with its place as a condition, and behind all user rules without.
struct Filter {
  const model::SecurityGroup* group = nullptr;
  model::Direction direction = model::Direction::Ingress;
  std::vector<FilterRule> rules;
  /// What no rule matches: Deny for security groups (Azure: DenyAllInBound, DenyAllOutBound), Allow
  /// (on to the groups) for a network manager's rules.
  model::Access otherwise = model::Access::Deny;
  /// The group is not in the input: the filter lets pass what this Fact of the world says, and has
  /// no rules.
  std::optional<model::UnknownId> missing;
};

}  // namespace polreach::compiler
