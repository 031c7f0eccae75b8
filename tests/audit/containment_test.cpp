// SPDX-License-Identifier: Apache-2.0
// What is said of selectors as they are written, against all labels that there can be.
#include "solver/audit/kubernetes/containment.h"

#include <doctest/doctest.h>

#include <optional>

#include "compiler/resolve/match.h"
#include "tests/agreement/random.h"

namespace polreach {
namespace {

namespace kubernetes = solver::audit::kubernetes;

constexpr std::size_t kKeys = 2;
constexpr std::size_t kValues = 3;

struct Words {
  source::SymbolTable symbols;
  std::vector<model::Symbol> keys;
  std::vector<model::Symbol> values;

  Words() {
    for (std::size_t i = 0; i < kKeys; ++i) keys.push_back(symbols.intern("k" + std::to_string(i)));
    for (std::size_t i = 0; i < kValues; ++i) {
      values.push_back(symbols.intern("v" + std::to_string(i)));
    }
  }

  model::Selector some_selector(agreement::Random& random) const {
    model::Selector result;
    for (std::size_t count = random.below(4); count > 0; --count) {
      model::Requirement each;
      each.key = keys[random.below(kKeys)];
      each.op = static_cast<model::Operator>(random.below(4));
      if (each.op == model::Operator::In || each.op == model::Operator::NotIn) {
        const std::size_t mask = 1 + random.below((1U << kValues) - 1);
        for (std::size_t i = 0; i < kValues; ++i) {
          if ((mask >> i & 1U) != 0) each.values.push_back(values[i]);
        }
      }
      result.all_of.push_back(std::move(each));
    }
    return result;
  }

  /// Each key absent, or with one of the values.
  std::vector<model::LabelSet> all_labels() const {
    std::vector<model::LabelSet> result;
    for (std::size_t first = 0; first <= kValues; ++first) {
      for (std::size_t second = 0; second <= kValues; ++second) {
        std::vector<model::Label> known;
        if (first < kValues) known.push_back({keys[0], values[first]});
        if (second < kValues) known.push_back({keys[1], values[second]});
        result.push_back(model::LabelSet::of(std::move(known)));
      }
    }
    return result;
  }
};

bool selects(const model::Selector& selector, const model::LabelSet& labels) {
  const compiler::LabelView view{&labels, compiler::LabelOwner::SourcePod, {}, nullptr, true};
  return compiler::matches(selector, view) == compiler::Tri::Yes;
}

std::vector<model::PortMatch> some_ports(agreement::Random& random, model::Symbol name) {
  std::vector<model::PortMatch> result;
  for (std::size_t count = random.below(3); count > 0; --count) {
    model::PortMatch each;
    each.protocol = random.below(2) == 0 ? net::Protocol::Tcp : net::Protocol::Udp;
    const std::size_t kind = random.below(4);
    if (kind == 0) each.ports = model::AllPorts{};
    if (kind == 1) each.ports = model::PortName{name};
    if (kind > 1) {
      const auto first = static_cast<net::Port>(1 + random.below(6));
      each.ports = model::PortRange{first, static_cast<net::Port>(first + random.below(3))};
    }
    result.push_back(each);
  }
  return result;
}

/// Whether ports admit a packet, where the name stands for a number.
bool admit(const std::vector<model::PortMatch>& ports, net::Protocol protocol, net::Port port,
           net::Port named) {
  if (ports.empty()) return true;
  for (const model::PortMatch& each : ports) {
    if (each.protocol != protocol) continue;
    if (std::holds_alternative<model::AllPorts>(each.ports)) return true;
    if (std::holds_alternative<model::PortName>(each.ports) && port == named) return true;
    const auto* range = std::get_if<model::PortRange>(&each.ports);
    if (range != nullptr && range->first <= port && port <= range->last) return true;
  }
  return false;
}

}  // namespace

TEST_CASE(
    "a selector that is said to lie within another does, and one that cannot meet it does not") {
  const Words words;
  const auto all = words.all_labels();
  agreement::Random random(1);
  std::size_t within = 0;
  std::size_t apart = 0;
  for (int i = 0; i < 20'000; ++i) {
    const model::Selector a = words.some_selector(random);
    const model::Selector b = words.some_selector(random);
    const bool is_within = kubernetes::is_within(a, b);
    const bool may_meet = kubernetes::may_meet(a, b);
    within += is_within ? 1 : 0;
    apart += may_meet ? 0 : 1;
    for (const model::LabelSet& labels : all) {
      if (!selects(a, labels)) continue;
      if (is_within) REQUIRE(selects(b, labels));
      if (!may_meet) REQUIRE(!selects(b, labels));
    }
  }
  CHECK(within > 1000);
  CHECK(apart > 1000);
}

TEST_CASE("ports that are said to lie within others do, and those that cannot meet do not") {
  Words words;
  const model::Symbol name = words.symbols.intern("http");
  agreement::Random random(2);
  std::size_t within = 0;
  std::size_t apart = 0;
  for (int i = 0; i < 5'000; ++i) {
    const auto a = some_ports(random, name);
    const auto b = some_ports(random, name);
    const bool is_within = kubernetes::is_within(a, b);
    const bool may_meet = kubernetes::may_meet(a, b);
    within += is_within ? 1 : 0;
    apart += may_meet ? 0 : 1;
    for (const net::Protocol protocol : {net::Protocol::Tcp, net::Protocol::Udp}) {
      for (net::Port port = 1; port < 12; ++port) {
        for (net::Port named = 1; named < 12; ++named) {
          if (!admit(a, protocol, port, named)) continue;
          if (is_within) REQUIRE(admit(b, protocol, port, named));
          if (!may_meet) REQUIRE(!admit(b, protocol, port, named));
        }
      }
    }
  }
  CHECK(within > 500);
  CHECK(apart > 500);
}

}  // namespace polreach
