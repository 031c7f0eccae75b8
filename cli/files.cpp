// SPDX-License-Identifier: Apache-2.0
#include "cli/files.h"

#include <algorithm>
#include <filesystem>

#include "cli/selection.h"
#include "cli/uncompiled.h"

namespace polreach::cli {
namespace {

namespace fs = std::filesystem;

/// Whether a link leads to a regular file below the root.
bool stays_inside(const fs::path& link, const fs::path& root) {
  std::error_code error;
  const fs::path target = fs::canonical(link, error);
  if (error || !fs::is_regular_file(target, error)) return false;
  const fs::path base = fs::canonical(root, error);
  const auto [end, rest] = std::mismatch(base.begin(), base.end(), target.begin(), target.end());
  return end == base.end();
}

bool in_chart(const fs::path& entry) {
  std::error_code error;
  return fs::exists(entry.parent_path() / "Chart.yaml", error);
}

source::Result<FoundFiles> walk(const fs::path& root) {
  FoundFiles found;
  std::error_code error;
  fs::recursive_directory_iterator at(root, fs::directory_options::none, error);
  if (error) return source::failure(root.string() + ": " + error.message());
  fs::path last = root;  // what an error of the iterator is about
  for (const fs::recursive_directory_iterator end; at != end; at.increment(error)) {
    if (error) return source::failure(last.string() + ": " + error.message());
    const fs::path& path = at->path();
    last = path;
    const std::string name = path.filename().string();
    const bool is_link = at->is_symlink(error);
    if (at->is_directory(error) && !is_link) {
      const bool hidden = is_hidden_name(name);
      if (hidden || (is_folder_of_chart(name) && in_chart(path))) {
        at.disable_recursion_pending();
        if (hidden && name != ".git") found.skipped.push_back(path.string());
      } else if (at.depth() >= kDeepestFolder) {
        return source::failure(path.string() + ": folders are nested too deeply");
      }
      continue;
    }
    if (is_source_name(name)) {
      if (!is_hidden_name(name) && at->is_regular_file(error)) {
        found.sources.push_back(path.lexically_normal().string());
      }
      continue;
    }
    const bool to_folder = is_link && fs::is_directory(path, error);
    if (!to_folder && !is_manifest_name(name)) continue;
    const bool outside = is_link && !stays_inside(path, root);
    if (is_hidden_name(name) || to_folder || outside) {
      found.skipped.push_back(path.string());
      continue;
    }
    if (!is_link && !at->is_regular_file(error)) continue;
    if (is_file_of_chart(name) && in_chart(path)) continue;
    found.files.push_back({path.lexically_normal().string(), is_chart_name(name)});
    if (found.files.size() + found.sources.size() > kMostFiles) {
      return source::failure(root.string() + ": holds more than 100000 manifests");
    }
  }
  if (error) return source::failure(last.string() + ": " + error.message());
  return found;
}

}  // namespace

source::Result<FoundFiles> find_files(const std::string& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (error || !fs::exists(status)) {
    return source::failure(path + ": " + (error ? error.message() : "no such file or folder"));
  }
  if (!fs::is_directory(status)) return FoundFiles{{{path, false}}, {}, {}};
  auto found = walk(fs::path(path).lexically_normal());
  if (!found) return found;
  std::sort(found->files.begin(), found->files.end(),
            [](const FoundFile& a, const FoundFile& b) { return a.path < b.path; });
  std::sort(found->skipped.begin(), found->skipped.end());
  std::sort(found->sources.begin(), found->sources.end());
  return found;
}

}  // namespace polreach::cli
