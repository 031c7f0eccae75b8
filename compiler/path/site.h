// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compiler/path/surroundings.h"

/// Ends of connections that are no pods: addresses, and what stands at them.
namespace polreach::compiler {

/// A place where a security group may act on what passes.
struct Guard {
  std::string place;                            // "subnet vnet/aks", "network interface web-nic"
  const model::SecurityGroup* group = nullptr;  // nullptr: none
  std::optional<model::UnknownId> open;         // whether there is one (another) is not known
  const model::SecurityGroup* admin = nullptr;  // a network manager's rules before it
  std::optional<model::NetworkId> network;      // nothing: that which AKS manages

  [[nodiscard]] bool acts() const { return group != nullptr || open || admin != nullptr; }
};

/// The nodes of a pool.
struct Nodes {
  model::ManagedClusterId cluster{};
  std::size_t pool = 0;
};

/// What may stand at an address, with the guards from the inside out.
struct Stand {
  std::string label;  // "as a node of node pool apps"; empty: the ordinary
  std::vector<Guard> guards;
  std::optional<Nodes> nodes;
};

/// One end. Where `stands` has several, nobody knows which of them is at an address.
struct Site {
  enum class Kind : std::uint8_t { Subnet, Interface, Nodes, Outside };
  Kind kind = Kind::Outside;
  std::string name;
  net::AddressSet addresses;
  bool is_asked = true;  // as Path::source_is_asked
  std::vector<Stand> stands;
  std::optional<model::NetworkId> network;  // nothing: outside, or that which AKS manages
  std::optional<model::SubnetId> subnet;
  std::optional<model::InterfaceId> interface;
  std::optional<Nodes> nodes;
  bool has_public_address = false;
  std::vector<std::string> notes;
};

/// "subnet vnet/aks".
[[nodiscard]] std::string name_of(const model::Cloud& cloud, model::SubnetId id);
[[nodiscard]] Guard guard_of(const model::Cloud& cloud, model::SubnetId id);
/// Of the interface alone, in a network that it is in.
[[nodiscard]] Guard guard_of(const model::Cloud& cloud, const model::Interface& interface,
                             std::optional<model::NetworkId> network);

/// The addresses of a subnet that are in `within`. Those of interfaces with groups of their own,
/// and of private endpoints, are sites of their own.
[[nodiscard]] std::vector<Site> subnet_sites(Surroundings& around, model::SubnetId id,
                                             const net::AddressSet& within);
/// One for each subnet that it is in.
[[nodiscard]] std::vector<Site> interface_sites(Surroundings& around, model::InterfaceId id);
[[nodiscard]] Site node_site(Surroundings& around, const Nodes& nodes);
/// Addresses in no subnet of the input.
[[nodiscard]] Site outside_site(std::string name, net::AddressSet addresses);

/// The addresses that nodes of a pool can have.
[[nodiscard]] net::AddressSet node_addresses(const model::Cloud& cloud, const Nodes& nodes);
/// The guards of the nodes of a pool: at their interfaces, at their subnet.
[[nodiscard]] std::vector<Guard> node_guards(Surroundings& around, const Nodes& nodes);

}  // namespace polreach::compiler
