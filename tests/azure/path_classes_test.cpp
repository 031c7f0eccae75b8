// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <set>

#include "solver/z3/address_classes.h"
#include "tests/azure/path_scene.h"

// Proofs about addresses speak of the classes that the sets of a question tell apart.
namespace polreach {
namespace {

using scene::block;
using scene::ip;
using scene::only;
using solver::z3::AddressClasses;
using Ranges = std::vector<AddressClasses::Range>;

bool holds(const Ranges& ranges, std::uint32_t one) {
  return std::any_of(ranges.begin(), ranges.end(), [&](const AddressClasses::Range& range) {
    return range.first <= one && one <= range.last;
  });
}

/// A small set near the ends of both families.
net::AddressSet some_set(std::mt19937& random) {
  const net::Uint128 last6 = net::highest(net::Family::V6).bits;
  std::vector<net::AddressSet::Interval> intervals;
  for (unsigned i = random() % 4; i > 0; --i) {
    const net::Uint128 from = random() % 12;
    const net::Uint128 to = from + random() % 4;
    switch (random() % 4) {
      case 0:
        intervals.push_back({{net::Family::V4, from}, {net::Family::V4, to}});
        break;
      case 1:
        intervals.push_back(
            {{net::Family::V4, 0xFFFFFFFFU - to}, {net::Family::V4, 0xFFFFFFFFU - from}});
        break;
      case 2:
        intervals.push_back({{net::Family::V6, from}, {net::Family::V6, to}});
        break;
      default:
        intervals.push_back({{net::Family::V6, last6 - to}, {net::Family::V6, last6 - from}});
    }
  }
  return net::AddressSet::of(intervals);
}

std::vector<net::Address> near_the_ends() {
  std::vector<net::Address> result;
  for (const net::Family family : {net::Family::V4, net::Family::V6}) {
    const net::Uint128 last = net::highest(family).bits;
    for (net::Uint128 i = 0; i < 20; ++i) {
      result.push_back({family, i});
      result.push_back({family, last - i});
    }
    result.push_back({family, last / 2});
  }
  return result;
}

}  // namespace

TEST_CASE("address classes: a set of any size tells two classes apart") {
  const AddressClasses none({});
  CHECK(none.size() == 1);
  const AddressClasses one({block("10.0.0.0/8") | block("fd00::/8") | only("8.8.8.8")});
  REQUIRE(one.size() == 2);
  CHECK(one.of(0) == Ranges{{1, 1}});
  CHECK(one.example(0) == ip("0.0.0.0"));
  CHECK(one.example(1) == ip("8.8.8.8"));
  const AddressClasses two({block("10.0.0.0/8"), block("10.1.0.0/16")});
  REQUIRE(two.size() == 3);
  CHECK(two.of(0) == Ranges{{1, 2}});
  CHECK(two.of(1) == Ranges{{2, 2}});
}

TEST_CASE("address classes: each address is of one class, and sets are unions of classes") {
  std::mt19937 random(1);
  const std::vector<net::Address> addresses = near_the_ends();
  for (int round = 0; round < 300; ++round) {
    std::vector<net::AddressSet> sets(random() % 5);
    if (round % 50 == 0) sets.resize(70);  // more than the bits of a word
    for (net::AddressSet& set : sets) set = some_set(random);
    const AddressClasses classes(sets);
    const auto memberships = [&](const net::Address& address) {
      std::vector<bool> result;
      for (const net::AddressSet& set : sets) result.push_back(set.contains(address));
      return result;
    };
    // Of every address there is, one class has an example with its memberships; and no two classes
    // have the same.
    std::set<std::vector<bool>> of_classes;
    for (std::uint32_t one = 0; one < classes.size(); ++one) {
      std::vector<bool> said;
      for (std::size_t i = 0; i < sets.size(); ++i) said.push_back(holds(classes.of(i), one));
      REQUIRE(memberships(classes.example(one)) == said);
      REQUIRE(of_classes.insert(said).second);
    }
    for (const net::Address& address : addresses) {
      REQUIRE(of_classes.count(memberships(address)) == 1);
    }
  }
}

}  // namespace polreach
