// SPDX-License-Identifier: Apache-2.0
#include "policies/kubernetes/kustomization.h"

#include <algorithm>
#include <array>

namespace polreach::kubernetes {
namespace {

/// The fields of a kustomization that leave what policies see alone. Everything else changes
/// names, namespaces, labels or specs, or brings in objects from elsewhere.
constexpr std::array<std::string_view, 14> kHarmless = {
    "apiVersion",         "kind",            "metadata",           "images",
    "commonAnnotations",  "buildMetadata",   "configMapGenerator", "secretGenerator",
    "generatorOptions",   "crds",            "configurations",     "openapi",
    "sortOptions",        "replicas"};

bool is_remote(const syntax::Value& resource) {
  const std::string_view text = resource.text();
  return text.find("://") != std::string_view::npos || text.starts_with("github.com/") ||
         text.starts_with("git@");
}

/// Whether a member of a kustomization changes what policies see.
bool changes_meaning(const syntax::Value& member) {
  const std::string_view name = member.key();
  if (std::find(kHarmless.begin(), kHarmless.end(), name) != kHarmless.end()) return false;
  const bool collection =
      member.is(syntax::Type::Sequence) || member.is(syntax::Type::Mapping);
  if (member.is(syntax::Type::Null) || (collection && member.empty())) return false;
  // Files of this tree are read anyway.
  const bool list_of_files = name == "resources" || name == "bases";
  return !list_of_files || std::any_of(member.begin(), member.end(), is_remote);
}

}  // namespace

void check_kustomization(Fields& fields, const syntax::Value& root) {
  std::string changes;
  for (const syntax::Value member : root) {
    if (!changes_meaning(member)) continue;
    changes += (changes.empty() ? "" : ", ") + std::string(member.key());
  }
  const std::string help =
      "render it first: polreach ... --kustomize DIR, or kubectl kustomize DIR | polreach ... -";
  if (changes.empty()) {
    fields.note("kustomization", root.span(),
                   "kustomize builds this folder; its files are read as they are", help);
  } else {
    fields.error("unrendered-kustomization", root.span(),
                 "kustomize changes what the files here mean (" + changes + ")", help);
  }
}

}  // namespace polreach::kubernetes
