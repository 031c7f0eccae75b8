// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <limits>
#include <string>
#include <type_traits>

#include "policies/image/archive.h"
#include "policies/kubernetes/objects.h"
#include "policies/model/cloud.h"
#include "policies/source/diagnostics.h"

/// What the structs consist of that a compiled file holds. In puts back what a struct promises
/// (order, masks) or refuses, so that nothing behind it meets a value that no reader could have
/// made.
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
  parts(a, each.ports, each.host_network, each.host_ports, each.node_labels, each.open_ports);
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
  image::parts(a, each.key, each.value);
}
template <typename A>
void fields(A& a, LabelSet& each) {
  image::parts(a, each.known, each.unknown, each.open);
  if constexpr (A::kReading) {
    each = LabelSet::of(std::move(each.known), std::move(each.unknown), each.open);
  }
}
template <typename A>
void fields(A& a, Requirement& each) {
  image::parts(a, each.key, each.op, each.values, each.where);
  if constexpr (A::kReading) {
    std::sort(each.values.begin(), each.values.end());
    each.values.erase(std::unique(each.values.begin(), each.values.end()), each.values.end());
    const bool takes_values = each.op == Operator::In || each.op == Operator::NotIn;
    if (takes_values == each.values.empty()) a.refuse();
  }
}
template <typename A>
void fields(A& a, Selector& each) {
  image::parts(a, each.all_of, each.where);
}
template <typename A>
void fields(A& a, NamedPort& each) {
  image::parts(a, each.name, each.protocol, each.number);
}
template <typename A>
void fields(A& a, HostPort& each) {
  image::parts(a, each.protocol, each.on_node, each.in_container);
}
template <typename A>
void fields(A& a, Node& each) {
  image::parts(a, each.name, each.labels, each.addresses, each.where);
}
template <typename A>
void fields(A& a, ServicePort& each) {
  image::parts(a, each.name, each.protocol, each.number, each.target, each.node_port, each.where);
}
template <typename A>
void fields(A& a, OutsideAccess& each) {
  image::parts(a, each.external_local, each.node_ports, each.source_ranges, each.ranges_on_nodes,
               each.source_tags, each.balancer_addresses, each.external_addresses, each.internal,
               each.floating, each.deny_others);
}
template <typename A>
void fields(A& a, Service& each) {
  image::parts(a, each.ns, each.name, each.selector, each.cluster_addresses, each.type,
               each.headless, each.external_name, each.ports, each.outside, each.where);
}
template <typename A>
void fields(A& a, Entrance& each) {
  image::parts(a, each.kind, each.ns, each.name, each.service_ns, each.service, each.port,
               each.port_is_target, each.controller, each.where);
}
template <typename A>
void fields(A& a, PodPeer& each) {
  image::parts(a, each.namespaces, each.pods);
}
template <typename A>
void fields(A& a, BlockPeer& each) {
  image::parts(a, each.cidr, each.except, each.matches_pods);
}
template <typename A>
void fields(A& a, NodePeer& each) {
  image::parts(a, each.nodes);
}
template <typename A>
void fields(A& a, DomainPeer& each) {
  image::parts(a, each.names);
}
template <typename A>
void fields(A& a, Peer& each) {
  image::parts(a, each.what, each.where);
}
template <typename A>
void fields(A& /*a*/, AllPorts& /*each*/) {}
template <typename A>
void fields(A& a, PortRange& each) {
  image::parts(a, each.first, each.last);
  if constexpr (A::kReading) {
    if (each.first > each.last || each.first < net::kLowestPort) a.refuse();
  }
}
template <typename A>
void fields(A& a, PortName& each) {
  image::parts(a, each.name);
}
template <typename A>
void fields(A& a, PortMatch& each) {
  image::parts(a, each.protocol, each.ports, each.where);
}
template <typename A>
void fields(A& a, Rule& each) {
  image::parts(a, each.action, each.peers, each.ports, each.number, each.name, each.where);
}
template <typename A>
void fields(A& a, Policy& each) {
  image::parts(a, each.tier, each.kind, each.ns, each.name, each.subject, each.namespaces,
               each.priority, each.ingress, each.egress, each.where);
}
template <typename A>
void fields(A& a, Gap& each) {
  image::parts(a, each.why, each.effect, each.what, each.ns, each.where);
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
  image::parts(a, each.object, each.ns, each.text, each.where, each.is_text);
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
