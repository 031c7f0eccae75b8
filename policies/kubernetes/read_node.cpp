// SPDX-License-Identifier: Apache-2.0
#include "policies/kubernetes/read_node.h"

namespace polreach::kubernetes {

using syntax::Type;
using syntax::Value;

void read_node(Fields& fields, const Context& context, const Value& root, Objects& objects) {
  NodeObject node;
  const auto metadata = read_metadata(fields, context, root, true);
  const auto status = fields.get(root, "status", Type::Mapping);
  const auto addresses =
      status ? fields.get(*status, "addresses", Type::Sequence) : std::optional<Value>();
  if (addresses) {
    for (const Value each : *addresses) {
      if (!fields.expect(each, Type::Mapping, "an address of a node")) continue;
      const auto type = fields.require(each, "type", Type::String);
      const auto text = fields.require(each, "address", Type::String);
      if (!type || !text) continue;
      if (type->text() != "InternalIP" && type->text() != "ExternalIP") continue;
      if (const auto address = net::Address::parse(text->text())) {
        node.addresses.push_back(*address);
      } else {
        fields.error("bad-address", text->span(),
                     "\"" + std::string(text->text()) + "\" is not an IP address",
                     "write it as 10.0.0.1 or 2001:db8::1");
      }
    }
  }
  if (!metadata || !fields.ok()) return;
  node.metadata = *metadata;
  objects.nodes.push_back(std::move(node));
}

}  // namespace polreach::kubernetes
