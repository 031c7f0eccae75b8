// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "policies/intents/intent.h"
#include "policies/source/diagnostics.h"
#include "policies/syntax/reader.h"

/// Reads files of agreed rules, and recognises whose they are by their marks:
///   polreach      a mapping with `intents` (docs/schemas/polreach.intents.v1.json)
///   NetAssert     version 1: a mapping with `k8s` or `host`; version 2: a list of items with
///                 `type`, `src` and `dst` (github.com/controlplaneio/netassert)
///   np-guard      baseline rules: items with `action` (github.com/np-guard/baseline-rules)
namespace polreach::intents {

struct ReadOptions {
  std::string default_namespace = "default";
  syntax::Limits limits;
};

/// Adds what the file holds to `intents`, in order. Problems are diagnostics; what of another
/// tool's file cannot be expressed is an Intent that says so. Names of intents are unique: a
/// second one of polreach's own is an error, those of other tools are numbered.
void read(const source::SourceMap& sources, source::FileId file, source::SymbolTable& symbols,
          const ReadOptions& options, source::Diagnostics& diagnostics,
          std::vector<Intent>& intents);

}  // namespace polreach::intents
