// SPDX-License-Identifier: Apache-2.0
// Owners of what libgit2 hands out, and its last error. Only for this folder.
#pragma once

#include <git2.h>

#include <memory>
#include <string>

#include "policies/git/repository.h"

namespace polreach::git {

template <auto Free>
struct Freed {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};

using RepositoryHandle = std::unique_ptr<git_repository, Freed<git_repository_free>>;
using ObjectHandle = std::unique_ptr<git_object, Freed<git_object_free>>;
using OdbHandle = std::unique_ptr<git_odb, Freed<git_odb_free>>;
using OdbObjectHandle = std::unique_ptr<git_odb_object, Freed<git_odb_object_free>>;
using ConfigHandle = std::unique_ptr<git_config, Freed<git_config_free>>;
using TreeHandle = std::unique_ptr<git_tree, Freed<git_tree_free>>;
using ReferencesHandle =
    std::unique_ptr<git_reference_iterator, Freed<git_reference_iterator_free>>;

/// Calls a function of libgit2 that hands out an object through its first parameter.
template <typename Handle, typename Function, typename... Arguments>
int take(Handle& handle, Function function, Arguments... arguments) {
  typename Handle::pointer raw = nullptr;
  const int result = function(&raw, arguments...);
  if (result == 0) handle.reset(raw);
  return result;
}

/// What libgit2 says of its last failure, and what the failure is about (GIT_ERROR_...).
inline std::string last_message() {
  const git_error* error = git_error_last();
  return error != nullptr && error->message != nullptr ? error->message : "unknown failure";
}
inline int last_class() {
  const git_error* error = git_error_last();
  return error != nullptr ? error->klass : GIT_ERROR_NONE;
}

inline ObjectId id_of(const git_oid& oid) {
  ObjectId id;
  static_assert(sizeof(id.bytes) == GIT_OID_RAWSZ);
  std::copy(std::begin(oid.id), std::end(oid.id), id.bytes.begin());
  return id;
}

/// Why an expression names no revision, and what to do.
std::string no_such_revision(git_repository* repository, const std::string& expression);

/// What to do about an object that should be there and is not.
std::string advice_on_missing(git_repository* repository);

}  // namespace polreach::git
