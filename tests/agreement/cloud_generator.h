// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tests/agreement/random.h"
#include "tests/oracle/cloud.h"

namespace polreach::agreement {

/// A random small cloud: one or two networks (peered or not), two to four subnets, up to three
/// interfaces, up to four groups with up to eight rules each, service tags (of the platform, of a
/// table, of none), application groups, routes, and parts that could not be read or are missing.
/// Equal seeds give equal clouds, on every machine. Groups that are not missing have the six
/// default rules; the rules of a group are in the order that the model demands.
[[nodiscard]] model::Cloud generate_cloud(std::uint64_t seed);

/// A packet between two ends of the cloud (interfaces, addresses of subnets, addresses outside),
/// never one address with itself.
[[nodiscard]] oracle::CloudPacket some_packet(const model::Cloud& cloud, Random& random);

/// Every cloud that is one step simpler: without a rule, an entry, an attachment, something open.
[[nodiscard]] std::vector<model::Cloud> simpler(const model::Cloud& cloud);

/// A cloud that still fails, and of which no simpler one does.
[[nodiscard]] model::Cloud shrink(model::Cloud cloud,
                                  const std::function<bool(const model::Cloud&)>& fails);

/// For messages.
[[nodiscard]] std::string describe(const model::Cloud& cloud);
[[nodiscard]] std::string describe(const model::Cloud& cloud, const oracle::CloudPacket& packet);

}  // namespace polreach::agreement
