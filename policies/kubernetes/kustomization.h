// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "policies/source/diagnostics.h"
#include "policies/syntax/tape.h"

namespace polreach::kubernetes {

/// The kustomizations among the files: they say that the files are not meant to be read as they
/// are. However many there are, they have one cause and are one finding.
class Kustomizations {
 public:
  /// Takes one in. True where it changes what the files mean to policies: namespace, labels,
  /// names, patches, generated objects.
  bool add(const syntax::Value& root);

  /// Reports the error `unrendered-kustomization` where some change what files mean; otherwise
  /// the note `kustomization` where there are any. `keep_going` makes the error a warning;
  /// `from_revision` changes the advice.
  void report(source::Diagnostics& diagnostics, const source::SourceMap& sources, bool keep_going,
              bool from_revision) const;

 private:
  struct Found {
    source::Span where;
    std::string changes;  // the fields that change something; empty: none does
  };
  std::vector<Found> found_;
};

}  // namespace polreach::kubernetes
