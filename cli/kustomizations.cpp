// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <filesystem>
#include <set>

#include "cli/files.h"
#include "policies/source/source_map.h"
#include "policies/syntax/reader.h"

namespace polreach::cli {
namespace {

namespace fs = std::filesystem;

/// The folders that one kustomization builds on, and whether it can be built by itself.
class References : public syntax::Sink {
 public:
  explicit References(fs::path folder) : folder_(std::move(folder)) {}

  bool wanted(std::span<const std::string_view>, const syntax::Tape&) override { return true; }

  void object(const syntax::Tape& tape, std::string_view, std::string_view) override {
    if (!tape.root().is(syntax::Type::Mapping)) return;
    const auto kind = tape.root().find("kind");
    is_component = kind && kind->text() == "Component";
    for (std::string_view list : {"resources", "bases", "components"}) {
      const auto values = tape.root().find(list);
      if (!values) continue;
      for (const syntax::Value value : *values) {
        std::error_code error;
        const fs::path target = fs::weakly_canonical(folder_ / value.text(), error);
        if (!error) used.insert(target);
      }
    }
  }

  void unreadable(const source::Span&) override {}

  std::set<fs::path> used;
  bool is_component = false;

 private:
  fs::path folder_;
};

bool is_kustomization(const std::string& path) {
  constexpr std::array<std::string_view, 3> kNames = {"kustomization.yaml", "kustomization.yml",
                                                      "Kustomization"};
  const std::string name = fs::path(path).filename().string();
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

}  // namespace

source::Result<std::vector<std::string>> find_kustomizations(const std::string& folder) {
  const auto files = find_files(folder);
  if (!files) return tl::unexpected(files.error());
  std::vector<std::string> candidates;
  std::set<fs::path> used;
  for (const FoundFile& file : files->files) {
    if (!is_kustomization(file.path)) continue;
    auto text = source::Text::map(file.path);
    if (!text) return tl::unexpected(text.error());
    source::SourceMap sources;
    source::Diagnostics ignored;  // the renderer reports what is wrong with it
    const fs::path here = fs::path(file.path).parent_path();
    References references(here);
    syntax::read(sources, sources.add(file.path, std::move(*text)), syntax::Format::Yaml, {},
                 ignored, references);
    used.insert(references.used.begin(), references.used.end());
    if (!references.is_component) candidates.push_back(here.empty() ? "." : here.string());
  }
  std::erase_if(candidates, [&](const std::string& candidate) {
    std::error_code error;
    return used.contains(fs::weakly_canonical(candidate, error));
  });
  if (candidates.empty()) return source::failure(folder + ": holds no kustomization");
  return candidates;
}

}  // namespace polreach::cli
