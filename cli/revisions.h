// SPDX-License-Identifier: Apache-2.0
// Manifests of a git revision, in place of those of a folder.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "policies/git/repository.h"
#include "policies/source/result.h"

namespace polreach::cli {

/// Bounds on hostile repositories: a tree may hold one folder or file many times over.
struct RevisionLimits {
  std::size_t files;
  std::size_t entries = 2'000'000;  // that are looked at
  int depth;
  std::size_t name_bytes = 256ULL << 20U;  // of all names and paths
  std::size_t file_bytes = 256ULL << 20U;
  std::uint64_t all_bytes = 2ULL << 30U;
  RevisionLimits();
};

struct RevisionFile {
  std::string path;  // from the root of the tree
  std::string bytes;
  bool is_chart = false;  // path is its Chart.yaml
};

/// A path that the revision does not have.
struct AbsentPath {
  std::string path;     // as given
  std::string message;  // says so, with the nearest names
};

struct RevisionFiles {
  std::vector<RevisionFile> files;   // sorted by path, each once
  std::vector<std::string> skipped;  // entries that might hold manifests and are not read, sorted
  std::vector<AbsentPath> absent;
  /// Sources of Azure networks that nothing was compiled from (cli/uncompiled.h), sorted.
  std::vector<std::string> uncompiled;
};

/// The manifests at or below the paths; none: of the whole tree. What is selected is what
/// find_files() selects in a folder, with two differences: links are not followed (those that lead
/// to a file that is read anyway need not be; the others are skipped), and submodules, whose files
/// are in other repositories, are skipped.
source::Result<RevisionFiles> read_revision(const git::Repository& repository,
                                            const git::Revision& revision,
                                            const std::vector<std::string>& paths,
                                            const RevisionLimits& limits = {});

/// What an argument that is a path or a revision is. A path that exists wins.
struct PathOrRevision {
  bool is_path = false;
  std::string note;  // where it is both: which it is taken for, and how to name the other
};

/// Fails where it is neither, and says why it is no revision. `folder` is where paths start, and
/// what the repository is looked for from.
source::Result<PathOrRevision> path_or_revision(const std::string& text,
                                                const std::string& folder = ".");

}  // namespace polreach::cli
