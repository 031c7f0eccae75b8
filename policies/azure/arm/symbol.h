// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policies/azure/node.h"

/// Texts that are known in part. While a template is evaluated, an Unknown remembers how it would
/// be written with its unknown parts named: `nsg-{parameters('env')}`. Names of resources and the
/// ids that refer to them are made of such texts, so that two that come from the same expressions
/// are the same, and no others. Nobody outside of this folder sees it: finish() takes it away.
namespace polreach::azure::arm {

/// A text with holes, each of which stands between two control characters. What is in a hole has
/// no '/', so that the segments of ids can be told apart.
using Symbol = std::string;

/// Unknown: `what` is shown to people, `expression` tells it from all others.
[[nodiscard]] Node hole(std::string what, std::string settle, std::string_view expression,
                        bool one_segment = false);
/// The symbol of a scalar, if it has one.
[[nodiscard]] std::optional<Symbol> symbol_of(const Node& node);
/// The same, with a hole for what has none.
[[nodiscard]] Symbol symbol_or_hole(const Node& node);
/// The symbol of what can have no '/' where it stands.
[[nodiscard]] Symbol as_segment(Symbol symbol);
/// A String where the symbol has no holes; else an Unknown for the reason that `because` has.
[[nodiscard]] Node from_symbol(Symbol symbol, const Node& because);
[[nodiscard]] bool has_holes(std::string_view symbol);
/// Whether some of its text is certain, so that it is not empty.
[[nodiscard]] bool has_text(std::string_view symbol);
/// The pieces between slashes; nothing where a hole might have slashes.
[[nodiscard]] std::optional<std::vector<Symbol>> segments_of(std::string_view symbol);
/// With holes in braces, which no name in Azure has.
[[nodiscard]] std::string readable(std::string_view symbol);
/// A subscription or resource group as a segment of an id: empty where it is the deployment's own
/// and not known, so that it can be any. Another one that is not known stands in braces: two of
/// them are not taken for one.
[[nodiscard]] std::string place_segment(std::string_view readable_text);
/// How a value is written as an argument of a call, with the expressions of what is unknown;
/// of bounded length.
[[nodiscard]] std::string canonical(const Node& node);
[[nodiscard]] std::string canonical_unknown(const Node& unknown);

/// An Unknown may stand for any number of items of an array, or for a member that may be absent.
[[nodiscard]] bool is_spread(const Node& node);
[[nodiscard]] Node spread(Node unknown);

/// What goes out: symbols are taken away; Unknown ids of which only names, subscription or resource
/// group are unknown become strings that ResourceId::parse understands, and so do unknown names of
/// the objects in arrays (rules, subnets).
[[nodiscard]] Node finish(Node node);

}  // namespace polreach::azure::arm
