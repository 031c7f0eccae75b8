// SPDX-License-Identifier: Apache-2.0
#include "policies/kubernetes/read_prefix.h"

namespace polreach::kubernetes {

using syntax::Type;
using syntax::Value;

std::optional<net::Prefix> read_prefix(Fields& fields, const Value& value, std::string_view what) {
  if (!fields.expect(value, Type::String, what)) return std::nullopt;
  const auto prefix = net::Prefix::parse(value.text());
  if (prefix) return prefix;
  const bool mapped = value.text().starts_with("::ffff:");
  const bool bare = net::Address::parse(value.text()).has_value();
  const bool v6 = value.text().find(':') != std::string_view::npos;
  fields.error("bad-cidr", value.span(), "\"" + std::string(value.text()) + "\" is not a CIDR",
               mapped ? "write the IPv4 addresses in their own form"
               : bare ? "add the length: \"" + std::string(value.text()) + (v6 ? "/128\"" : "/32\"")
                      : "write it as 10.0.0.0/8 or 2001:db8::/32");
  return std::nullopt;
}

}  // namespace polreach::kubernetes
