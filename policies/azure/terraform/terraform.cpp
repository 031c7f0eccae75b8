// SPDX-License-Identifier: Apache-2.0
#include "policies/azure/terraform/terraform.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "policies/azure/terraform/attributes.h"
#include "policies/azure/terraform/azapi.h"
#include "policies/azure/terraform/complete.h"
#include "policies/azure/terraform/kinds.h"
#include "policies/azure/terraform/plan.h"
#include "policies/azure/terraform/references.h"
#include "policies/azure/terraform/settle.h"
#include "policies/azure/terraform/translate.h"

namespace polreach::azure {
namespace {

using namespace terraform;  // the parts of this folder
using Type = Node::Type;

/// Whether the document has a format that this is written for.
bool check_version(const Node& root, source::Diagnostics& diagnostics) {
  const Node* version = member(&root, "format_version");
  if (version != nullptr && version->is(Type::String) &&
      (version->text == "1" || version->text.starts_with("1."))) {
    return true;
  }
  const bool raw = version == nullptr && member(&root, "version") != nullptr;
  std::string message = "a document of Terraform without a format_version";
  if (raw) message = "this is a state file as Terraform stores it, which no other program may read";
  if (version != nullptr && version->is(Type::String)) {
    message = "format_version is " + version->text + ", and polreach knows 1.x";
  }
  diagnostics.add({source::Severity::Error,
                   "terraform-version",
                   std::move(message),
                   version != nullptr ? version->where : root.where,
                   {},
                   "give the output of terraform show -json of a plan or a state",
                   Span::none(),
                   {}});
  return false;
}

/// Data sources of these types are what exists, as a resource would describe it.
bool is_read_as_data(std::string_view type) {
  static constexpr std::array<std::string_view, 4> kTypes = {
      "azurerm_network_security_group", "azurerm_subnet", "azurerm_virtual_network",
      "azurerm_route_table"};
  return std::find(kTypes.begin(), kTypes.end(), type) != kTypes.end();
}

/// The resource that was there before a plan deletes it.
Circumstances circumstances_of(const Plan& plan) {
  Circumstances result;
  result.planned = !plan.is_state;
  for (const auto& [type, before] : plan.deleted) {
    const Kind* kind = kind_of(type);
    if (kind == nullptr) continue;
    const bool association = kind->parent == Kind::Parent::Association;
    const std::string_view id = association ? kind->parent_attribute : std::string_view("id");
    std::optional<ResourceId> known = ResourceId::parse(text_member(before, id));
    if (!known || known->type != lower(kind->arm)) continue;
    const std::string property(associated_property(type));
    if (!association) {
      result.deleted.push_back(std::move(*known));
    } else if (!property.empty()) {
      result.detached.emplace_back(std::move(*known), property);
    }
  }
  for (const Instance& instance : plan.instances) {
    const Node* expressions = member(instance.config, "expressions");
    if (instance.id && member(expressions, "security_rule") != nullptr) {
      result.written.insert(instance.id->to_string());
    }
  }
  return result;
}

}  // namespace

TerraformCount read_terraform(const Node& root, source::Diagnostics& diagnostics, Resources& out) {
  TerraformCount count;
  if (!check_version(root, diagnostics)) return count;
  Plan plan = take_apart(root, diagnostics);
  References references(plan, diagnostics);
  Translation translation;
  // Data sources last: what is managed counts.
  for (const bool data : {false, true}) {
    for (const Instance& instance : plan.instances) {
      if (instance.is_data != data) continue;
      const bool azapi =
          instance.type == "azapi_resource" || instance.type == "azapi_update_resource";
      const Kind* kind = kind_of(instance.type);
      if (data ? !is_read_as_data(instance.type) : !azapi && kind == nullptr) {
        ++count.irrelevant;
        continue;
      }
      ++count.read;
      if (!instance.id) continue;
      const Node values = complete(instance, references);
      if (azapi) {
        read_azapi(instance, values, diagnostics, translation.resources);
        continue;
      }
      const Node* name = member(&values, "name");
      translate(*kind, Attributes(values, instance.address, diagnostics), *instance.id,
                instance.from_state, name != nullptr ? name->where : instance.where, translation);
    }
  }
  settle(std::move(translation), circumstances_of(plan), diagnostics, out);
  return count;
}

}  // namespace polreach::azure
