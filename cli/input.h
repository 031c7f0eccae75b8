// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <istream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "policies/azure/resource.h"
#include "policies/kubernetes/loader.h"
#include "policies/model/cloud.h"
#include "policies/model/estate.h"
#include "policies/model/model.h"
#include "policies/source/diagnostics.h"
#include "policies/source/source_map.h"

namespace polreach::cli {

class Snapshot;

/// A manifest that is in no file.
struct AddedText {
  std::string name;  // what messages call it
  std::string bytes;
  kubernetes::ObjectFilter filter = {};  // which of its objects are read; empty: all
};

/// A revision of a git repository, to be read in place of the file system.
struct RevisionInput {
  std::string revision;      // a branch, a tag, HEAD~2
  std::string folder = ".";  // what paths are relative to, in the repository's work tree
  /// A path that the revision does not have is read as a folder without files: it may have been
  /// added since, or removed. Otherwise it is a failure.
  bool absent_paths = false;
};

struct InputOptions {
  std::vector<std::string> paths;      // files, folders, "-"
  std::vector<std::string> kustomize;  // folders to build
  std::vector<std::string> helm;       // charts to render
  std::string default_namespace = "default";
  bool keep_going = false;
  /// What enforces the policies; Unstated: what the input says of the cluster.
  model::Engine engine = model::Engine::Unstated;
  /// The AKS cluster that the manifests belong to; empty: the only one of the input.
  std::string cluster = {};
  /// Files of ARM parameters, and of service tags: of the file system, also where a revision is
  /// read.
  std::vector<std::string> parameters = {};
  std::vector<std::string> service_tags = {};
  /// The paths are files and folders of this revision; none: the whole tree. Nothing can be
  /// rendered then.
  std::optional<RevisionInput> revision = {};
  /// Where files and rendered texts come from; nothing: from the world, each time anew.
  std::shared_ptr<Snapshot> snapshot = {};
  /// Which objects are read; empty: all.
  kubernetes::ObjectFilter filter = {};
  /// Read behind all others, each with a filter of its own.
  std::vector<AddedText> added = {};
};

/// Everything that a run reads.
struct Input {
  source::SourceMap sources;
  source::Diagnostics diagnostics;
  kubernetes::Ledger ledger;
  model::Model model;
  azure::Resources resources;  // what the cloud was linked from
  model::Cloud cloud;
  model::Estate estate;
  std::vector<kubernetes::IgnoreNote> ignored;  // what objects say of findings about them
  std::vector<std::string> absent_paths;        // see RevisionInput::absent_paths
};

/// A model with the texts that its places are in.
struct Written {
  const source::SourceMap& sources;
  const model::Model& model;

  Written(const source::SourceMap& texts, const model::Model& of) : sources(texts), model(of) {}
  Written(const Input& input) : sources(input.sources), model(input.model) {}  // NOLINT: a view
};

/// Reads all inputs into one model. Folders are read recursively (.yaml, .yml, .json; hidden
/// entries and symbolic links to folders are left out), in an order that does not depend on the
/// file system; a file that is named twice is read once. A file of a revision is called
/// REVISION:PATH, with the path from the root of the repository, as git does. Problems of the input
/// are in the diagnostics; a failure is one of the world: a path that does not exist, a renderer
/// that fails.
source::Result<std::unique_ptr<Input>> read_input(const InputOptions& options, std::istream& in);

/// Two sets of manifests that are held against each other. Their models share the symbol table, and
/// the input has the texts, the problems and the account of both; Input::model is the first.
struct InputPair {
  std::unique_ptr<Input> input;
  model::Model second;
  model::Cloud second_cloud;
  /// A set that holds no workloads was read with the workloads of the other, and with those of its
  /// namespaces that it does not declare.
  bool first_borrows = false;
  bool second_borrows = false;
};

/// Reads both; a file that both name belongs to both.
source::Result<InputPair> read_pair(const InputOptions& first, const InputOptions& second,
                                    std::istream& in);

}  // namespace polreach::cli
