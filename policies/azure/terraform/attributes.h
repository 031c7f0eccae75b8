// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "policies/azure/node.h"
#include "policies/source/diagnostics.h"

/// Objects in the schema of Terraform's azurerm provider, from Terraform itself or from Crossplane,
/// whose Azure provider has the same attributes in camel case.
namespace polreach::azure::terraform {

/// Whether two names are those of one attribute: `subnet_id` of Terraform is `subnetId`, and in
/// some versions `subnetID`, of Crossplane.
[[nodiscard]] bool same_attribute(std::string_view a, std::string_view b);

/// How an attribute becomes a property of ARM.
enum class Shape : std::uint8_t {
  Text,
  Flag,
  Opposite,  // a flag of the opposite meaning
  Number,
  Texts,
  Id,      // an id becomes {"id": ...}
  Ids,     // a list of them
  IdText,  // an id stays a string
  IdTexts
};

struct Field {
  std::string_view from;  // "address_prefix"
  std::string_view to;    // "addressPrefix"
  Shape shape = Shape::Text;
};

using Members = std::vector<Node::Member>;

/// Typed access to the attributes of one object or block. Null is absent, as are the empty strings
/// and lists that Terraform writes for what nobody set. A value of another type is a diagnostic
/// (wrong-type) and absent. Unknown values pass unchanged. The nodes must outlive it.
class Attributes {
 public:
  /// `subject` is what messages call the object: "azurerm_subnet.app".
  Attributes(const Node& object, std::string subject, source::Diagnostics& diagnostics)
      : object_(&object), subject_(std::move(subject)), diagnostics_(&diagnostics) {}

  /// nullptr where it is absent or null.
  [[nodiscard]] const Node* find(std::string_view name) const;
  /// A string or an Unknown; nullptr where it is absent or empty.
  [[nodiscard]] const Node* text(std::string_view name) const;
  /// The attribute where it is Unknown altogether, else nullptr.
  [[nodiscard]] const Node* unknown(std::string_view name) const;
  /// The first block of that name, which may be written as a mapping.
  [[nodiscard]] std::optional<Attributes> block(std::string_view name) const;

  /// Adds what is there of the fields. A property that is there already is not added again, so that
  /// names of several provider versions can follow each other.
  void copy(std::span<const Field> fields, Members& out) const;
  /// Adds a property with one node for each block of that name. An Unknown stays an Unknown.
  void copy_blocks(std::string_view name, std::string_view to, Members& out,
                   const std::function<Node(const Attributes&)>& make) const;

  [[nodiscard]] const Node& object() const { return *object_; }
  [[nodiscard]] const std::string& subject() const { return subject_; }
  void wrong_type(std::string_view name, const Node& value, std::string_view wanted) const;

 private:
  [[nodiscard]] std::optional<Node> shaped(const Field& field, const Node& value) const;
  [[nodiscard]] std::optional<Node> listed(const Field& field, const Node& value) const;

  const Node* object_;
  std::string subject_;
  source::Diagnostics* diagnostics_;
};

/// Adds a property, if it is not there yet.
void put(Members& members, std::string_view name, Node value, const Span& where);
/// Adds an object as a property, unless the object is empty or the property is there.
void put_object(Members& members, std::string_view name, Members inner, const Span& where);
/// The property of that name, whatever its case; nullptr where there is none.
[[nodiscard]] Node* find_in(Members& members, std::string_view name);
/// {"id": id}
[[nodiscard]] Node reference_to(Node id);
/// "a string", "a list" ...: for messages.
[[nodiscard]] std::string_view describe(Node::Type type);

}  // namespace polreach::azure::terraform
