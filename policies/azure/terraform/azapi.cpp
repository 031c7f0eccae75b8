// SPDX-License-Identifier: Apache-2.0
#include "policies/azure/terraform/azapi.h"

#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "policies/azure/terraform/attributes.h"
#include "policies/azure/terraform/references.h"
#include "policies/syntax/reader.h"

namespace polreach::azure::terraform {
namespace {

using Type = Node::Type;

/// Everything in one document.
class Whole : public syntax::Sink {
 public:
  bool wanted(std::span<const std::string_view>, const syntax::Tape&) override { return true; }
  void object(const syntax::Tape& tape, std::string_view, std::string_view) override {
    if (!node) node = Node::of(tape.root());
  }
  void unreadable(const Span&) override {}
  std::optional<Node> node;
};

/// The places in a string of JSON are not those of the file.
void place(Node& root, const Span& where) {
  std::vector<Node*> open = {&root};
  while (!open.empty()) {
    Node& next = *open.back();
    open.pop_back();
    next.where = where;
    for (Node& item : next.items) open.push_back(&item);
    for (Node::Member& member : next.members) {
      member.where = where;
      open.push_back(&member.value);
    }
  }
}

std::optional<Node> parse(const Node& text) {
  source::SourceMap sources;
  const source::FileId file = sources.add("body", source::Text::own(text.text));
  source::Diagnostics errors;
  Whole sink;
  syntax::read(sources, file, syntax::Format::Json, {}, errors, sink);
  if (errors.errors() != 0 || !sink.node || !sink.node->is(Type::Object)) return std::nullopt;
  place(*sink.node, text.where);
  return std::move(sink.node);
}

}  // namespace

void read_azapi(const Instance& instance, const Node& values, source::Diagnostics& diagnostics,
                Resources& out) {
  if (!instance.id) return;
  const Attributes attributes(values, instance.address, diagnostics);
  Resource resource;
  resource.id = *instance.id;
  resource.where = instance.where;
  resource.is_patch = instance.type == "azapi_update_resource";
  resource.is_export = instance.from_state;
  if (const Node* name = member(&values, "name")) resource.where = name->where;
  const Node* body = attributes.find("body");
  std::optional<Node> parsed;
  if (body != nullptr && body->is(Type::String)) {
    parsed = parse(*body);
    body = parsed ? &*parsed : body;
  }
  if (body != nullptr && body->is(Type::Unknown)) {
    resource.body = *body;
    out.push_back(std::move(resource));
    return;
  }
  if (body != nullptr && !body->is(Type::Object)) {
    attributes.wrong_type("body", *body, "an object, or one as JSON");
    return;
  }
  Members members;
  const Span where = resource.where;
  put(members, "id", Node::string(resource.id.to_string(), where), where);
  put(members, "name", Node::string(resource.id.name(), where), where);
  put(members, "type", Node::string(azapi_type(&values), where), where);
  if (body != nullptr) {
    for (const Node::Member& m : body->members) {
      const bool known =
          same_name(m.name, "id") || same_name(m.name, "name") || same_name(m.name, "type");
      if (!known) members.push_back(m);
    }
  }
  resource.body = Node::object(std::move(members), body != nullptr ? body->where : where);
  out.push_back(std::move(resource));
}

}  // namespace polreach::azure::terraform
