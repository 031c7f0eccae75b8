// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "policies/azure/node.h"
#include "policies/azure/resource.h"
#include "policies/source/diagnostics.h"

namespace polreach::azure::terraform {

/// Terraform's names are case-sensitive, unlike Azure's.
[[nodiscard]] const Node* member(const Node* object, std::string_view name);
/// The text of a member that is a string; empty where there is none.
[[nodiscard]] std::string_view text_member(const Node* object, std::string_view name);

/// One module of the configuration (documentation: "JSON Output Format", configuration
/// representation).
struct ModuleConfig {
  const Node* node = nullptr;  // {resources, module_calls, outputs, variables}
  const Node* call = nullptr;  // {expressions, for_each_expression, ...}; of the root nullptr
  std::map<std::string, const Node*> resources;  // by "azurerm_subnet.app", "data.azurerm_..."
  std::map<std::string, std::size_t> calls;
};

/// One instance of a module in the planned values.
struct ModuleInstance {
  std::string address;  // "" for the root
  std::optional<std::size_t> parent;
  std::string key;  // `["a"]`, `[0]` or empty
  std::optional<std::size_t> config;
  /// Instances by "azurerm_subnet.app", then by key.
  std::map<std::string, std::map<std::string, std::size_t>> resources;
  std::map<std::string, std::map<std::string, std::size_t>> children;  // by name, then by key
};

/// One instance of a resource or data source.
struct Instance {
  std::string address;
  std::string type;
  std::string name;
  std::string key;  // `["a"]`, `[0]` or empty
  std::size_t module = 0;
  bool is_data = false;
  bool from_state = false;        // its values are those of something that exists
  const Node* values = nullptr;   // an object, or nullptr
  const Node* unknown = nullptr;  // after_unknown
  bool has_change = false;        // a plan says of it what is unknown
  const Node* config = nullptr;   // {expressions, for_each_expression, ...}
  std::optional<ResourceId> id;   // see references.h
  Span where;
};

/// What `terraform show -json` prints, taken apart. Points into the document.
struct Plan {
  bool is_state = false;
  std::vector<ModuleConfig> configs;
  std::vector<ModuleInstance> modules;  // the root first
  std::vector<Instance> instances;
  /// Of resources that the plan deletes: type and the values before.
  std::vector<std::pair<std::string_view, const Node*>> deleted;
};

/// Values of the wrong type are diagnostics (wrong-type), and left out.
[[nodiscard]] Plan take_apart(const Node& root, source::Diagnostics& diagnostics);

}  // namespace polreach::azure::terraform
