// SPDX-License-Identifier: Apache-2.0
#include "cli/revisions.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "cli/selection.h"
#include "cli/uncompiled.h"
#include "policies/source/nearest.h"

namespace polreach::cli {
namespace {

namespace fs = std::filesystem;
using git::Entry;
using git::EntryKind;
using Names = std::vector<std::string>;

/// The target of a link is a path; git itself refuses longer ones.
constexpr std::size_t kLongestLink = 4096;

std::string path_below(std::string_view folder, std::string_view name) {
  return folder.empty() ? std::string(name) : std::string(folder) + "/" + std::string(name);
}

std::string path_of(const Names& names) {
  std::string path;
  for (const std::string& name : names) path = path_below(path, name);
  return path;
}

/// Where a link leads, from the root of the tree; nothing where it leads out of it.
std::optional<Names> target_of(const std::string& folder, const std::string& link) {
  if (link.empty() || link[0] == '/') return std::nullopt;
  Names names;
  const std::string path = path_below(folder, link);
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    std::string name = path.substr(begin, end - begin);
    begin = end + 1;
    if (name.empty() || name == ".") continue;
    if (name != "..") {
      names.push_back(std::move(name));
    } else if (names.empty()) {
      return std::nullopt;
    } else {
      names.pop_back();
    }
  }
  return names;
}

/// Goes through the tree of one revision. Nothing is unpacked but folders and targets of links.
class Walk {
 public:
  Walk(const git::Repository& repository, const git::Revision& revision,
       const RevisionLimits& limits)
      : repository_(repository), revision_(revision), limits_(limits) {}

  struct File {
    git::ObjectId id;
    bool is_chart = false;
  };
  std::map<std::string, File> files;
  std::map<std::string, git::ObjectId> sources;  // see cli/uncompiled.h
  std::set<std::string> skipped;
  std::vector<AbsentPath> absent;

  source::Result<void> add(const std::string& path) {
    const auto names = repository_.names_of(path);
    if (!names) return tl::unexpected(names.error());
    auto found = lookup(*names);
    if (!found) return tl::unexpected(found.error());
    const std::string shown = shown_as(path_of(*names));
    switch (found->what) {
      case Found::Nothing:
        absent.push_back({path, path + ": is not in " + revision_.name + found->hint});
        return {};
      case Found::Submodule:
        return source::failure(shown +
                               ": is in a submodule, whose files are in another repository");
      case Found::Link:
        return source::failure(shown + ": is a link; name what it leads to");
      case Found::File:
        files.emplace(path_of(*names), File{found->id, false});
        return {};
      case Found::Folder:
        break;
    }
    return add_folder(path_of(*names), found->id);
  }

  source::Result<void> add_root() { return add_folder("", revision_.tree); }

  /// Links last: only then is known what is read anyway.
  source::Result<void> judge_links() {
    for (const auto& [path, link] : links_) {
      const auto target = repository_.read(link.id, kLongestLink, shown_as(path));
      const auto names = target ? target_of(link.folder, *target) : std::nullopt;
      if (names && files.contains(path_of(*names))) continue;
      // Beside links that are called a manifest, those that may lead to a folder of manifests.
      bool may_hold_manifests = !names || is_manifest_name(link.name);
      if (!may_hold_manifests) {
        const auto found = lookup(*names);
        if (!found) return tl::unexpected(found.error());
        may_hold_manifests = found->what != Found::File && found->what != Found::Nothing;
      }
      if (may_hold_manifests) skipped.insert(path);
    }
    return {};
  }

  [[nodiscard]] std::string shown_as(const std::string& path) const {
    return revision_.name + ":" + path;
  }

 private:
  struct Found {
    enum What { Nothing, File, Folder, Link, Submodule } what = Nothing;
    git::ObjectId id;
    std::string hint;  // of Nothing: the nearest names
  };
  struct Link {
    git::ObjectId id;
    std::string folder;
    std::string name;
  };
  struct Pending {
    std::string path;
    git::ObjectId tree;
    int depth;
  };

