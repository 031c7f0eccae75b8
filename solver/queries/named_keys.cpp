// SPDX-License-Identifier: Apache-2.0
#include "solver/queries/named_keys.h"

namespace polreach::solver::queries {
namespace {

void add_keys(const model::Selector& selector, std::set<model::Symbol>& keys) {
  for (const model::Requirement& requirement : selector.all_of) keys.insert(requirement.key);
}

}  // namespace

void NamedKeys::add(const model::Model& model) {
  for (const model::Policy& policy : model.policies) {
    add_keys(policy.subject, pods);
    add_keys(policy.namespaces, namespaces);
    for (const auto* rules : {&policy.ingress, &policy.egress}) {
      if (!*rules) continue;
      for (const model::Rule& rule : **rules) {
        for (const model::Peer& peer : rule.peers) {
          const auto* found = std::get_if<model::PodPeer>(&peer.what);
          if (found == nullptr) continue;
          add_keys(found->pods, pods);
          if (found->namespaces) add_keys(*found->namespaces, namespaces);
        }
      }
    }
  }
}

}  // namespace polreach::solver::queries
