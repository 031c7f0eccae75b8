// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/input.h"
#include "cli/listing.h"
#include "cli/options.h"
#include "compiler/path/surroundings.h"
#include "policies/intents/intent.h"
#include "solver/intents/ends.h"

/// Intents about one input, for every command that judges some.
namespace polreach::cli {

/// Reads files of intents about an input, whose names they share: their texts and problems go to
/// it. A file without intents is an error among the problems; one that cannot be opened a failure.
source::Result<std::vector<intents::Intent>> read_intents(const std::vector<std::string>& paths,
                                                          const std::string& default_namespace,
                                                          Input& input);

/// What the intents of a run are held against. Refers to the arguments and the input.
class IntentsSetting {
 public:
  /// `arguments`: how the input is to be read (kInputOptions, default-namespace).
  IntentsSetting(const Arguments& arguments, const Input& input);
  /// The same with another version of the input's pods and policies.
  IntentsSetting(const Arguments& arguments, const Input& input, const model::Model& model,
                 std::string default_namespace);
  IntentsSetting(const IntentsSetting&) = delete;
  IntentsSetting& operator=(const IntentsSetting&) = delete;

  /// Fails where the input holds several clusters, and nobody says which is meant.
  tl::expected<void, ListingError> complete();
  [[nodiscard]] const solver::intents::Setting& setting() const { return setting_; }
  [[nodiscard]] const compiler::Cluster& cluster() const { return cluster_; }

 private:
  const Arguments& arguments_;
  const Input& input_;
  compiler::Cluster cluster_;
  std::optional<compiler::Surroundings> around_;
  solver::intents::Setting setting_;
};

}  // namespace polreach::cli
