// SPDX-License-Identifier: Apache-2.0
#include "tests/agreement/manifest_writer.h"

#include <set>

namespace polreach::agreement {
namespace {

std::string_view text(model::Operator op) {
  switch (op) {
    case model::Operator::In:
      return "In";
    case model::Operator::NotIn:
      return "NotIn";
    case model::Operator::Exists:
      return "Exists";
    case model::Operator::DoesNotExist:
      return "DoesNotExist";
  }
  return "?";
}

}  // namespace

void ManifestWriter::head(std::string_view version, std::string_view kind) {
  member("apiVersion", version);
  member("kind", kind);
}

void ManifestWriter::member(std::string_view key, std::string_view value) {
  out_.key(key);
  out_.string(value);
}

void ManifestWriter::labels(const std::vector<LabelSpec>& all) {
  if (all.empty() && style_.chance(70)) return;
  out_.key("labels");
  out_.begin_mapping();
  for (const LabelSpec& label : all) member(label.key, label.value);
  out_.end_mapping();
}

void ManifestWriter::selector(const SelectorSpec& requirements) {
  SelectorSpec expressions;
  std::vector<LabelSpec> match;
  std::set<std::string> matched;
  for (const RequirementSpec& wanted : requirements) {
    const bool is_one = wanted.op == model::Operator::In && wanted.values.size() == 1;
    if (is_one && style_.chance(60) && matched.insert(wanted.key).second) {
      match.push_back({wanted.key, wanted.values.front()});
    } else {
      expressions.push_back(wanted);
    }
  }
  out_.begin_mapping();
  if (!match.empty()) {
    out_.key("matchLabels");
    out_.begin_mapping();
    for (const LabelSpec& label : match) member(label.key, label.value);
    out_.end_mapping();
  }
  if (!expressions.empty()) match_expressions(expressions);
  out_.end_mapping();
}

void ManifestWriter::match_expressions(const SelectorSpec& expressions) {
  out_.key("matchExpressions");
  out_.begin_sequence();
  for (const RequirementSpec& wanted : expressions) {
    out_.item();
    out_.begin_mapping();
    member("key", wanted.key);
    member("operator", text(wanted.op));
    if (!wanted.values.empty()) strings("values", wanted.values);
    out_.end_mapping();
  }
  out_.end_sequence();
}

void ManifestWriter::strings(std::string_view key, const std::vector<std::string>& values) {
  out_.key(key);
  out_.begin_sequence();
  for (const std::string& value : values) {
    out_.item();
    out_.string(value);
  }
  out_.end_sequence();
}

}  // namespace polreach::agreement
