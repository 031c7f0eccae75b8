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
  static const std::regex kName(R"(^[^/]+/[^\[]+\[[A-Za-z]+\]$)");
  std::smatch found;
  if (std::regex_match(text, found, kRange)) {
    return ListedEnd{"",
                     {*net::Address::parse(found[1].str()), *net::Address::parse(found[2].str())}};
  }
  if (text == "{ingress-controller}" || std::regex_match(text, found, kName)) {
    return ListedEnd{text, {}};
  }
  return std::nullopt;
}

std::string line_of(const std::pair<std::string, std::string>& ends,
                    const net::AddressSet& addresses, const net::Traffic& traffic) {
  const std::string outside = net::to_string(addresses);
  return (ends.first.empty() ? outside : ends.first) + " => " +
         (ends.second.empty() ? outside : ends.second) + ": " + net::to_string(traffic);
}

}  // namespace

void Connections::add(const ListedEnd& source, const ListedEnd& destination,
                      const net::Traffic& traffic) {
  const Pair ends{source.name, destination.name};
  if (traffic.empty() || ends.first == ends.second) return;
  if (!ends.first.empty() && !ends.second.empty()) {
    net::Traffic& all = between_[ends];
    all = all | traffic;
    return;
  }
  net::AddressSet rest = (ends.first.empty() ? source.addresses : destination.addresses) &
                         net::all_addresses(net::Family::V4);
  Ranges result;
  for (const auto& [other, addresses] : outside_[ends]) {
    result[other | traffic] |= addresses & rest;
    result[other] |= addresses - rest;
    rest = rest - addresses;
  }
  result[traffic] |= rest;
  std::erase_if(result, [](const auto& range) { return range.second.empty(); });
  outside_[ends] = std::move(result);
}

std::vector<std::string> Connections::differences(const Connections& found) const {
  std::vector<std::string> lines;
  const auto compare_between = [&](const Connections& a, const Connections& b, const char* what) {
    for (const auto& [ends, traffic] : a.between_) {
      const auto other = b.between_.find(ends);
      if (other != b.between_.end() && other->second == traffic) continue;
      lines.push_back(what + line_of(ends, {}, traffic));
    }
  };
  const auto compare_outside = [&](const Connections& a, const Connections& b, const char* what) {
    for (const auto& [ends, ranges] : a.outside_) {
      const auto other = b.outside_.find(ends);
      for (const auto& [traffic, addresses] : ranges) {
        net::AddressSet rest = addresses;
        if (other != b.outside_.end()) {
          const auto same = other->second.find(traffic);
          if (same != other->second.end()) rest = rest - same->second;
        }
        if (!rest.empty()) lines.push_back(what + line_of(ends, rest, traffic));
      }
    }
  };
  compare_between(*this, found, "expected: ");
  compare_outside(*this, found, "expected: ");
  compare_between(found, *this, "found:    ");
  compare_outside(found, *this, "found:    ");
  return lines;
}

Connections read_connectivity(const std::filesystem::path& file) {
  static const std::regex kLine(R"(^(.+?) => (.+?) : (.+?)\s*$)");
  Connections connections;
  std::ifstream stream(file);
  for (std::string line; std::getline(stream, line);) {
    std::smatch found;
    if (!std::regex_match(line, found, kLine)) continue;
    const auto source = end_of(found[1].str());
    const auto destination = end_of(found[2].str());
    if (!source || !destination) continue;
    connections.add(*source, *destination, traffic_of(found[3].str()));
  }
  return connections;
}

}  // namespace polreach::conformance
