// SPDX-License-Identifier: Apache-2.0
// A git repository in a folder of its own, made for one test and removed with it.
#pragma once

#include <array>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

struct git_repository;

namespace polreach::support {

class GitScratch {
 public:
  enum class Kind { WithWorkTree, Bare };
  explicit GitScratch(Kind kind = Kind::WithWorkTree);
  GitScratch(const GitScratch&) = delete;
  GitScratch& operator=(const GitScratch&) = delete;
  ~GitScratch();

  /// What the next commit changes. A path of no kind below is left as it is.
  struct Change {
    std::map<std::string, std::string> files;       // path: contents
    std::map<std::string, std::string> links;       // path: target
    std::map<std::string, std::string> submodules;  // path: commit, in hexadecimal
    std::vector<std::string> removed;
  };

  /// Commits to the branch that HEAD is, without touching the work tree. Returns the commit's name.
  std::string commit(const Change& change);
  /// A commit whose tree is given byte by byte: for trees that git would not make.
  std::string commit_tree(const std::string& tree);
  void branch(const std::string& name, const std::string& commit);
  void tag(const std::string& name, const std::string& commit, bool annotated);
  /// Any reference, for example of a remote.
  void reference(const std::string& name, const std::string& commit);
  void configure(const std::string& name, const std::string& value);

  /// Writes an object and returns its name in hexadecimal.
  std::string write_blob(const std::string& bytes);
  std::string write_tree(const std::string& bytes);
  /// One entry of the bytes of a tree.
  static std::string tree_entry(const std::string& mode, const std::string& name,
                                const std::string& id);
  /// Removes an object, as if it had never been fetched.
  void forget(const std::string& id);

  /// Writes a file into the work tree.
  void write(const std::string& name, const std::string& text) const;

  /// The folder, without links in its path.
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::filesystem::path git_folder() const;

  /// Name, size and time of change of everything in the folder, .git included.
  [[nodiscard]] std::vector<std::string> snapshot() const;

 private:
  std::string commit_id_of_head() const;
  std::filesystem::path path_;
  git_repository* repository_ = nullptr;
  int time_ = 1'700'000'000;
};

}  // namespace polreach::support
