// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <istream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "cli/files.h"
#include "policies/source/result.h"
#include "policies/source/source_map.h"

namespace polreach::cli {

/// What a path holds, as it is in the file system: the bytes of a file, or of a pipe.
source::Result<std::unique_ptr<source::Text>> read_text(const std::string& path);
/// All that is left of a stream. `name` is for messages.
source::Result<std::string> read_stream(std::istream& in, const std::string& name);

/// What an input was read from, so that it can be read again just as it was, whatever has happened
/// to the files since: what is asked for the first time is read from the world and kept. Failures
/// are not kept.
class Snapshot {
 public:
  source::Result<FoundFiles> find(const std::string& path);
  source::Result<std::string> text(const std::string& path);
  source::Result<std::string> standard_input(std::istream& in);
  source::Result<std::vector<std::string>> kustomizations(const std::string& folder);
  source::Result<std::string> kustomized(const std::string& folder);
  source::Result<std::string> rendered(const std::string& chart);

  /// Puts files into a folder that need not exist, in place of what is there.
  void put(const std::string& folder, const std::map<std::string, std::string>& files);
  /// Takes over what cannot be read a second time.
  void keep_standard_input_of(const Snapshot& other);
  /// The texts by the names under which messages show them.
  [[nodiscard]] const std::map<std::string, std::string>& texts() const { return texts_; }

 private:
  std::map<std::string, FoundFiles> found_;
  std::map<std::string, std::vector<std::string>> kustomizations_;
  std::map<std::string, std::string> texts_;
};

}  // namespace polreach::cli
