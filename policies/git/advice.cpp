// SPDX-License-Identifier: Apache-2.0
// Why something is not in a repository, and what to do about it.
#include <algorithm>
#include <vector>

#include "policies/git/handles.h"
#include "policies/source/nearest.h"

namespace polreach::git {
namespace {

/// More names are not compared: the hint would cost more than it is worth.
constexpr std::size_t kMostNames = 20'000;

/// The names of branches, tags and branches of remotes, as people write them.
std::vector<std::string> revision_names(git_repository* repository) {
  std::vector<std::string> names;
  ReferencesHandle references;
  if (take(references, git_reference_iterator_new, repository) != 0) return names;
  const char* full = nullptr;
  while (names.size() < kMostNames && git_reference_next_name(&full, references.get()) == 0) {
    const std::string name = full;
    for (const std::string prefix : {"refs/heads/", "refs/tags/", "refs/remotes/"}) {
      if (name.starts_with(prefix)) names.push_back(name.substr(prefix.size()));
    }
  }
  return names;
}

/// Whether objects were left at a remote on purpose.
bool is_partial_clone(git_repository* repository) {
  ConfigHandle config;
  if (take(config, git_repository_config_snapshot, repository) != 0) return false;
  bool found = false;
  const auto note = [](const git_config_entry*, void* result) {
    *static_cast<bool*>(result) = true;
    return 0;
  };
  for (const char* pattern : {"^extensions\\.partialclone$", "^remote\\..*\\.promisor$"}) {
    git_config_foreach_match(config.get(), pattern, note, &found);
  }
  return found;
}

/// Whether the expression names something without its `~2`, `^`, `@{...}`.
bool base_exists(git_repository* repository, const std::string& base) {
  ObjectHandle object;
  return !base.empty() && take(object, git_revparse_single, repository, base.c_str()) == 0;
}

}  // namespace

std::string advice_on_missing(git_repository* repository) {
  if (is_partial_clone(repository)) {
    return "this is a partial clone: git fetch --refetch --no-filter gets what it left out";
  }
  if (git_repository_is_shallow(repository) == 1) {
    return "this is a shallow clone: git fetch --unshallow gets what it left out (in a workflow: "
           "fetch-depth: 0)";
  }
  return "the repository is incomplete: try git fetch, and git fsck";
}

std::string no_such_revision(git_repository* repository, const std::string& expression) {
  // Both are about the lookup that failed, and gone after the next one.
  const bool object_missing = last_class() == GIT_ERROR_ODB;
  const std::string message = last_message();
  const std::string prefix = expression + ": ";
  if (message.find("ambiguous") != std::string::npos) {
    return prefix + "is the start of several object names; give more of it";
  }
  const std::string base = expression.substr(0, expression.find_first_of("~^@"));
  if (base != expression && base_exists(repository, base)) {
    if (object_missing) return prefix + message + "; " + advice_on_missing(repository);
    return prefix + "no such revision: " + base + " exists, but " + expression.substr(base.size()) +
           " leads nowhere from there";
  }
  const std::vector<std::string> names = revision_names(repository);
  const auto near = source::nearest(base, names);
  std::string text = prefix + "no such revision" + source::did_you_mean(near);
  if (names.empty() && git_repository_head_unborn(repository) == 1) {
    return text + "; the repository has no commits";
  }
  if (near.empty() && git_repository_is_shallow(repository) == 1) {
    text +=
        "; this is a shallow clone, which holds few branches and tags: git fetch gets more (in "
        "a workflow: fetch-depth: 0)";
  }
  return text;
}

}  // namespace polreach::git
