// SPDX-License-Identifier: Apache-2.0
#include "solver/audit/kubernetes/containment.h"

#include <algorithm>

#include "compiler/resolve/view.h"

namespace polreach::solver::audit::kubernetes {
namespace {

using compiler::Cluster;
using model::Operator;
using model::Requirement;
using model::Symbol;

bool is_subset(const std::vector<Symbol>& inner, const std::vector<Symbol>& outer) {
  return std::includes(outer.begin(), outer.end(), inner.begin(), inner.end());
}

bool have_common(const std::vector<Symbol>& a, const std::vector<Symbol>& b) {
  return std::any_of(a.begin(), a.end(),
                     [&](Symbol each) { return std::binary_search(b.begin(), b.end(), each); });
}

/// Whether what meets `one` meets `other`.
bool implies(const Requirement& one, const Requirement& other) {
  if (one.key != other.key) return false;
  switch (other.op) {
    case Operator::In:
      return one.op == Operator::In && is_subset(one.values, other.values);
    case Operator::NotIn:
      return (one.op == Operator::In && !have_common(one.values, other.values)) ||
             (one.op == Operator::NotIn && is_subset(other.values, one.values)) ||
             one.op == Operator::DoesNotExist;
    case Operator::Exists:
      return one.op == Operator::In || one.op == Operator::Exists;
    case Operator::DoesNotExist:
      return one.op == Operator::DoesNotExist;
  }
  return false;
}

/// Whether nothing meets both.
bool contradict(const Requirement& one, const Requirement& other) {
  if (one.key != other.key) return false;
  const auto needs = [](Operator op) { return op == Operator::In || op == Operator::Exists; };
  const auto excludes = [&](const Requirement& has, const Requirement& has_not) {
    return (has.op == Operator::In && has_not.op == Operator::NotIn &&
            is_subset(has.values, has_not.values)) ||
           (needs(has.op) && has_not.op == Operator::DoesNotExist);
  };
  if (one.op == Operator::In && other.op == Operator::In) {
    return !have_common(one.values, other.values);
  }
  return excludes(one, other) || excludes(other, one);
}

/// Whether a peer may be about pods of the policies' own namespace.
bool may_be_own(const Cluster& cluster, model::NamespaceId ns, const model::PodPeer& peer) {
  return !peer.namespaces ||
         compiler::matches(*peer.namespaces, compiler::namespace_labels(cluster, ns, nullptr)) !=
             compiler::Tri::No;
}

bool pods_may_meet(const Cluster& cluster, model::NamespaceId ns, const model::PodPeer& a,
                   const model::PodPeer& b) {
  if (!may_meet(a.pods, b.pods)) return false;
  if (a.namespaces && b.namespaces) return may_meet(*a.namespaces, *b.namespaces);
  return may_be_own(cluster, ns, a) && may_be_own(cluster, ns, b);
}

bool ports_may_meet(const model::PortMatch& a, const model::PortMatch& b) {
  if (a.protocol != b.protocol) return false;
  const auto* one = std::get_if<model::PortRange>(&a.ports);
  const auto* other = std::get_if<model::PortRange>(&b.ports);
  // What number a name stands for is not known.
  return one == nullptr || other == nullptr ||
         (one->first <= other->last && other->first <= one->last);
}

bool pods_within(const Cluster& cluster, model::NamespaceId ns, const model::PodPeer& inner,
                 const model::PodPeer& outer) {
  if (!is_within(inner.pods, outer.pods)) return false;
  if (!outer.namespaces) return !inner.namespaces;
  if (inner.namespaces) return is_within(*inner.namespaces, *outer.namespaces);
  return compiler::matches(*outer.namespaces, compiler::namespace_labels(cluster, ns, nullptr)) ==
         compiler::Tri::Yes;
}

bool port_within(const model::PortMatch& inner, const model::PortMatch& outer) {
  if (inner.protocol != outer.protocol) return false;
  if (std::holds_alternative<model::AllPorts>(outer.ports)) return true;
  if (const auto* name = std::get_if<model::PortName>(&inner.ports)) {
    const auto* other = std::get_if<model::PortName>(&outer.ports);
    return other != nullptr && other->name == name->name;
  }
  const auto* range = std::get_if<model::PortRange>(&inner.ports);
  const auto* other = std::get_if<model::PortRange>(&outer.ports);
  return range != nullptr && other != nullptr && other->first <= range->first &&
         range->last <= other->last;
}

}  // namespace

bool is_within(const model::Selector& inner, const model::Selector& outer) {
  return std::all_of(outer.all_of.begin(), outer.all_of.end(), [&](const Requirement& demanded) {
    return std::any_of(inner.all_of.begin(), inner.all_of.end(),
                       [&](const Requirement& each) { return implies(each, demanded); });
  });
}

bool is_within(const Cluster& cluster, model::NamespaceId ns, const model::Peer* inner,
               const model::Peer* outer) {
  if (outer == nullptr) return true;
  if (inner == nullptr) return false;
  const auto* pods = std::get_if<model::PodPeer>(&inner->what);
  const auto* other_pods = std::get_if<model::PodPeer>(&outer->what);
  if (pods != nullptr && other_pods != nullptr) return pods_within(cluster, ns, *pods, *other_pods);
  const auto* block = std::get_if<model::BlockPeer>(&inner->what);
  const auto* other_block = std::get_if<model::BlockPeer>(&outer->what);
  return block != nullptr && other_block != nullptr &&
         block->matches_pods == other_block->matches_pods &&
         compiler::addresses_of(*other_block).contains(compiler::addresses_of(*block));
}

bool is_within(const std::vector<model::PortMatch>& inner,
               const std::vector<model::PortMatch>& outer) {
  if (outer.empty()) return true;
  if (inner.empty()) return false;
  return std::all_of(inner.begin(), inner.end(), [&](const model::PortMatch& each) {
    return std::any_of(outer.begin(), outer.end(),
                       [&](const model::PortMatch& other) { return port_within(each, other); });
  });
}

bool may_meet(const model::Selector& a, const model::Selector& b) {
  return std::none_of(a.all_of.begin(), a.all_of.end(), [&](const Requirement& one) {
    return std::any_of(b.all_of.begin(), b.all_of.end(),
                       [&](const Requirement& other) { return contradict(one, other); });
  });
}

bool may_meet(const Cluster& cluster, model::NamespaceId ns, const model::Peer* a,
              const model::Peer* b) {
  if (a == nullptr || b == nullptr) return true;
  const auto* one = std::get_if<model::PodPeer>(&a->what);
  const auto* other = std::get_if<model::PodPeer>(&b->what);
  return one == nullptr || other == nullptr || pods_may_meet(cluster, ns, *one, *other);
}

bool may_meet(const std::vector<model::PortMatch>& a, const std::vector<model::PortMatch>& b) {
  if (a.empty() || b.empty()) return true;
  return std::any_of(a.begin(), a.end(), [&](const model::PortMatch& one) {
    return std::any_of(b.begin(), b.end(),
                       [&](const model::PortMatch& other) { return ports_may_meet(one, other); });
  });
}

}  // namespace polreach::solver::audit::kubernetes
