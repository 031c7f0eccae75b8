// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "policies/kubernetes/objects.h"
#include "policies/model/estate.h"

namespace polreach::kubernetes {

/// What the objects say beside the model that was assembled from them: accounts of pods, and the
/// Services that the API server calls, as far as they are in namespaces of the model.
void add_estate(const Objects& objects, const model::Model& model, const source::SourceMap& sources,
                model::Estate& estate);

}  // namespace polreach::kubernetes
