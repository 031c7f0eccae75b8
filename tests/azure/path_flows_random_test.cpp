// SPDX-License-Identifier: Apache-2.0
// Random paths of two or three hops over a small domain, against going through every packet and
// every way in which the rest can be.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>

#include "solver/sets/path_flows.h"
#include "tests/agreement/random.h"
#include "tests/azure/path_build.h"

namespace {

using namespace polreach;
using namespace polreach::azure_tests;
using namespace polreach::solver::sets;
using compiler::Filter;
using compiler::FilterRule;
using compiler::Header;
using compiler::HeaderAddress;
using compiler::Hop;
using compiler::Path;
using model::Access;
using model::UnknownId;

/// Everything about one packet and one way in which the rest can be. Addresses are 10.0.0.0 to
/// 10.0.0.2, ports 1023 to 1025, where the ends stand for all beyond them, protocols TCP and ICMP.
struct Case {
  bool icmp = false;
  unsigned source = 0, destination = 0, chosen = 0;
  unsigned source_port = 0, destination_port = 0, chosen_port = 0;
  std::array<bool, 2> world{};    // the unknowns 0 and 1
  std::array<bool, 3> address{};  // unknown 2, of the source, the destination and what is chosen
};

net::Address address(unsigned i) { return {net::Family::V4, 0x0A000000U + i}; }
net::Port port(unsigned i) { return static_cast<net::Port>(1023 + i); }
constexpr std::size_t kUnknownOfAddresses = 2;

class Naive {
 public:
  Naive(const Path& path, const Case& c) : path_(path), c_(c) {}

  [[nodiscard]] bool passes() const {
    return std::all_of(path_.hops.begin(), path_.hops.end(), [&](const Hop& h) { return hop(h); });
  }

 private:
  [[nodiscard]] bool hop(const Hop& hop) const {
    if (hop.kind == Hop::Kind::Gate) return hop.gate && world(*hop.gate);
    if (hop.admin) {
      const Access first = asked(path_.filters[*hop.admin], hop.header);
      if (first != Access::Allow) return first == Access::AlwaysAllow;
    }
    return asked(path_.filters[hop.filter], hop.header) != Access::Deny;
  }
  [[nodiscard]] bool world(UnknownId id) const { return c_.world[static_cast<std::size_t>(id)]; }

  [[nodiscard]] Access asked(const Filter& filter, const Header& header) const {
    if (filter.missing) return world(*filter.missing) ? Access::Allow : Access::Deny;
    for (const FilterRule& rule : filter.rules) {
      if (!matches(rule, header)) continue;
      if (!rule.access_open) return rule.access;
      return world(*rule.access_open) ? Access::Allow : Access::Deny;
    }
    return filter.otherwise;
  }
  [[nodiscard]] bool matches(const FilterRule& rule, const Header& header) const {
    if (!rule.protocols.contains(c_.icmp ? net::IpProtocol::Icmp : net::IpProtocol::Tcp)) {
      return false;
    }
    const net::Port to =
        header.destination_port ? *header.destination_port : port(c_.destination_port);
    const net::Port from =
        header.source_port_is_chosen ? port(c_.chosen_port) : port(c_.source_port);
    if (!c_.icmp && !(rule.source_ports.contains(from) && rule.destination_ports.contains(to))) {
      return false;
    }
    return side(rule.source, header.source, c_.source, c_.address[0]) &&
           side(rule.destination, header.destination, c_.destination, c_.address[1]) &&
           std::all_of(rule.only_if.begin(), rule.only_if.end(),
                       [&](UnknownId id) { return world(id); });
  }
  [[nodiscard]] bool side(const compiler::AddressMatch& match, const HeaderAddress& at,
                          unsigned of_packet, bool fact_of_packet) const {
    const bool is_chosen = at.kind == HeaderAddress::Kind::Chosen;
    const net::Address value = address(is_chosen ? c_.chosen : of_packet);
    if (match.certain.contains(value)) return true;
    for (const auto& [unknown, addresses] : match.open) {
      const bool truth = static_cast<std::size_t>(unknown) != kUnknownOfAddresses ? world(unknown)
                         : is_chosen                                              ? c_.address[2]
                                                                                  : fact_of_packet;
      if (truth && addresses.contains(value)) return true;
    }
    return false;
  }

