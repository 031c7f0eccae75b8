// SPDX-License-Identifier: Apache-2.0
#include "policies/net/flow.h"

namespace polreach::net {
namespace {

std::string end_of(const Address& address, Port port, bool with_port) {
  std::string text = address.to_string();
  if (!with_port) return text;
  if (address.family == Family::V6) text = "[" + text + "]";
  return text + ":" + std::to_string(port);
}

}  // namespace

std::string_view to_string(IpProtocol protocol) {
  switch (protocol) {
    case IpProtocol::Tcp:
      return "TCP";
    case IpProtocol::Udp:
      return "UDP";
    case IpProtocol::Sctp:
      return "SCTP";
    case IpProtocol::Icmp:
      return "ICMP";
    case IpProtocol::Esp:
      return "ESP";
    case IpProtocol::Ah:
      return "AH";
    case IpProtocol::Other:
      return "other protocols";
  }
  return "?";
}

std::string to_string(ProtocolSet protocols) {
  if (protocols == ProtocolSet::all()) return "any protocol";
  std::string text;
  for (IpProtocol protocol : kIpProtocols) {
    if (!protocols.contains(protocol)) continue;
    if (!text.empty()) text += ", ";
    text += to_string(protocol);
  }
  return text;
}

PortSet all_header_ports() { return {0, kHighestPort}; }

std::string to_string(const Flow& flow) {
  const bool ports = has_ports(flow.protocol);
  return std::string(to_string(flow.protocol)) + " " +
         end_of(flow.source, flow.source_port, ports) + " -> " +
         end_of(flow.destination, flow.destination_port, ports);
}

}  // namespace polreach::net
