// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "cli/input.h"
#include "cli/report/style.h"
#include "solver/queries/assumptions.h"
#include "solver/queries/effective.h"

namespace polreach::cli {

/// The rules that act at a place with everything that a report shows of them.
struct EffectiveReport {
  const Input& input;
  const std::vector<model::Unknown>& unknowns;
  const solver::queries::Effective& effective;
  std::string kind;  // nsg, nic, subnet
  std::string name;
  bool expand = false;  // write tags and groups out as prefixes, and nothing in short
};

/// For people: one rule a line. `brief`: without the assumptions.
void write_effective_text(std::ostream& out, const Style& style, const EffectiveReport& report,
                          bool brief);
/// The schema polreach.effective/v1: docs/schemas/polreach.effective.v1.json.
void write_effective_json(std::ostream& out, const EffectiveReport& report);
/// One line for each rule, with a heading.
void write_effective_csv(std::ostream& out, const EffectiveReport& report);
/// A table in Markdown for each group and direction.
void write_effective_markdown(std::ostream& out, const EffectiveReport& report);

// What the formats have in common
// ------------------------------------------------------------------

[[nodiscard]] std::string_view word(model::Direction direction);  // "inbound", "outbound"
/// "inbound at subnet vnet/web: security group web (group rg)".
[[nodiscard]] std::string heading(const solver::queries::EffectiveList& list);
/// "100", "not known".
[[nodiscard]] std::string priority_text(const model::SecurityRule& rule);
/// "allow", "deny", "always allow", "not known".
[[nodiscard]] std::string access_text(const model::SecurityRule& rule);
[[nodiscard]] std::string protocol_text(const model::SecurityRule& rule);
/// "VirtualNetwork", "10.0.0.0/24, 10.0.1.0/24 port 443", as it was written.
[[nodiscard]] std::string side_text(const std::vector<model::AddressTerm>& terms,
                                    const net::PortSet& ports, bool in_full);
enum class End : std::uint8_t { Source, Destination };
/// Addresses as people say them: "any", "the internet", "any but 10.0.0.0/8". As a destination, the
/// addresses of the platform are a part of them or not, whichever is shorter: A-platform-exempt
/// says what becomes of them.
[[nodiscard]] std::string addresses_text(const net::AddressSet& set, End end, bool in_full);
/// "TCP 443 from the internet to 10.0.1.0/24".
[[nodiscard]] std::string box_text(const solver::sets::FlowBox& box, bool in_full);
/// What a rule decides, a line for each box; "all of it", "nothing".
[[nodiscard]] std::vector<std::string> decides_lines(const EffectiveReport& report,
                                                     const solver::queries::EffectiveRule& rule);
/// "never decides: covered by 100 AllowVnet, 110 X"; empty where there is nothing to say.
[[nodiscard]] std::string finding_text(const solver::queries::EffectiveList& list,
                                       const solver::queries::EffectiveRule& rule);
/// The ids of unknowns, each once, joined by ", ".
[[nodiscard]] std::string ids_text(const EffectiveReport& report,
                                   const std::vector<model::UnknownId>& unknowns);
[[nodiscard]] std::vector<std::string> ids_of(const EffectiveReport& report,
                                              const std::vector<model::UnknownId>& unknowns);

/// What any of the rules depends on, by id.
[[nodiscard]] std::vector<solver::queries::NamedAssumption> open_assumptions(
    const EffectiveReport& report);
[[nodiscard]] std::vector<solver::queries::NamedAssumption> standing_assumptions(
    const EffectiveReport& report);

}  // namespace polreach::cli
