// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "cli/input.h"
#include "cli/report/dot.h"
#include "cli/report/json.h"
#include "cli/report/style.h"
#include "solver/queries/network_map.h"

/// What passes between places of a network, in words and as JSON: the parts that lists and
/// comparisons have in common.
namespace polreach::cli {

/// The addresses that packets from one place to another have at their ends.
struct NetworkEnds {
  net::AddressSet source;
  net::AddressSet destination;
  NetworkEnds(const compiler::Site& from, const compiler::Site& to);
  NetworkEnds(net::AddressSet from, net::AddressSet to)
      : source(std::move(from)), destination(std::move(to)) {}
};

/// "TCP 443 from 10.0.0.0/28"; "all traffic". What is no less than the ends is left out.
[[nodiscard]] std::string text_of(const solver::sets::FlowBox& box, const NetworkEnds& ends);
/// The boxes, "; " between them; of many the first.
[[nodiscard]] std::string text_of(const solver::sets::FlowBoxes& boxes, const NetworkEnds& ends);
/// "App_NSG 100 Allow_FE".
[[nodiscard]] std::string name_of(const solver::queries::NetworkRule& rule);
/// "into subnet vnet/app: allowed by App_NSG 100 Allow_FE  main.json:12:3".
[[nodiscard]] std::string line_of(const Input& input, const solver::queries::NetworkRule& rule);
/// "main.json:12:3"; nothing where there is no place.
[[nodiscard]] std::string location_of(const Input& input, const source::Span& where);

/// Whether a line of a list shows it: where there certainly is no way, nothing connects.
[[nodiscard]] bool is_listed(const solver::queries::NetworkLink& link);
[[nodiscard]] NetworkEnds ends_of(const solver::queries::NetworkMap& map,
                                  const solver::queries::NetworkLink& link);
/// Ids, sorted.
[[nodiscard]] std::vector<std::string> conditions_of(const solver::queries::NetworkMap& map,
                                                     const solver::queries::NetworkLink& link);
/// "allowed TCP 443; depends TCP 80 if A-service-tag".
[[nodiscard]] std::string flows_of(const solver::queries::NetworkMap& map,
                                   const solver::queries::NetworkLink& link);
/// "Subnet", "NetworkInterface", "NodePool", "Addresses".
[[nodiscard]] std::string_view kind_of(const compiler::Site& site);
/// "yes", "no", "unknown".
[[nodiscard]] std::string_view word(compiler::Routed::Answer answer);

// The network's part of `polreach map`
// ------------------------------------------------------------------

void write_network_text(std::ostream& out, const Style& style, const Input& input,
                        const solver::queries::NetworkMap& map, bool explain, bool brief);
void write_network_markdown(std::ostream& out, const Input& input,
                            const solver::queries::NetworkMap& map, bool explain);
/// Rows with the columns of the list of pods.
void write_network_csv(std::ostream& out, const solver::queries::NetworkMap& map);
void add_network(Graph& graph, const solver::queries::NetworkMap& map);

/// The JSON of it.
class NetworkJson : protected JsonWriter {
 protected:
  explicit NetworkJson(std::ostream& out) : JsonWriter(out) {}

  void ports(const char* key, const net::PortSet& set);
  void box(const solver::sets::FlowBox& box, const NetworkEnds& ends);
  void boxes(const char* key, const solver::sets::FlowBoxes& boxes, const NetworkEnds& ends);
  void rule(const Input& input, const solver::queries::NetworkRule& rule);
  void network(const Input& input, const solver::queries::NetworkMap& map);
};

}  // namespace polreach::cli
