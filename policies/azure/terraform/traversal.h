// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace polreach::azure::terraform {

/// A step of `module.net["a"].azurerm_subnet.app[0].id`: a name, or a key in brackets.
struct Step {
  bool is_key = false;
  std::string text;  // of a key as it is written between the brackets, without quotes
  bool quoted = false;

  friend bool operator==(const Step&, const Step&) = default;
};
using Traversal = std::vector<Step>;

/// An address or a reference as Terraform writes it; nothing for any other text.
[[nodiscard]] std::optional<Traversal> parse_traversal(std::string_view text);
/// The key of an instance as it stands in its address: `[0]`, `["a"]`; empty for none.
[[nodiscard]] std::string key_text(const Step& step);

/// The references of an expression without those that only repeat a part of the one before:
/// Terraform writes `a.b.id`, `a.b` for one reference to a.b.id.
[[nodiscard]] std::vector<std::string_view> whole_references(
    const std::vector<std::string_view>& references);

}  // namespace polreach::azure::terraform
