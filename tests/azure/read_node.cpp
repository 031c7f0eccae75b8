// SPDX-License-Identifier: Apache-2.0
#include "tests/azure/read_node.h"

#include <doctest/doctest.h>

#include "policies/syntax/reader.h"

namespace polreach::azure::test {
namespace {

class Collector : public syntax::Sink {
 public:
  bool wanted(std::span<const std::string_view>, const syntax::Tape&) override { return true; }
  void object(const syntax::Tape& tape, std::string_view, std::string_view) override {
    nodes.push_back(Node::of(tape.root()));
  }
  void unreadable(const Span&) override {}
  std::vector<Node> nodes;
};

/// Recursive: only for what tests write.
void show(const Node& node, std::string& out) {
  switch (node.type) {
    case Node::Type::Null:
      out += "null";
      break;
    case Node::Type::Bool:
      out += node.truth ? "true" : "false";
      break;
    case Node::Type::Integer:
      out += std::to_string(node.integer);
      break;
    case Node::Type::Float:
      out += node.text;
      break;
    case Node::Type::String:
      out += "\"" + node.text + "\"";
      break;
    case Node::Type::Unknown:
      out += "?(" + node.text + ")";
      break;
    case Node::Type::Array:
    case Node::Type::Object: {
      const bool array = node.is(Node::Type::Array);
      out += array ? "[" : "{";
      std::string separator;
      for (const Node& item : node.items) {
        out += separator;
        show(item, out);
        separator = ", ";
      }
      for (const Node::Member& member : node.members) {
        out += separator + member.name + ": ";
        show(member.value, out);
        separator = ", ";
      }
      out += array ? "]" : "}";
      break;
    }
  }
}

/// All values in it, in some order that depends on nothing else.
std::vector<Node*> all_nodes(Node& root) {
  std::vector<Node*> nodes = {&root};
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    Node& node = *nodes[i];
    for (Node& item : node.items) nodes.push_back(&item);
    for (Node::Member& member : node.members) nodes.push_back(&member.value);
  }
  return nodes;
}

}  // namespace

std::size_t count_nodes(const Node& root) {
  Node copy = root;
  return all_nodes(copy).size();
}

Node with_replaced(const Node& root, std::size_t i, const Node& replacement) {
  Node copy = root;
  *all_nodes(copy)[i] = replacement;
  return copy;
}

std::vector<Node> wrong_values() {
  const Span nowhere = Span::none();
  Node flag;
  flag.type = Node::Type::Bool;
  flag.truth = true;
  Node number;
  number.type = Node::Type::Integer;
  number.integer = -7;
  Node fraction;
  fraction.type = Node::Type::Float;
  fraction.text = "1e400";
  const Node text = Node::string("a[", nowhere);
  return {Node(),
          flag,
          number,
          fraction,
          text,
          Node::string("", nowhere),
          Node::string("/subscriptions/s", nowhere),
          Node::array({}, nowhere),
          Node::array({text, number, Node::object({}, nowhere)}, nowhere),
          Node::object({}, nowhere),
          Node::object({{"name", number, nowhere}, {"references", text, nowhere}}, nowhere),
          Node::unknown("x", nowhere)};
}

std::vector<Node> read_nodes(const std::string& text, source::SourceMap& sources) {
  const source::FileId file = sources.add("test", source::Text::own(text));
  source::Diagnostics diagnostics;
  Collector collector;
  syntax::read(sources, file, syntax::Format::Auto, {}, diagnostics, collector);
  for (const source::Diagnostic& diagnostic : diagnostics.all()) {
    FAIL_CHECK(sources.place(diagnostic.where), ": ", diagnostic.message);
  }
  return std::move(collector.nodes);
}

Node read_node(const std::string& text, source::SourceMap& sources) {
  std::vector<Node> nodes = read_nodes(text, sources);
  REQUIRE(nodes.size() == 1);
  return std::move(nodes.front());
}

std::string show(const Node& node) {
  std::string out;
  show(node, out);
  return out;
}

std::vector<std::string> codes(const source::Diagnostics& diagnostics) {
  std::vector<std::string> result;
  for (const source::Diagnostic& diagnostic : diagnostics.all()) {
    result.emplace_back(diagnostic.code);
  }
  return result;
}

}  // namespace polreach::azure::test
