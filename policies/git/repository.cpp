// SPDX-License-Identifier: Apache-2.0
#include "policies/git/repository.h"

#include <algorithm>
#include <filesystem>
#include <iterator>

#include "policies/git/handles.h"

namespace polreach::git {
namespace {

namespace fs = std::filesystem;

/// A folder of that many bytes has more than a million entries.
constexpr std::size_t kLargestTree = 64ULL << 20U;

/// Once a process: libgit2 is told which extensions of the format do not concern a reader of
/// objects. It refuses all that it does not know. It is never shut down: its caches live as long
/// as the program.
bool start_library() {
  static const bool started = [] {
    if (git_libgit2_init() < 0) return false;
    const char* extensions[] = {"partialclone", "preciousobjects", "worktreeconfig",
                                "relativeworktrees"};
    return git_libgit2_opts(GIT_OPT_SET_EXTENSIONS, extensions, std::size(extensions)) == 0;
  }();
  return started;
}

git_oid oid_of(const ObjectId& id) {
  git_oid oid;
  std::copy(id.bytes.begin(), id.bytes.end(), std::begin(oid.id));
  return oid;
}

std::string cannot_open(const std::string& folder, int result) {
  const std::string message = last_message();
  // Where nobody has ever set safe.directory, libgit2 1.5 says just that it did not find it.
  if (result == GIT_EOWNER || message.find("'safe.directory'") != std::string::npos) {
    return folder +
           ": is in a repository of another user, which git does not trust; if you do: git config "
           "--global --add safe.directory FOLDER, with the folder that holds .git";
  }
  if (result == GIT_ENOTFOUND) return folder + ": is not in a git repository";
  if (message.find("extensions.objectformat") != std::string::npos) {
    return folder +
           ": is in a repository with SHA-256 object names, which cannot be read; check "
           "the revision out and give the folder";
  }
  return folder + ": its git repository cannot be read: " + message;
}

/// The names of a path, without `.`, with `..` taken back. False where it leads above its start.
bool append_names(std::vector<std::string>& names, const fs::path& path) {
  for (const fs::path& part : path) {
    if (part.empty() || part == ".") continue;
    if (part != "..") {
      names.push_back(part.string());
    } else if (names.empty()) {
      return false;
    } else {
      names.pop_back();
    }
  }
  return true;
}

EntryKind kind_of(git_filemode_t mode) {
  switch (mode) {
    case GIT_FILEMODE_TREE:
      return EntryKind::Folder;
    case GIT_FILEMODE_LINK:
      return EntryKind::Link;
    case GIT_FILEMODE_COMMIT:
      return EntryKind::Submodule;
    default:
      return EntryKind::File;
  }
}

}  // namespace

struct Repository::State {
  RepositoryHandle repository;
  OdbHandle odb;
  fs::path work_tree;               // empty: there is none
  std::vector<std::string> prefix;  // of the folder below the work tree

