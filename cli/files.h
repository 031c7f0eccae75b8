// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "policies/source/result.h"

namespace polreach::cli {

/// One file to read, or a chart that has to be rendered before it means anything.
struct FoundFile {
  std::string path;
  bool is_chart = false;  // path is its Chart.yaml
};

struct FoundFiles {
  std::vector<FoundFile> files;      // sorted by path, each once
  std::vector<std::string> skipped;  // entries that might hold manifests and are not read, sorted
  std::vector<std::string> sources;  // see cli/uncompiled.h, sorted; none of them is among `files`
};

/// The manifests below a folder, or the file itself.
///
/// The templates of a Helm chart (a folder with a Chart.yaml) are left out, and its Chart.yaml is
/// reported in their place. Hidden entries (.git goes without saying), links to folders, and links
/// to files outside of the folder are skipped.
source::Result<FoundFiles> find_files(const std::string& path);

/// The folders at or below `folder` with a kustomization that no other one there refers to.
source::Result<std::vector<std::string>> find_kustomizations(const std::string& folder);

}  // namespace polreach::cli
