// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "policies/azure/terraform/plan.h"
#include "policies/azure/terraform/traversal.h"
#include "policies/source/diagnostics.h"

namespace polreach::azure::terraform {

/// Follows the references of a plan's expressions to the resources whose ids or names they are,
/// through variables and outputs of modules. A plan lists what an expression refers to, and not
/// what it does with that: a value is taken only where there is one thing of the right type that it
/// can be. Where the plan leaves out an index (`a[each.key].id`), the instance with the same key is
/// taken, with a warning (`assumed-instance`).
///
/// Values of locals are not in a plan, so whatever refers to one stays unknown.
class References {
 public:
  enum class Wanted : std::uint8_t { Id, Name };

  /// Gives every instance that is read its id: the known one, or one made of names that are known,
  /// with the address in place of a name that is not.
  References(Plan& plan, source::Diagnostics& diagnostics);

  /// The value of an attribute of an instance that is not known: a String, or an Unknown that
  /// names it by `path`.
  [[nodiscard]] Node resolve(const Instance& instance, const Node* expression,
                             std::string_view attribute, const std::string& path,
                             const Span& where);
  /// Of a list of ids, of which `holes` items are not known, or nobody knows how many.
  [[nodiscard]] Node resolve_list(const Instance& instance, const Node* expression,
                                  std::string_view attribute, const std::string& path,
                                  const Span& where, std::optional<std::size_t> holes);
  [[nodiscard]] static Node unknown(const Instance& instance, const Node* expression,
                                    const std::string& path, const Span& where);

 private:
  /// What an expression may be.
  struct Found {
    std::vector<std::string> values;  // each once
    bool opaque = false;              // also something that is not known
    bool variables = false;           // also known values of variables
    bool assumed = false;             // the instance with the same key
  };
  struct Question {
    std::string_view arm;  // the type, in lower case
    Wanted wanted = Wanted::Id;
    bool list = false;
  };
  struct Item {
    const Node* expression;
    std::size_t module;
    std::string key;   // of the instance that evaluates it
    const Node* each;  // its for_each
    Traversal rest;    // what is taken of the value
    bool by_key;       // the value is that of one key of several
  };

  void identify();
  void identify_kind(Instance& instance);
  void identify_azapi(Instance& instance, bool last);
  [[nodiscard]] Found follow(const Instance& instance, const Node* expression,
                             const Question& question);
  void follow_variable(const Item& item, const Traversal& steps, std::vector<Item>& open,
                       Found& found) const;
  void follow_output(const Item& item, const Traversal& steps, std::vector<Item>& open,
                     Found& found) const;
  void follow_resource(const Item& item, const Traversal& steps, const Question& question,
                       std::vector<Item>& open, Found& found) const;
  void take_attribute(const Instance& target, const Traversal& path, const Question& question,
                      std::vector<Item>& open, Found& found) const;
  [[nodiscard]] std::string text_of(const Instance& instance, std::string_view attribute,
                                    const Question& question);
  void warn_assumed(const Instance& instance, const Node* expression);

  static constexpr std::size_t kMostItems = 1000;          // of one expression
  static constexpr std::uint64_t kMostSteps = 20'000'000;  // of a plan

  Plan& plan_;
  source::Diagnostics& diagnostics_;
  /// Like member(), with its costs.
  [[nodiscard]] const Node* look_up(const Node* object, std::string_view name) const;

  mutable std::uint64_t steps_ = 0;
  std::set<const Node*> warned_;
};

/// A resource of the azapi provider: its ARM type "Microsoft.Network/virtualNetworks", without the
/// API version; empty where it is not known.
[[nodiscard]] std::string azapi_type(const Node* values);

}  // namespace polreach::azure::terraform
