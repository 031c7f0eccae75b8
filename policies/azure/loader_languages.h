// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "policies/azure/operators/operators.h"
#include "policies/azure/resource.h"
#include "policies/source/diagnostics.h"
#include "policies/syntax/taken.h"

namespace polreach::azure {

/// The languages that have to be evaluated before there are resources: documents are kept until
/// all files were read, since a template's parameters and an operator's references may be in
/// others.
class Languages {
 public:
  /// `label` tells the template from others: the name of its file.
  void add_template(Node root, std::string label) {
    templates_.push_back({std::move(root), std::move(label)});
  }
  /// A parameters file; later ones win.
  void add_parameters(Node root) { parameters_.push_back(std::move(root)); }
  void add_terraform(Node root) { terraform_.push_back(std::move(root)); }
  /// Gives what the object counts as.
  syntax::Taken add_operator_object(const Node& object, std::string_view api_version,
                                    std::string_view kind);

  /// Evaluates everything. Errors have their place in the document that they are about.
  void finish(source::Diagnostics& diagnostics, Resources& resources);

 private:
  struct Template {
    Node root;
    std::string label;
  };
  std::vector<Template> templates_;
  std::vector<Node> parameters_;
  std::vector<Node> terraform_;
  Operators operators_;
};

}  // namespace polreach::azure
