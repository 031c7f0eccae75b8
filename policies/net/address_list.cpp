// SPDX-License-Identifier: Apache-2.0
#include "policies/net/address_list.h"

#include <utility>

namespace polreach::net {

AddressSet set_of(const std::vector<Address>& addresses) {
  std::vector<AddressSet::Interval> intervals;
  for (const Address& each : addresses) intervals.push_back({each, each});
  return AddressSet::of(std::move(intervals));
}

}  // namespace polreach::net
