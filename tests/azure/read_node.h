// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "policies/azure/node.h"
#include "policies/source/diagnostics.h"
#include "policies/source/source_map.h"

namespace polreach::azure::test {

/// Reads a text (JSON, or YAML of several documents) into nodes, in order. Syntax errors fail the
/// test.
std::vector<Node> read_nodes(const std::string& text, source::SourceMap& sources);
/// Of a text with one document.
Node read_node(const std::string& text, source::SourceMap& sources);

/// The value as `{a: 1, b: ["x", true], c: ?(what is not known)}`: easy to compare.
std::string show(const Node& node);
/// The codes of the diagnostics, in order.
std::vector<std::string> codes(const source::Diagnostics& diagnostics);

/// For tests of hostile input: how many values there are in it, itself included; a copy with the
/// i-th replaced; and values of every type to replace them by.
std::size_t count_nodes(const Node& root);
Node with_replaced(const Node& root, std::size_t i, const Node& replacement);
std::vector<Node> wrong_values();

}  // namespace polreach::azure::test
