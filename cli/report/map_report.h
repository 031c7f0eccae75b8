// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "cli/input.h"
#include "cli/report/dot.h"
#include "cli/report/style.h"
#include "solver/queries/assumptions.h"
#include "solver/queries/map.h"
#include "solver/queries/network_map.h"

namespace polreach::cli {

/// A map with everything that a report shows of it.
struct MapReport {
  const Input& input;
  const compiler::Cluster& cluster;
  const solver::queries::Map& map;
  std::string asked;     // "TCP 80"; empty: everything
  bool explain = false;  // give the reasons of each connection
  /// Where the input holds a network: what passes in it.
  const solver::queries::NetworkMap* network = nullptr;
  bool has_pods = true;  // whether there is a list of pods at all
};

/// For people: one connection a line. `brief`: without the assumptions.
void write_map_text(std::ostream& out, const Style& style, const MapReport& report, bool brief);
/// The schema polreach.map/v1: docs/schemas/polreach.map.v1.json.
void write_map_json(std::ostream& out, const MapReport& report);
/// One line for each connection and protocol, with a heading.
void write_map_csv(std::ostream& out, const MapReport& report);
/// A table in Markdown.
void write_map_markdown(std::ostream& out, const MapReport& report);
/// Workloads in boxes of their namespaces, addresses, and arrows.
[[nodiscard]] Graph graph_of(const MapReport& report);

// What the formats have in common
// ------------------------------------------------------------------

/// What each peer is called: "shop/web"; "shop/deployment/web" where another kind has that name;
/// "shop/web (web-0, web-1)" where only some of its pods are meant; prefixes for addresses.
[[nodiscard]] std::vector<std::string> names_of(const model::Model& model,
                                                const std::vector<solver::queries::MapPeer>& peers);

/// "TCP 80, 443", "all traffic"; what is conditional with what it rests on: "UDP 53 if A-nodes".
[[nodiscard]] std::string text_of(const solver::queries::MapFlow& flow);

/// The ids of what the conditional part rests on.
[[nodiscard]] std::vector<std::string> conditions_of(const solver::queries::MapFlow& flow);

/// What the conditional parts of all listed connections rest on, in words.
[[nodiscard]] std::vector<solver::queries::NamedAssumption> open_assumptions(
    const MapReport& report);

/// What any such list takes for granted.
[[nodiscard]] std::vector<solver::queries::NamedAssumption> standing_assumptions(
    const compiler::Cluster& cluster);

}  // namespace polreach::cli
