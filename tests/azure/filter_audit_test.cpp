// SPDX-License-Identifier: Apache-2.0
// Which rules of a filter decide, and which could be left out: by hand, and against going through
// every header of a small domain.
#include "solver/sets/filter_audit.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

#include "solver/sets/flow_boxes.h"
#include "tests/azure/path_build.h"

namespace {

using namespace polreach;
using namespace polreach::azure_tests;
using namespace polreach::solver::sets;
using model::Access;
using Rules = std::vector<std::size_t>;

FilterAudit audit_of(PathSpace& space, const compiler::Filter& filter) {
  const auto result = audit(space, filter);
  REQUIRE(result.has_value());
  return *result;
}

TEST_CASE("audit: a rule behind two that cover it together") {
  const model::Cloud cloud;
  PathSpace space(cloud);
  const FilterAudit found = audit_of(
      space, filter({tcp(allow(), 1000, 2000), from(deny(), {"10.0.0.0/25"}), tcp(allow(), 80),
                     from(deny(), {"10.0.0.128/25"}), from(allow(), {"10.0.0.0/24"}), deny()}));
  REQUIRE(found.shadowed.size() == 1);
  CHECK(found.shadowed[0].rules == Rules{4});
  // 0 and 2 decide a part of it too, but 1 and 3 match that as well.
  CHECK(found.shadowed[0].by == Rules{1, 3});
  CHECK(found.decides[4] == kFalse);
  CHECK(space.diagrams().values(found.decides[3], Variable::source()) ==
        addresses({"10.0.0.128/25"}));
  // 1 and 3 deny what nothing behind them allows but the shadowed rule, which would then decide.
  CHECK(found.redundant == std::vector<Rules>{{5}});
}

TEST_CASE("audit: one wider rule is the shortest reason; a rule that matches nothing has none") {
  const model::Cloud cloud;
  PathSpace space(cloud);
  const FilterAudit found =
      audit_of(space, filter({from(deny(), {"10.0.0.0/25"}), from(deny(), {"10.0.0.0/8"}),
                              tcp(from(allow(), {"10.0.0.0/24"}), 22), from(allow(), {})}));
  REQUIRE(found.shadowed.size() == 2);
  CHECK(found.shadowed[0].rules == Rules{2});
  CHECK(found.shadowed[0].by == Rules{1});
  CHECK(found.shadowed[1].rules == Rules{3});
  CHECK(found.shadowed[1].by.empty());
  CHECK(found.redundant == std::vector<Rules>{{0}});  // without 1, rule 2 would allow something
}

TEST_CASE("audit: a rule is shadowed only where it is in every world") {
  model::Cloud cloud;
  const model::UnknownId condition = unknown(cloud, model::Unknown::Scope::World);
  compiler::FilterRule perhaps = deny();
  perhaps.only_if = {condition};
  PathSpace space(cloud);
  CHECK(audit_of(space, filter({perhaps, tcp(allow(), 22)})).shadowed.empty());
  const FilterAudit found = audit_of(space, filter({perhaps, tcp(deny(), 22), perhaps, allow()}));
  REQUIRE(found.shadowed.size() == 1);
  CHECK(found.shadowed[0].rules == Rules{2});
  CHECK(found.shadowed[0].by == Rules{0});
}

TEST_CASE("audit: the two parts of one written rule are judged together") {
  const model::Cloud cloud;
  PathSpace space(cloud);
  const model::SecurityRule written;
  compiler::FilterRule ports = tcp(allow(), 22);
  ports.rule = &written;
  compiler::FilterRule ping = allow();
  ping.protocols = net::ProtocolSet(net::IpProtocol::Icmp);
  ping.rule = &written;
  CHECK(audit_of(space, filter({tcp(deny(), 1, 100), ports, ping})).shadowed.empty());
  const FilterAudit both = audit_of(space, filter({deny(), ports, ping}));
  REQUIRE(both.shadowed.size() == 1);
  CHECK(both.shadowed[0].rules == Rules{1, 2});
  CHECK(both.shadowed[0].by == Rules{0});
}

TEST_CASE(
    "audit: what shadows the parts of one written rule is named once, in the filter's order") {
  const model::Cloud cloud;
  PathSpace space(cloud);
  const model::SecurityRule written;
  const auto ping = [](compiler::FilterRule rule) {
    rule.protocols = net::ProtocolSet(net::IpProtocol::Icmp);
    return rule;
  };
  std::vector<compiler::FilterRule> parts = {tcp(allow(), 22), ping(allow()), tcp(allow(), 23)};
  for (compiler::FilterRule& part : parts) part.rule = &written;
  const FilterAudit found = audit_of(
      space, filter({ping(deny()), tcp(deny(), 20, 25), parts[0], parts[1], parts[2], deny()}));
  REQUIRE(found.shadowed.size() == 1);
  CHECK(found.shadowed[0].rules == Rules{2, 3, 4});
  CHECK(found.shadowed[0].by == Rules{0, 1});
}

/// Filters over four sources, three ports and one fact, header by header.
class Naive {
 public:
  static constexpr std::size_t kHeaders = 4 * 3 * 2;
  struct Written {
    std::size_t sources, ports;  // bits
    bool needs_fact;
    Access access;
  };
  explicit Naive(std::vector<Written> rules) : rules_(std::move(rules)) {}

