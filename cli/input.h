// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <istream>
#include <memory>
#include <string>
#include <vector>

#include "policies/kubernetes/loader.h"
#include "policies/model/model.h"
#include "policies/source/diagnostics.h"
#include "policies/source/source_map.h"

namespace polreach::cli {

struct InputOptions {
  std::vector<std::string> paths;      // files, folders, "-"
  std::vector<std::string> kustomize;  // folders to build
  std::vector<std::string> helm;       // charts to render
  std::string default_namespace = "default";
  bool keep_going = false;
};

/// Everything that a run reads.
struct Input {
  source::SourceMap sources;
  source::Diagnostics diagnostics;
  kubernetes::Ledger ledger;
  model::Model model;
};

/// Reads all inputs into one model. Folders are read recursively (.yaml, .yml, .json; hidden
/// entries and symbolic links to folders are left out), in an order that does not depend on the
/// file system; a file that is named twice is read once. Problems of the input are in the
/// diagnostics; a failure is one of the world: a path that does not exist, a renderer that fails.
source::Result<std::unique_ptr<Input>> read_input(const InputOptions& options, std::istream& in);

}  // namespace polreach::cli
