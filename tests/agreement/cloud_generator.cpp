// SPDX-License-Identifier: Apache-2.0
#include "tests/agreement/cloud_generator.h"

#include <algorithm>

namespace polreach::agreement {
namespace {

using model::Access;
using model::AddressTerm;
using model::Direction;
using model::SecurityRule;
using model::UnknownId;
using Scope = model::Unknown::Scope;

net::Prefix prefix(const std::string& text) { return net::Prefix::parse(text).value(); }

class Generator {
 public:
  explicit Generator(std::uint64_t seed) : random_(seed) {}

  model::Cloud make() {
    make_networks();
    make_tags();
    const int groups = random_.between(0, 4);
    make_application_groups();
    for (int i = 0; i < groups; ++i) make_group(i);
    make_routes();
    make_subnets();
    make_interfaces();
    return std::move(cloud_);
  }

 private:
  UnknownId unknown(Scope scope, const std::string& what) {
    model::Unknown result;
    result.scope = scope;
    result.id = "A-test";
    result.what = what;
    cloud_.unknowns.push_back(std::move(result));
    return static_cast<UnknownId>(cloud_.unknowns.size() - 1);
  }
  std::optional<UnknownId> sometimes(int percent, Scope scope, const std::string& what) {
    if (!random_.chance(percent)) return std::nullopt;
    return unknown(scope, what);
  }

  void make_networks() {
    const int count = random_.between(1, 2);
    for (int i = 0; i < count; ++i) {
      model::VirtualNetwork network;
      network.name = "vnet-" + std::to_string(i);
      network.space.prefixes = {prefix("10." + std::to_string(i) + ".0.0/24")};
      network.space.more = sometimes(4, Scope::Address, "more of " + network.name);
      network.has_gateway = random_.chance(8);
      cloud_.networks.push_back(std::move(network));
    }
    if (count == 2 && random_.chance(60)) peer(0, 1);
    if (count == 2 && random_.chance(60)) peer(1, 0);
    if (random_.chance(20)) {
      model::Peering hub;
      hub.name = hub.remote_name = "hub";
      hub.remote.prefixes = {prefix("10.9.0.0/28")};
      cloud_.networks[0].peerings.push_back(hub);
    }
  }

  void peer(std::size_t from, std::uint32_t to) {
    model::Peering peering;
    peering.name = "peering";
    peering.network = model::NetworkId{to};
    peering.remote = cloud_.networks[to].space;
    peering.remote_name = cloud_.networks[to].name;
    peering.connected = random_.chance(80);
    peering.access = random_.chance(80);
    cloud_.networks[from].peerings.push_back(std::move(peering));
  }

  void make_tags() {
    cloud_.service_tags.change_number = "1";
    cloud_.service_tags.tags["storage"] = {"Storage", net::addresses_of(prefix("20.0.0.0/29"))};
    cloud_.service_tags.tags["sql.westus"] = {"Sql.WestUS",
                                              net::addresses_of(prefix("20.0.0.4/30"))};
  }

  void make_application_groups() {
    const int count = random_.between(0, 2);
    for (int i = 0; i < count; ++i) {
      model::ApplicationGroup group;
      group.name = "asg-" + std::to_string(i);
      const int members = random_.between(0, 3);
      for (int m = 0; m < members; ++m) group.members |= net::AddressSet(inside(), inside());
      group.more = sometimes(30, Scope::Address, "more of " + group.name);
      cloud_.application_groups.push_back(std::move(group));
    }
  }

  /// An address that subnets may have.
  net::Address inside() {
    const auto network = std::to_string(random_.below(cloud_.networks.size()));
    return net::Address::parse("10." + network + ".0." + std::to_string(random_.below(64))).value();
  }

  AddressTerm term() {
    AddressTerm result;
    const std::size_t kind = random_.below(20);
    if (kind < 4) {
      result.what = model::AnyAddress{};
      result.text = "*";
    } else if (kind < 11) {
      static const std::vector<std::string> kTags = {
          "VirtualNetwork",    "VirtualNetwork",   "Internet", "Internet",   "AzureLoadBalancer",
          "AzurePlatformIMDS", "AzurePlatformDNS", "Storage",  "Sql.WestUS", "NobodyKnows"};
      result.text = random_.pick(kTags);
      result.what = model::ServiceTag{result.text};
    } else if (kind < 13 && !cloud_.application_groups.empty()) {
      const auto id = random_.below(cloud_.application_groups.size());
      result.what = static_cast<model::ApplicationGroupId>(id);
      result.text = "asg";
    } else if (kind == 13) {
      result.what = unknown(random_.chance(50) ? Scope::World : Scope::Address, "a prefix");
      result.text = "[parameters('prefix')]";
    } else {
      static const std::vector<std::string> kPrefixes = {
          "10.0.0.0/24",    "10.0.0.0/28", "10.0.0.16/28",       "10.0.0.4/32",
          "10.1.0.0/24",    "10.1.0.5/32", "20.0.0.0/30",        "10.9.0.0/28",
          "192.168.0.0/30", "0.0.0.0/0",   "169.254.169.254/32", "168.63.129.16/32"};
      const net::Prefix p = prefix(random_.pick(kPrefixes));
      result.what = p;
      result.text = p.to_string();
      if (random_.chance(5)) result.expanded = net::addresses_of(p);
    }
    return result;
  }

