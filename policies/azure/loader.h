// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "policies/azure/loader_languages.h"
#include "policies/azure/resource.h"
#include "policies/model/cloud.h"
#include "policies/source/diagnostics.h"
#include "policies/source/source_map.h"
#include "policies/syntax/reader.h"
#include "policies/syntax/taken.h"

namespace polreach::azure {

struct LoadOptions {
  /// Documents that cannot be read do not end the run: their errors are warnings.
  bool keep_going = false;
  syntax::Limits limits;
};

/// Takes the documents that are of Azure, and turns them into resources (policies/azure/link makes
/// a model of them) and service tags.
class Loader {
 public:
  Loader(const source::SourceMap& sources, source::Diagnostics& diagnostics, LoadOptions options);

  /// One document, or an item of a top-level list. `api_version` and `kind` are those of a
  /// Kubernetes object; empty where it is none. Problems go to `problems` in place of the loader's
  /// own diagnostics, so that whoever reads the file can hold them against others of that file.
  syntax::Taken take(const syntax::Value& root, std::string_view api_version, std::string_view kind,
                     source::Diagnostics& problems);

  /// A file that was named as an ARM parameters file: anything else is an error. The last one that
  /// gives a parameter wins.
  void load_parameters(source::FileId file);
  /// A file that was named as service tags. Where there is one, those among the other documents do
  /// not count.
  void load_service_tags(source::FileId file);

  /// Evaluates what needs all documents. To be called after the last take().
  void finish();

  /// Where documents start that finish() found errors in.
  [[nodiscard]] const std::vector<Span>& rejected() const { return rejected_; }
  /// What was read. The loader is spent afterwards.
  [[nodiscard]] Resources take_resources() { return std::move(resources_); }
  [[nodiscard]] model::ServiceTags take_service_tags() { return std::move(tags_); }

 private:
  class Named;
  struct FoundTags {
    model::ServiceTags tags;
    Span where;
  };

  syntax::Taken take_page(const syntax::Value& root, std::string_view items,
                          source::Diagnostics& problems);
  syntax::Taken take_item(const syntax::Value& item, source::Diagnostics& problems);
  syntax::Taken take_service_tags_of(const syntax::Value& root, source::Diagnostics& problems);
  bool add_tags(const syntax::Value& root, source::Diagnostics& problems,
                std::vector<FoundTags>& found);
  void choose_tags(source::Diagnostics& problems);

  const source::SourceMap& sources_;
  source::Diagnostics& diagnostics_;
  LoadOptions options_;
  Languages languages_;
  Resources resources_;
  std::vector<FoundTags> found_tags_;
  std::vector<FoundTags> named_tags_;
  bool tags_are_named_ = false;  // and those among the documents do not count
  model::ServiceTags tags_;
  std::vector<Span> rejected_;
};

}  // namespace polreach::azure
