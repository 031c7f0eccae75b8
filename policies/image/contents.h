// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "policies/azure/resource.h"
#include "policies/kubernetes/objects.h"
#include "policies/model/cloud.h"
#include "policies/model/estate.h"
#include "policies/model/model.h"
#include "policies/source/diagnostics.h"
#include "policies/source/source_map.h"

namespace polreach::image {

/// How the input of a compiled file was read, as far as that cannot be changed any more.
struct Settings {
  /// Where objects are that name no namespace. Of no account where all name one.
  std::string default_namespace;
  bool uses_default_namespace = false;
  /// Documents that could not be read became gaps: --keep-going was needed.
  bool kept_going = false;
  /// Hashes of the files of parameters and of service tags that options have named, in order.
  std::vector<std::uint64_t> parameters;
  std::vector<std::uint64_t> service_tags;
};

/// Everything that reading gives and that questions need: the model before anybody has said what
/// enforces its policies, and the resources of Azure before they were linked.
struct Contents {
  const source::SourceMap& sources;
  const source::Diagnostics& diagnostics;
  const kubernetes::Ledger& ledger;
  const model::Model& model;
  /// Of a cloud nothing: that follows from the resources.
  const model::Estate& estate;
  const azure::Resources& resources;
  const model::ServiceTags& service_tags;
  const std::vector<kubernetes::IgnoreNote>& ignored;
  const Settings& settings;
};

}  // namespace polreach::image
