// SPDX-License-Identifier: Apache-2.0
#include "tests/agreement/generator.h"

#include <algorithm>
#include <set>

#include "tests/agreement/generator_parts.h"
#include "tests/agreement/generator_tiers.h"
#include "tests/agreement/random.h"
#include "tests/agreement/world_count.h"

namespace polreach::agreement {
namespace {

using model::Reading;

/// More choices than this and the engines may answer with bounds.
constexpr std::uint64_t kMostChoices = 4000;

class Generator {
 public:
  Generator(const Random& random, const Options& options) : random_(random), options_(options) {}

  Spec build() {
    profile();
    nodes();
    const std::size_t namespaces = 1 + random_.below(3);
    for (std::size_t i = 0; i < namespaces; ++i) add_namespace(i);
    const std::size_t endpoints = 2 + random_.below(4);
    for (std::size_t i = 0; i < endpoints; ++i) add_endpoint(i);
    const std::size_t policies = random_.chance(8) ? 0 : 1 + random_.below(5);
    for (std::size_t i = 0; i < policies; ++i) add_policy(i);
    const auto by_namespace = [](const auto& a, const auto& b) { return a.ns < b.ns; };
    std::stable_sort(spec_.endpoints.begin(), spec_.endpoints.end(), by_namespace);
    std::stable_sort(spec_.policies.begin(), spec_.policies.end(), by_namespace);
    spec_.style = random_.next();
    if (options_.tiered > 0 && random_.chance(options_.tiered)) add_tiers(spec_, nodes_, random_);
    return std::move(spec_);
  }

 private:
  void profile() {
    static const std::vector<Reading> readings = {Reading::No, Reading::Yes, Reading::Both};
    model::ClusterProfile& profile = spec_.profile;
    profile.ipblock_matches_pods = random_.pick(readings);
    profile.host_network_is_pod = random_.pick(readings);
    profile.unknown_namespace_labels = random_.chance(70);
    profile.pods_have_ipv6 = random_.chance(40);
    profile.pods_have_ipv4 = !profile.pods_have_ipv6 || random_.chance(75);
    profile.blocks_match_nodes = random_.chance(80);
  }

  void nodes() {
    for (std::uint64_t i = 1; i <= 2; ++i) {
      NodeSpec node{numbered("node", i), {}, {}};
      const int families = random_.between(1, 3);
      if ((families & 1) != 0) node.addresses.push_back(numbered("192.168.0.", i));
      if ((families & 2) != 0) node.addresses.push_back(numbered("fd01::", i));
      nodes_.push_back(std::move(node));
    }
  }

  std::vector<LabelSpec> labels(const std::vector<KeySpec>& keys, bool at_least_one) {
    std::vector<LabelSpec> result;
    for (const KeySpec& key : keys) {
      const bool forced = at_least_one && result.empty() && &key == &keys.back();
      if (forced || random_.chance(60)) result.push_back({key.key, random_.pick(key.values)});
    }
    return result;
  }

  /// Sometimes one of the keys that no label has.
  std::vector<std::string> unknown(const std::vector<KeySpec>& keys,
                                   const std::vector<LabelSpec>& known) {
    if (options_.readable || !random_.chance(25)) return {};
    const std::string& key = random_.pick(keys).key;
    const auto same = [&](const LabelSpec& label) { return label.key == key; };
    if (std::any_of(known.begin(), known.end(), same)) return {};
    return {key};
  }

  void add_namespace(std::size_t number) {
    static const std::vector<std::string> names = {"blue", "green", "red"};
    NamespaceSpec ns;
    ns.name = names[number];
    ns.declared = random_.chance(70);
    if (ns.declared) {
      ns.labels = labels(namespace_keys(), false);
      ns.unknown = unknown(namespace_keys(), ns.labels);
    }
    spec_.namespaces.push_back(std::move(ns));
  }

  void add_endpoint(std::uint64_t number) {
    EndpointSpec endpoint;
    endpoint.name = numbered("w", number);
    endpoint.ns = random_.below(spec_.namespaces.size());
    endpoint.is_template = random_.chance(35);
    endpoint.labels = labels(pod_keys(), endpoint.is_template);
    endpoint.unknown = unknown(pod_keys(), endpoint.labels);
    if (endpoint.is_template) {
      endpoint.unknown.emplace_back(kPodTemplateHash);
    } else if (random_.chance(10)) {
      endpoint.labels.push_back({kPodTemplateHash, "h1"});
    }
    named_ports(endpoint);
    endpoint.host_network = random_.chance(22);
    if (!endpoint.is_template) place(endpoint, number);
    spec_.endpoints.push_back(std::move(endpoint));
  }

  /// A pod listens on a port of a protocol once; names may occur again.
  void named_ports(EndpointSpec& endpoint) {
    static const std::vector<std::string> names = {"http", "http", "dns", "api"};
    static const std::vector<net::Port> numbers = {53, 80, 81, 443, 8080};
    std::set<std::pair<net::Protocol, net::Port>> used;
    const int count = random_.between(0, 3);
    for (int i = 0; i < count; ++i) {
      NamedPortSpec port{random_.pick(names), random_protocol(random_), random_.pick(numbers)};
      if (used.emplace(port.protocol, port.number).second) endpoint.ports.push_back(port);
    }
  }

