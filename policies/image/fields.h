// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <limits>
#include <string>
#include <type_traits>

#include "policies/image/archive.h"
#include "policies/kubernetes/objects.h"
#include "policies/model/cloud.h"
#include "policies/model/estate.h"
#include "policies/source/diagnostics.h"

/// What the structs consist of that a compiled file holds. In puts back what a struct promises
/// (order, masks) or refuses, so that nothing behind it meets a value that no reader could have
/// made. Bindings name every member, so that a struct with one more does not compile before it is
/// said here what becomes of it.
namespace polreach {

namespace image {
template <>
inline constexpr auto kLast<net::Family> = net::Family::V6;
template <>
inline constexpr auto kLast<net::Protocol> = net::Protocol::Sctp;
template <>
inline constexpr auto kLast<model::Operator> = model::Operator::DoesNotExist;
template <>
inline constexpr auto kLast<model::ServiceType> = model::ServiceType::ExternalName;
template <>
inline constexpr auto kLast<model::Action> = model::Action::Pass;
template <>
inline constexpr auto kLast<model::Tier> = model::Tier::Baseline;
template <>
inline constexpr auto kLast<model::Gap::Why> = model::Gap::Why::Unreadable;
template <>
inline constexpr auto kLast<model::Gap::Effect> = model::Gap::Effect::RequestsOnly;
template <>
inline constexpr auto kLast<source::Severity> = source::Severity::Note;

/// What the pods of one workload have in common, as a rule.
struct Traits {
  std::vector<model::NamedPort> ports;
  bool host_network = false;
  std::vector<model::HostPort> host_ports;
  std::vector<model::Label> node_labels;
  bool open_ports = false;

