// SPDX-License-Identifier: Apache-2.0
#include "policies/kubernetes/assemble_services.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace polreach::kubernetes {
namespace {

using model::NamespaceId;

/// A port without its place.
auto facts(const model::ServicePort& port) {
  return std::tuple(port.name, port.protocol, port.number, port.target, port.node_port);
}

bool same(const ServiceObject& a, const ServiceObject& b) {
  const auto selector = [](const ServiceObject& service) {
    return service.selector ? std::optional(model::LabelSet::of(*service.selector)) : std::nullopt;
  };
  const auto rest = [](const ServiceObject& service) {
    return std::tie(service.cluster_addresses, service.type, service.headless,
                    service.external_name, service.outside);
  };
  return rest(a) == rest(b) && selector(a) == selector(b) &&
         std::equal(
             a.ports.begin(), a.ports.end(), b.ports.begin(), b.ports.end(),
             [](const auto& left, const auto& right) { return facts(left) == facts(right); });
}

bool same(const EntranceObject& a, const EntranceObject& b) {
  const auto backend = [](const BackendReference& reference) {
    return std::tuple(reference.ns, reference.service, reference.port);
  };
  return a.controller == b.controller &&
         std::equal(
             a.backends.begin(), a.backends.end(), b.backends.begin(), b.backends.end(),
             [&](const auto& left, const auto& right) { return backend(left) == backend(right); });
}

/// Numbers before names: an order that does not depend on that of symbols.
std::tuple<std::size_t, net::Port, std::string_view> rank(const model::EntrancePort& port,
                                                          const source::SymbolTable& symbols) {
  if (const auto* number = std::get_if<net::Port>(&port)) return {1, *number, {}};
  if (const auto* name = std::get_if<Symbol>(&port)) return {2, 0, symbols.text(*name)};
  return {0, 0, {}};
}

/// Everything of an entrance but its place.
auto rank(const model::Entrance& each, const source::SymbolTable& symbols) {
  return std::tuple(each.ns, symbols.text(each.name), symbols.text(each.kind), each.service_ns,
                    symbols.text(each.service), rank(each.port, symbols), each.port_is_target,
                    std::string_view(each.controller));
}

class ServiceAssembly {
 public:
  ServiceAssembly(const Objects& objects, const std::map<Symbol, NamespaceId>& namespaces,
                  const source::SourceMap& sources, source::Diagnostics& diagnostics,
                  model::Model& model)
      : objects_(objects),
        namespaces_(namespaces),
        sources_(sources),
        diagnostics_(diagnostics),
        model_(model) {}

  void add_services() {
    const Symbol kind = model_.symbols->intern("Service");
    for (const ServiceObject* object :
         distinct(objects_.services, [&](const ServiceObject&) { return kind; })) {
      const Metadata& metadata = object->metadata;
      model_.services.push_back({namespaces_.at(metadata.ns), metadata.name, object->selector,
                                 object->cluster_addresses, object->type, object->headless,
                                 object->external_name, object->ports, object->outside,
                                 metadata.where});
    }
    std::stable_sort(model_.services.begin(), model_.services.end(),
                     [&](const model::Service& a, const model::Service& b) {
                       return std::pair(a.ns, text(a.name)) < std::pair(b.ns, text(b.name));
                     });
  }

  void add_entrances() {
    index_grants();
    for (const EntranceObject* object :
         distinct(objects_.entrances, [](const EntranceObject& each) { return each.kind; })) {
      for (const BackendReference& backend : object->backends) add(*object, backend);
    }
    auto& entrances = model_.entrances;
    const auto rank_of = [&](const model::Entrance& each) { return rank(each, *model_.symbols); };
    std::stable_sort(entrances.begin(), entrances.end(),
                     [&](const auto& a, const auto& b) { return rank_of(a) < rank_of(b); });
    // Paths that lead to the same backend are one entrance: the first stays.
    entrances.erase(
        std::unique(entrances.begin(), entrances.end(),
                    [&](const auto& a, const auto& b) { return rank_of(a) == rank_of(b); }),
        entrances.end());
  }

 private:
  [[nodiscard]] std::string_view text(Symbol symbol) const { return model_.text(symbol); }