  [[nodiscard]] bool matches(std::size_t rule, std::size_t header) const {
    const Written& r = rules_[rule];
    return (r.sources >> (header % 4) & 1U) != 0 && (r.ports >> (header / 4 % 3) & 1U) != 0 &&
           (!r.needs_fact || header / 12 == 1);
  }
  /// The rule that decides, where one is left out; the number of rules: none does.
  [[nodiscard]] std::size_t decides(std::size_t header, std::size_t without) const {
    std::size_t i = 0;
    while (i < rules_.size() && (i == without || !matches(i, header))) ++i;
    return i;
  }
  [[nodiscard]] Access outcome(std::size_t header, std::size_t without) const {
    const std::size_t i = decides(header, without);
    return i == rules_.size() ? Access::Deny : rules_[i].access;
  }

 private:
  std::vector<Written> rules_;
};

TEST_CASE("audit: agrees with every header of small filters") {
  std::mt19937 random(7);
  std::size_t shadowed = 0;
  std::size_t redundant = 0;
  for (int round = 0; round < 300; ++round) {
    model::Cloud cloud;
    const model::UnknownId fact = unknown(cloud, model::Unknown::Scope::World);
    std::vector<Naive::Written> written(3 + random() % 9);
    std::vector<compiler::FilterRule> rules;
    for (Naive::Written& w : written) {
      w = {random() % 16, 1 + random() % 7, random() % 4 == 0,
           std::array{Access::Allow, Access::Deny, Access::AlwaysAllow}[random() % 3]};
      compiler::FilterRule next = rule(w.access);
      next.protocols = net::ProtocolSet(net::IpProtocol::Tcp);
      std::vector<std::string> sources;
      for (std::size_t i = 0; i < 4; ++i) {
        if ((w.sources >> i & 1U) != 0) sources.push_back("10.0.0." + std::to_string(i) + "/32");
      }
      next.source.certain = addresses(sources);
      next.destination_ports = {};
      for (std::size_t i = 0; i < 3; ++i) {
        const auto port = static_cast<net::Port>(80 + i);
        if ((w.ports >> i & 1U) != 0) next.destination_ports |= net::PortSet(port, port);
      }
      if (w.needs_fact) next.only_if = {fact};
      rules.push_back(next);
    }
    const Naive naive(written);
    PathSpace space(cloud);
    const FilterAudit found = audit_of(space, filter(rules));
    Diagrams& diagrams = space.diagrams();
    const auto value = [&](Diagram d, std::size_t header) {
      d = diagrams.restrict(d, Variable::protocol(), {net::Family::V4, 0});
      d = diagrams.restrict(d, Variable::source(), {net::Family::V4, 0x0A000000U + header % 4});
      d = diagrams.restrict(d, Variable::destination_port(),
                            {net::Family::V4, 80 + header / 4 % 3});
      d = diagrams.restrict(d, Variable::fact(0), {net::Family::V4, header / 12});
      return d == kTrue;
    };
    std::vector<Rules> expected_shadowed;
    std::vector<Rules> expected_redundant;
    for (std::size_t i = 0; i < rules.size(); ++i) {
      bool decides = false;
      bool changes = false;
      for (std::size_t header = 0; header < Naive::kHeaders; ++header) {
        const bool here = naive.decides(header, rules.size()) == i;
        REQUIRE(value(found.decides[i], header) == here);
        decides = decides || here;
        changes = changes || naive.outcome(header, rules.size()) != naive.outcome(header, i);
      }
      if (!decides) expected_shadowed.push_back({i});
      if (decides && !changes) expected_redundant.push_back({i});
    }
    REQUIRE(found.redundant == expected_redundant);
    REQUIRE(found.shadowed.size() == expected_shadowed.size());
    for (std::size_t s = 0; s < found.shadowed.size(); ++s) {
      REQUIRE(found.shadowed[s].rules == expected_shadowed[s]);
      const std::size_t i = expected_shadowed[s][0];
      const auto covers = [&](const Rules& by) {
        for (std::size_t header = 0; header < Naive::kHeaders; ++header) {
          if (!naive.matches(i, header)) continue;
          if (std::none_of(by.begin(), by.end(),
                           [&](std::size_t b) { return naive.matches(b, header); })) {
            return false;
          }
        }
        return true;
      };
      REQUIRE(covers(found.shadowed[s].by));
      for (const std::size_t left_out : found.shadowed[s].by) {
        REQUIRE(left_out < i);
        Rules fewer = found.shadowed[s].by;
        fewer.erase(std::find(fewer.begin(), fewer.end(), left_out));
        REQUIRE_FALSE(covers(fewer));
      }
    }
    shadowed += expected_shadowed.size();
    redundant += expected_redundant.size();
  }
  CHECK(shadowed > 50);
  CHECK(redundant > 50);
}

}  // namespace
