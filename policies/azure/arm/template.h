// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "policies/azure/node.h"
#include "policies/azure/resource.h"
#include "policies/source/diagnostics.h"

/// Azure Resource Manager templates ("ARM template syntax"; nested deployments, copy loops,
/// conditions, and languageVersion 2.0 with resources by symbolic names).
namespace polreach::azure::arm {

struct TemplateOptions {
  /// Values of parameters, by name: see read_parameters(). They are data, not expressions.
  std::vector<Node::Member> parameters;
  /// Where it is deployed; empty where that is not known. Ids then have empty segments.
  std::string subscription;
  std::string group;
  std::string location;
  /// Tells the unknown names of this template from those of others in the same input, such as
  /// "parameters('name')"; may be empty.
  std::string label;
};

/// Adds the resources that a deployment of the template creates, each with its body evaluated, in
/// document order.
///
/// A parameter has the value that it is given, else its default, else it is Unknown; whatever
/// depends on it is Unknown too, and says so. A known false condition leaves a resource out, an
/// unknown one stands in Resource::conditions together with those of the deployments around it
/// (Azure does not extend a condition to child resources). Child resources are Resources of their
/// own; the `name` of a body is the last segment.
///
/// - A name that is not known is written with its unknown parts in braces, as in
///   `nsg-{parameters('env')}`: no name in Azure has braces, and ids that were made from the same
///   expressions have the same text. Values of uniqueString() and guid() are such parts.
/// - An Unknown in an array may stand for any number of items (the count of its loop is not known,
///   or the array that was added); a member that is Unknown may be absent.
/// - A resource in a loop of unknown count is one Resource: its index is a part of its name that
///   is not known, its body is Unknown altogether, and the count is among its conditions. It
///   stands for any number of resources.
/// - `existing` resources are not created and do not come out, nor do deployments themselves. What
///   a linked template deploys is not known: a warning says so.
///
/// Errors in what is written (a cycle of variables, a function that refuses its arguments, a
/// parameter of another type) are diagnostics with the place of the expression. Evaluation is
/// bounded (limits.h), and ends with a diagnostic.
void read_template(const Node& root, const TemplateOptions& options,
                   source::Diagnostics& diagnostics, Resources& resources);

/// The values in a parameter file ("deploymentParameters.json"). A reference to a key vault is
/// Unknown.
[[nodiscard]] std::vector<Node::Member> read_parameters(const Node& root,
                                                        source::Diagnostics& diagnostics);

}  // namespace polreach::azure::arm
