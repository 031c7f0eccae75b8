// SPDX-License-Identifier: Apache-2.0
#include "tests/support/git_scratch.h"

#include <git2.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <stdexcept>

namespace polreach::support {
namespace {

namespace fs = std::filesystem;

void must(int result) {
  if (result >= 0) return;
  const git_error* error = git_error_last();
  throw std::runtime_error(error != nullptr ? error->message : "libgit2");
}

git_oid oid_of(const std::string& id) {
  git_oid oid;
  must(git_oid_fromstr(&oid, id.c_str()));
  return oid;
}

std::string text_of(const git_oid& oid) {
  std::array<char, GIT_OID_HEXSZ + 1> text{};
  return git_oid_tostr(text.data(), text.size(), &oid);
}

/// The settings of whoever runs the tests must not count.
void ignore_settings_of_user() {
  static const bool done = [] {
    must(git_libgit2_init());
    for (int level : {GIT_CONFIG_LEVEL_SYSTEM, GIT_CONFIG_LEVEL_XDG, GIT_CONFIG_LEVEL_GLOBAL}) {
      must(git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, level, "/nonexistent"));
    }
    return true;
  }();
  static_cast<void>(done);
}

}  // namespace

GitScratch::GitScratch(Kind kind) {
  ignore_settings_of_user();
  static int counter = 0;
  path_ = fs::canonical(fs::temp_directory_path()) /
          ("polreach-git-" + std::to_string(getpid()) + "-" + std::to_string(counter++));
  fs::remove_all(path_);
  fs::create_directories(path_);
  git_repository_init_options options = GIT_REPOSITORY_INIT_OPTIONS_INIT;
  options.flags = GIT_REPOSITORY_INIT_MKDIR;
  if (kind == Kind::Bare) options.flags |= GIT_REPOSITORY_INIT_BARE;
  options.initial_head = "main";
  must(git_repository_init_ext(&repository_, path_.c_str(), &options));
}

GitScratch::~GitScratch() {
  git_repository_free(repository_);
  fs::remove_all(path_);
}

fs::path GitScratch::git_folder() const { return git_repository_path(repository_); }

std::string GitScratch::commit_id_of_head() const {
  git_oid head;
  return git_reference_name_to_id(&head, repository_, "HEAD") == 0 ? text_of(head) : "";
}

std::string GitScratch::write_blob(const std::string& bytes) {
  git_oid oid;
  must(git_blob_create_from_buffer(&oid, repository_, bytes.data(), bytes.size()));
  return text_of(oid);
}

std::string GitScratch::write_tree(const std::string& bytes) {
  git_odb* odb = nullptr;
  must(git_repository_odb(&odb, repository_));
  git_oid oid;
  const int written = git_odb_write(&oid, odb, bytes.data(), bytes.size(), GIT_OBJECT_TREE);
  git_odb_free(odb);
  must(written);
  return text_of(oid);
}

std::string GitScratch::tree_entry(const std::string& mode, const std::string& name,
                                   const std::string& id) {
  const git_oid oid = oid_of(id);
  return mode + " " + name + std::string(1, '\0') +
         std::string(reinterpret_cast<const char*>(oid.id), GIT_OID_RAWSZ);
}

void GitScratch::forget(const std::string& id) {
  fs::remove(git_folder() / "objects" / id.substr(0, 2) / id.substr(2));
}

std::string GitScratch::commit(const Change& change) {
  std::vector<git_tree_update> updates;
  const auto upsert = [&](const std::string& path, git_filemode_t mode, const std::string& id) {
    updates.push_back({GIT_TREE_UPDATE_UPSERT, oid_of(id), mode, path.c_str()});
  };
  for (const auto& [path, text] : change.files) upsert(path, GIT_FILEMODE_BLOB, write_blob(text));
  for (const auto& [path, target] : change.links) {
    upsert(path, GIT_FILEMODE_LINK, write_blob(target));
  }
  for (const auto& [path, id] : change.submodules) upsert(path, GIT_FILEMODE_COMMIT, id);
  for (const std::string& path : change.removed) {
    updates.push_back({GIT_TREE_UPDATE_REMOVE, {}, GIT_FILEMODE_UNREADABLE, path.c_str()});
  }
  git_tree* base = nullptr;
  const std::string head = commit_id_of_head();
  if (!head.empty()) {
    git_object* tree = nullptr;
    must(git_revparse_single(&tree, repository_, "HEAD^{tree}"));
    base = reinterpret_cast<git_tree*>(tree);
  }
  git_oid tree_id;
  const int updated =
      git_tree_create_updated(&tree_id, repository_, base, updates.size(), updates.data());
  git_tree_free(base);
  must(updated);
  return commit_tree(text_of(tree_id));
}

std::string GitScratch::commit_tree(const std::string& tree) {
  // As bytes: libgit2 would refuse the trees that some tests are about.
  const std::string head = commit_id_of_head();
  const std::string who = "Test <test@example.com> " + std::to_string(time_++) + " +0000\n";
  const std::string bytes = "tree " + tree + "\n" + (head.empty() ? "" : "parent " + head + "\n") +
                            "author " + who + "committer " + who + "\nchange\n";
  git_odb* odb = nullptr;
  must(git_repository_odb(&odb, repository_));
  git_oid oid;
  const int written = git_odb_write(&oid, odb, bytes.data(), bytes.size(), GIT_OBJECT_COMMIT);
  git_odb_free(odb);
  must(written);
  reference("refs/heads/main", text_of(oid));
  return text_of(oid);
}

void GitScratch::reference(const std::string& name, const std::string& commit) {
  // As a file: without a reflog and the settings that one needs.
  const fs::path file = git_folder() / name;
  fs::create_directories(file.parent_path());
  std::ofstream(file) << commit << "\n";
}

void GitScratch::branch(const std::string& name, const std::string& commit) {
  reference("refs/heads/" + name, commit);
}

void GitScratch::tag(const std::string& name, const std::string& commit, bool annotated) {
  if (!annotated) return reference("refs/tags/" + name, commit);
  const git_oid target = oid_of(commit);
  git_object* object = nullptr;
  must(git_object_lookup(&object, repository_, &target, GIT_OBJECT_COMMIT));
  git_signature* who = nullptr;
  must(git_signature_new(&who, "Test", "test@example.com", time_, 0));
  git_oid oid;
  const int made = git_tag_create(&oid, repository_, name.c_str(), object, who, "tag", 0);
  git_signature_free(who);
  git_object_free(object);
  must(made);
}

void GitScratch::configure(const std::string& name, const std::string& value) {
  git_config* config = nullptr;
  must(git_repository_config(&config, repository_));
  const int set = git_config_set_string(config, name.c_str(), value.c_str());
  git_config_free(config);
  must(set);
}

void GitScratch::write(const std::string& name, const std::string& text) const {
  fs::create_directories((path_ / name).parent_path());
  std::ofstream(path_ / name, std::ios::binary) << text;
}

std::vector<std::string> GitScratch::snapshot() const {
  std::vector<std::string> result;
  for (const auto& entry : fs::recursive_directory_iterator(path_)) {
    const auto changed = entry.is_symlink() ? fs::file_time_type{} : entry.last_write_time();
    const auto size = entry.is_regular_file() ? entry.file_size() : 0;
    result.push_back(entry.path().string() + " " + std::to_string(size) + " " +
                     std::to_string(changed.time_since_epoch().count()));
  }
  std::sort(result.begin(), result.end());
  return result;
}

}  // namespace polreach::support
