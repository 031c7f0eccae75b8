// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "policies/model/model.h"

/// What the oracle knows of nodes, and how it compares a label with what is wanted.
namespace polreach::oracle {

/// Whether a requirement holds of a label; nothing: the label is absent.
[[nodiscard]] bool holds(const model::Model& model, const model::Requirement& wanted,
                         std::optional<std::string_view> value);

/// Every distinct selector of a NodePeer, in the order of first appearance: policies in the order
/// of the model, ingress before egress, rules and peers in their order. Two are one if their
/// requirements have the same keys, operators and values, in the same order.
[[nodiscard]] std::vector<const model::Selector*> node_selectors(const model::Model& model);

/// The place of a selector among node_selectors().
[[nodiscard]] std::size_t node_selector_index(const model::Model& model,
                                              const model::Selector& selector);

/// Whether the address is one of a Node object that the selector matches.
[[nodiscard]] bool is_known_node(const model::Model& model, const model::Selector& selector,
                                 const net::Address& address);

/// Whether the selector may match further addresses: there is no Node object at all, or one that it
/// matches has no addresses.
[[nodiscard]] bool is_open(const model::Model& model, const model::Selector& selector);

}  // namespace polreach::oracle