  std::vector<AddressTerm> terms() {
    std::vector<AddressTerm> result;
    const int count = random_.chance(75) ? 1 : random_.between(2, 3);
    for (int i = 0; i < count; ++i) result.push_back(term());
    return result;
  }

  net::PortSet ports(int any) {
    if (random_.chance(any)) return net::all_header_ports();
    static const std::vector<net::Port> kEdges = {0, 1, 22, 80, 443, 1023, 1024, 65534, 65535};
    net::PortSet result;
    const int parts = random_.between(1, 2);
    for (int i = 0; i < parts; ++i) {
      const net::Port a = random_.pick(kEdges);
      const net::Port b = random_.chance(60) ? a : random_.pick(kEdges);
      result |= net::PortSet(std::min(a, b), std::max(a, b));
    }
    return result;
  }

  SecurityRule rule(const std::string& name) {
    SecurityRule result;
    result.name = name;
    result.access = random_.chance(50) ? Access::Allow : Access::Deny;
    result.any_protocol = random_.chance(40);
    static const std::vector<net::IpProtocol> kWritten = {
        net::IpProtocol::Tcp,  net::IpProtocol::Tcp, net::IpProtocol::Udp,
        net::IpProtocol::Icmp, net::IpProtocol::Esp, net::IpProtocol::Ah};
    result.protocols =
        result.any_protocol ? net::ProtocolSet::all() : net::ProtocolSet(random_.pick(kWritten));
    result.source = terms();
    result.destination = terms();
    result.source_ports = ports(90);
    result.destination_ports = ports(45);
    if (random_.chance(5)) result.only_if.push_back(unknown(Scope::World, "a condition"));
    result.access_open = sometimes(4, Scope::World, "an access");
    result.priority_open = sometimes(4, Scope::World, "a priority");
    return result;
  }

  static SecurityRule default_rule(const char* name, std::int32_t priority, Access access,
                                   const char* source, const char* destination) {
    const auto term = [](const std::string& text) {
      AddressTerm result;
      result.text = text;
      if (text != "*") result.what = model::ServiceTag{text};
      return result;
    };
    SecurityRule result;
    result.name = name;
    result.priority = priority;
    result.access = access;
    result.protocols = net::ProtocolSet::all();
    result.any_protocol = true;
    result.source = {term(source)};
    result.destination = {term(destination)};
    result.source_ports = result.destination_ports = net::all_header_ports();
    result.is_default = true;
    return result;
  }

  std::vector<SecurityRule> rules(Direction direction) {
    std::vector<SecurityRule> result;
    const std::vector<std::int32_t> priorities = priorities_in_order();
    for (const std::int32_t priority : priorities) {
      result.push_back(rule("rule-" + std::to_string(priority)));
      result.back().priority = priority;
    }
    const char* vnet = "VirtualNetwork";
    const bool in = direction == Direction::Ingress;
    result.push_back(default_rule(in ? "AllowVnetInBound" : "AllowVnetOutBound", 65000,
                                  Access::Allow, vnet, vnet));
    result.push_back(
        in ? default_rule("AllowAzureLoadBalancerInBound", 65001, Access::Allow,
                          "AzureLoadBalancer", "*")
           : default_rule("AllowInternetOutBound", 65001, Access::Allow, "*", "Internet"));
    result.push_back(
        default_rule(in ? "DenyAllInBound" : "DenyAllOutBound", 65500, Access::Deny, "*", "*"));
    return result;
  }

  std::vector<std::int32_t> priorities_in_order() {
    std::vector<std::int32_t> result;
    const int count = random_.between(0, 4);
    while (static_cast<int>(result.size()) < count) {
      const std::int32_t priority = random_.chance(10)   ? 100
                                    : random_.chance(10) ? 4096
                                                         : random_.between(101, 400);
      if (std::find(result.begin(), result.end(), priority) == result.end()) {
        result.push_back(priority);
      }
    }
    std::sort(result.begin(), result.end());
    return result;
  }

  void make_group(int number) {
    model::SecurityGroup group;
    group.name = "nsg-" + std::to_string(number);
    group.missing = sometimes(8, Scope::World, group.name + " is not in the input");
    if (!group.missing) {
      group.inbound = rules(Direction::Ingress);
      group.outbound = rules(Direction::Egress);
    }
    cloud_.groups.push_back(std::move(group));
  }

