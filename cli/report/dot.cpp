// SPDX-License-Identifier: Apache-2.0
#include "cli/report/dot.h"

#include <algorithm>
#include <cstdint>
#include <set>
#include <tuple>

#include "cli/report/style.h"
#include "policies/source/result.h"

namespace polreach::cli {
namespace {

/// The length of the character of UTF-8 at the start; 0 where there is none, or one that XML, and
/// so SVG, does not have (RFC 3629; XML 1.0, section 2.2).
std::size_t character_at(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) return lead >= 0x20 && lead != 0x7F ? 1 : 0;
  if (lead < 0xC2 || lead > 0xF4) return 0;
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (text.size() < length) return 0;
  std::uint32_t value = lead & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xC0U) != 0x80U) return 0;
    value = value << 6U | (byte & 0x3FU);
  }
  const bool too_long = (length == 3 && value < 0x800) || (length == 4 && value < 0x10000);
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  const bool no_character = value == 0xFFFE || value == 0xFFFF || value > 0x10FFFF;
  return too_long || surrogate || no_character ? 0 : length;
}

enum class Context { Id, Label, Html };

/// Graphviz refuses strings of more than 16384 bytes, so identifiers are put together from several.
constexpr std::size_t kLongestPiece = 8000;
constexpr std::size_t kLongestLabel = 1000;

/// What stands for one character that the language would take for its own.
std::string escaped(char c, Context context) {
  if (context == Context::Html) {
    switch (c) {
      case '&':
        return "&amp;";
      case '<':
        return "&lt;";
      case '>':
        return "&gt;";
      case '"':
        return "&quot;";
      case '\n':
        return "<br/>";
      default:
        return "";
    }
  }
  if (c == '"' || c == '\\') return std::string("\\") + c;
  if (context == Context::Id) return "";
  if (c == '\n') return "\\n";
  return c == '&' ? "&amp;" : "";  // entities count in labels, also within quotes
}

std::string written(std::string_view text, Context context) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  // One backslash in an identifier: it is kept, and no text gives the same. In a label one would
  // not be seen.
  const std::string_view before = context == Context::Label ? "\\\\x" : "\\x";
  std::string result;
  std::size_t piece = 0;  // where the string of an identifier began
  for (std::size_t i = 0; i < text.size();) {
    if (context != Context::Id && i >= kLongestLabel) return result + "...";
    if (context == Context::Id && result.size() - piece >= kLongestPiece) {
      result += "\" + \"";
      piece = result.size();
    }
    if (const std::string replaced = escaped(text[i], context); !replaced.empty()) {
      result += replaced;
      ++i;
      continue;
    }
    const std::size_t length = character_at(text.substr(i));
    const std::string_view character = text.substr(i, std::max<std::size_t>(length, 1));
    i += character.size();
    if (length > 0 && printable(character) == character) {
      result += character;
      continue;
    }
    for (const char each : character) {
      const auto byte = static_cast<unsigned char>(each);
      result += before;
      result += kDigits[byte >> 4U];
      result += kDigits[byte & 15U];
    }
  }
  return result;
}

/// The colours of Okabe and Ito, which people with any form of colour blindness tell apart, the
/// light ones darkened to be read on white.
struct Look {
  std::string_view sign;
  std::string_view colour;
  std::string_view style;  // of lines
  std::string_view width;
};

const Look& look_of(Change change) {
  static constexpr Look kSame{"", "#595959", "solid", "1"};
  static constexpr Look kAdded{"+ ", "#0072B2", "bold", "2.5"};
  static constexpr Look kRemoved{"\xE2\x88\x92 ", "#B34700", "dashed", "1.5"};  // a minus sign
  static constexpr Look kChanged{"~ ", "#8A3A6E", "solid", "1.5"};
  switch (change) {
    case Change::Same:
      return kSame;
    case Change::Added:
      return kAdded;
    case Change::Removed:
      return kRemoved;
    case Change::Changed:
      return kChanged;
  }
  throw source::InternalError("a change of no kind");
}

std::string_view shape_of(NodeShape shape) {
  switch (shape) {
    case NodeShape::Workload:
      return R"(shape=box, style="filled,rounded", fillcolor="#FFFFFF")";
    case NodeShape::Addresses:
      return R"(shape=ellipse, style="filled", fillcolor="#FDF6DC")";
    case NodeShape::Entrance:
      return R"(shape=hexagon, style="filled", fillcolor="#E3F1FA")";
  }
  throw source::InternalError("a node of no shape");
}

/// Sets of styles are one attribute: the change adds to that of the shape.
std::string node_attributes(const GraphNode& node) {
  const Look& look = look_of(node.change);
  std::string text = "label=" + dot_label(std::string(look.sign) + node.label) + ", " +
                     std::string(shape_of(node.shape));
  if (node.change == Change::Same) return text;
  if (look.style != "solid") {
    const std::string_view style = "style=\"";
    text.insert(text.rfind(style) + style.size(), std::string(look.style) + ",");
  }
  return text + ", color=\"" + std::string(look.colour) + "\", fontcolor=\"" +
         std::string(look.colour) + "\"";
}

