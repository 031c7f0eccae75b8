// SPDX-License-Identifier: Apache-2.0
// "CIDR functions for ARM templates": parseCidr, cidrSubnet, cidrHost.
#include <fmt/format.h>

#include <array>
#include <optional>

#include "policies/azure/arm/functions.h"
#include "policies/net/address.h"

namespace polreach::azure::arm {
namespace {

using Type = Node::Type;
using net::Uint128;

std::optional<net::Prefix> prefix_of(Call& call) {
  if (!call.want(0, Type::String)) return std::nullopt;
  auto prefix = net::Prefix::parse(call.at(0).text);
  if (!prefix) call.refuse(fmt::format("'{}' is no address range", call.at(0).text));
  return prefix;
}

net::Address moved(net::Address address, Uint128 by) {
  address.bits += by;
  return address;
}

std::optional<std::int64_t> index_of(Call& call, std::size_t i) {
  if (!call.want(i, Type::Integer)) return std::nullopt;
  if (call.at(i).integer < 0) {
    call.refuse(fmt::format("argument {} of {}() is negative", i + 1, call.name));
    return std::nullopt;
  }
  return call.at(i).integer;
}

Node parse_cidr(Call& call) {
  const auto prefix = prefix_of(call);
  if (!prefix) return null();
  const bool v4 = prefix->address.family == net::Family::V4;
  const net::Address first = prefix->first();
  const net::Address last = prefix->last();
  // The first and the last address of an IPv4 range are no hosts.
  const Uint128 edge = v4 && prefix->length < 31 ? 1 : 0;
  net::Address mask = net::highest(prefix->address.family);
  const net::Prefix all = net::Prefix::around(mask, prefix->length);
  mask = all.first();
  net::Address last_usable = last;
  last_usable.bits -= edge;
  const auto member = [](const char* name, std::string value) {
    return Node::Member{name, text(std::move(value)), Span::none()};
  };
  std::vector<Node::Member> members;
  members.push_back(member("network", first.to_string()));
  members.push_back(member("netmask", mask.to_string()));
  if (v4) members.push_back(member("broadcast", last.to_string()));
  members.push_back(member("firstUsable", moved(first, edge).to_string()));
  members.push_back(member("lastUsable", last_usable.to_string()));
  Node cidr = integer(prefix->length);
  members.push_back({"cidr", std::move(cidr), Span::none()});
  return Node::object(std::move(members), Span::none());
}

Node cidr_subnet(Call& call) {
  const auto prefix = prefix_of(call);
  if (!prefix || !call.want(1, Type::Integer)) return null();
  const auto index = index_of(call, 2);
  if (!index) return null();
  const int bits = net::width(prefix->address.family);
  const std::int64_t length = call.at(1).integer;
  if (length < prefix->length || length > bits) {
    return call.refuse(
        fmt::format("a /{} has no range of length {} in it", prefix->length, length));
  }
  const int more = static_cast<int>(length) - prefix->length;
  if (more < 63 && *index >= (std::int64_t{1} << more)) {
    return call.refuse(
        fmt::format("'{}' has no range {} of length {}", call.at(0).text, *index, length));
  }
  const int shift = bits - static_cast<int>(length);
  const Uint128 by = shift >= 128 ? 0 : static_cast<Uint128>(*index) << shift;
  return text(
      net::Prefix::around(moved(prefix->first(), by), static_cast<int>(length)).to_string());
}

Node cidr_host(Call& call) {
  const auto prefix = prefix_of(call);
  if (!prefix) return null();
  const auto index = index_of(call, 1);
  if (!index) return null();
  // Index 0 is the first address that a host can have.
  const bool v4 = prefix->address.family == net::Family::V4;
  const Uint128 edge = v4 && prefix->length < 31 ? 1 : 0;
  const Uint128 offset = static_cast<Uint128>(*index) + edge;
  if (offset > prefix->last().bits - prefix->first().bits - edge) {
    return call.refuse(fmt::format("'{}' has no host {}", call.at(0).text, *index));
  }
  return text(moved(prefix->first(), offset).to_string());
}

constexpr std::array<Function, 3> kAddressFunctions = {{
    {"parsecidr", 1, 1, false, parse_cidr},
    {"cidrsubnet", 3, 3, false, cidr_subnet},
    {"cidrhost", 2, 2, false, cidr_host},
}};

}  // namespace

std::span<const Function> address_functions() { return kAddressFunctions; }

}  // namespace polreach::azure::arm
