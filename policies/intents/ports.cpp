// SPDX-License-Identifier: Apache-2.0
#include "policies/intents/ports.h"

#include <charconv>

#include "policies/kubernetes/names.h"

namespace polreach::intents {
namespace {

using model::PortMatch;
using Ports = decltype(PortMatch::ports);

std::string upper(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return result;
}

/// Nothing: no protocol.
std::vector<net::Protocol> protocols_of(std::string_view text) {
  const std::string name = upper(text);
  if (name == "ANY") return {net::kProtocols.begin(), net::kProtocols.end()};
  const auto protocol = net::parse_protocol(name);
  return protocol ? std::vector{*protocol} : std::vector<net::Protocol>();
}

std::optional<net::Port> number_of(std::string_view text) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool good = error == std::errc{} && end == text.data() + text.size() &&
                    value >= net::kLowestPort && value <= net::kHighestPort;
  return good ? std::optional(static_cast<net::Port>(value)) : std::nullopt;
}

std::optional<Ports> ports_of(std::string_view text, source::SymbolTable& symbols) {
  if (text.empty() || text == "*") return model::AllPorts{};
  if (const auto one = number_of(text)) return model::PortRange{*one, *one};
  const std::size_t dash = text.find('-');
  if (dash != std::string_view::npos) {
    const auto first = number_of(text.substr(0, dash));
    const auto last = number_of(text.substr(dash + 1));
    if (first && last && *first <= *last) return model::PortRange{*first, *last};
  }
  if (kubernetes::is_port_name(text)) return model::PortName{symbols.intern(text)};
  return std::nullopt;
}

}  // namespace

std::optional<std::vector<PortMatch>> parse_ports(std::string_view text, const source::Span& where,
                                                  source::SymbolTable& symbols) {
  std::vector<net::Protocol> protocols{net::Protocol::Tcp};
  std::string_view numbers = text;
  const std::size_t slash = text.find('/');
  if (slash != std::string_view::npos) {
    const auto before = protocols_of(text.substr(0, slash));
    const auto behind = protocols_of(text.substr(slash + 1));
    if (before.empty() == behind.empty()) return std::nullopt;
    protocols = before.empty() ? behind : before;
    numbers = before.empty() ? text.substr(0, slash) : text.substr(slash + 1);
    if (numbers.empty()) return std::nullopt;
  } else if (const auto alone = protocols_of(text); !alone.empty()) {
    protocols = alone;
    numbers = {};
  } else if (text.empty()) {
    return std::nullopt;
  }
  const auto ports = ports_of(numbers, symbols);
  if (!ports) return std::nullopt;
  std::vector<PortMatch> result;
  for (net::Protocol protocol : protocols) result.push_back({protocol, *ports, where});
  return result;
}

std::string text_of(const std::vector<PortMatch>& ports, const source::SymbolTable& symbols) {
  if (ports.empty()) return "";
  net::Traffic traffic;
  std::string names;
  for (const PortMatch& each : ports) {
    if (const auto* range = std::get_if<model::PortRange>(&each.ports)) {
      traffic[each.protocol] |= net::PortSet(range->first, range->last);
    } else if (const auto* name = std::get_if<model::PortName>(&each.ports)) {
      names += (names.empty() ? "" : "; ") + std::string(net::to_string(each.protocol)) + " port " +
               std::string(symbols.text(name->name));
    } else {
      traffic[each.protocol] |= net::all_ports();
    }
  }
  if (traffic.empty()) return names;
  return net::to_string(traffic) + (names.empty() ? "" : "; " + names);
}

}  // namespace polreach::intents
