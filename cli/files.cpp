// SPDX-License-Identifier: Apache-2.0
#include "cli/files.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>
#include <string_view>

namespace polreach::cli {
namespace {

namespace fs = std::filesystem;

constexpr int kDeepestFolder = 64;
constexpr std::size_t kMostFiles = 100'000;

bool is_manifest(const fs::path& path) {
  if (path.filename() == "Kustomization") return true;
  constexpr std::array<std::string_view, 3> kExtensions = {".yaml", ".yml", ".json"};
  const std::string extension = path.extension().string();
  return std::find(kExtensions.begin(), kExtensions.end(), extension) != kExtensions.end();
}

bool is_hidden(const fs::path& path) {
  const std::string name = path.filename().string();
  return name.size() > 1 && name[0] == '.' && name != "..";
}

/// Whether a link leads to a regular file below the root.
bool stays_inside(const fs::path& link, const fs::path& root) {
  std::error_code error;
  const fs::path target = fs::canonical(link, error);
  if (error || !fs::is_regular_file(target, error)) return false;
  const fs::path base = fs::canonical(root, error);
  const auto [end, rest] = std::mismatch(base.begin(), base.end(), target.begin(), target.end());
  return end == base.end();
}

/// What a chart renders itself: reading it as it is would be wrong.
bool belongs_to_chart(const fs::path& folder) {
  std::error_code error;
  const std::string name = folder.filename().string();
  const bool chart_part = name == "templates" || name == "charts" || name == "crds";
  return chart_part && fs::exists(folder.parent_path() / "Chart.yaml", error);
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
    const bool is_link = at->is_symlink(error);
    if (at->is_directory(error) && !is_link) {
      if (is_hidden(path) || belongs_to_chart(path)) {
        at.disable_recursion_pending();
        if (is_hidden(path) && path.filename() != ".git") found.skipped.push_back(path.string());
      } else if (at.depth() >= kDeepestFolder) {
        return source::failure(path.string() + ": folders are nested too deeply");
      }
      continue;
    }
    const bool to_folder = is_link && fs::is_directory(path, error);
    if (!to_folder && !is_manifest(path)) continue;
    const bool outside = is_link && !stays_inside(path, root);
    if (is_hidden(path) || to_folder || outside) {
      found.skipped.push_back(path.string());
      continue;
    }
    if (!is_link && !at->is_regular_file(error)) continue;
    const std::string name = path.filename().string();
    if (name == "values.yaml" && fs::exists(path.parent_path() / "Chart.yaml", error)) continue;
    found.files.push_back({path.lexically_normal().string(), name == "Chart.yaml"});
    if (found.files.size() > kMostFiles) {
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
  if (!fs::is_directory(status)) return FoundFiles{{{path, false}}, {}};
  auto found = walk(fs::path(path).lexically_normal());
  if (!found) return found;
  std::sort(found->files.begin(), found->files.end(),
            [](const FoundFile& a, const FoundFile& b) { return a.path < b.path; });
  std::sort(found->skipped.begin(), found->skipped.end());
  return found;
}

}  // namespace polreach::cli
