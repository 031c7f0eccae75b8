// SPDX-License-Identifier: Apache-2.0
#include "policies/azure/arm/json_value.h"

#include <string>
#include <vector>

#include "policies/syntax/reader.h"

namespace polreach::azure::arm {
namespace {

class Receiver : public syntax::Sink {
 public:
  bool wanted(std::span<const std::string_view> /*path*/, const syntax::Tape& /*so_far*/) override {
    return true;
  }
  void object(const syntax::Tape& tape, std::string_view /*list_kind*/,
              std::string_view /*list_api_version*/) override {
    ++count;
    if (count == 1) root = Node::of(tape.root());
  }
  void unreadable(const source::Span& /*where*/) override { count = 2; }

  std::size_t count = 0;
  Node root;
};

void forget_places(Node& root) {
  std::vector<Node*> open{&root};
  while (!open.empty()) {
    Node* node = open.back();
    open.pop_back();
    node->where = Span::none();
    for (Node& item : node->items) open.push_back(&item);
    for (Node::Member& member : node->members) {
      member.where = Span::none();
      open.push_back(&member.value);
    }
  }
}

}  // namespace

std::optional<Node> parse_json(std::string_view text) {
  // The reader delivers objects: the value becomes the only member of one.
  source::SourceMap sources;
  source::Diagnostics diagnostics;
  Receiver receiver;
  const auto file =
      sources.add("json()", source::Text::own("{\"value\":" + std::string(text) + "}"));
  syntax::read(sources, file, syntax::Format::Json, syntax::Limits{}, diagnostics, receiver);
  if (receiver.count != 1 || diagnostics.errors() > 0) return std::nullopt;
  if (receiver.root.members.size() != 1) return std::nullopt;
  Node value = std::move(receiver.root.members.front().value);
  forget_places(value);
  return value;
}

}  // namespace polreach::azure::arm
