// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "policies/azure/node.h"
#include "policies/azure/resource.h"
#include "policies/source/diagnostics.h"

namespace polreach::azure {

/// Azure resources written as Kubernetes objects, for Azure Service Operator v2 (groups
/// network.azure.com, compute.azure.com, containerservice.azure.com; ARM's schema, flattened) and
/// for Crossplane's Azure provider (network.azure.upbound.io and so on, and the namespaced
/// *.azure.m.upbound.io; the schema of Terraform's provider in camel case). Objects are recognised
/// by group and kind, whatever the version.
///
/// Kubernetes names need not be Azure's (`spec.azureName`, the annotation
/// crossplane.io/external-name), so references are resolved among the objects that were added; one
/// that is not there is Unknown. What is written is not what runs: no resource is an export.
class Operators {
 public:
  enum class Answer : std::uint8_t {
    Taken,
    Irrelevant,  // one of these groups, and nothing about connections
    Foreign      // another group: not an object for this reader
  };

  /// Whether add() answers anything but Foreign for objects of this version.
  [[nodiscard]] static bool concerns(std::string_view api_version);

  Answer add(const Node& object, std::string_view api_version, std::string_view kind);
  /// Adds all resources. To be called once, after the last object.
  void finish(source::Diagnostics& diagnostics, Resources& out);

 private:
  friend class ServiceOperator;
  friend class Crossplane;

  struct Object {
    std::string group;  // "network.azure.com"
    std::string kind;
    std::string space;  // the namespace; empty for those of the cluster
    std::string name;
    std::string azure_name;
    Node object;
  };
  [[nodiscard]] static std::string key_of(std::string_view group, std::string_view kind,
                                          std::string_view space, std::string_view name);
  [[nodiscard]] const Object* find(std::string_view group, std::string_view kind,
                                   std::string_view space, std::string_view name) const;

  /// By key: in an order that does not depend on that of files.
  std::map<std::string, Object, std::less<>> objects_;
  std::vector<source::Diagnostic> problems_;
};

}  // namespace polreach::azure