  [[nodiscard]] std::string subject_of(Symbol kind, const Metadata& metadata) const {
    return std::string(text(kind)) + " " + std::string(text(metadata.ns)) + "/" +
           std::string(text(metadata.name));
  }

  /// In the order of places, without those that say the same as an earlier one of the name.
  template <typename Object, typename KindOf>
  std::vector<const Object*> distinct(const std::vector<Object>& objects, KindOf kind_of) {
    std::vector<const Object*> sorted;
    for (const Object& object : objects) sorted.push_back(&object);
    std::stable_sort(sorted.begin(), sorted.end(), [&](const Object* a, const Object* b) {
      return sources_.before(a->metadata.where, b->metadata.where);
    });
    std::map<std::tuple<Symbol, Symbol, Symbol>, const Object*> seen;
    std::vector<const Object*> result;
    for (const Object* object : sorted) {
      const Metadata& metadata = object->metadata;
      const Symbol kind = kind_of(*object);
      const auto [first, added] =
          seen.emplace(std::tuple(kind, metadata.ns, metadata.name), object);
      if (!added && same(*first->second, *object)) continue;
      // The API server makes up the rest of a generated name: these are two objects.
      if (!added && !metadata.generated) warn(kind, metadata, first->second->metadata);
      result.push_back(object);
    }
    return result;
  }

  void warn(Symbol kind, const Metadata& second, const Metadata& first) {
    const std::string subject = subject_of(kind, second);
    diagnostics_.add({source::Severity::Warning, "duplicate-object",
                      subject + " is defined twice, differently; both count", second.where, subject,
                      "give polreach only one of the two", first.where, "first defined here"});
  }

  void index_grants() {
    for (const GrantObject& grant : objects_.grants) {
      for (const GrantObject::From& from : grant.from) {
        auto& names = granted_[{grant.metadata.ns, from.kind, from.ns}];
        names.insert(grant.to.begin(), grant.to.end());
      }
    }
  }

  [[nodiscard]] bool is_granted(const EntranceObject& object, Symbol ns, Symbol service) const {
    const auto found = granted_.find({ns, object.kind, object.metadata.ns});
    if (found == granted_.end()) return false;
    return found->second.contains(std::nullopt) || found->second.contains(service);
  }

  void add(const EntranceObject& object, const BackendReference& backend) {
    const Metadata& metadata = object.metadata;
    const Symbol service_ns = backend.ns.value_or(metadata.ns);
    if (service_ns != metadata.ns && !is_granted(object, service_ns, backend.service)) {
      diagnostics_.add({source::Severity::Warning,
                        "entrance-not-granted",
                        "no ReferenceGrant in namespace " + std::string(text(service_ns)) +
                            " lets this route refer to Service " +
                            std::string(text(backend.service)) + ": it leads nowhere",
                        backend.where,
                        subject_of(object.kind, metadata),
                        "add a ReferenceGrant there, or give it to polreach too",
                        {},
                        {}});
      return;
    }
    model_.entrances.push_back({object.kind, namespaces_.at(metadata.ns), metadata.name,
                                namespaces_.at(service_ns), backend.service, backend.port,
                                object.port_is_target, object.controller, backend.where});
  }

  const Objects& objects_;
  const std::map<Symbol, NamespaceId>& namespaces_;
  const source::SourceMap& sources_;
  source::Diagnostics& diagnostics_;
  model::Model& model_;
  /// By the namespace of the grant, and the kind and namespace of the route: the Services.
  std::map<std::tuple<Symbol, Symbol, Symbol>, std::set<std::optional<Symbol>>> granted_;
};

}  // namespace

void add_service_namespaces(const Objects& objects, std::set<Symbol>& names) {
  for (const ServiceObject& service : objects.services) names.insert(service.metadata.ns);
  for (const EntranceObject& entrance : objects.entrances) {
    names.insert(entrance.metadata.ns);
    for (const BackendReference& backend : entrance.backends) {
      if (backend.ns) names.insert(*backend.ns);
    }
  }
}

void add_services_and_entrances(const Objects& objects,
                                const std::map<Symbol, NamespaceId>& namespaces,
                                const source::SourceMap& sources, source::Diagnostics& diagnostics,
                                model::Model& model) {
  ServiceAssembly assembly(objects, namespaces, sources, diagnostics, model);
  assembly.add_services();
  assembly.add_entrances();
}

}  // namespace polreach::kubernetes
