// SPDX-License-Identifier: Apache-2.0
#include "policies/azure/link/report.h"

#include <utility>

namespace polreach::azure {

using model::Unknown;
using model::UnknownId;
using source::Severity;

void Report::add(Severity severity, std::string_view code, const Places& places,
                 std::string message, std::string help) {
  diagnostics_.add({severity, code, std::move(message), places.where, subject_, std::move(help),
                    places.other, places.other_message});
}

void Report::error(std::string_view code, const Places& places, std::string message,
                   std::string help) {
  ++errors_;
  add(keep_going_ ? Severity::Warning : Severity::Error, code, places, std::move(message),
      std::move(help));
}

void Report::warning(std::string_view code, const Span& where, std::string message,
                     std::string help) {
  add(Severity::Warning, code, {where, Span::none(), {}}, std::move(message), std::move(help));
}

UnknownId Report::unknown(Unknown unknown) {
  const Key key{unknown.scope,      unknown.id,          unknown.what,
                unknown.where.file, unknown.where.begin, unknown.where.end};
  const auto [entry, added] = ids_.emplace(key, static_cast<UnknownId>(unknowns_.size()));
  if (added) unknowns_.push_back(std::move(unknown));
  return entry->second;
}

UnknownId Report::unknown(const Node& node, Unknown::Scope scope, std::string_view field) {
  std::string of = subject_;
  if (!field.empty()) of = std::string(field) + (of.empty() ? "" : " of " + of);
  return unknown({scope, "A-expression",
                  (of.empty() ? "" : of + ": ") + node.text + " is not known", node.settle,
                  node.where});
}

UnknownId Report::condition(const Node& node) {
  return unknown({Unknown::Scope::World, "A-expression",
                  "whether the condition " + node.text + " holds is not known", node.settle,
                  node.where});
}

UnknownId Report::all(const std::vector<UnknownId>& unknowns) {
  if (unknowns.size() == 1) return unknowns.front();
  Unknown both = unknowns_[static_cast<std::size_t>(unknowns.front())];
  for (std::size_t i = 1; i < unknowns.size(); ++i) {
    both.what += "; " + unknowns_[static_cast<std::size_t>(unknowns[i])].what;
  }
  return unknown(std::move(both));
}

UnknownId Report::unreadable(std::string what, const Span& where, Unknown::Scope scope) {
  return unknown({scope, "A-unreadable", std::move(what), "a value that can be read", where});
}

UnknownId Report::absent(std::string what, std::string settle, const Span& where,
                         Unknown::Scope scope) {
  return unknown({scope, "A-absent-resource", std::move(what), std::move(settle), where});
}

}  // namespace polreach::azure
