// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "policies/kubernetes/objects.h"
#include "policies/model/model.h"
#include "policies/source/diagnostics.h"

namespace polreach::kubernetes {

struct AssembleOptions {
  /// See LoadOptions::keep_going: of objects that contradict each other the first stays.
  bool keep_going = false;
};

/// Builds the model from objects: finds the namespaces that nobody declares, follows pods to their
/// owners, and puts everything in an order that does not depend on that of the files.
///
/// Pods whose owner is named belong to its workload, followed to the top: pod -> ReplicaSet ->
/// Deployment, pod -> Job -> CronJob. Where the ReplicaSet is not in the input, the Deployment's
/// name is the ReplicaSet's without the hash that the Deployment added. A workload's template is an
/// endpoint where no pod of it is in the input, or where its labels differ from those of all its
/// pods (a roll-out in progress).
///
/// Two different NetworkPolicies or Namespaces of one name are the error `duplicate-object`; the
/// same object twice counts once.
[[nodiscard]] model::Model assemble(const Objects& objects,
                                    std::shared_ptr<source::SymbolTable> symbols,
                                    const source::SourceMap& sources,
                                    source::Diagnostics& diagnostics,
                                    const AssembleOptions& options);

}  // namespace polreach::kubernetes