std::string edge_attributes(const GraphEdge& edge) {
  const Look& look = look_of(edge.change);
  const std::string colour(look.colour);
  std::string style(look.style);
  if (edge.conditional && style != "dashed") style = style == "bold" ? "bold,dashed" : "dashed";
  std::string text = "label=" + dot_label(std::string(look.sign) + edge.label);
  text += ", style=\"" + style + "\", penwidth=" + std::string(look.width);
  text += ", color=\"" + colour + "\", fontcolor=\"" + colour + "\"";
  if (edge.conditional) text += ", arrowhead=onormal";
  return text;
}

void write_node(std::string& out, const GraphNode& node, std::string_view indent) {
  out += std::string(indent) + dot_id(node.id) + " [" + node_attributes(node) + "];\n";
}

/// A row of a table in HTML. What a reader cannot tell by colour is named.
constexpr std::string_view kLegend =
    R"(<tr>
    <td><font color="#0072B2"><b>+ added (bold)</b></font></td>
    <td><font color="#B34700">&#8722; removed (dashed)</font></td>
    <td><font color="#8A3A6E">~ changed</font></td>
    <td><font color="#595959">unchanged</font></td>
    <td>hollow head: depends</td></tr>)";

std::vector<const GraphNode*> sorted_nodes(const Graph& graph) {
  std::vector<const GraphNode*> nodes;
  std::set<std::string_view> ids;
  for (const GraphNode& node : graph.nodes) {
    if (!ids.insert(node.id).second) {
      throw source::InternalError("two nodes of a graph are called " + node.id);
    }
    nodes.push_back(&node);
  }
  std::sort(nodes.begin(), nodes.end(), [](const GraphNode* a, const GraphNode* b) {
    return std::tie(a->group, a->id) < std::tie(b->group, b->id);
  });
  for (const GraphEdge& edge : graph.edges) {
    if (!ids.contains(edge.from) || !ids.contains(edge.to)) {
      throw source::InternalError("an edge of a graph leads to no node: " + edge.from + " to " +
                                  edge.to);
    }
  }
  return nodes;
}

/// The title of a graph, and what its changes look like.
std::string foot(const Graph& graph) {
  if (!graph.is_diff) {
    return graph.title.empty() ? "" : "  label=" + dot_label(graph.title) + "; labelloc=t;\n";
  }
  std::string text = R"(  label=<<table border="0" cellborder="0" cellspacing="6">)";
  if (!graph.title.empty()) {
    text += "<tr><td colspan=\"5\"><b>" + written(graph.title, Context::Html) + "</b></td></tr>";
  }
  return text + std::string(kLegend) + "</table>>; labelloc=t;\n";
}

}  // namespace

std::string dot_id(std::string_view text) { return "\"" + written(text, Context::Id) + "\""; }

std::string dot_label(std::string_view text) { return "\"" + written(text, Context::Label) + "\""; }

std::string to_dot(const Graph& graph) {
  const std::vector<const GraphNode*> nodes = sorted_nodes(graph);
  std::string out = "digraph polreach {\n  rankdir=LR;\n";
  out += "  graph [fontname=\"Helvetica\", fontsize=12, bgcolor=\"#FFFFFF\"];\n";
  out += "  node [fontname=\"Helvetica\", fontsize=11, color=\"#404040\"];\n";
  out += "  edge [fontname=\"Helvetica\", fontsize=10];\n";
  for (std::size_t i = 0; i < nodes.size();) {
    const std::string& group = nodes[i]->group;
    if (group.empty()) {
      write_node(out, *nodes[i++], "  ");
      continue;
    }
    out += "  subgraph " + dot_id("cluster_" + group) + " {\n    label=" + dot_label(group) +
           ";\n    style=\"rounded,filled\"; color=\"#BFBFBF\"; fillcolor=\"#F7F7F7\";"
           " labelloc=t;\n";
    for (; i < nodes.size() && nodes[i]->group == group; ++i) write_node(out, *nodes[i], "    ");
    out += "  }\n";
  }
  std::vector<const GraphEdge*> edges;
  for (const GraphEdge& edge : graph.edges) edges.push_back(&edge);
  std::sort(edges.begin(), edges.end(), [](const GraphEdge* a, const GraphEdge* b) {
    return std::tie(a->from, a->to, a->label, a->change, a->conditional) <
           std::tie(b->from, b->to, b->label, b->change, b->conditional);
  });
  for (const GraphEdge* edge : edges) {
    out += "  " + dot_id(edge->from) + " -> " + dot_id(edge->to) + " [" + edge_attributes(*edge) +
           "];\n";
  }
  // Last: clusters inherit what was said before them.
  return out + foot(graph) + "}\n";
}

}  // namespace polreach::cli
