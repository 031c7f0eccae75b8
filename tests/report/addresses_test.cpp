// SPDX-License-Identifier: Apache-2.0
#include "cli/report/addresses.h"

#include <doctest/doctest.h>

#include <string>

namespace polreach {
namespace {

net::AddressSet block(const std::string& text) {
  return net::addresses_of(*net::Prefix::parse(text));
}

}  // namespace

TEST_CASE("addresses: few prefixes are listed, many are said in words") {
  const net::AddressSet v4 = net::all_addresses(net::Family::V4);
  const net::AddressSet v6 = net::all_addresses(net::Family::V6);
  const net::AddressSet& internet = net::internet_addresses();
  const net::AddressSet ten = block("10.0.0.0/8");
  CHECK(cli::in_words({}, 3) == "no address");
  CHECK(cli::in_words(ten | block("192.0.2.1/32"), 3) == "10.0.0.0/8, 192.0.2.1");
  CHECK(cli::in_words(internet, 3) == "the internet");
  CHECK(cli::in_words(internet & v4, 3) == "the internet");
  CHECK(cli::in_words((internet & v4) | ten, 3) == "the internet, 10.0.0.0/8");
  CHECK(cli::in_words(internet | ten, 3) == "the internet, 10.0.0.0/8");
  CHECK(cli::in_words(v4 - ten, 3) == "any IPv4 address but 10.0.0.0/8");
  CHECK(cli::in_words(v4 - internet, 3) == "any IPv4 address but the internet");
  CHECK(cli::in_words((v4 - internet) - ten, 3) == "any IPv4 address but the internet, 10.0.0.0/8");
  CHECK(cli::in_words(v4 | v6, 3) == "any address");
  CHECK(cli::in_words((v4 - ten) | v6, 3) == "any IPv4 address but 10.0.0.0/8, any IPv6 address");
}

TEST_CASE("addresses: what no words say is counted") {
  net::AddressSet hosts;
  for (int i = 0; i < 9; ++i) hosts |= block("10.0.0." + std::to_string(2 * i) + "/32");
  CHECK(cli::in_words(hosts, 3) == "10.0.0.0, 10.0.0.2, 10.0.0.4 and 6 more");
}

}  // namespace polreach