  source::Result<std::vector<Entry>> entries(const git::ObjectId& tree, const std::string& path) {
    auto result = repository_.entries(tree, shown_as(path));
    if (!result) return result;
    entries_ += result->size() + 1;  // a folder without entries counts too
    for (const Entry& entry : *result) name_bytes_ += entry.name.size();
    if (entries_ > limits_.entries || name_bytes_ > limits_.name_bytes) {
      return source::failure(revision_.name + ": holds too many files and folders; name paths");
    }
    return result;
  }

  /// The entries by name, kept: many links may lead to one folder.
  source::Result<const std::vector<Entry>*> listing(const git::ObjectId& tree,
                                                    const std::string& path) {
    const auto known = listings_.find(tree);
    if (known != listings_.end()) return &known->second;
    auto held = entries(tree, path);
    if (!held) return tl::unexpected(held.error());
    std::sort(held->begin(), held->end(),
              [](const Entry& a, const Entry& b) { return a.name < b.name; });
    return &listings_.emplace(tree, std::move(*held)).first->second;
  }

  /// What the tree holds under a path. Below a link or a submodule, that link or submodule.
  source::Result<Found> lookup(const Names& names) {
    Found found{Found::Folder, revision_.tree, {}};
    std::string path;
    for (const std::string& name : names) {
      if (found.what == Found::File) return Found{};
      if (found.what != Found::Folder) return found;
      const auto folder = listing(found.id, path);
      if (!folder) return tl::unexpected(folder.error());
      const auto entry =
          std::lower_bound((*folder)->begin(), (*folder)->end(), name,
                           [](const Entry& each, const std::string& n) { return each.name < n; });
      if (entry == (*folder)->end() || entry->name != name) {
        return Found{Found::Nothing, {}, near(path, name, **folder)};
      }
      found = {what_of(entry->kind), entry->id, {}};
      path = path_below(path, name);
    }
    return found;
  }

  static Found::What what_of(EntryKind kind) {
    switch (kind) {
      case EntryKind::File:
        return Found::File;
      case EntryKind::Folder:
        return Found::Folder;
      case EntryKind::Link:
        return Found::Link;
      case EntryKind::Submodule:
        return Found::Submodule;
    }
    throw source::InternalError("an entry of no kind");
  }

  static std::string near(const std::string& folder, const std::string& name,
                          const std::vector<Entry>& entries) {
    constexpr std::size_t kMostCompared = 10'000;
    std::vector<std::string> candidates;
    for (const Entry& entry : entries) {
      if (candidates.size() < kMostCompared) candidates.push_back(entry.name);
    }
    std::vector<std::string> found = source::nearest(name, candidates);
    for (std::string& each : found) each = path_below(folder, each);
    return source::did_you_mean(found);
  }

  source::Result<void> add_folder(const std::string& root, const git::ObjectId& tree) {
    pending_.push_back({root, tree, 0});
    while (!pending_.empty()) {
      const Pending folder = std::move(pending_.back());
      pending_.pop_back();
      if (folder.depth > limits_.depth) {
        return source::failure(shown_as(folder.path) + ": folders are nested too deeply");
      }
      const auto held = entries(folder.tree, folder.path);
      if (!held) return tl::unexpected(held.error());
      const bool chart = std::any_of(held->begin(), held->end(),
                                     [](const Entry& each) { return is_chart_name(each.name); });
      for (const Entry& entry : *held) {
        if (auto added = add_entry(folder, entry, chart); !added) return added;
      }
      if (files.size() + sources.size() > limits_.files) {
        return source::failure(revision_.name + ": holds more than " +
                               std::to_string(limits_.files) + " manifests; name paths");
      }
    }
    return {};
  }

