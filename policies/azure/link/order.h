// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "policies/model/cloud.h"
#include "policies/source/source_map.h"

namespace polreach::azure {

/// Puts all lists of a cloud into the order that cloud.h promises, and renames the ids in it.
void put_in_order(const source::SourceMap& sources, model::Cloud& cloud);

}  // namespace polreach::azure
