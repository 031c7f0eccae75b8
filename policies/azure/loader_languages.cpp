// SPDX-License-Identifier: Apache-2.0
#include "policies/azure/loader_languages.h"

#include <utility>

namespace polreach::azure {
namespace {

void not_supported_yet(const Node& root, const std::string& what,
                       source::Diagnostics& diagnostics) {
  diagnostics.add({source::Severity::Error,
                   "not-supported-yet",
                   what + " are not read yet",
                   root.where,
                   "",
                   "give an export of what was deployed from it",
                   {},
                   {}});
}

}  // namespace

// CONNECT HERE: Operators::add(object, api_version, kind) instead of keeping the object; its answer
// says whether the object counts as used or irrelevant (Foreign: not ours).
syntax::Taken Languages::add_operator_object(Node object, std::string_view api_version,
                                             std::string_view kind) {
  operator_objects_.push_back({std::move(object), std::string(api_version), std::string(kind)});
  return syntax::Taken::one_used();
}

// CONNECT HERE, and take `not-supported-yet` out of docs/diagnostics.md:
// - policies/azure/arm/template.h: arm::read_template, with the values of parameters_ (in order:
//   arm::read_parameters) and the label in its options
// - policies/azure/terraform/terraform.h: read_terraform
// - policies/azure/operators/operators.h: Operators::finish
void Languages::finish(source::Diagnostics& diagnostics, Resources& /*resources*/) {
  for (const Template& each : templates_) {
    not_supported_yet(each.root, "ARM templates", diagnostics);
  }
  for (const Node& root : terraform_) not_supported_yet(root, "plans of Terraform", diagnostics);
  for (const OperatorObject& each : operator_objects_) {
    not_supported_yet(each.object, "objects of " + each.api_version, diagnostics);
  }
}

}  // namespace polreach::azure