  [[nodiscard]] std::size_t size() const {
    return ports.size() + host_ports.size() + node_labels.size();
  }
};

template <typename A>
void fields(A& a, Traits& each) {
  auto& [ports, host_network, host_ports, node_labels, open_ports] = each;
  parts(a, ports, host_network, host_ports, node_labels, open_ports);
}
}  // namespace image

namespace net {

template <typename A>
void fields(A& a, Address& each) {
  auto high = static_cast<std::uint64_t>(each.bits >> 64U);
  auto low = static_cast<std::uint64_t>(each.bits);
  image::parts(a, each.family, high, low);
  if constexpr (A::kReading) {
    each.bits = (static_cast<Uint128>(high) << 64U) | low;
    if (each.family == Family::V4 && (each.bits >> 32U) != 0) {
      a.refuse();
      each = {};
    }
  }
}

template <typename A>
void fields(A& a, Prefix& each) {
  std::int32_t length = each.length;
  image::parts(a, each.address, length);
  if constexpr (A::kReading) {
    const bool fits = length >= 0 && length <= width(each.address.family);
    if (!fits) a.refuse();
    each = fits ? Prefix::around(each.address, length) : Prefix{};
  }
}

template <typename A>
void fields(A& a, AddressSet& each) {
  std::vector<Address> ends;
  for (const AddressSet::Interval& interval : each.intervals()) {
    ends.push_back(interval.first);
    ends.push_back(interval.last);
  }
  image::transfer(a, ends);
  if constexpr (A::kReading) {
    std::vector<AddressSet::Interval> intervals;
    bool fits = ends.size() % 2 == 0;
    for (std::size_t i = 0; fits && i < ends.size(); i += 2) {
      fits = ends[i].family == ends[i + 1].family && ends[i] <= ends[i + 1];
      intervals.push_back({ends[i], ends[i + 1]});
    }
    if (!fits) a.refuse();
    each = fits ? AddressSet::of(std::move(intervals)) : AddressSet{};
  }
}

}  // namespace net

namespace model {

template <typename A>
void fields(A& a, Label& each) {
  auto& [key, value] = each;
  image::parts(a, key, value);
}
template <typename A>
void fields(A& a, LabelSet& each) {
  auto& [known, unknown, open] = each;
  image::parts(a, known, unknown, open);
  if constexpr (A::kReading) {
    each = LabelSet::of(std::move(each.known), std::move(each.unknown), each.open);
  }
}
template <typename A>
void fields(A& a, Requirement& each) {
  auto& [key, op, values, where] = each;
  image::parts(a, key, op, values, where);
  if constexpr (A::kReading) {
    std::sort(each.values.begin(), each.values.end());
    each.values.erase(std::unique(each.values.begin(), each.values.end()), each.values.end());
    const bool takes_values = each.op == Operator::In || each.op == Operator::NotIn;
    if (takes_values == each.values.empty()) a.refuse();
  }
}
template <typename A>
void fields(A& a, Selector& each) {
  auto& [all_of, where] = each;
  image::parts(a, all_of, where);
}
template <typename A>
void fields(A& a, NamedPort& each) {
  auto& [name, protocol, number] = each;
  image::parts(a, name, protocol, number);
}
template <typename A>
void fields(A& a, HostPort& each) {
  auto& [protocol, on_node, in_container] = each;
  image::parts(a, protocol, on_node, in_container);
}
template <typename A>
void fields(A& a, Node& each) {
  auto& [name, labels, addresses, where] = each;
  image::parts(a, name, labels, addresses, where);
}
template <typename A>
void fields(A& a, ServicePort& each) {
  auto& [name, protocol, number, target, node_port, where] = each;
  image::parts(a, name, protocol, number, target, node_port, where);
}
template <typename A>
void fields(A& a, OutsideAccess& each) {
  auto& [external_local, node_ports, source_ranges, ranges_on_nodes, source_tags,
         balancer_addresses, external_addresses, internal, floating, deny_others] = each;
  image::parts(a, external_local, node_ports, source_ranges, ranges_on_nodes, source_tags,
               balancer_addresses, external_addresses, internal, floating, deny_others);
}
template <typename A>
void fields(A& a, Service& each) {
  auto& [ns, name, selector, cluster_addresses, type, headless, external_name, ports, outside,
         where] = each;
  image::parts(a, ns, name, selector, cluster_addresses, type, headless, external_name, ports,
               outside, where);
}
template <typename A>
void fields(A& a, Entrance& each) {
  auto& [kind, ns, name, service_ns, service, port, port_is_target, controller, where] = each;
  image::parts(a, kind, ns, name, service_ns, service, port, port_is_target, controller, where);
}
template <typename A>
void fields(A& a, Account& each) {
  auto& [name, mounted] = each;
  image::parts(a, name, mounted);
}
template <typename A>
void fields(A& a, PodPeer& each) {
  auto& [namespaces, pods] = each;
  image::parts(a, namespaces, pods);
}
template <typename A>
void fields(A& a, BlockPeer& each) {
  auto& [cidr, except, matches_pods] = each;
  image::parts(a, cidr, except, matches_pods);
}
template <typename A>
void fields(A& a, NodePeer& each) {
  auto& [nodes] = each;
  image::parts(a, nodes);
}
template <typename A>
void fields(A& a, DomainPeer& each) {
  auto& [names] = each;
  image::parts(a, names);
}
template <typename A>
void fields(A& a, Peer& each) {
  auto& [what, where] = each;
  image::parts(a, what, where);
}
template <typename A>
void fields(A& /*a*/, AllPorts& /*each*/) {}
template <typename A>
void fields(A& a, PortRange& each) {
  auto& [first, last] = each;
  image::parts(a, first, last);
  if constexpr (A::kReading) {
    if (each.first > each.last || each.first < net::kLowestPort) a.refuse();
  }
}
template <typename A>
void fields(A& a, PortName& each) {
  auto& [name] = each;
  image::parts(a, name);
}
template <typename A>
void fields(A& a, PortMatch& each) {
  auto& [protocol, ports, where] = each;
  image::parts(a, protocol, ports, where);
}
template <typename A>
void fields(A& a, Rule& each) {
  auto& [action, peers, ports, number, name, where] = each;
  image::parts(a, action, peers, ports, number, name, where);
}
template <typename A>
void fields(A& a, Policy& each) {
  auto& [tier, kind, ns, name, subject, namespaces, priority, ingress, egress, where] = each;
  image::parts(a, tier, kind, ns, name, subject, namespaces, priority, ingress, egress, where);
}
template <typename A>
void fields(A& a, Gap& each) {
  auto& [why, effect, what, ns, where] = each;
  image::parts(a, why, effect, what, ns, where);
}

struct NamedTag {
  std::string key;
  ServiceTags::Tag tag;
};
template <typename A>
void fields(A& a, NamedTag& each) {
  image::parts(a, each.key, each.tag.name, each.tag.addresses);
}
template <typename A>
void fields(A& a, ServiceTags& each) {
  std::vector<NamedTag> tags;
  for (const auto& [key, tag] : each.tags) tags.push_back({key, tag});
  image::parts(a, each.change_number, each.file, tags);
  if constexpr (A::kReading) {
    for (NamedTag& tag : tags) each.tags.emplace(std::move(tag.key), std::move(tag.tag));
  }
}

}  // namespace model

namespace kubernetes {

template <typename A>
void fields(A& a, IgnoreNote& each) {
  auto& [object, ns, text, where, is_text] = each;
  image::parts(a, object, ns, text, where, is_text);
}
template <typename A>
void fields(A& a, Ledger& each) {
  std::uint64_t used = each.used;
  std::uint64_t irrelevant = each.irrelevant;
  std::uint64_t unsupported = each.unsupported;
  std::uint64_t rejected = each.rejected;
  image::parts(a, used, irrelevant, unsupported, rejected);
  if constexpr (A::kReading) each = {used, irrelevant, unsupported, rejected};
}

}  // namespace kubernetes
}  // namespace polreach
