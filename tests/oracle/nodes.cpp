// SPDX-License-Identifier: Apache-2.0
#include "tests/oracle/nodes.h"

#include <algorithm>

namespace polreach::oracle {
namespace {

using model::Model;
using model::Operator;

bool same(const model::Selector& a, const model::Selector& b) {
  return std::equal(a.all_of.begin(), a.all_of.end(), b.all_of.begin(), b.all_of.end(),
                    [](const model::Requirement& x, const model::Requirement& y) {
                      return x.key == y.key && x.op == y.op && x.values == y.values;
                    });
}

/// A Node object says all labels that its node has.
std::optional<std::string_view> label(const Model& model, const model::Node& node,
                                      model::Symbol key) {
  for (const model::Label& label : model.label_sets[node.labels].known) {
    if (label.key == key) return model.text(label.value);
  }
  return std::nullopt;
}

bool selects(const Model& model, const model::Selector& selector, const model::Node& node) {
  return std::all_of(selector.all_of.begin(), selector.all_of.end(), [&](const auto& wanted) {
    return holds(model, wanted, label(model, node, wanted.key));
  });
}

void collect(const std::vector<model::Rule>& rules, std::vector<const model::Selector*>& result) {
  for (const model::Rule& rule : rules) {
    for (const model::Peer& peer : rule.peers) {
      const auto* nodes = std::get_if<model::NodePeer>(&peer.what);
      if (nodes == nullptr) continue;
      const bool known =
          std::any_of(result.begin(), result.end(),
                      [&](const model::Selector* other) { return same(*other, nodes->nodes); });
      if (!known) result.push_back(&nodes->nodes);
    }
  }
}

}  // namespace

bool holds(const Model& model, const model::Requirement& wanted,
           std::optional<std::string_view> value) {
  const bool listed =
      value && std::any_of(wanted.values.begin(), wanted.values.end(),
                           [&](model::Symbol v) { return model.text(v) == *value; });
  switch (wanted.op) {
    case Operator::In:
      return listed;
    case Operator::NotIn:
      return !listed;
    case Operator::Exists:
      return value.has_value();
    case Operator::DoesNotExist:
      return !value.has_value();
  }
  return false;
}

std::vector<const model::Selector*> node_selectors(const Model& model) {
  std::vector<const model::Selector*> result;
  for (const model::Policy& policy : model.policies) {
    if (policy.ingress) collect(*policy.ingress, result);
    if (policy.egress) collect(*policy.egress, result);
  }
  return result;
}

std::size_t node_selector_index(const Model& model, const model::Selector& selector) {
  const std::vector<const model::Selector*> all = node_selectors(model);
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const auto* other) { return same(*other, selector); });
  return static_cast<std::size_t>(found - all.begin());
}

bool is_known_node(const Model& model, const model::Selector& selector,
                   const net::Address& address) {
  return std::any_of(model.nodes.begin(), model.nodes.end(), [&](const model::Node& node) {
    return std::find(node.addresses.begin(), node.addresses.end(), address) !=
               node.addresses.end() &&
           selects(model, selector, node);
  });
}

bool is_open(const Model& model, const model::Selector& selector) {
  return model.nodes.empty() ||
         std::any_of(model.nodes.begin(), model.nodes.end(), [&](const model::Node& node) {
           return node.addresses.empty() && selects(model, selector, node);
         });
}

}  // namespace polreach::oracle
