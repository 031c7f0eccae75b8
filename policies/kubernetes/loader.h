// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "policies/kubernetes/kustomization.h"
#include "policies/kubernetes/objects.h"
#include "policies/source/diagnostics.h"
#include "policies/source/source_map.h"
#include "policies/syntax/reader.h"
#include "policies/syntax/taken.h"

namespace polreach::kubernetes {

/// Another reader, which is offered each document that is no Kubernetes object, and the objects of
/// Role::Cloud: with everything that was written in them, and with apiVersion and kind as far as
/// they have any.
using Guest = std::function<syntax::Taken(const syntax::Value& root, std::string_view api_version,
                                          std::string_view kind, source::Diagnostics& problems)>;

/// What tells an object from all others.
struct ObjectName {
  std::string group;  // of the apiVersion; empty for kinds that moved between groups, and for core
  std::string kind;
  std::string ns;  // empty for what is in no namespace
  std::string name;
  friend auto operator<=>(const ObjectName&, const ObjectName&) = default;
};
/// Says of each Kubernetes object with a name whether it is read. What is not is neither read nor
/// counted, as if it were not in its file.
using ObjectFilter = std::function<bool(const ObjectName& object)>;

struct LoadOptions {
  /// The namespace of objects that name none.
  std::string default_namespace = "default";
  /// Documents that cannot be read become gaps, and their errors warnings, instead of ending the
  /// run.
  bool keep_going = false;
  syntax::Limits limits;
  /// The files come from a revision of a repository: there is no folder to render.
  bool from_revision = false;
  /// Empty: there is none, and such documents are irrelevant.
  Guest guest = {};
  /// Empty: all are read.
  ObjectFilter filter = {};
};

/// Reads files into Kubernetes objects, and accounts for every object in them.
class Loader {
 public:
  Loader(const source::SourceMap& sources, source::SymbolTable& symbols,
         source::Diagnostics& diagnostics, LoadOptions options);

  void load(source::FileId file, syntax::Format format);
  /// For the files that are loaded from here on.
  void set_filter(ObjectFilter filter) { options_.filter = std::move(filter); }
  /// Reports what can only be said of all files together. To be called after the last load.
  void finish();

  /// What was read. The loader is spent afterwards.
  [[nodiscard]] Objects take_objects() { return std::move(objects_); }
  [[nodiscard]] const Ledger& ledger() const { return ledger_; }

 private:
  class Receiver;

  const source::SourceMap& sources_;
  source::SymbolTable& symbols_;
  source::Diagnostics& diagnostics_;
  LoadOptions options_;
  Objects objects_;
  Ledger ledger_;
  Kustomizations kustomizations_;
};

}  // namespace polreach::kubernetes
