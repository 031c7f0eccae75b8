// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "policies/kubernetes/fields.h"
#include "policies/kubernetes/objects.h"
#include "policies/kubernetes/read_common.h"

namespace polreach::kubernetes {

/// Reads a Node: its labels and, of status.addresses, those that are addresses (InternalIP and
/// ExternalIP; host names are not).
void read_node(Fields& fields, const Context& context, const syntax::Value& root, Objects& objects);

}  // namespace polreach::kubernetes
