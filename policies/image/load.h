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

/// Which workloads a question is about, by number.
using Wanted = std::vector<std::uint32_t>;

/// How the input was read. Nothing: the file is damaged.
[[nodiscard]] std::optional<Settings> load_settings(Image& image);

/// The whole of it; or all but the endpoints and workloads that are not wanted, with labels and
/// symbols as far as what is left needs them.
///
/// INVARIANT: what is left of a model is in the order of the whole one, and so are its symbols and
/// label sets. It has, beside what is wanted: all workloads that share namespace and name with one
/// of them, and a pod of each sort that a question asks about anywhere in a cluster (whether pods
/// with hostNetwork exist; families of addresses). Texts are excerpts then.
///
/// Nothing: the file is damaged, or no program wrote it.
[[nodiscard]] std::optional<Loaded> load(const std::shared_ptr<Image>& image,
                                         const std::optional<Wanted>& wanted);

}  // namespace polreach::image
