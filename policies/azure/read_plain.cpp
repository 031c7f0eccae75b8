// SPDX-License-Identifier: Apache-2.0
#include "policies/azure/read_plain.h"

#include <algorithm>
#include <utility>

#include "policies/azure/recognise.h"
#include "policies/azure/resource_types.h"

namespace polreach::azure {
namespace {

using source::Severity;
using syntax::Taken;
using syntax::Value;

/// Nothing where names are missing. A child's name is "network/subnet".
std::optional<ResourceId> id_of(const Value& object, const std::string& type) {
  if (auto id = ResourceId::parse(text_of(object, "id"))) {
    return id->name().empty() ? std::nullopt : id;
  }
  ResourceId id;
  id.subscription = lower(text_of(object, "subscriptionId"));
  id.group = text_of(object, "resourceGroup");
  id.type = type;
  std::string_view rest = text_of(object, "name");
  while (true) {
    const std::size_t slash = std::min(rest.find('/'), rest.size());
    if (slash == 0) return std::nullopt;
    id.names.emplace_back(rest.substr(0, slash));
    if (slash == rest.size()) break;
    rest.remove_prefix(slash + 1);
  }
  const auto segments = static_cast<std::size_t>(std::count(type.begin(), type.end(), '/'));
  if (id.names.size() != segments) return std::nullopt;
  return id;
}

}  // namespace

Taken read_plain(const Value& object, source::Diagnostics& diagnostics, Resources& resources) {
  const std::string type = type_of_resource(object);
  if (!is_relevant_type(type)) return Taken::one_irrelevant();
  auto id = id_of(object, type);
  if (!id) {
    diagnostics.add({Severity::Error,
                     "nameless-resource",
                     "a resource of Azure (" + type + ") without an id, and without its full name",
                     object.span(),
                     "",
                     "export it with its id; the name of a part is \"whole/part\"",
                     {},
                     {}});
    return Taken::one_rejected();
  }
  const auto name = member(object, "name");
  const Span where = name ? name->span() : object.span();
  if (!has_properties(type, object)) {
    diagnostics.add({Severity::Warning,
                     "summary-only",
                     "only the existence of " + type + " " + id->name() +
                         " is told, and none of its properties: it is not used",
                     where,
                     "",
                     "export it with the command of its type, as in az network nsg show, or with "
                     "az resource show --ids",
                     {},
                     {}});
    return Taken::one_irrelevant();
  }
  // What has neither comes from a template: its apiVersion is there, and nothing was exported.
  const bool exported = member(object, "id") || member(object, "resourceGroup");
  Resource resource;
  resource.id = std::move(*id);
  resource.body = Node::of(object);
  resource.is_export = exported;
  resource.where = where;
  resources.push_back(std::move(resource));
  return Taken::one_used();
}

}  // namespace polreach::azure
