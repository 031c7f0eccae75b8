// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "cli/listing.h"
#include "cli/session.h"
#include "compiler/path/surroundings.h"
#include "solver/intents/ends.h"

namespace polreach::cli {

/// What the intents of a run are held against. Refers to the input.
class IntentsSetting {
 public:
  /// The session has read its input.
  explicit IntentsSetting(const Session& session);
  IntentsSetting(const IntentsSetting&) = delete;
  IntentsSetting& operator=(const IntentsSetting&) = delete;

  /// Fails where the input holds several clusters, and nobody says which is meant.
  tl::expected<void, ListingError> complete();
  [[nodiscard]] const solver::intents::Setting& setting() const { return setting_; }
  [[nodiscard]] const compiler::Cluster& cluster() const { return cluster_; }

 private:
  const Session& session_;
  compiler::Cluster cluster_;
  std::optional<compiler::Surroundings> around_;
  solver::intents::Setting setting_;
};

}  // namespace polreach::cli
