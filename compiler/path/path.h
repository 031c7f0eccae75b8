// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compiler/path/filter.h"
#include "compiler/resolve/cluster.h"
#include "policies/model/cloud.h"

/// Paths: the enforcement points between two ends, in the order in which a packet meets them, and
/// the header that each of them sees.
namespace polreach::compiler {

/// An address of a header.
///
/// Of the packet: the one that the question is about. Chosen: one of `among`, and nobody knows
/// which (the node that a pod runs on, the instance of a gateway); all headers of a path that name
/// one variable see one address.
struct HeaderAddress {
  enum class Kind : std::uint8_t { OfPacket, Chosen };
  Kind kind = Kind::OfPacket;
  std::uint32_t variable = 0;  // Chosen: from 1
  net::AddressSet among;       // Chosen: not empty
};

/// What an enforcement point sees of a packet. The protocol is the packet's.
struct Header {
  HeaderAddress source;
  HeaderAddress destination;
  /// The packet's destination port has become this one.
  std::optional<net::Port> destination_port;
  /// The source port has been translated: any from 1024, and nobody knows which.
  bool source_port_is_chosen = false;
};

/// One enforcement point.
struct Hop {
  enum class Kind : std::uint8_t {
    Policies,  // the policies of a pod, in one direction: as compiler/resolve sees them
    Filter,    // a security group
    Gate       // passes where an Unknown holds; or never
  };
  Kind kind = Kind::Filter;
  std::string place;  // "subnet vnet/aks", "network interface web-nic", "pod shop/web"
  model::Direction direction = model::Direction::Egress;
  Header header;

  // Policies: the pod, and the other end as its policies see it.
  std::optional<model::EndpointId> self;
  std::optional<Party> other;

  // Filter: an index into Path::filters; and a network manager's rules before it: their Deny stops,
  // their AlwaysAllow passes without asking the group, their Allow leaves it to the group.
  std::size_t filter = 0;
  std::optional<std::size_t> admin;

  // Gate: passes where it holds; nothing: passes never.
  std::optional<model::UnknownId> gate;
  std::string why;  // Gate: "pods of an overlay cannot be addressed from outside of the cluster"
};

/// One way from one end to the other: a packet passes where every hop lets it pass. Hops of one
/// path share the truth of every Fact of the world, and every chosen address.
struct Path {
  /// What tells it from the other ways there may be: "on another node"; empty: the only one.
  std::string label;
  std::vector<Hop> hops;
  std::vector<Filter> filters;
  /// The addresses that the packet can have at its ends. Where an end is `asked`, each of them is
  /// asked about by itself (a subnet, the internet); otherwise the end has one of them, nobody
  /// knows which, and a certain answer must hold for all (a pod).
  net::AddressSet source;
  net::AddressSet destination;
  bool source_is_asked = true;
  bool destination_is_asked = true;
  /// No packet can have both ends, as they share no family of addresses: a gate says so.
  bool has_no_packets = false;
};

}  // namespace polreach::compiler
