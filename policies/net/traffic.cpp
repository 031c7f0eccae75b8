// SPDX-License-Identifier: Apache-2.0
#include "policies/net/traffic.h"

namespace polreach::net {
namespace {

template <typename Combine>
Traffic combine(const Traffic& a, const Traffic& b, Combine combine_ports) {
  Traffic result;
  for (Protocol protocol : kProtocols) {
    result[protocol] = combine_ports(a[protocol], b[protocol]);
  }
  return result;
}

}  // namespace

std::string_view to_string(Protocol protocol) {
  switch (protocol) {
    case Protocol::Tcp:
      return "TCP";
    case Protocol::Udp:
      return "UDP";
    case Protocol::Sctp:
      return "SCTP";
  }
  return "?";
}

std::optional<Protocol> parse_protocol(std::string_view text) {
  for (Protocol protocol : kProtocols) {
    if (text == to_string(protocol)) return protocol;
  }
  return std::nullopt;
}

PortSet all_ports() { return {kLowestPort, kHighestPort}; }

std::string to_string(const PortSet& ports) {
  if (ports == all_ports()) return "all ports";
  std::string text;
  for (const PortSet::Interval& interval : ports.intervals()) {
    if (!text.empty()) text += ",";
    text += std::to_string(interval.first);
    if (interval.last != interval.first) text += "-" + std::to_string(interval.last);
  }
  return text;
}

Traffic Traffic::all() {
  Traffic result;
  for (Protocol protocol : kProtocols) result[protocol] = all_ports();
  return result;
}

bool Traffic::empty() const {
  return std::all_of(ports_.begin(), ports_.end(), [](const PortSet& p) { return p.empty(); });
}

Traffic operator|(const Traffic& a, const Traffic& b) {
  return combine(a, b, [](const PortSet& x, const PortSet& y) { return x | y; });
}

Traffic operator&(const Traffic& a, const Traffic& b) {
  return combine(a, b, [](const PortSet& x, const PortSet& y) { return x & y; });
}

Traffic operator-(const Traffic& a, const Traffic& b) {
  return combine(a, b, [](const PortSet& x, const PortSet& y) { return x - y; });
}

std::string to_string(const Traffic& traffic) {
  if (traffic.empty()) return "no traffic";
  if (traffic == Traffic::all()) return "all traffic";
  std::string text;
  for (Protocol protocol : kProtocols) {
    if (traffic[protocol].empty()) continue;
    if (!text.empty()) text += "; ";
    text += std::string(to_string(protocol)) + " " + to_string(traffic[protocol]);
  }
  return text;
}

}  // namespace polreach::net
