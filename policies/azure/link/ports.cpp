// SPDX-License-Identifier: Apache-2.0
#include "policies/azure/link/ports.h"

#include <charconv>

#include "policies/azure/resource.h"

namespace polreach::azure {
namespace {

std::optional<net::Port> port_of(std::string_view text) {
  net::Port port = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), port);
  if (text.empty() || read.ec != std::errc{} || read.ptr != text.data() + text.size()) {
    return std::nullopt;
  }
  return port;
}

}  // namespace

std::optional<net::PortSet> ports_of(Report& report, const Node& node) {
  // A number is what many templates have; the API takes it for its text.
  const std::string text = node.is(Node::Type::Integer)  ? std::to_string(node.integer)
                           : node.is(Node::Type::String) ? node.text
                                                         : std::string();
  if (text == "*") return net::all_header_ports();
  const std::size_t dash = text.find('-');
  const auto first = port_of(std::string_view(text).substr(0, dash));
  const auto last =
      dash == std::string::npos ? first : port_of(std::string_view(text).substr(dash + 1));
  if (first && last && *first <= *last) return net::PortSet(*first, *last);
  const bool comma = text.find(',') != std::string::npos;
  const bool backwards = first && last;
  const bool scalar = node.is(Node::Type::Integer) || node.is(Node::Type::String);
  report.error("bad-rule-port", node.where,
               (scalar ? "\"" + text + "\"" : "this") + " is no port, range of ports or *",
               comma       ? "Azure takes no list in one text: write the plural field, as "
                             "[\"80\", \"443\"]"
               : backwards ? "write the lower port first"
                           : "write a port from 0 to 65535, as \"443\" or \"8000-8099\"");
  return std::nullopt;
}

std::optional<net::ProtocolSet> protocol_of(std::string_view text) {
  using net::IpProtocol;
  using net::ProtocolSet;
  if (text == "*" || same_name(text, "all") || same_name(text, "any")) return ProtocolSet::all();
  if (same_name(text, "tcp")) return ProtocolSet(IpProtocol::Tcp);
  if (same_name(text, "udp")) return ProtocolSet(IpProtocol::Udp);
  if (same_name(text, "icmp")) return ProtocolSet(IpProtocol::Icmp);
  if (same_name(text, "esp")) return ProtocolSet(IpProtocol::Esp);
  if (same_name(text, "ah")) return ProtocolSet(IpProtocol::Ah);
  return std::nullopt;
}

}  // namespace polreach::azure
