// SPDX-License-Identifier: Apache-2.0
// A directed graph in the DOT language of Graphviz, for the reports that draw one.
//
// Names are hostile: whatever they hold, the output is one graph in valid UTF-8, and every name is
// shown as it is, with what cannot be seen made visible (and cut where it is very long). The same
// graph gives the same bytes, whatever the order of its parts. What colours say is said a second
// way, by lines and signs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace polreach::cli {

enum class NodeShape { Workload, Addresses, Entrance };
enum class Change { Same, Added, Removed, Changed };

struct GraphNode {
  std::string id;  // unique
  std::string label;
  std::string group;  // a namespace: nodes of one group are drawn in a box; empty: in none
  NodeShape shape = NodeShape::Workload;
  Change change = Change::Same;
};

struct GraphEdge {
  std::string from;  // ids of nodes
  std::string to;
  std::string label;
  Change change = Change::Same;
  bool conditional = false;  // dashed, with a hollow head: holds in some worlds only
};

struct Graph {
  std::string title;  // may be empty
  std::vector<GraphNode> nodes;
  std::vector<GraphEdge> edges;
  bool is_diff = false;  // has a legend of the changes
};

/// Throws InternalError where an id is not unique, or an edge leads to none.
[[nodiscard]] std::string to_dot(const Graph& graph);

/// A string of the DOT language whose value, as an identifier, is different for different texts.
[[nodiscard]] std::string dot_id(std::string_view text);

/// A string of the DOT language that is drawn as the text, cut after 1000 bytes; line breaks are
/// kept.
[[nodiscard]] std::string dot_label(std::string_view text);

}  // namespace polreach::cli
