// SPDX-License-Identifier: Apache-2.0
#include "tests/azure/loading.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <sstream>

namespace polreach::support {
namespace {

std::string shown(const azure::ResourceId& id) {
  std::string text = id.type.substr(id.type.find('/') + 1) + " ";
  for (std::size_t i = 0; i < id.names.size(); ++i) text += (i == 0 ? "" : "/") + id.names[i];
  return text;
}

std::string shown(const source::SourceMap& sources, const source::Diagnostic& problem) {
  const char* severity = problem.severity == source::Severity::Error ? "error" : "warning";
  std::string text = std::string(severity) + " " + std::string(problem.code);
  if (!problem.where.exists()) return text;
  const source::Location at = sources.location(problem.where);
  return text + " " + std::to_string(at.line) + ":" + std::to_string(at.column);
}

}  // namespace

Loaded load(const cli::InputOptions& options, const std::string& in) {
  std::istringstream stream(in);
  auto read = cli::read_input(options, stream);
  REQUIRE_MESSAGE(read.has_value(), (read ? "" : read.error().message));
  Loaded loaded;
  loaded.input = std::move(*read);
  const cli::Input& input = *loaded.input;
  for (const azure::Resource& each : input.resources) loaded.resources.push_back(shown(each.id));
  std::sort(loaded.resources.begin(), loaded.resources.end());
  for (const auto& problem : input.diagnostics.sorted(input.sources)) {
    loaded.problems.push_back(shown(input.sources, problem));
  }
  loaded.ledger = "used " + std::to_string(input.ledger.used) + ", irrelevant " +
                  std::to_string(input.ledger.irrelevant) + ", rejected " +
                  std::to_string(input.ledger.rejected);
  return loaded;
}

Loaded load_text(const std::string& text, cli::InputOptions options) {
  options.paths = {"-"};
  return load(options, text);
}

const azure::Resource& resource(const Loaded& loaded, const std::string& name) {
  const auto& all = loaded.input->resources;
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const auto& each) { return shown(each.id) == name; });
  REQUIRE_MESSAGE(found != all.end(), name);
  return *found;
}

}  // namespace polreach::support
