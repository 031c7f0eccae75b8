// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "policies/model/cloud.h"
#include "policies/source/diagnostics.h"
#include "policies/syntax/tape.h"

/// Microsoft's service tags: the weekly file "Azure IP Ranges and Service Tags", and the answer of
/// the Service Tag Discovery API (`az network list-service-tags`). The two differ in that the API
/// writes numbers as strings. Tags are read whatever `networkFeatures` they list: a file lists none
/// for half of the tags that security groups take.
namespace polreach::azure {

/// Whether all of it was right; else the errors have been added, and `tags` is to be dropped. An
/// entry that is an address without a length stands for that address alone. Of a name that occurs
/// twice, whatever its case, the addresses of both count.
bool read_service_tags(const syntax::Value& root, source::Diagnostics& diagnostics,
                       model::ServiceTags& tags);

}  // namespace polreach::azure
