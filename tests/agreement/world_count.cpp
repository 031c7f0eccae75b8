// SPDX-License-Identifier: Apache-2.0
#include "tests/agreement/world_count.h"

#include <algorithm>
#include <map>
#include <set>

namespace polreach::agreement {
namespace {

using Written = std::map<std::string, std::set<std::string>>;

/// What the policies compare with.
struct Counted {
  Written pod_labels;
  Written namespace_labels;
  std::set<net::Prefix> prefixes;
  std::set<std::vector<std::string>> node_selectors;
  bool domains = false;
};

/// A text for each requirement.
std::vector<std::string> texts(const SelectorSpec& selector) {
  std::vector<std::string> result;
  for (const RequirementSpec& wanted : selector) {
    std::string text = wanted.key + " " + std::to_string(static_cast<int>(wanted.op));
    for (const std::string& value : wanted.values) text += " " + value;
    result.push_back(std::move(text));
  }
  return result;
}

void count(const SelectorSpec& selector, Written& labels) {
  for (const RequirementSpec& wanted : selector) {
    labels[wanted.key].insert(wanted.values.begin(), wanted.values.end());
  }
}

void count(const std::vector<RuleSpec>& rules, Counted& result) {
  for (const RuleSpec& rule : rules) {
    for (const PeerSpec& peer : rule.peers) {
      if (const auto* pods = std::get_if<PodPeerSpec>(&peer)) {
        count(pods->pods, result.pod_labels);
        if (pods->namespaces) count(*pods->namespaces, result.namespace_labels);
        continue;
      }
      if (const auto* nodes = std::get_if<NodePeerSpec>(&peer)) {
        result.node_selectors.insert(texts(nodes->nodes));
      }
      result.domains |= std::holds_alternative<DomainPeerSpec>(peer);
      const auto* block = std::get_if<BlockPeerSpec>(&peer);
      if (block == nullptr) continue;
      result.prefixes.insert(net::Prefix::parse(block->cidr).value());
      for (const std::string& hole : block->except) {
        result.prefixes.insert(net::Prefix::parse(hole).value());
      }
    }
  }
}

std::uint64_t label_worlds(const std::vector<LabelSpec>& known,
                           const std::vector<std::string>& unknown, bool open,
                           const Written& written) {
  std::uint64_t worlds = 1;
  for (const auto& [key, values] : written) {
    const auto same = [key = key](const LabelSpec& label) { return label.key == key; };
    if (key == kNamespaceName || std::any_of(known.begin(), known.end(), same)) continue;
    const bool listed = std::find(unknown.begin(), unknown.end(), key) != unknown.end();
    if (listed || open) worlds *= values.size() + 2;
  }
  return worlds;
}

/// The readings, placements and labels of one end.
std::uint64_t choices_of(const Spec& spec, const Counted& written, const EndpointSpec& end) {
  const NamespaceSpec& ns = spec.namespaces[end.ns];
  const bool open = !ns.declared && spec.profile.unknown_namespace_labels;
  return label_worlds(end.labels, end.unknown, false, written.pod_labels) *
         label_worlds(ns.labels, ns.unknown, open, written.namespace_labels) *
         (end.host_network ? 2 : 1);
}

/// Written prefixes nest or are apart, so that they cut the addresses of a family into at most one
/// part more than there are prefixes.
std::uint64_t addresses_of(const Counted& written, const EndpointSpec& end) {
  const bool known = !end.addresses.empty() && !end.host_network;
  return known ? end.addresses.size() : written.prefixes.size() + 2;
}

}  // namespace

WorldCount most_worlds(const Spec& spec) {
  Counted written;
  for (const PolicySpec& policy : spec.policies) {
    count(policy.subject, written.pod_labels);
    count(policy.namespaces, written.namespace_labels);
    if (policy.ingress) count(*policy.ingress, written);
    if (policy.egress) count(*policy.egress, written);
  }
  for (const NodeSpec& node : spec.nodes) {  // selectors of nodes compare with these
    if (written.node_selectors.empty()) break;
    for (const std::string& text : node.addresses) {
      const net::Address address = net::Address::parse(text).value();
      written.prefixes.insert(net::Prefix::around(address, net::width(address.family)));
    }
  }
  std::uint64_t choices = 1;
  std::uint64_t all = 1;
  for (const EndpointSpec& end : spec.endpoints) {
    const std::uint64_t own = choices_of(spec, written, end);
    choices = std::max(choices, own);
    all = std::max(all, own * addresses_of(written, end));
  }
  // Both ends may be of the heaviest kind; the reading of blocks is one choice more. That a
  // namespace has one set of labels for both ends is ignored, and so is what Node objects settle.
  const std::uint64_t once = (written.domains ? 4ULL : 2ULL)
                             << std::min<std::size_t>(written.node_selectors.size(), 16);
  return {once * choices * choices, once * all * all};
}

}  // namespace polreach::agreement
