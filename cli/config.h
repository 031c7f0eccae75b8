// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/options.h"
#include "cli/session.h"
#include "cli/suppressions.h"
#include "policies/source/diagnostics.h"
#include "policies/source/source_map.h"

/// polreach.yaml: what holds for all runs in a repository (docs/configuration.md,
/// docs/schemas/polreach.config.v1.json). The command line wins over it.
namespace polreach::cli {

inline constexpr std::string_view kConfigName = "polreach.yaml";

/// A value and where it was written.
struct ConfigText {
  std::string value;
  source::Span where;
};

struct Config {
  /// Values of options, by the names of the options: what the file says outside of `audit`
  /// (engine, cluster, service-tags, parameters), for every command that has them. Paths are
  /// relative to the current folder.
  std::map<std::string, std::vector<ConfigText>, std::less<>> common;
  /// Likewise what it says in `audit` (only, skip, severity, fail-on).
  std::map<std::string, std::vector<ConfigText>, std::less<>> audit;
  std::map<std::string, solver::audit::Severity, std::less<>> severities;  // by check
  std::vector<Suppression> suppressions;
  std::vector<ConfigText> intents;  // files, relative to the current folder

  std::string path;           // empty: there is no file
  source::SourceMap sources;  // what the places are in
  source::Diagnostics diagnostics;

  [[nodiscard]] bool exists() const { return !path.empty(); }
  /// The suppressions with places in another source map, which gets the text of the file.
  [[nodiscard]] std::vector<Suppression> suppressions_in(source::SourceMap& other) const;
};

/// The file that holds for a folder: in it, or in the nearest folder above it up to the root of its
/// repository. Without a repository it is looked for in the folder alone. Empty: there is none.
[[nodiscard]] std::string find_config(const std::string& folder);

/// Reads a file. What is wrong with it is in the diagnostics; fails where it cannot be opened.
source::Result<std::unique_ptr<Config>> read_config(const std::string& path);

/// What --config, --no-config and the current folder say. Nothing: it could not be read, which has
/// been said, and the command ends with kNoVerdict.
[[nodiscard]] std::unique_ptr<Config> load_config(Session& session);

/// The arguments with what the configuration says where they do not say it themselves. An option
/// that the command does not have is left out. `of_audit`: with its section `audit`.
[[nodiscard]] Arguments with_config(const Arguments& arguments, const Config& config,
                                    bool of_audit);

/// Adds the configuration's files of intents to arguments that name none.
void add_intents(Arguments& arguments, const Config& config);

}  // namespace polreach::cli