  const Path& path_;
  const Case& c_;
};

class Generator {
 public:
  explicit Generator(std::uint64_t seed) : random_(seed) {}
  agreement::Random random_;

  net::AddressSet some_addresses(bool may_be_empty) {
    net::AddressSet result;
    for (unsigned i = 0; i < 3; ++i) {
      if (random_.chance(60)) result |= net::AddressSet(address(i), address(i));
    }
    return result.empty() && !may_be_empty ? net::AddressSet(address(1), address(1)) : result;
  }
  net::PortSet some_ports() {
    net::PortSet result;
    for (unsigned i = 0; i < 3; ++i) {
      if (random_.chance(70))
        result |=
            net::PortSet(i == 0 ? net::Port{0} : port(i), i == 2 ? net::kHighestPort : port(i));
    }
    return result;
  }
  UnknownId of_world() { return UnknownId{static_cast<std::uint32_t>(random_.below(2))}; }
  compiler::AddressMatch some_side() {
    compiler::AddressMatch result;
    result.certain = some_addresses(true);
    if (random_.chance(30)) {
      result.open.push_back(
          {UnknownId{static_cast<std::uint32_t>(random_.below(3))}, some_addresses(false)});
    }
    return result;
  }
  FilterRule some_rule(bool admin) {
    FilterRule result;
    result.access = random_.chance(50) ? Access::Allow : Access::Deny;
    if (admin && random_.chance(30)) result.access = Access::AlwaysAllow;
    result.protocols = random_.chance(60)   ? net::ProtocolSet::all()
                       : random_.chance(50) ? net::ProtocolSet(net::IpProtocol::Tcp)
                                            : net::ProtocolSet(net::IpProtocol::Icmp);
    result.source_ports = some_ports();
    result.destination_ports = some_ports();
    result.source = some_side();
    result.destination = some_side();
    if (random_.chance(15)) result.only_if.push_back(of_world());
    if (random_.chance(10)) result.access_open = of_world();
    return result;
  }
  Filter some_filter(bool admin) {
    Filter result;
    if (random_.chance(10)) result.missing = of_world();
    for (std::size_t i = random_.below(5); i > 0 && !result.missing; --i) {
      result.rules.push_back(some_rule(admin));
    }
    result.otherwise = admin || random_.chance(50) ? Access::Allow : Access::Deny;
    return result;
  }
  Path some_path() {
    Path result;
    const net::AddressSet nodes = some_addresses(false);
    for (std::size_t i = 1 + random_.below(3); i > 0; --i) {
      Hop hop;
      if (random_.chance(10)) {
        hop.kind = Hop::Kind::Gate;
        hop.gate = of_world();
      } else {
        hop.filter = result.filters.size();
        result.filters.push_back(some_filter(false));
        if (random_.chance(30)) {
          hop.admin = result.filters.size();
          result.filters.push_back(some_filter(true));
        }
        if (random_.chance(30)) hop.header.source = {HeaderAddress::Kind::Chosen, 1, nodes};
        if (random_.chance(20)) hop.header.destination = {HeaderAddress::Kind::Chosen, 1, nodes};
        if (random_.chance(20)) hop.header.destination_port = port(1);
        hop.header.source_port_is_chosen = random_.chance(25);
      }
      result.hops.push_back(std::move(hop));
    }
    result.source = some_addresses(false);
    result.destination = some_addresses(false);
    result.source_is_asked = random_.chance(60);
    result.destination_is_asked = random_.chance(60);
    return result;
  }
};

/// The chosen address of a path; all of them where it chooses none.
net::AddressSet nodes_of(const Path& path) {
  for (const Hop& hop : path.hops) {
    for (const HeaderAddress* a : {&hop.header.source, &hop.header.destination}) {
      if (a->kind == HeaderAddress::Kind::Chosen) return a->among;
    }
  }
  return {address(0), address(0)};
}

bool value(Diagrams& d, Diagram diagram, const Case& c) {
  const auto fix = [&](Variable variable, std::uint32_t number) {
    diagram = d.restrict(diagram, variable, {net::Family::V4, number});
  };
  fix(Variable::protocol(), c.icmp ? 3 : 0);
  fix(Variable::source(), 0x0A000000U + c.source);
  fix(Variable::destination(), 0x0A000000U + c.destination);
  fix(Variable::destination_port(), 1023 + c.destination_port);
  fix(Variable::source_port(), 1023 + c.source_port);
  REQUIRE(Diagrams::is_terminal(diagram));
  return diagram == kTrue;
}

TEST_CASE("paths: must and may agree with every case of small random paths") {
  model::Cloud cloud;
  static_cast<void>(unknown(cloud, model::Unknown::Scope::World));
  static_cast<void>(unknown(cloud, model::Unknown::Scope::World));
  static_cast<void>(unknown(cloud, model::Unknown::Scope::Address));
  std::size_t musts = 0;
  std::size_t opens = 0;
  std::size_t denied = 0;
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    Generator generator(seed);
    const Path path = generator.some_path();
    PathSpace space(cloud);
    const auto found = flows(space, nullptr, {path});
    REQUIRE(found.has_value());
    const net::AddressSet nodes = nodes_of(path);
    for (unsigned packet = 0; packet < 2 * 81; packet += generator.random_.chance(50) ? 1 : 2) {
      Case c;
      c.icmp = packet % 2 == 1;
      c.source = packet / 2 % 3;
      c.destination = packet / 6 % 3;
      c.source_port = packet / 18 % 3;
      c.destination_port = packet / 54 % 3;
      const unsigned source = c.source;
      const unsigned destination = c.destination;
      bool must = true;
      bool may = false;
      for (unsigned i = 0; i < 32 * 2 * 27; ++i) {
        c.world = {(i & 1U) != 0, (i & 2U) != 0};
        c.address = {(i & 4U) != 0, (i & 8U) != 0, (i & 16U) != 0};
        c.chosen_port = 1 + i / 32 % 2;  // from 1024
        c.chosen = i / 64 % 3;
        c.source = path.source_is_asked ? source : i / 192 % 3;
        c.destination = path.destination_is_asked ? destination : i / 576 % 3;
        if (!nodes.contains(address(c.chosen)) ||
            (!path.source_is_asked && !path.source.contains(address(c.source))) ||
            (!path.destination_is_asked && !path.destination.contains(address(c.destination)))) {
          continue;
        }
        const bool passes = Naive(path, c).passes();
        must = must && passes;
        may = may || passes;
      }
      c.source = source;
      c.destination = destination;
      if ((path.source_is_asked && !path.source.contains(address(source))) ||
          (path.destination_is_asked && !path.destination.contains(address(destination)))) {
        must = may = false;
      }
      REQUIRE(value(space.diagrams(), found->must, c) == must);
      REQUIRE(value(space.diagrams(), found->may, c) == may);
      ++(must ? musts : may ? opens : denied);
    }
  }
  CHECK(musts > 500);
  CHECK(opens > 500);
  CHECK(denied > 500);
}

