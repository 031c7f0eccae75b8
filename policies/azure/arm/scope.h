// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "policies/azure/arm/value.h"

/// What names in expressions refer to.
namespace polreach::azure::arm {

struct Scope;

/// An iteration of a copy loop, and those around it.
struct Loop {
  std::string name;
  Value index;  // Integer; Unknown where the count is not known
  bool of_resource = false;
  std::shared_ptr<const Loop> outer;
};

/// A variable of a lambda, and those around it.
struct Binding {
  std::string name;
  Value value;
  std::shared_ptr<const Binding> outer;
};

/// The arguments of a function that the template defines, by lower-case name.
using Arguments = std::map<std::string, Value>;

/// Where an expression stands.
struct Context {
  Scope* scope = nullptr;
  std::shared_ptr<const Loop> loops;
  std::shared_ptr<const Binding> bindings;
  std::shared_ptr<const Arguments> arguments;  // inside of a function that the template defines
};

/// A resource of a template, once for every iteration of its loop.
struct Instance {
  const Node* written = nullptr;
  std::string symbol;  // its symbolic name, with [index] in a loop; may be empty
  Context context;     // of its expressions
  std::string type;    // in full, as written
  Node name;           // in full, with a '/' for each level; may be Unknown
  bool existing = false;
  std::optional<Node> count;  // of its loop, where it is not known
  bool is_deployment = false;
  Scope* nested = nullptr;  // of a deployment, once it was needed
};

enum class Progress : std::uint8_t { Open, Running, Done };

struct Memo {
  Progress progress = Progress::Open;
  Value value;
};

/// A template, or one that is nested in it. Its expressions see the scope of `names`: its own, or
/// for a nested template that is evaluated outside, that of the deployment's expressions.
struct Scope {
  const Node* document = nullptr;
  Scope* parent = nullptr;
  std::optional<Context> names;  // nothing: its own
  std::size_t depth = 0;

  Node subscription;  // a String, or Unknown
  Node group;
  Node deployment;    // the deployment's name
  std::string label;  // tells unknown parameters from those of other templates

  /// Values of parameters, by lower-case name: given, or written at the deployment.
  std::map<std::string, Value> given;
  const Node* written = nullptr;  // `parameters` of the deployment
  Context written_context;

  std::map<std::string, Memo> parameters;
  std::map<std::string, Memo> variables;
  std::map<std::string, Memo> outputs;

  std::vector<Node> conditions;  // Unknown ones, of the deployments around it
  std::optional<Node> count;     // of a loop around it, where it is not known

  Progress enumerated = Progress::Open;
  std::vector<Instance> instances;
};

}  // namespace polreach::azure::arm
