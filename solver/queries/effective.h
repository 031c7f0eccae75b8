// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/path/connection.h"
#include "compiler/path/site.h"
#include "solver/queries/reference.h"
#include "solver/sets/flow_boxes.h"

/// `polreach effective`: the rules that act at a place, in the order in which they are asked, and
/// what each of them really decides.
namespace polreach::solver::queries {

/// The addresses that one side of a rule stands for in the place where it acts.
struct EffectiveSide {
  net::AddressSet certain;
  net::AddressSet perhaps;  // besides
  std::vector<model::UnknownId> depends_on;
};

/// A rule as it was written, in the place where it acts.
struct EffectiveRule {
  enum class Finding : std::uint8_t {
    None,
    NeverDecides,  // earlier rules match all that it does, or it can match nothing
    Redundant      // without it the group lets pass the same; never of a default rule
  };

  const model::SecurityRule* rule = nullptr;
  EffectiveSide source;
  EffectiveSide destination;
  /// The headers that it is the first to match: however everything open is, and in some way
  /// besides. Nothing is said of which headers can come to the place.
  sets::FlowBoxes decides;
  sets::FlowBoxes perhaps;
  std::vector<model::UnknownId> depends_on;  // what `perhaps` depends on
  /// It decides all that it matches.
  bool is_whole = false;
  Finding finding = Finding::None;
  /// Whether Z3 proved the finding: otherwise it gave up, and the set engine alone says so.
  bool is_proven = false;
  /// NeverDecides: earlier rules that match all that it does, by index; none where it can match
  /// nothing.
  std::vector<std::size_t> covered_by;
};

/// One group at one place (or several in one network, where it means the same), in one direction.
struct EffectiveList {
  std::vector<std::string> places;  // "subnet vnet/web"; none: attached to nothing in the input
  std::optional<model::NetworkId> network;
  const model::SecurityGroup* group = nullptr;  // nullptr: nobody knows which
  bool is_admin = false;                        // a network manager's, asked before the groups
  model::Direction direction = model::Direction::Ingress;
  /// Nobody knows its rules, and there are none here.
  std::optional<model::UnknownId> missing;
  /// Whether it acts here is not known.
  std::optional<model::UnknownId> open;
  std::vector<EffectiveRule> rules;
};

struct Effective {
  std::string text;  // "nsg web", as it was asked for
  /// Inbound first; of one direction in the order in which a packet meets them.
  std::vector<EffectiveList> lists;
  std::vector<std::string> notes;
  std::vector<compiler::Standing> assumes;  // by id
  std::size_t findings = 0;                 // of rules that somebody wrote
  std::size_t proofs = 0;
  std::size_t unproven = 0;
};

/// Networks that one group is shown in, at most.
inline constexpr std::size_t kMostEffectiveNetworks = 32;

/// `word` is nsg, nic or subnet, and `name` as resolve_site takes it behind the slash.
///
/// Of a group: its rules in each network that it is attached in, since that decides what its tags
/// mean. Of an interface: the groups of its subnet and its own, in the order in which packets meet
/// them. Of a subnet: its group.
///
/// What never decides and what is redundant is found by the set engine and proven by Z3; what a
/// rule decides is replayed for one packet. A disagreement is an InternalError. An error: no such
/// name, or a budget runs out.
///
/// The answer refers to `around`, which must outlive it.
[[nodiscard]] tl::expected<Effective, ReferenceError> effective(compiler::Surroundings& around,
                                                                std::string_view word,
                                                                std::string_view name);

}  // namespace polreach::solver::queries