  source::Result<void> add_entry(const Pending& folder, const Entry& entry, bool in_chart) {
    const bool file = entry.kind == EntryKind::File;
    const bool source = file && is_source_name(entry.name);
    if (file && !source && !is_manifest_name(entry.name)) return {};
    const std::string path = path_below(folder.path, entry.name);
    name_bytes_ += path.size();
    if (name_bytes_ > limits_.name_bytes) {
      return source::failure(revision_.name + ": holds too many long paths; name paths");
    }
    const bool hidden = is_hidden_name(entry.name);
    if (source) {
      if (!hidden) sources.insert_or_assign(path, entry.id);
      return {};
    }
    switch (entry.kind) {
      case EntryKind::Submodule:
        skipped.insert(path + " (submodule)");
        break;
      case EntryKind::Folder:
        if (hidden) {
          skipped.insert(path);
        } else if (!in_chart || !is_folder_of_chart(entry.name)) {
          pending_.push_back({path, entry.id, folder.depth + 1});
        }
        break;
      case EntryKind::Link:
        links_.insert_or_assign(path, Link{entry.id, folder.path, entry.name});
        break;
      case EntryKind::File:
        if (hidden) {
          skipped.insert(path);
        } else if (!in_chart || !is_file_of_chart(entry.name)) {
          files.insert_or_assign(path, File{entry.id, is_chart_name(entry.name)});
        }
        break;
    }
    return {};
  }

  const git::Repository& repository_;
  const git::Revision& revision_;
  const RevisionLimits& limits_;
  std::vector<Pending> pending_;
  std::map<std::string, Link> links_;
  std::map<git::ObjectId, std::vector<Entry>> listings_;
  std::size_t entries_ = 0;
  std::size_t name_bytes_ = 0;
};

}  // namespace

RevisionLimits::RevisionLimits() : files(kMostFiles), depth(kDeepestFolder) {}

source::Result<RevisionFiles> read_revision(const git::Repository& repository,
                                            const git::Revision& revision,
                                            const std::vector<std::string>& paths,
                                            const RevisionLimits& limits) {
  Walk walk(repository, revision, limits);
  if (paths.empty()) {
    if (auto added = walk.add_root(); !added) return tl::unexpected(added.error());
  }
  for (const std::string& path : paths) {
    if (auto added = walk.add(path); !added) return tl::unexpected(added.error());
  }
  if (auto judged = walk.judge_links(); !judged) return tl::unexpected(judged.error());
  RevisionFiles result;
  std::uint64_t all_bytes = 0;
  for (const auto& [path, file] : walk.files) {
    auto bytes = repository.read(file.id, limits.file_bytes, walk.shown_as(path));
    if (!bytes) return tl::unexpected(bytes.error());
    all_bytes += bytes->size();
    if (all_bytes > limits.all_bytes) {
      return source::failure(revision.name + ": its manifests have more than " +
                             std::to_string(limits.all_bytes) + " bytes; name paths");
    }
    result.files.push_back({path, std::move(*bytes), file.is_chart});
  }
  for (const auto& [path, id] : walk.sources) {
    if (walk.files.contains(compiled_name(path))) continue;
    const auto bytes = repository.read(id, limits.file_bytes, walk.shown_as(path));
    if (!bytes) return tl::unexpected(bytes.error());
    all_bytes += bytes->size();
    if (all_bytes > limits.all_bytes) break;  // nothing of it is read anyway
    if (describes_azure_network(path, *bytes)) result.uncompiled.push_back(walk.shown_as(path));
  }
  result.skipped.assign(walk.skipped.begin(), walk.skipped.end());
  result.absent = std::move(walk.absent);
  return result;
}

source::Result<PathOrRevision> path_or_revision(const std::string& text,
                                                const std::string& folder) {
  if (text == "-") return PathOrRevision{true, ""};
  std::error_code error;
  const bool is_path = !text.empty() && fs::exists(fs::path(folder) / text, error);
  const auto repository = git::Repository::find(folder);
  if (is_path) {
    if (!repository || !repository->is_revision(text)) return PathOrRevision{true, ""};
    return PathOrRevision{true, text +
                                    " is a path and a revision, and is read as the path: write " +
                                    text + "^0 for the revision"};
  }
  if (!repository) {
    return source::failure(text + ": no such file or folder, and no revision, since " +
                           repository.error().message);
  }
  const auto revision = repository->resolve(text);
  if (revision) return PathOrRevision{false, ""};
  return source::failure("no such file or folder, and no revision: " + revision.error().message);
}

}  // namespace polreach::cli
