// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "policies/kubernetes/read_entrance.h"

namespace polreach::kubernetes {

using syntax::Type;
using syntax::Value;

namespace {

void read_target(Fields& fields, const Context& context, const Value& target,
                 const model::EntrancePort& port, EntranceObject& entrance) {
  const auto kind = fields.get(target, "kind", Type::String);
  if (kind && !kind->text().empty() && kind->text() != "Service") {
    fields.error("bad-backend", kind->span(), "a Route leads to Services only",
                 "write kind: Service");
    return;
  }
  const auto name = fields.require(target, "name", Type::String);
  const auto weight = Fields::get(target, "weight");
  if (!name || (weight && weight->text() == "0")) return;
  entrance.backends.push_back(
      {std::nullopt, context.symbols.intern(name->text()), port, target.span()});
}

/// spec.port.targetPort: the port of the endpoints, by number or name; a number may be in quotes.
model::EntrancePort read_port_of(Fields& fields, const Context& context, const Value& spec) {
  const auto port = fields.get(spec, "port", Type::Mapping);
  if (!port) return {};
  const auto target = Fields::get(*port, "targetPort");
  if (!target) return {};
  if (target->is(Type::String)) {
    if (target->text().empty()) return {};
    return context.symbols.intern(target->text());
  }
  const auto number = read_port(fields, *target, "targetPort");
  return number ? model::EntrancePort(*number) : model::EntrancePort();
}

}  // namespace

void read_openshift_route(Fields& fields, const Context& context, const Value& root,
                          Objects& objects) {
  EntranceObject entrance;
  entrance.kind = context.symbols.intern("Route");
  entrance.port_is_target = true;
  const auto metadata = read_metadata(fields, context, root, false);
  if (const auto spec = fields.get(root, "spec", Type::Mapping)) {
    const model::EntrancePort port = read_port_of(fields, context, *spec);
    if (const auto to = fields.get(*spec, "to", Type::Mapping)) {
      read_target(fields, context, *to, port, entrance);
    }
    if (const auto others = fields.get(*spec, "alternateBackends", Type::Sequence)) {
      for (const Value each : *others) {
        if (!fields.expect(each, Type::Mapping, "an item of alternateBackends")) continue;
        read_target(fields, context, each, port, entrance);
      }
    }
  }
  if (!metadata || !fields.ok()) return;
  entrance.metadata = *metadata;
  objects.entrances.push_back(std::move(entrance));
}

}  // namespace polreach::kubernetes
