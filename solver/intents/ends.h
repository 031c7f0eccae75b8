// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "compiler/lower/pod_set.h"
#include "compiler/path/site.h"
#include "compiler/resolve/unknown.h"
#include "policies/intents/intent.h"
#include "solver/queries/reference.h"

/// What the ends of an intent come to in an input.
namespace polreach::solver::intents {

/// What intents are held against. Refers to the cluster and the surroundings.
struct Setting {
  /// Its profile must leave out own nodes.
  const compiler::Cluster& cluster;
  compiler::Surroundings* around = nullptr;  // nullptr: there is no network
  std::string default_namespace = "default";

  [[nodiscard]] const model::Model& model() const { return cluster.model(); }
};

/// One end of a question.
struct EndSet {
  std::string text;
  std::vector<model::EndpointId> sure;   // sorted
  std::vector<model::EndpointId> maybe;  // sorted; labels that are not known decide
  std::set<compiler::OpenPoint> points;  // what `maybe` rests on
  // Without a network: addresses outside, and those in between that are not meant.
  net::AddressSet addresses;
  net::AddressSet left_out;
  std::vector<compiler::Site> sites;  // with one
  compiler::PodSet possible;
  std::optional<queries::Asked> asked;  // of a port of a Service
  std::vector<std::string> nothing;     // why members of it match nothing

  [[nodiscard]] bool empty() const {
    return sure.empty() && maybe.empty() && addresses.empty() && sites.empty();
  }
};

/// Fails where a reference has no meaning at all, with a message. A reference that nothing is
/// called by is a member that matches nothing.
[[nodiscard]] source::Result<EndSet> resolve(const Setting& setting,
                                             const polreach::intents::End& end);

/// Everything else: pods and addresses.
[[nodiscard]] source::Result<EndSet> complement(const Setting& setting, const EndSet& set);

}  // namespace polreach::solver::intents
