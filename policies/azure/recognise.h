// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "policies/azure/resource.h"
#include "policies/syntax/tape.h"

/// What a document is to the Azure half, by what stands in it: names of files say nothing that is
/// sure.
namespace polreach::azure {

enum class Form : std::uint8_t {
  None,            // nothing of Azure
  Template,        // an ARM deployment template, of any scope
  Parameters,      // an ARM parameters file
  Terraform,       // what `terraform show -json` prints of a plan or a state
  TerraformState,  // the file of Terraform itself, which says less
  Resource,        // one resource: REST, Resource Graph, or az's flattened form
  Wrapped,         // {"NewNSG": {...}} and the like, as az prints what it has created
  List,            // {"value": [...], "nextLink": ...}
  GraphRows,       // a page of Resource Graph's results: {"count", "data": [...], "skip_token"}
  GraphTable,      // the same in the older form, with columns and rows
  EffectiveRules,  // one entry of the effective rules of an interface
  ServiceTags      // the published service tags, as a file or from the API
};

/// Of a document that is no Kubernetes object. Never takes a document that has no mark of Azure.
[[nodiscard]] Form recognise(const syntax::Value& root);

/// Whether a Kubernetes object creates something of Azure: the groups of Azure Service Operator and
/// of Crossplane's Azure providers.
[[nodiscard]] bool is_operator_object(std::string_view api_version);

/// The type of a resource in lower case, by its id, its `type`, or its members; empty for anything
/// else.
[[nodiscard]] std::string type_of_resource(const syntax::Value& object);

/// Whether any string in the document starts with the text.
[[nodiscard]] bool has_string_with_prefix(const syntax::Value& root, std::string_view prefix);

}  // namespace polreach::azure
