// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "policies/azure/resource.h"
#include "policies/source/diagnostics.h"
#include "policies/syntax/taken.h"
#include "policies/syntax/tape.h"

namespace polreach::azure {

/// One resource as REST, Resource Graph, the portal or az print it (recognise: Form::Resource). Its
/// body stays as it is, with what is nested in it (the subnets of a network); so az's flattened
/// objects have no member `properties`. The id is that of the object, or made of its type, name
/// and resource group. A relevant resource of which only the existence is told is left out with a
/// warning: references to it then lead to something unknown.
syntax::Taken read_plain(const syntax::Value& object, source::Diagnostics& diagnostics,
                         Resources& resources);

}  // namespace polreach::azure
