// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "policies/azure/link/work.h"

namespace polreach::azure {

/// Whether an address may stand for the CIDR of itself. Azure refuses it in address spaces and
/// routes: "0.0.0.0" is not what was meant.
enum class Bare : std::uint8_t { Refused, Taken };

/// A CIDR. Bits behind the length do not count, as in Azure, and are the warning `host-bits`;
/// anything else is the error `bad-cidr`.
[[nodiscard]] std::optional<net::Prefix> prefix_of(Report& report, const Node& node,
                                                   Bare bare = Bare::Refused);
/// As above, without a problem for what is none; an address stands for the CIDR of itself.
[[nodiscard]] std::optional<net::Prefix> prefix_of(std::string_view text);

/// An IP address; anything else is the error `bad-address`.
[[nodiscard]] std::optional<net::Address> address_of(Report& report, const Node* node);

/// Adds prefixes of a list, or of a single text; what could not be evaluated becomes `more`.
void add_prefixes(Report& report, const Node* node, std::string_view what,
                  model::AddressSpace& space, Bare bare = Bare::Refused);

/// Who writes an address: lists of security rules take no service tags, but Azure tolerates them in
/// places, so they are the warning `tag-in-list`; firewalls take ranges ("10.0.0.1-10.0.0.9").
enum class Writer : std::uint8_t { SecurityRule, SecurityRuleList, Firewall };

/// Adds what one entry stands for; `side` is "source" or "destination". false: it had an error
/// (`bad-rule-address`).
///
/// `*` and `Any` are every address. `0.0.0.0/0`, which Azure's documentation calls a spelling of
/// the same, is every IPv4 address here: as a CIDR it says nothing of IPv6, and a rule must not be
/// said to let pass (or stop) what it perhaps does not.
bool add_term(Work& work, const Node& node, std::string_view side, Writer writer,
              std::vector<model::AddressTerm>& terms);

}  // namespace polreach::azure
