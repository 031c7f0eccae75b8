// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "policies/net/interval_set.h"

namespace polreach::net {

/// The transport protocols that Kubernetes policies can name.
enum class Protocol : std::uint8_t { Tcp, Udp, Sctp };

inline constexpr std::array<Protocol, 3> kProtocols = {Protocol::Tcp, Protocol::Udp,
                                                       Protocol::Sctp};

/// "TCP", "UDP", "SCTP".
[[nodiscard]] std::string_view to_string(Protocol protocol);
/// Exactly the upper-case names, as the Kubernetes API wants them.
[[nodiscard]] std::optional<Protocol> parse_protocol(std::string_view text);

using Port = std::uint16_t;
inline constexpr Port kLowestPort = 1;
inline constexpr Port kHighestPort = 65535;

struct PortTraits {
  static bool adjacent(Port a, Port b) { return a != kHighestPort && a + 1 == b; }
  static Port next(Port p) { return static_cast<Port>(p + 1); }
  static Port previous(Port p) { return static_cast<Port>(p - 1); }
};

/// A set of ports, each in 1..65535.
using PortSet = IntervalSet<Port, PortTraits>;

[[nodiscard]] PortSet all_ports();
/// "80,443-445"; "all ports" for 1-65535.
[[nodiscard]] std::string to_string(const PortSet& ports);

/// A set of (protocol, destination port). Source ports do not appear: no Kubernetes policy can
/// tell them apart.
class Traffic {
 public:
  Traffic() = default;
  Traffic(Protocol protocol, PortSet ports) { (*this)[protocol] = std::move(ports); }
  static Traffic all();

  [[nodiscard]] PortSet& operator[](Protocol p) { return ports_[static_cast<std::size_t>(p)]; }
  [[nodiscard]] const PortSet& operator[](Protocol p) const {
    return ports_[static_cast<std::size_t>(p)];
  }
  [[nodiscard]] bool empty() const;
  [[nodiscard]] bool contains(Protocol protocol, Port port) const {
    return (*this)[protocol].contains(port);
  }
  [[nodiscard]] bool contains(const Traffic& other) const { return (other - *this).empty(); }

  friend Traffic operator|(const Traffic& a, const Traffic& b);
  friend Traffic operator&(const Traffic& a, const Traffic& b);
  friend Traffic operator-(const Traffic& a, const Traffic& b);
  Traffic& operator|=(const Traffic& other) { return *this = *this | other; }
  Traffic& operator&=(const Traffic& other) { return *this = *this & other; }
  Traffic& operator-=(const Traffic& other) { return *this = *this - other; }
  friend bool operator==(const Traffic&, const Traffic&) = default;
  friend auto operator<=>(const Traffic&, const Traffic&) = default;

 private:
  std::array<PortSet, kProtocols.size()> ports_;
};

/// "TCP 80,443-445; UDP 53"; "all traffic" and "no traffic" for the extremes.
[[nodiscard]] std::string to_string(const Traffic& traffic);

}  // namespace polreach::net
