// SPDX-License-Identifier: Apache-2.0
#include "policies/azure/loader_languages.h"

#include <utility>

#include "policies/azure/arm/template.h"
#include "policies/azure/terraform/terraform.h"

namespace polreach::azure {

syntax::Taken Languages::add_operator_object(const Node& object, std::string_view api_version,
                                             std::string_view kind) {
  switch (operators_.add(object, api_version, kind)) {
    case Operators::Answer::Taken:
      return syntax::Taken::one_used();
    case Operators::Answer::Irrelevant:
      return syntax::Taken::one_irrelevant();
    case Operators::Answer::Foreign:
      break;
  }
  return syntax::Taken::not_ours();
}

void Languages::finish(source::Diagnostics& diagnostics, Resources& resources) {
  std::vector<Node::Member> parameters;
  for (const Node& root : parameters_) {
    for (Node::Member& each : arm::read_parameters(root, diagnostics)) {
      std::erase_if(parameters,
                    [&](const Node::Member& known) { return same_name(known.name, each.name); });
      parameters.push_back(std::move(each));
    }
  }
  for (const Template& each : templates_) {
    arm::TemplateOptions options;
    options.parameters = parameters;
    // Names that are not known are those of one template or of another only where there are two.
    if (templates_.size() > 1) options.label = each.label;
    arm::read_template(each.root, options, diagnostics, resources);
  }
  for (const Node& root : terraform_) read_terraform(root, diagnostics, resources);
  operators_.finish(diagnostics, resources);
}

}  // namespace polreach::azure
