// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/connectivity_list.h"

#include <fstream>
#include <optional>
#include <regex>
#include <sstream>

namespace polreach::conformance {
namespace {

net::Traffic traffic_of(const std::string& text) {
  if (text == "All Connections") return net::Traffic::all();
  net::Traffic traffic;
  std::optional<net::Protocol> protocol;
  std::istringstream parts(text);
  for (std::string part; std::getline(parts, part, ',');) {
    const std::size_t space = part.find(' ');
    if (space != std::string::npos) {
      protocol = net::parse_protocol(part.substr(0, space));
      part.erase(0, space + 1);
    }
    if (!protocol) continue;
    const std::size_t dash = part.find('-');
    const auto first = static_cast<net::Port>(std::stoi(part));
    const auto last = dash == std::string::npos
                          ? first
                          : static_cast<net::Port>(std::stoi(part.substr(dash + 1)));
    traffic[*protocol] |= net::PortSet(first, last);
  }
  return traffic;
}

std::optional<ListedEnd> end_of(const std::string& text) {
  static const std::regex kRange(R"(^(\d+\.\d+\.\d+\.\d+)-(\d+\.\d+\.\d+\.\d+)(\[External\])?$)");
  static const std::regex kWorkload(R"(^([^/]+/[^\[]+)\[[A-Za-z]+\]$)");
  std::smatch found;
  if (std::regex_match(text, found, kRange)) {
    return ListedEnd{"",
                     {*net::Address::parse(found[1].str()), *net::Address::parse(found[2].str())}};
  }
  if (std::regex_match(text, found, kWorkload)) return ListedEnd{found[1].str(), {}};
  return std::nullopt;
}

}  // namespace

std::vector<ListedConnection> read_connectivity(const std::filesystem::path& file) {
  static const std::regex kLine(R"(^(.+?) => (.+?) : (.+?)\s*$)");
  std::vector<ListedConnection> connections;
  std::ifstream stream(file);
  for (std::string line; std::getline(stream, line);) {
    std::smatch found;
    if (!std::regex_match(line, found, kLine)) continue;
    const auto source = end_of(found[1].str());
    const auto destination = end_of(found[2].str());
    if (!source || !destination) continue;
    connections.push_back({*source, *destination, traffic_of(found[3].str())});
  }
  return connections;
}

}  // namespace polreach::conformance
