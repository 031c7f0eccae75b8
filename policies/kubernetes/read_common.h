// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policies/kubernetes/fields.h"
#include "policies/kubernetes/objects.h"

namespace polreach::kubernetes {

/// What the readers share: where to intern, and the namespace of objects that name none.
struct Context {
  source::SymbolTable& symbols;
  std::string_view default_namespace;
};

/// "text", for messages.
[[nodiscard]] std::string in_quotes(std::string_view text);

/// Reads `metadata` of a root object. Checks the name and the labels; reports unknown fields.
/// Nothing where the object cannot be identified.
std::optional<Metadata> read_metadata(Fields& fields, const Context& context,
                                      const syntax::Value& root, bool cluster_scoped);

/// Reads a mapping of labels; each value must be a string.
std::vector<model::Label> read_labels(Fields& fields, const Context& context,
                                      const syntax::Value& mapping);

/// Reads a LabelSelector (matchLabels, matchExpressions). The value must be a mapping.
model::Selector read_selector(Fields& fields, const Context& context, const syntax::Value& value);

/// A port number in 1..65535; anything else is reported as `bad-port` or `wrong-type`.
std::optional<net::Port> read_port(Fields& fields, const syntax::Value& value,
                                   std::string_view what);

/// TCP, UDP or SCTP; TCP where the field is absent. Nothing where it was wrong and reported.
std::optional<net::Protocol> read_protocol(Fields& fields, const syntax::Value& parent);

}  // namespace polreach::kubernetes
