// SPDX-License-Identifier: Apache-2.0
// Reads objects of a git repository: the only folder that knows libgit2.
//
// Nothing is ever written: no index is read or refreshed, the work tree is not looked at. Nothing
// of the repository is run: contents come as they are stored, without filters, hooks or fetches.
// A repository may be hostile: names of entries are any bytes but NUL, and mean nothing to the
// file system; a tree may hold the same objects so often that a walk over it never ends, so callers
// count; contents are measured before they are unpacked. Refused are repositories that git itself
// does not trust (safe.directory), those with SHA-256 object names, and formats that libgit2 does
// not know.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "policies/source/result.h"

namespace polreach::git {

/// The SHA-1 name of an object.
struct ObjectId {
  std::array<unsigned char, 20> bytes{};
  friend auto operator<=>(const ObjectId&, const ObjectId&) = default;
};

/// In hexadecimal, as git writes it.
[[nodiscard]] std::string to_string(const ObjectId& id);

enum class EntryKind { File, Link, Folder, Submodule };

/// What a folder of a revision holds under one name.
struct Entry {
  std::string name;
  EntryKind kind = EntryKind::File;
  ObjectId id;  // of a submodule: a commit of another repository
};

/// What an expression like `main`, `v1.2`, `HEAD~2` or `1f3a` stands for.
struct Revision {
  std::string name;  // the expression
  std::string id;    // the object that it names, in hexadecimal
  ObjectId tree;
};

class Repository {
 public:
  /// The repository that holds the folder, found as git does: in the folder or above it.
  static source::Result<Repository> find(const std::string& folder);

  Repository(Repository&&) noexcept;
  Repository& operator=(Repository&&) noexcept;
  ~Repository();

  /// What a revision expression stands for. Fails with the nearest names of branches and tags
  /// where there is none. The forms `REV:PATH`, `:/TEXT` and `REV^{/TEXT}` are refused, and so are
  /// ranges.
  [[nodiscard]] source::Result<Revision> resolve(const std::string& expression) const;
  [[nodiscard]] bool is_revision(const std::string& expression) const;

  /// A path as the user gives it, as names from the root of the tree; none for the root itself.
  /// Paths are relative to the folder that the repository was found from (in a bare repository: to
  /// the root), and may be absolute where there is a work tree. The path need not exist.
  [[nodiscard]] source::Result<std::vector<std::string>> names_of(const std::string& path) const;

  /// What a folder holds, in the order of git. `shown` is what messages call it.
  [[nodiscard]] source::Result<std::vector<Entry>> entries(const ObjectId& tree,
                                                           const std::string& shown) const;

  /// The contents of a file, or the target of a link, of at most `largest` bytes.
  [[nodiscard]] source::Result<std::string> read(const ObjectId& blob, std::size_t largest,
                                                 const std::string& shown) const;

 private:
  struct State;
  explicit Repository(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace polreach::git
