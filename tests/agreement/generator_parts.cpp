// SPDX-License-Identifier: Apache-2.0
#include "tests/agreement/generator_parts.h"

namespace polreach::agreement {
namespace {

using model::Operator;

RequirementSpec random_requirement(const KeySpec& key, Random& random) {
  static const std::vector<Operator> operators = {Operator::In,     Operator::In,
                                                  Operator::In,     Operator::NotIn,
                                                  Operator::Exists, Operator::DoesNotExist};
  RequirementSpec result{key.key, random.pick(operators), {}};
  if (result.op != Operator::In && result.op != Operator::NotIn) return result;
  std::vector<std::string> values = key.values;
  values.emplace_back("other");
  random.shuffle(values);
  values.resize(random.chance(70) ? 1 : 2);
  result.values = std::move(values);
  return result;
}

}  // namespace

const std::vector<KeySpec>& pod_keys() {
  static const std::vector<KeySpec> keys = {{"app", {"db", "web"}}, {"tier", {"x", "y"}}};
  return keys;
}

const std::vector<KeySpec>& namespace_keys() {
  static const std::vector<KeySpec> keys = {{"env", {"dev", "prod"}}, {"team", {"x", "y"}}};
  return keys;
}

const std::vector<KeySpec>& node_keys() {
  static const std::vector<KeySpec> keys = {{"zone", {"x", "y"}}, {"role", {"edge"}}};
  return keys;
}

const std::vector<std::string>& block_pool() {
  static const std::vector<std::string> pool = {
      "0.0.0.0/0",      "0.0.0.0/1",      "10.0.0.0/8",    "10.0.0.0/24",        "10.0.0.5/24",
      "10.0.0.0/30",    "10.0.0.2/31",    "10.0.0.1/32",   "10.0.0.4/32",        "192.168.0.0/16",
      "192.168.0.1/32", "203.0.113.0/24", "128.0.0.0/1",   "255.255.255.255/32", "::/0",
      "fd00::/64",      "fd00::7/64",     "fd00::/126",    "fd00::2/127",        "fd00::1/128",
      "fd01::1/128",    "8000::/1",       "2001:db8::/32", "fd01::/32"};
  return pool;
}

net::Protocol random_protocol(Random& random) {
  static const std::vector<net::Protocol> protocols = {net::Protocol::Tcp, net::Protocol::Tcp,
                                                       net::Protocol::Tcp, net::Protocol::Udp,
                                                       net::Protocol::Sctp};
  return random.pick(protocols);
}

SelectorSpec random_selector(const std::vector<KeySpec>& keys, const KeySpec& special,
                             Random& random) {
  SelectorSpec result;
  const int count = random.chance(35) ? 0 : random.chance(75) ? 1 : 2;
  for (int i = 0; i < count; ++i) {
    result.push_back(random_requirement(random.chance(15) ? special : random.pick(keys), random));
  }
  return result;
}

SelectorSpec random_pod_selector(Random& random) {
  static const KeySpec special = {kPodTemplateHash, {"h1"}};
  return random_selector(pod_keys(), special, random);
}

SelectorSpec random_namespace_selector(const Spec& spec, Random& random) {
  KeySpec special{kNamespaceName, {}};
  for (const NamespaceSpec& ns : spec.namespaces) special.values.push_back(ns.name);
  return random_selector(namespace_keys(), special, random);
}

}  // namespace polreach::agreement
