// SPDX-License-Identifier: Apache-2.0
#include "cli/ports.h"

#include <charconv>
#include <optional>

#include "policies/kubernetes/names.h"

namespace polreach::cli {
namespace {

using net::Protocol;
using AskedEntry = solver::queries::Asked::Entry;
using Ports = std::variant<net::PortSet, std::string>;

std::optional<Protocol> protocol_of(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return net::parse_protocol(upper);
}

std::optional<net::Port> port_of(std::string_view text) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool good = error == std::errc{} && end == text.data() + text.size() &&
                    value >= net::kLowestPort && value <= net::kHighestPort;
  return good ? std::optional(static_cast<net::Port>(value)) : std::nullopt;
}

std::optional<net::IpProtocol> protocol_without_ports(std::string_view text) {
  if (text == "icmp") return net::IpProtocol::Icmp;
  if (text == "esp") return net::IpProtocol::Esp;
  if (text == "ah") return net::IpProtocol::Ah;
  return std::nullopt;
}

source::Result<Ports> ports_of(std::string_view text) {
  if (const auto port = port_of(text)) return net::PortSet(*port, *port);
  const std::size_t dash = text.find('-');
  const auto first = port_of(text.substr(0, dash));
  const auto last = dash == std::string_view::npos ? first : port_of(text.substr(dash + 1));
  if (first && last && *first <= *last) return net::PortSet(*first, *last);
  if (kubernetes::is_port_name(text)) return std::string(text);
  return source::failure("--port " + std::string(text) +
                         " is not a port; give 1 to 65535, a range like 8000-8080, or a name");
}

/// One element of the list: PORTS or PORTS/PROTOCOL.
source::Result<std::vector<AskedEntry>> entries_of(std::string_view word,
                                                   const std::vector<Protocol>& protocols) {
  std::vector<Protocol> meant = protocols;
  const std::size_t slash = word.find('/');
  if (slash != std::string_view::npos) {
    const auto own = protocol_of(word.substr(slash + 1));
    if (!own) {
      return source::failure("--port " + std::string(word) +
                             " names no protocol; use tcp, udp or "
                             "sctp");
    }
    meant = {*own};
  }
  const auto ports = ports_of(word.substr(0, slash));
  if (!ports) return tl::unexpected(ports.error());
  std::vector<AskedEntry> entries;
  for (Protocol protocol : meant) entries.push_back({protocol, *ports});
  return entries;
}

}  // namespace

std::string describe(const solver::queries::Asked& asked) {
  if (asked.entries.empty()) return "all traffic";
  net::Traffic traffic;
  std::string names;
  for (const AskedEntry& entry : asked.entries) {
    if (const auto* ports = std::get_if<net::PortSet>(&entry.ports)) {
      traffic[entry.protocol] |= *ports;
    } else {
      names += (names.empty() ? "" : "; ") + std::string(net::to_string(entry.protocol)) +
               " port " + std::get<std::string>(entry.ports);
    }
  }
  if (traffic.empty()) return names;
  return net::to_string(traffic) + (names.empty() ? "" : "; " + names);
}

source::Result<AskedPackets> parse_packets(const std::vector<std::string>& ports,
                                           const std::string& protocol) {
  std::vector<Protocol> protocols{Protocol::Tcp};
  if (protocol == "any") {
    protocols.assign(net::kProtocols.begin(), net::kProtocols.end());
  } else if (const auto one = protocol_of(protocol)) {
    protocols = {*one};
  }
  AskedPackets result;
  if (const auto other = protocol_without_ports(protocol)) {
    if (!ports.empty())
      return source::failure(std::string(net::to_string(*other)) + " has no ports");
    result.protocols = net::ProtocolSet(*other);
    result.text = net::to_string(*other);
    return result;
  }
  for (const std::string& list : ports) {
    std::size_t start = 0;
    while (start <= list.size()) {
      const std::size_t comma = std::min(list.find(',', start), list.size());
      const auto entries =
          entries_of(std::string_view(list).substr(start, comma - start), protocols);
      if (!entries) return tl::unexpected(entries.error());
      result.asked.entries.insert(result.asked.entries.end(), entries->begin(), entries->end());
      start = comma + 1;
    }
  }
  const bool by_protocol = ports.empty() && !protocol.empty() && protocol != "any";
  if (by_protocol) result.asked.entries.push_back({protocols.front(), net::all_ports()});
  result.text = describe(result.asked);
  return result;
}

}  // namespace polreach::cli
