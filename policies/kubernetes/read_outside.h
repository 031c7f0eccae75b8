// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "policies/kubernetes/fields.h"
#include "policies/model/model.h"

namespace polreach::kubernetes {

/// Reads how a Service is reached from outside: externalTrafficPolicy, the source ranges, the
/// addresses of its load balancer, and the annotations of cloud-provider-azure (as its
/// documentation names them). `root` is the Service, `spec` its member.
void read_outside_access(Fields& fields, const syntax::Value& root, const syntax::Value& spec,
                         model::OutsideAccess& access);

}  // namespace polreach::kubernetes
