// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "policies/kubernetes/fields.h"
#include "policies/kubernetes/objects.h"
#include "policies/kubernetes/read_common.h"

namespace polreach::kubernetes {

/// Reads a core/v1 Service of any type: selector, addresses, ports. Refuses what the API server's
/// validation refuses of these fields (Kubernetes API reference, ServiceSpec and ServicePort), and
/// looks at no others.
void read_service(Fields& fields, const Context& context, const syntax::Value& root,
                  Objects& objects);

}  // namespace polreach::kubernetes
