// SPDX-License-Identifier: Apache-2.0
#include "compiler/terms/term.h"

#include <doctest/doctest.h>

// What the factories promise: terms are simplified, and equal ones are shared.
namespace polreach::compiler {

TEST_CASE("terms: a condition that every address or none meets is no condition") {
  TermPool pool;
  const AddressName source(Side::Source);
  CHECK(pool.address_of(source, net::all_addresses()) == pool.constant(true));
  CHECK(pool.address_of(source, {}) == pool.constant(false));
}

TEST_CASE("terms: sets of addresses are shared where they are equal") {
  TermPool pool;
  const net::AddressSet some(*net::Address::parse("10.0.0.1"), *net::Address::parse("10.0.0.9"));
  const net::AddressSet parts =
      net::AddressSet(*net::Address::parse("10.0.0.1"), *net::Address::parse("10.0.0.4")) |
      net::AddressSet(*net::Address::parse("10.0.0.5"), *net::Address::parse("10.0.0.9"));
  const Term term = pool.address_of(Side::Source, some);
  CHECK(term == pool.address_of(Side::Source, parts));
  CHECK(term != pool.address_of(Side::Destination, some));
  CHECK(term != pool.address_of(Side::Source, net::AddressSet(*net::Address::parse("10.0.0.1"),
                                                              *net::Address::parse("10.0.0.8"))));
}

}  // namespace polreach::compiler