/// Every combination of values as a number; the place of each value in it.
struct Digit {
  unsigned stride, count;
};
constexpr Digit kIcmp{1, 2}, kSourcePort{2, 3}, kDestinationPort{6, 3}, kSource{18, 3},
    kDestination{54, 3}, kChosen{162, 3}, kChosenPort{486, 2}, kWorld{972, 4}, kAddress{3888, 8};
constexpr unsigned kCases = 31104;
unsigned digit(unsigned number, Digit d) { return number / d.stride % d.count; }

Case case_of(unsigned i) {
  Case c;
  c.icmp = digit(i, kIcmp) == 1;
  c.source_port = digit(i, kSourcePort);
  c.destination_port = digit(i, kDestinationPort);
  c.source = digit(i, kSource);
  c.destination = digit(i, kDestination);
  c.chosen = digit(i, kChosen);
  c.chosen_port = 1 + digit(i, kChosenPort);
  const unsigned world = digit(i, kWorld);
  const unsigned of_address = digit(i, kAddress);
  c.world = {(world & 1U) != 0, (world & 2U) != 0};
  c.address = {(of_address & 1U) != 0, (of_address & 2U) != 0, (of_address & 4U) != 0};
  return c;
}

TEST_CASE("paths: what the difference rests on is what changes a case when it alone changes") {
  model::Cloud cloud;
  static_cast<void>(unknown(cloud, model::Unknown::Scope::World));
  static_cast<void>(unknown(cloud, model::Unknown::Scope::World));
  static_cast<void>(unknown(cloud, model::Unknown::Scope::Address));
  std::size_t named = 0;
  std::size_t not_named = 0;
  for (std::uint64_t seed = 1000; seed < 1150; ++seed) {
    Generator generator(seed);
    const Path path = generator.some_path();
    const net::AddressSet nodes = nodes_of(path);
    PathSpace space(cloud);
    const auto found = flows(space, nullptr, {path});
    REQUIRE(found.has_value());
    // One half of the packets at a time.
    const bool icmp = generator.random_.chance(30);
    const auto reasons = rests_on(space, nullptr, {path}, *found,
                                  space.diagrams().protocols(net::ProtocolSet(
                                      icmp ? net::IpProtocol::Icmp : net::IpProtocol::Tcp)));
    REQUIRE(reasons.has_value());
    const auto can_be = [&](const Case& c) {
      return c.icmp == icmp && nodes.contains(address(c.chosen)) &&
             path.source.contains(address(c.source)) &&
             path.destination.contains(address(c.destination));
    };
    std::vector<char> passes(kCases, 2);  // 2: cannot be
    for (unsigned i = 0; i < kCases; ++i) {
      const Case c = case_of(i);
      if (can_be(c)) passes[i] = Naive(path, c).passes() ? 1 : 0;
    }
    /// Whether two values of `count` values from `stride` on make a difference.
    const auto matters = [&](unsigned stride, unsigned count) {
      for (unsigned i = 0; i < kCases; ++i) {
        const unsigned here = i / stride % count;
        for (unsigned other = here + 1; other < count; ++other) {
          const char a = passes[i];
          const char b = passes[i + (other - here) * stride];
          if (a != 2 && b != 2 && a != b) return true;
        }
      }
      return false;
    };
    std::vector<UnknownId> unknowns;
    if (matters(kWorld.stride, 2)) unknowns.push_back(UnknownId{0});
    if (matters(kWorld.stride * 2, 2)) unknowns.push_back(UnknownId{1});
    if (matters(kAddress.stride, 2) || matters(kAddress.stride * 2, 2) ||
        matters(kAddress.stride * 4, 2)) {
      unknowns.push_back(UnknownId{2});
    }
    REQUIRE(reasons->unknowns == unknowns);
    REQUIRE(reasons->source == (!path.source_is_asked && matters(kSource.stride, 3)));
    REQUIRE(reasons->destination ==
            (!path.destination_is_asked && matters(kDestination.stride, 3)));
    REQUIRE(reasons->chosen.size() == (matters(kChosen.stride, 3) ? 1 : 0));
    REQUIRE(reasons->chosen_source_port == matters(kChosenPort.stride, 2));
    REQUIRE_FALSE(reasons->ways);
    named += unknowns.size();
    not_named += 3 - unknowns.size();
  }
  CHECK(named > 50);
  CHECK(not_named > 50);
}

}  // namespace
