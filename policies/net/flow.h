// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "policies/net/address.h"
#include "policies/net/traffic.h"

namespace polreach::net {

/// The protocols that filters of packets tell apart. Other: any one that has no name here.
enum class IpProtocol : std::uint8_t { Tcp, Udp, Sctp, Icmp, Esp, Ah, Other };

inline constexpr std::array<IpProtocol, 7> kIpProtocols = {
    IpProtocol::Tcp, IpProtocol::Udp, IpProtocol::Sctp, IpProtocol::Icmp,
    IpProtocol::Esp, IpProtocol::Ah,  IpProtocol::Other};

/// "TCP", "UDP", "SCTP", "ICMP", "ESP", "AH", "other protocols".
[[nodiscard]] std::string_view to_string(IpProtocol protocol);

/// Whether packets of the protocol have ports.
[[nodiscard]] constexpr bool has_ports(IpProtocol protocol) { return protocol <= IpProtocol::Sctp; }

[[nodiscard]] constexpr IpProtocol ip_protocol(Protocol protocol) {
  return static_cast<IpProtocol>(protocol);
}

/// A set of protocols.
class ProtocolSet {
 public:
  constexpr ProtocolSet() = default;
  constexpr explicit ProtocolSet(IpProtocol protocol) : bits_(bit(protocol)) {}
  static constexpr ProtocolSet all() { return ProtocolSet(kAll); }

  [[nodiscard]] constexpr bool contains(IpProtocol protocol) const {
    return (bits_ & bit(protocol)) != 0;
  }
  [[nodiscard]] constexpr bool empty() const { return bits_ == 0; }

  friend constexpr ProtocolSet operator|(ProtocolSet a, ProtocolSet b) {
    return ProtocolSet(static_cast<std::uint8_t>(a.bits_ | b.bits_));
  }
  friend constexpr ProtocolSet operator&(ProtocolSet a, ProtocolSet b) {
    return ProtocolSet(static_cast<std::uint8_t>(a.bits_ & b.bits_));
  }
  friend constexpr ProtocolSet operator-(ProtocolSet a, ProtocolSet b) {
    return ProtocolSet(static_cast<std::uint8_t>(a.bits_ & ~b.bits_));
  }
  constexpr ProtocolSet& operator|=(ProtocolSet other) { return *this = *this | other; }
  friend constexpr auto operator<=>(ProtocolSet, ProtocolSet) = default;

 private:
  static constexpr std::uint8_t kAll = (1U << kIpProtocols.size()) - 1U;
  static constexpr std::uint8_t bit(IpProtocol protocol) {
    return static_cast<std::uint8_t>(1U << static_cast<unsigned>(protocol));
  }
  constexpr explicit ProtocolSet(std::uint8_t bits) : bits_(bits) {}
  std::uint8_t bits_ = 0;
};

/// "TCP, UDP"; "any protocol" for all of them.
[[nodiscard]] std::string to_string(ProtocolSet protocols);

/// All ports of a header, from 0: filters can name 0, although nothing listens there.
[[nodiscard]] PortSet all_header_ports();

/// The header of the packet that opens a flow, as a stateful filter decides on it. Ports are 0
/// where the protocol has none.
struct Flow {
  IpProtocol protocol = IpProtocol::Tcp;
  Address source;
  Address destination;
  Port source_port = 0;
  Port destination_port = 0;

  friend bool operator==(const Flow&, const Flow&) = default;
};

/// "TCP 10.0.0.4:50000 -> 10.0.1.4:443", "ICMP 10.0.0.4 -> 10.0.1.4".
[[nodiscard]] std::string to_string(const Flow& flow);

}  // namespace polreach::net
