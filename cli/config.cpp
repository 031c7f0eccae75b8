// SPDX-License-Identifier: Apache-2.0
#include "cli/config.h"

#include <algorithm>
#include <filesystem>

namespace polreach::cli {
namespace {

namespace fs = std::filesystem;

}  // namespace

std::vector<Suppression> Config::suppressions_in(source::SourceMap& other) const {
  std::vector<Suppression> moved = suppressions;
  if (moved.empty()) return moved;
  const source::FileId from = moved.front().where.file;
  const source::FileId to = other.add(std::string(sources.name(from)),
                                      source::Text::own(std::string(sources.bytes(from))));
  for (Suppression& each : moved) each.where.file = to;
  return moved;
}

std::string find_config(const std::string& folder) {
  std::error_code error;
  const fs::path start = fs::absolute(folder, error).lexically_normal();
  if (error) return "";
  std::string above;
  for (fs::path at = start;; at = at.parent_path()) {
    const fs::path file = at / kConfigName;
    if (above.empty() && fs::is_regular_file(file, error)) {
      if (at == start) return std::string(kConfigName);
      above = file.lexically_relative(start).generic_string();
    }
    // Above the root of the repository nothing is looked for; without one, nothing above at all.
    if (fs::exists(at / ".git", error)) return above;
    if (!at.has_relative_path() || at == at.parent_path()) return "";
  }
}

std::unique_ptr<Config> load_config(Session& session) {
  const Arguments& arguments = session.arguments();
  if (arguments.has("no-config")) return std::make_unique<Config>();
  const std::string path = arguments.has("config") ? arguments.value("config") : find_config(".");
  if (path.empty() && !arguments.has("config")) return std::make_unique<Config>();
  auto config = read_config(path);
  if (!config) {
    session.refuse("config", config.error().message, "");
    return nullptr;
  }
  if (!session.accept((*config)->sources, (*config)->diagnostics, path)) return nullptr;
  return std::move(*config);
}

Arguments with_config(const Arguments& arguments, const Config& config, bool of_audit) {
  Arguments result = arguments;
  const auto add = [&](const auto& values) {
    for (const auto& [option, texts] : values) {
      const std::string& name = option;
      const bool known = std::any_of(arguments.options.begin(), arguments.options.end(),
                                     [&](const OptionSpec& each) { return each.name == name; });
      // Who asks for a check by name wants it made.
      const bool overruled = name == "skip" && arguments.has("only");
      if (!known || arguments.has(name) || overruled) continue;
      for (const ConfigText& text : texts) result.values[name].push_back(text.value);
    }
  };
  add(config.common);
  if (of_audit) add(config.audit);
  return result;
}

void add_intents(Arguments& arguments, const Config& config) {
  if (arguments.has("intents")) return;
  for (const ConfigText& file : config.intents) arguments.values["intents"].push_back(file.value);
}

}  // namespace polreach::cli
