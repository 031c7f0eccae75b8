// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "policies/azure/resource.h"
#include "policies/source/diagnostics.h"

namespace polreach::azure {

/// The languages that have to be evaluated before there are resources: documents are kept until
/// all files were read, since a template's parameters and an operator's references may be in
/// others.
class Languages {
 public:
  void add_template(Node root) { templates_.push_back(std::move(root)); }
  /// The value of `parameters` of a parameters file; later ones win.
  void add_parameters(Node parameters) { parameters_.push_back(std::move(parameters)); }
  void add_terraform(Node root) { terraform_.push_back(std::move(root)); }
  void add_operator_object(Node object, std::string_view api_version, std::string_view kind);

  /// Evaluates everything. Errors have their place in the document that they are about.
  void finish(source::Diagnostics& diagnostics, Resources& resources);

 private:
  struct OperatorObject {
    Node object;
    std::string api_version;
    std::string kind;
  };
  std::vector<Node> templates_;
  std::vector<Node> parameters_;
  std::vector<Node> terraform_;
  std::vector<OperatorObject> operator_objects_;
};

}  // namespace polreach::azure
