// SPDX-License-Identifier: Apache-2.0
#include "policies/kubernetes/kustomization.h"

#include <algorithm>
#include <array>

namespace polreach::kubernetes {
namespace {

/// The fields of a kustomization that leave what policies see alone. Everything else changes
/// names, namespaces, labels or specs, or brings in objects from elsewhere.
constexpr std::array<std::string_view, 14> kHarmless = {
    "apiVersion",        "kind",          "metadata",           "images",
    "commonAnnotations", "buildMetadata", "configMapGenerator", "secretGenerator",
    "generatorOptions",  "crds",          "configurations",     "openapi",
    "sortOptions",       "replicas"};

bool is_remote(const syntax::Value& resource) {
  const std::string_view text = resource.text();
  return text.find("://") != std::string_view::npos || text.starts_with("github.com/") ||
         text.starts_with("git@");
}

/// Whether a member of a kustomization changes what policies see.
bool changes_meaning(const syntax::Value& member) {
  const std::string_view name = member.key();
  if (std::find(kHarmless.begin(), kHarmless.end(), name) != kHarmless.end()) return false;
  const bool collection = member.is(syntax::Type::Sequence) || member.is(syntax::Type::Mapping);
  if (member.is(syntax::Type::Null) || (collection && member.empty())) return false;
  // Files of this tree are read anyway.
  const bool list_of_files = name == "resources" || name == "bases";
  return !list_of_files || std::any_of(member.begin(), member.end(), is_remote);
}

}  // namespace

bool Kustomizations::add(const syntax::Value& root) {
  Found found{root.span(), ""};
  for (const syntax::Value member : root) {
    if (!changes_meaning(member)) continue;
    found.changes += (found.changes.empty() ? "" : ", ") + std::string(member.key());
  }
  found_.push_back(found);
  return !found.changes.empty();
}

void Kustomizations::report(source::Diagnostics& diagnostics, const source::SourceMap& sources,
                            bool keep_going, bool from_revision) const {
  const Found* first = nullptr;
  std::size_t count = 0;
  const bool any_changes =
      std::any_of(found_.begin(), found_.end(), [](const Found& f) { return !f.changes.empty(); });
  for (const Found& found : found_) {
    if (any_changes && found.changes.empty()) continue;
    ++count;
    if (first == nullptr || sources.before(found.where, first->where)) first = &found;
  }
  if (first == nullptr) return;
  const std::string more = count == 1 ? ""
                                      : ", here and in " + std::to_string(count - 1) +
                                            (count == 2 ? " more folder" : " more folders");
  const std::string help =
      from_revision
          ? "check the revision out (git worktree add DIR REVISION), and render it: --kustomize DIR"
          : "render them: --kustomize DIR in place of the path renders every kustomization at or "
            "below "
            "DIR; or kubectl kustomize DIR | polreach ... -";
  if (any_changes) {
    diagnostics.add({keep_going ? source::Severity::Warning : source::Severity::Error,
                     "unrendered-kustomization",
                     "kustomize changes what the files mean (" + first->changes + ")" + more,
                     first->where,
                     "",
                     help,
                     {},
                     {}});
  } else {
    diagnostics.add({source::Severity::Note,
                     "kustomization",
                     "kustomize builds these files" + more + "; they are read as they are",
                     first->where,
                     "",
                     help,
                     {},
                     {}});
  }
}

}  // namespace polreach::kubernetes
