// SPDX-License-Identifier: Apache-2.0
#include "policies/azure/recognise.h"

#include <algorithm>
#include <array>
#include <vector>

#include "policies/azure/resource_types.h"

namespace polreach::azure {
namespace {

using syntax::Value;

bool has(const Value& root, std::string_view name, syntax::Type type) {
  const auto found = root.find(name);
  return found && found->is(type);
}

/// "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#", and those of
/// subscriptions, management groups and tenants.
Form form_of_schema(const Value& root) {
  const std::string schema = lower(text_of(root, "$schema"));
  if (schema.find("schema.management.azure.com") == std::string::npos) return Form::None;
  const std::string_view file = std::string_view(schema).substr(schema.rfind('/') + 1);
  if (file.find("deploymenttemplate") != std::string_view::npos) return Form::Template;
  if (file.find("deploymentparameters") != std::string_view::npos) return Form::Parameters;
  return Form::None;
}

Form form_of_terraform(const Value& root) {
  const bool shown = has(root, "format_version", syntax::Type::String);
  if (shown && (root.find("planned_values") || root.find("values") ||
                root.find("resource_changes") || root.find("prior_state"))) {
    return Form::Terraform;
  }
  const bool state = has(root, "version", syntax::Type::Integer) &&
                     has(root, "terraform_version", syntax::Type::String) && root.find("lineage");
  return state ? Form::TerraformState : Form::None;
}

bool is_effective_entry(const Value& value) {
  return value.is(syntax::Type::Mapping) &&
         has(value, "effectiveSecurityRules", syntax::Type::Sequence) &&
         (value.find("association") || value.find("networkSecurityGroup"));
}

bool is_tag(const Value& value) {
  const auto properties = value.is(syntax::Type::Mapping) ? value.find("properties") : std::nullopt;
  return properties && properties->is(syntax::Type::Mapping) && properties->find("addressPrefixes");
}

bool is_service_tags(const Value& root) {
  const auto values = root.find("values");
  if (!values || !values->is(syntax::Type::Sequence)) return false;
  if (root.find("changeNumber") && root.find("cloud")) return true;
  return !values->empty() && is_tag(*values->begin()) &&
         (root.find("changeNumber") || root.find("cloud"));
}

/// A page of a list. Others use `value`, too: nothing else may stand beside it, or the first item
/// must be of Azure.
bool is_list(const Value& root) {
  const auto value = root.find("value");
  if (!value || !value->is(syntax::Type::Sequence)) return false;
  bool only_known = true;
  for (const Value each : root) {
    const std::string_view key = each.key();
    only_known = only_known && (key == "value" || key == "nextLink" || key == "count");
  }
  if (!only_known) return false;
  if (root.find("nextLink")) return true;
  if (value->empty()) return false;
  const Value first = *value->begin();
  return is_effective_entry(first) || !type_of_resource(first).empty();
}

Form form_of_graph(const Value& root) {
  const auto data = root.find("data");
  const bool counted =
      root.find("count") && (root.find("total_records") || root.find("totalRecords") ||
                             root.find("skip_token") || root.find("$skipToken"));
  if (!data || !counted) return Form::None;
  if (data->is(syntax::Type::Sequence)) return Form::GraphRows;
  const bool table = data->is(syntax::Type::Mapping) && data->find("columns") && data->find("rows");
  return table ? Form::GraphTable : Form::None;
}

bool is_wrapped(const Value& root) {
  const Value only = *root.begin();
  auto second = root.begin();
  if (++second != root.end()) return false;
  return only.is(syntax::Type::Mapping) && !type_of_resource(only).empty();
}

}  // namespace

std::string type_of_resource(const Value& object) {
  if (!object.is(syntax::Type::Mapping)) return {};
  const auto provider = [](std::string_view type) {
    return lower(type.substr(0, 10)) == "microsoft." && type.find('/') != std::string_view::npos;
  };
  if (const auto id = ResourceId::parse(text_of(object, "id")); id && provider(id->type)) {
    return id->type;
  }
  const std::string_view type = text_of(object, "type");
  if (provider(type) && (member(object, "name") || member(object, "properties"))) {
    return lower(type);
  }
  return std::string(type_by_members(object));
}

bool has_string_with_prefix(const Value& root, std::string_view prefix) {
  std::vector<Value> pending{root};
  while (!pending.empty()) {
    const Value value = pending.back();
    pending.pop_back();
    if (value.is(syntax::Type::String) && value.text().starts_with(prefix)) return true;
    for (const Value child : value) pending.push_back(child);
  }
  return false;
}

bool is_operator_object(std::string_view api_version) {
  const std::size_t slash = api_version.find('/');
  if (slash == std::string_view::npos) return false;
  const std::string_view group = api_version.substr(0, slash);
  return group == "network.azure.com" || group == "compute.azure.com" ||
         group == "containerservice.azure.com" || group.ends_with(".azure.upbound.io") ||
         group.ends_with(".azure.m.upbound.io");
}

Form recognise(const Value& root) {
  if (!root.is(syntax::Type::Mapping) || root.empty()) return Form::None;
  if (const Form form = form_of_schema(root); form != Form::None) return form;
  if (const Form form = form_of_terraform(root); form != Form::None) return form;
  if (is_service_tags(root)) return Form::ServiceTags;
  if (is_effective_entry(root)) return Form::EffectiveRules;
  if (const Form form = form_of_graph(root); form != Form::None) return form;
  if (is_list(root)) return Form::List;
  if (!type_of_resource(root).empty()) return Form::Resource;
  return is_wrapped(root) ? Form::Wrapped : Form::None;
}

}  // namespace polreach::azure