  std::optional<model::GroupId> some_group() {
    if (cloud_.groups.empty() || random_.chance(30)) return std::nullopt;
    return static_cast<model::GroupId>(random_.below(cloud_.groups.size()));
  }

  void make_routes() {
    if (!random_.chance(35)) return;
    model::RouteTable table;
    table.name = "routes";
    table.missing = sometimes(10, Scope::World, "the table is not in the input");
    const int count = table.missing ? 0 : random_.between(1, 2);
    static const std::vector<std::string> kPrefixes = {"0.0.0.0/0", "192.168.0.0/30",
                                                       "20.0.0.0/30"};
    for (int i = 0; i < count; ++i) {
      model::Route route;
      route.name = "route-" + std::to_string(i);
      route.prefix = prefix(random_.pick(kPrefixes));
      route.hop = random_.chance(50) ? model::NextHop::Appliance : model::NextHop::Gateway;
      table.routes.push_back(std::move(route));
    }
    cloud_.route_tables.push_back(std::move(table));
  }

  void make_subnets() {
    const int count = random_.between(2, 4);
    for (int i = 0; i < count; ++i) {
      const std::size_t network = static_cast<std::size_t>(i) % cloud_.networks.size();
      model::Subnet subnet;
      subnet.network = static_cast<model::NetworkId>(network);
      subnet.name = "subnet-" + std::to_string(i);
      subnet.space.prefixes = {
          prefix("10." + std::to_string(network) + ".0." + std::to_string(16 * i) + "/28")};
      subnet.group = some_group();
      subnet.group_open = sometimes(5, Scope::World, "the group of " + subnet.name);
      if (!cloud_.route_tables.empty() && random_.chance(60)) {
        subnet.routes = model::RouteTableId{0};
      }
      cloud_.subnets.push_back(std::move(subnet));
    }
  }

  void make_interfaces() {
    const int count = random_.between(0, 3);
    for (int i = 0; i < count; ++i) {
      model::Interface nic;
      nic.name = "nic-" + std::to_string(i);
      nic.machine = "vm-" + std::to_string(i);
      nic.group = some_group();
      nic.group_open = sometimes(4, Scope::World, "the group of " + nic.name);
      const auto subnet = random_.below(cloud_.subnets.size());
      model::InterfaceAddress address;
      address.subnet = static_cast<model::SubnetId>(subnet);
      address.address = cloud_.subnets[subnet].space.prefixes[0].first();
      address.address->bits += 4 + static_cast<unsigned>(i);
      nic.addresses.push_back(std::move(address));
      cloud_.interfaces.push_back(std::move(nic));
    }
  }

  Random random_;
  model::Cloud cloud_;
};

oracle::CloudEnd some_end(const model::Cloud& cloud, Random& random) {
  oracle::CloudEnd end;
  const std::size_t kind = random.below(10);
  if (kind < 4 && !cloud.interfaces.empty()) {
    const auto at = random.below(cloud.interfaces.size());
    const model::InterfaceAddress& address = cloud.interfaces[at].addresses.front();
    end.interface = static_cast<model::InterfaceId>(at);
    end.subnet = address.subnet;
    end.address = address.address.value();
    return end;
  }
  if (kind < 7) {
    const auto at = random.below(cloud.subnets.size());
    end.subnet = static_cast<model::SubnetId>(at);
    end.address = cloud.subnets[at].space.prefixes[0].first();
    end.address.bits += 8 + static_cast<unsigned>(random.below(7));
    return end;
  }
  static const std::vector<const char*> kOutside = {
      "8.8.8.8",     "20.0.0.0",        "20.0.0.3",      "20.0.0.4",  "20.0.0.8",
      "192.168.0.1", "168.63.129.16",   "10.9.0.15",     "10.9.0.16", "10.0.0.255",
      "10.1.0.1",    "169.254.169.254", "172.31.255.255"};
  end.address = net::Address::parse(random.pick(kOutside)).value();
  return end;
}

}  // namespace

model::Cloud generate_cloud(std::uint64_t seed) { return Generator(seed).make(); }

oracle::CloudPacket some_packet(const model::Cloud& cloud, Random& random) {
  oracle::CloudPacket packet;
  do {
    packet.source = some_end(cloud, random);
    packet.destination = some_end(cloud, random);
  } while (packet.source.address == packet.destination.address);
  packet.protocol = net::kIpProtocols[random.chance(70) ? random.below(2) : random.below(7)];
  if (!net::has_ports(packet.protocol)) {
    packet.source_port = packet.destination_port = 0;
    return packet;
  }
  static const std::vector<net::Port> kPorts = {0,   1,   21,  22,   23,   79,    80,   81,
                                                442, 443, 444, 1023, 1024, 65534, 65535};
  packet.source_port = random.chance(50) ? 50000 : random.pick(kPorts);
  packet.destination_port = random.pick(kPorts);
  return packet;
}

}  // namespace polreach::agreement
