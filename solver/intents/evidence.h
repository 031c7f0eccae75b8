// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "solver/audit/finding.h"
#include "solver/intents/ends.h"

/// What the engines say to one question of an intent.
namespace polreach::solver::intents {

/// That nothing, or everything, passes from one end to the other.
struct Question {
  EndSet from;
  EndSet to;
  queries::Asked asked;
  bool forbids = true;
  /// Whether a breach is the fault of `from` rather than of `to`.
  bool blames_source = false;
  std::string key;  // of findings
};

/// Ends of one connection, as findings name them: "Deployment shop/web", and "shop/web" in texts.
struct EndName {
  std::string full;
  std::string brief;
  std::vector<model::EndpointId> pods = {};  // of the input; none: no pods, or not of the input
  friend auto operator<=>(const EndName&, const EndName&) = default;
};

/// Something that is not as the question wants it; all sources with all destinations.
struct Breach {
  std::vector<EndName> sources;
  std::vector<EndName> destinations;
  std::string traffic;  // "TCP 5432"
  bool certain = true;  // else it depends on `rests_on`
  source::Span where;   // what to change; none() where nothing was written
  std::vector<audit::Cause> causes;
  std::optional<audit::Example> example;
  std::vector<queries::NamedAssumption> rests_on;
  /// What could be closed, between pods of the input, or with addresses.
  net::Traffic open;
  net::AddressSet addresses;
};

struct Evidence {
  std::vector<Breach> breaches;
  std::size_t pairs = 0;                           // that were looked at
  bool some_passes = false;                        // a packet certainly does
  bool some_may = false;                           // a packet may
  std::vector<queries::NamedAssumption> rests_on;  // of what may pass
  std::size_t proofs = 0;
  std::size_t unproven = 0;
  bool families_differ = false;  // of some pairs, which are left out: no packet has both ends
};

/// Why there is none.
struct NoEvidence {
  bool is_empty = false;  // the question is about nothing
  std::string why;
};
using Asking = tl::expected<Evidence, NoEvidence>;

/// Why pairs are left out, or what is left when there are no others.
inline constexpr std::string_view kFamiliesDiffer =
    "no packet can travel between ends whose addresses are of different families";

/// What an intent comes to; nothing where an end is unknown or empty, and `verify` says so.
[[nodiscard]] std::vector<Question> questions_of(const Setting& setting,
                                                 const polreach::intents::Intent& intent);

/// By the policies alone, about what exists.
[[nodiscard]] Asking ask_policies(const Setting& setting, const Question& question);
/// By everything on the ways through a network, about what exists.
[[nodiscard]] Asking ask_network(const Setting& setting, const Question& question);
/// By the policies alone, about pairs with a pod that someone could create.
[[nodiscard]] Asking ask_possible(const Setting& setting, const Question& question);

/// Why a direction lets a packet pass, or stops it, with places. `self`: the pod that it protects.
[[nodiscard]] std::vector<audit::Cause> causes_of(const model::Model& model,
                                                  const queries::DirectionReason& reason,
                                                  model::EndpointId self, bool passes);
[[nodiscard]] EndName name_of(const model::Model& model, model::EndpointId id);
[[nodiscard]] EndName name_of(const model::Model& model, const queries::Variant& variant,
                              const net::AddressSet& addresses);
/// "10.0.0.0/24, 10.0.2.0/24 and 4 more prefixes", "the internet".
[[nodiscard]] std::string text_of(const net::AddressSet& addresses);
/// The packet: "TCP 10.0.0.4 -> 10.0.0.7:5432" where both addresses are known, else "TCP 5432".
[[nodiscard]] std::string text_of(const model::Model& model, const check::Packet& packet);

}  // namespace polreach::solver::intents
