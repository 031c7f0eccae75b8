// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "policies/image/contents.h"
#include "policies/image/image.h"

namespace polreach::image {

/// What was written, see Contents.
struct Loaded {
  source::SourceMap sources;
  source::Diagnostics diagnostics;
  kubernetes::Ledger ledger;
  model::Model model;
  model::Estate estate;  // only where all endpoints are read; of a cloud nothing
  azure::Resources resources;
  model::ServiceTags service_tags;
  std::vector<kubernetes::IgnoreNote> ignored;
};

/// What a question is about, by number.
struct Wanted {
  std::vector<std::uint32_t> workloads;  // with all of their endpoints
  std::vector<std::uint32_t> endpoints;  // of other workloads: those alone
  std::vector<std::uint32_t> services;
};

/// How the input was read. Nothing: the file is damaged.
[[nodiscard]] std::optional<Settings> load_settings(const Image& image);

/// The whole of it; or what a question about these workloads, endpoints and Services goes through:
/// them, the policies that can select them (those of their namespaces, and of the admin and
/// baseline tiers), gaps, nodes where such a policy names any, and namespaces, labels and symbols
/// as far as these need them.
///
/// INVARIANT: what is left of a model is in the order of the whole one, and so are its symbols and
/// label sets. It has, beside what is wanted: all workloads that share namespace and name with one
/// of them, an endpoint of each sort that a question asks about anywhere in a cluster (whether pods
/// with hostNetwork exist; families of addresses), and Services for the same reason. Texts are
/// excerpts then, of which the lines of policies, gaps and problems are at hand.
///
/// Nothing: the file is damaged, or no program wrote it; or a part is wanted, and the file holds
/// resources of Azure, which know of no parts.
[[nodiscard]] std::optional<Loaded> load(const std::shared_ptr<Image>& image,
                                         const std::optional<Wanted>& wanted);

}  // namespace polreach::image
