// SPDX-License-Identifier: Apache-2.0
#include "policies/azure/operators/operators.h"

#include <utility>

#include "policies/azure/operators/crossplane.h"
#include "policies/azure/operators/service_operator.h"
#include "policies/azure/terraform/plan.h"
#include "policies/azure/terraform/settle.h"

namespace polreach::azure {
namespace {

using terraform::member;
using terraform::text_member;

std::string_view group_of(std::string_view api_version) {
  const std::size_t slash = api_version.find('/');
  return slash == std::string_view::npos ? std::string_view() : api_version.substr(0, slash);
}

}  // namespace

std::string Operators::key_of(std::string_view group, std::string_view kind, std::string_view space,
                              std::string_view name) {
  std::string key;
  for (const std::string_view part : {group, kind, space, name}) {
    key += part;
    key += '\n';
  }
  return key;
}

const Operators::Object* Operators::find(std::string_view group, std::string_view kind,
                                         std::string_view space, std::string_view name) const {
  const auto found = objects_.find(key_of(group, kind, space, name));
  return found == objects_.end() ? nullptr : &found->second;
}

bool Operators::concerns(std::string_view api_version) {
  const std::string_view group = group_of(api_version);
  return ServiceOperator::is_group(group) || Crossplane::is_group(group);
}

Operators::Answer Operators::add(const Node& object, std::string_view api_version,
                                 std::string_view kind) {
  if (!concerns(api_version)) return Answer::Foreign;
  const std::string_view group = group_of(api_version);
  const bool taken =
      !ServiceOperator::type_of(group, kind).empty() || Crossplane::kind_of(group, kind) != nullptr;
  // Groups of resources are no part of a network, but others get their names from them.
  if (!taken && kind != "ResourceGroup") return Answer::Irrelevant;
  const Node* metadata = member(&object, "metadata");
  Object entry{std::string(group), std::string(kind), {}, {}, {}, object};
  entry.space = text_member(metadata, "namespace");
  entry.name = text_member(metadata, "name");
  entry.azure_name = entry.name;
  if (ServiceOperator::is_group(group)) {
    // The API server would fill in the namespace of whoever applies it.
    if (entry.space.empty()) entry.space = "default";
    const std::string_view name = text_member(member(&object, "spec"), "azureName");
    if (!name.empty()) entry.azure_name = name;
  } else {
    if (group.ends_with(".m.upbound.io") && entry.space.empty()) entry.space = "default";
    const Node* annotations = member(metadata, "annotations");
    const std::string_view name = text_member(annotations, "crossplane.io/external-name");
    if (!name.empty()) entry.azure_name = name;
  }
  const std::string subject = entry.kind + " " + entry.name;
  if (entry.name.empty()) {
    problems_.push_back({source::Severity::Error,
                         "missing-field",
                         "the object has no name: metadata.name is missing",
                         object.where,
                         subject,
                         "write a name",
                         Span::none(),
                         {}});
    return taken ? Answer::Taken : Answer::Irrelevant;
  }
  const std::string key = key_of(entry.group, entry.kind, entry.space, entry.name);
  const auto [at, fresh] = objects_.emplace(key, std::move(entry));
  if (!fresh) {
    problems_.push_back({source::Severity::Error, "duplicate-object",
                         "there are two objects of this kind and name", object.where, subject,
                         "remove one of them", at->second.object.where, "the other one"});
  }
  return taken ? Answer::Taken : Answer::Irrelevant;
}

void Operators::finish(source::Diagnostics& diagnostics, Resources& out) {
  for (source::Diagnostic& problem : problems_) diagnostics.add(std::move(problem));
  problems_.clear();
  const ServiceOperator service_operator(*this, diagnostics);
  const Crossplane crossplane(*this, diagnostics);
  terraform::Translation translation;
  for (const auto& [key, object] : objects_) {
    if (!ServiceOperator::type_of(object.group, object.kind).empty()) {
      service_operator.read(object, out);
    } else if (Crossplane::kind_of(object.group, object.kind) != nullptr) {
      crossplane.read(object, translation);
    }
  }
  terraform::Circumstances circumstances;
  circumstances.planned = true;
  terraform::settle(std::move(translation), circumstances, diagnostics, out);
}

}  // namespace polreach::azure
