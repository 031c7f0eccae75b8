// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <set>

#include "policies/kubernetes/objects.h"
#include "policies/model/model.h"
#include "policies/source/diagnostics.h"

namespace polreach::kubernetes {

/// Adds the namespaces that Services and entrances are in, or lead to.
void add_service_namespaces(const Objects& objects, std::set<Symbol>& names);

/// Adds the Services and the entrances to a model that has its namespaces, by namespace and name.
/// Of equal ones the first stays; of different Services or entrances of one name all stay, with the
/// warning `duplicate-object`. A route's backend in another namespace counts only where a
/// ReferenceGrant there permits it (Gateway API, ReferenceGrant); else `entrance-not-granted`.
void add_services_and_entrances(const Objects& objects,
                                const std::map<Symbol, model::NamespaceId>& namespaces,
                                const source::SourceMap& sources, source::Diagnostics& diagnostics,
                                model::Model& model);

}  // namespace polreach::kubernetes
