// SPDX-License-Identifier: Apache-2.0
#include "cli/report/addresses.h"

#include <fmt/format.h>

#include <vector>

namespace polreach::cli {
namespace {

using net::AddressSet;
using net::Family;

std::string listed(const AddressSet& addresses, std::size_t most) {
  const std::vector<net::Prefix> prefixes = net::prefixes_of(addresses);
  if (prefixes.size() <= most) return net::to_string(addresses);
  std::string text;
  for (std::size_t i = 0; i < most; ++i) {
    const bool host = prefixes[i].length == net::width(prefixes[i].address.family);
    text +=
        (i == 0 ? "" : ", ") + (host ? prefixes[i].address.to_string() : prefixes[i].to_string());
  }
  return text + fmt::format(" and {} more", prefixes.size() - most);
}

/// A way to say some addresses.
struct Phrase {
  std::string text;      // "the internet"; empty: the prefixes alone
  std::string_view but;  // what stands before the prefixes
  AddressSet prefixes;
};

/// Of one family; `internet`: what the internet is called there.
std::string of_family(const AddressSet& part, Family family, const std::string& internet,
                      std::size_t most) {
  const AddressSet all = net::all_addresses(family);
  if (net::prefixes_of(part).size() <= most || part == all) return net::to_string(part);
  const AddressSet outside = net::internet_addresses() & all;
  const AddressSet others = all - part;
  const std::string any = net::to_string(all);
  std::vector<Phrase> phrases{{"", "", part}, {any, " but ", others}};
  if (part.contains(outside)) phrases.push_back({internet, ", ", part - outside});
  if (others.contains(outside))
    phrases.push_back({any + " but the internet", ", ", others - outside});
  const Phrase* best = &phrases.front();
  std::size_t fewest = static_cast<std::size_t>(-1);
  for (const Phrase& each : phrases) {
    const std::size_t count = net::prefixes_of(each.prefixes).size();
    if (count >= fewest) continue;
    fewest = count;
    best = &each;
  }
  if (best->prefixes.empty()) return best->text;
  return best->text + std::string(best->but) + listed(best->prefixes, most);
}

}  // namespace

std::string in_words(const AddressSet& addresses, std::size_t most) {
  if (addresses.empty() || addresses == net::all_addresses() ||
      addresses == net::internet_addresses() || net::prefixes_of(addresses).size() <= most) {
    return net::to_string(addresses);
  }
  const AddressSet v4 = addresses & net::all_addresses(Family::V4);
  const AddressSet v6 = addresses & net::all_addresses(Family::V6);
  // Where nothing speaks of IPv6 the internet is that of IPv4.
  if (v6.empty()) return of_family(v4, Family::V4, "the internet", most);
  if (v4.empty()) return of_family(v6, Family::V6, "the internet (IPv6)", most);
  const AddressSet rest = addresses - net::internet_addresses();
  if (addresses.contains(net::internet_addresses()) && net::prefixes_of(rest).size() <= most) {
    return "the internet, " + net::to_string(rest);
  }
  return of_family(v4, Family::V4, "the internet (IPv4)", most) + ", " +
         of_family(v6, Family::V6, "the internet (IPv6)", most);
}

}  // namespace polreach::cli
