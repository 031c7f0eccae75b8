// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "compiler/resolve/classes.h"
#include "policies/model/model.h"

/// Models that are made of others, to ask what would be if a policy were not there, or another one
/// were. They share the symbol table of the model that they are made of, and keep its places.
namespace polreach::solver::queries {

/// Without any policy (and without the gaps): everything passes.
[[nodiscard]] model::Model without_policies(const model::Model& model);

/// With the policies of `other` besides its own: both act. The two must share one symbol table.
/// Policies in namespaces that this model does not have select none of its pods and are left out.
[[nodiscard]] model::Model together(const model::Model& model, const model::Model& other);

/// One in which the direction lets pass only what an Allow rule of some policy decides: what is
/// open by default is closed. It differs from the model in nothing else.
///
/// A baseline rule behind all others denies the rest. Pods with hostNetwork, which the admin and
/// the baseline tier do not know, are isolated by a NetworkPolicy instead, and get a label for it.
[[nodiscard]] model::Model closed(const model::Model& model, model::Direction direction);

/// One endpoint of each class, two of a class that has several: no policy tells the others from
/// them. Everything else is the same.
struct Sample {
  model::Model model;
  std::vector<model::EndpointId> original;  // by endpoint of the sample
};
[[nodiscard]] Sample sample(const model::Model& model, const compiler::Classes& classes);

}  // namespace polreach::solver::queries