  /// Measures an object before it is unpacked.
  source::Result<void> check(const ObjectId& id, git_object_t type, std::size_t largest,
                             const std::string& shown) const {
    const git_oid oid = oid_of(id);
    std::size_t size = 0;
    git_object_t found = GIT_OBJECT_INVALID;
    const int result = git_odb_read_header(&size, &found, odb.get(), &oid);
    if (result == GIT_ENOTFOUND) {
      return source::failure(shown + ": the object " + to_string(id) +
                             " is not in the repository; " + advice_on_missing(repository.get()));
    }
    if (result != 0) return source::failure(shown + ": cannot be read: " + last_message());
    if (found != type) {
      return source::failure(shown + ": the object " + to_string(id) +
                             " is of the wrong type: the repository is damaged");
    }
    if (size > largest) {
      return source::failure(shown + ": has " + std::to_string(size) + " bytes; at most " +
                             std::to_string(largest) + " are read from a revision");
    }
    return {};
  }
};

std::string to_string(const ObjectId& id) {
  std::array<char, GIT_OID_HEXSZ + 1> text{};
  const git_oid oid = oid_of(id);
  return git_oid_tostr(text.data(), text.size(), &oid);
}

Repository::Repository(std::unique_ptr<State> state) : state_(std::move(state)) {}
Repository::Repository(Repository&&) noexcept = default;
Repository& Repository::operator=(Repository&&) noexcept = default;
Repository::~Repository() = default;

source::Result<Repository> Repository::find(const std::string& folder) {
  if (!start_library()) return source::failure("libgit2 does not start: " + last_message());
  std::error_code error;
  const fs::path here = fs::canonical(folder, error);
  if (error) return source::failure(folder + ": " + error.message());
  auto state = std::make_unique<State>();
  const int opened = take(state->repository, git_repository_open_ext, here.c_str(), 0U, nullptr);
  if (opened != 0) return source::failure(cannot_open(folder, opened));
  if (take(state->odb, git_repository_odb, state->repository.get()) != 0) {
    return source::failure(folder + ": its git repository cannot be read: " + last_message());
  }
  if (const char* work_tree = git_repository_workdir(state->repository.get())) {
    state->work_tree = fs::canonical(work_tree, error);
    if (error) state->work_tree = fs::path(work_tree).lexically_normal();
    const fs::path below = here.lexically_relative(state->work_tree);
    // A folder that is no part of the work tree stands for its root.
    const bool inside = append_names(state->prefix, below);
    if (!inside || (!state->prefix.empty() && state->prefix[0] == ".git")) state->prefix.clear();
  }
  return Repository(std::move(state));
}

source::Result<Revision> Repository::resolve(const std::string& expression) const {
  const auto refused = [&](const std::string& why) {
    return source::failure(expression + ": is no revision that can be read: " + why);
  };
  if (expression.empty()) return source::failure("the revision is empty");
  if (expression.find('\0') != std::string::npos) return refused("it holds a NUL");
  if (expression.find("..") != std::string::npos) return refused("it is a range; name one commit");
  if (expression.find(':') != std::string::npos || expression.find("{/") != std::string::npos) {
    return refused("name a commit, and paths by themselves");
  }
  git_repository* repository = state_->repository.get();
  ObjectHandle object;
  if (take(object, git_revparse_single, repository, expression.c_str()) != 0) {
    return source::failure(no_such_revision(repository, expression));
  }
  ObjectHandle tree;
  if (take(tree, git_object_peel, object.get(), GIT_OBJECT_TREE) != 0) {
    if (last_class() == GIT_ERROR_ODB) {
      return source::failure(expression + ": " + last_message() + "; " +
                             advice_on_missing(repository));
    }
    return refused("it names a file, not a commit");
  }
  return Revision{expression, to_string(id_of(*git_object_id(object.get()))),
                  id_of(*git_object_id(tree.get()))};
}

bool Repository::is_revision(const std::string& expression) const {
  return resolve(expression).has_value();
}

source::Result<std::vector<std::string>> Repository::names_of(const std::string& path) const {
  std::vector<std::string> names;
  fs::path rest = path;
  const auto outside = [&] { return source::failure(path + ": is outside of the repository"); };
  if (rest.is_absolute()) {
    if (state_->work_tree.empty()) return outside();
    std::error_code error;
    // The way to the work tree may go through links; what is below it need not exist.
    const fs::path real = fs::weakly_canonical(rest, error);
    for (const fs::path& candidate : {rest.lexically_normal(), real}) {
      rest = candidate.lexically_relative(state_->work_tree);
      if (!rest.empty() && *rest.begin() != "..") break;
    }
    if (rest.empty()) return outside();
  } else {
    names = state_->prefix;
  }
  if (!append_names(names, rest)) return outside();
  return names;
}

source::Result<std::vector<Entry>> Repository::entries(const ObjectId& tree,
                                                       const std::string& shown) const {
  if (auto fits = state_->check(tree, GIT_OBJECT_TREE, kLargestTree, shown); !fits) {
    return tl::unexpected(fits.error());
  }
  const git_oid oid = oid_of(tree);
  TreeHandle handle;
  if (take(handle, git_tree_lookup, state_->repository.get(), &oid) != 0) {
    return source::failure(shown + ": cannot be read: " + last_message());
  }
  std::vector<Entry> result;
  const std::size_t count = git_tree_entrycount(handle.get());
  result.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const git_tree_entry* entry = git_tree_entry_byindex(handle.get(), i);
    result.push_back({git_tree_entry_name(entry), kind_of(git_tree_entry_filemode(entry)),
                      id_of(*git_tree_entry_id(entry))});
  }
  return result;
}

source::Result<std::string> Repository::read(const ObjectId& blob, std::size_t largest,
                                             const std::string& shown) const {
  if (auto fits = state_->check(blob, GIT_OBJECT_BLOB, largest, shown); !fits) {
    return tl::unexpected(fits.error());
  }
  const git_oid oid = oid_of(blob);
  OdbObjectHandle object;
  if (take(object, git_odb_read, state_->odb.get(), &oid) != 0) {
    return source::failure(shown + ": cannot be read: " + last_message());
  }
  return std::string(static_cast<const char*>(git_odb_object_data(object.get())),
                     git_odb_object_size(object.get()));
}

}  // namespace polreach::git