  /// Where a bare pod runs and at which addresses.
  void place(EndpointSpec& endpoint, std::uint64_t number) {
    if (random_.chance(60)) {
      const NodeSpec& node = random_.pick(nodes_);
      endpoint.node = node.name;
      if (random_.chance(60)) endpoint.node_addresses = node.addresses;
    }
    const bool as_its_node = endpoint.host_network && (options_.readable || random_.chance(70));
    if (as_its_node) {
      if (random_.chance(70)) endpoint.addresses = endpoint.node_addresses;
      return;
    }
    if (random_.chance(25)) return;
    const int families = random_.chance(25) ? 3 : random_.chance(75) ? 1 : 2;
    if ((families & 1) != 0) endpoint.addresses.push_back(numbered("10.0.0.", number + 1));
    if ((families & 2) != 0) endpoint.addresses.push_back(numbered("fd00::", number + 1));
  }

  void add_policy(std::uint64_t number) {
    PolicySpec policy;
    policy.name = numbered("n", number);
    policy.ns = random_.below(spec_.namespaces.size());
    policy.subject = random_pod_selector(random_);
    const int directions = random_.between(1, 3);
    if ((directions & 1) != 0) policy.ingress = rules();
    if ((directions & 2) != 0) policy.egress = rules();
    spec_.policies.push_back(std::move(policy));
  }

  std::vector<RuleSpec> rules() {
    std::vector<RuleSpec> result(random_.below(10) < 7 ? 1 : random_.below(3));
    for (RuleSpec& rule : result) {
      const int peers = random_.chance(20) ? 0 : random_.between(1, 2);
      for (int i = 0; i < peers; ++i) rule.peers.push_back(peer());
      const int ports = random_.chance(30) ? 0 : random_.between(1, 2);
      for (int i = 0; i < ports; ++i) rule.ports.push_back(port());
    }
    return result;
  }

  PeerSpec peer() {
    if (random_.chance(35)) return block();
    PodPeerSpec result;
    if (random_.chance(55)) result.namespaces = random_namespace_selector(spec_, random_);
    result.pods = random_pod_selector(random_);
    return result;
  }

  BlockPeerSpec block() {
    BlockPeerSpec result{random_.pick(block_pool()), {}};
    const net::Prefix cidr = net::Prefix::parse(result.cidr).value();
    const int holes = random_.chance(50) ? 0 : random_.between(1, 2);
    for (int i = 0; i < holes; ++i) {
      if (cidr.length < net::width(cidr.address.family)) result.except.push_back(hole(cidr));
    }
    return result;
  }

  /// Strictly inside, preferably around one of the addresses that pods have.
  std::string hole(const net::Prefix& cidr) {
    std::vector<net::Address> centres = {cidr.first(), cidr.last()};
    for (const std::string& text : block_pool()) {
      const net::Prefix other = net::Prefix::parse(text).value();
      if (cidr.contains(other.address)) centres.push_back(other.address);
    }
    const int longest = net::width(cidr.address.family);
    const int length = random_.chance(50) ? longest - random_.between(0, 3) : cidr.length + 1;
    return net::Prefix::around(random_.pick(centres), std::max(length, cidr.length + 1))
        .to_string();
  }

  PortSpec port() {
    static const std::vector<std::string> names = {"http", "http", "dns", "api", "nope"};
    static const std::vector<net::Port> numbers = {53, 80, 81, 443, 8080, 1, 65535};
    PortSpec result{random_protocol(random_), {}};
    const std::size_t kind = random_.below(10);
    if (kind < 2) return result;
    if (kind < 5) {
      result.ports = random_.pick(names);
      return result;
    }
    const net::Port one = random_.pick(numbers);
    const net::Port other = kind < 8 ? one : random_.pick(numbers);
    result.ports = std::pair(std::min(one, other), std::max(one, other));
    return result;
  }

  Random random_;
  Options options_;
  Spec spec_;
  std::vector<NodeSpec> nodes_;
};

/// Whether all its worlds can be tried.
bool is_small(const Spec& spec, const Options& options) {
  const WorldCount worlds = most_worlds(spec);
  return worlds.all <= options.most_worlds && worlds.choices <= kMostChoices;
}

}  // namespace

Spec generate(std::uint64_t seed, const Options& options) {
  Random seeds(seed);
  while (true) {
    Spec spec = Generator(Random(seeds.next()), options).build();
    if (is_small(spec, options)) return spec;
  }
}

Spec generate(const Random& random, const Options& options) {
  Spec spec = Generator(random, options).build();
  if (is_small(spec, options)) return spec;
  // Bytes that begin alike are not all to give the same few clusters.
  Random rest = random;
  std::uint64_t seed = 0;
  for (int i = 0; i < 32; ++i) seed = (seed ^ rest.next()) * 0x100000001B3ULL;
  return generate(seed, options);
}

}  // namespace polreach::agreement
