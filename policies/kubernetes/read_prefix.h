// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "policies/kubernetes/fields.h"
#include "policies/net/address.h"

namespace polreach::kubernetes {

/// A CIDR; bits beyond its length do not count. Anything else is reported as `bad-cidr`, a bare
/// address too. `what` names the value.
std::optional<net::Prefix> read_prefix(Fields& fields, const syntax::Value& value,
                                       std::string_view what);

}  // namespace polreach::kubernetes
