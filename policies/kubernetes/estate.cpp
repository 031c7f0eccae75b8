// SPDX-License-Identifier: Apache-2.0
#include "policies/kubernetes/estate.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace polreach::kubernetes {
namespace {

void add_accounts(const Objects& objects, const model::Model& model, model::Estate& estate) {
  std::map<std::pair<source::FileId, std::uint32_t>, const PodFacts*> pods;
  const auto add = [&](const auto& object) {
    const Span& where = object.metadata.where;
    pods.emplace(std::pair(where.file, where.begin), &object.facts);
  };
  for (const PodObject& each : objects.pods) add(each);
  for (const WorkloadObject& each : objects.workloads) add(each);
  estate.accounts.resize(model.endpoints.size());
  for (std::size_t i = 0; i < model.endpoints.size(); ++i) {
    const Span& where = model.endpoints[i].where;
    const auto facts = pods.find(std::pair(where.file, where.begin));
    if (facts == pods.end()) continue;
    estate.accounts[i] = {facts->second->account, facts->second->mounts_token};
  }
}

void add_callbacks(const Objects& objects, const model::Model& model,
                   const source::SourceMap& sources, model::Estate& estate) {
  std::map<Symbol, model::NamespaceId> namespaces;
  for (std::size_t i = 0; i < model.namespaces.size(); ++i) {
    namespaces.emplace(model.namespaces[i].name, static_cast<model::NamespaceId>(i));
  }
  for (const EntranceObject& each : objects.callbacks) {
    for (const BackendReference& backend : each.backends) {
      const auto ns = namespaces.find(backend.ns.value_or(Symbol{}));
      if (!backend.ns || ns == namespaces.end()) continue;
      estate.callbacks.push_back({each.kind,
                                  ns->second,
                                  each.metadata.name,
                                  ns->second,
                                  backend.service,
                                  backend.port,
                                  false,
                                  {},
                                  backend.where});
    }
  }
  const auto& symbols = *model.symbols;
  std::stable_sort(estate.callbacks.begin(), estate.callbacks.end(),
                   [&](const model::Entrance& a, const model::Entrance& b) {
                     const auto key = [&](const model::Entrance& e) {
                       return std::tuple(symbols.text(e.kind), symbols.text(e.name));
                     };
                     if (key(a) != key(b)) return key(a) < key(b);
                     return sources.before(a.where, b.where);
                   });
}

}  // namespace

void add_estate(const Objects& objects, const model::Model& model, const source::SourceMap& sources,
                model::Estate& estate) {
  add_accounts(objects, model, estate);
  add_callbacks(objects, model, sources, estate);
}

}  // namespace polreach::kubernetes
