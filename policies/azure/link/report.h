// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <tuple>

#include "policies/azure/node.h"
#include "policies/model/cloud.h"
#include "policies/source/diagnostics.h"

namespace polreach::azure {

/// The place of a problem, and of what it contradicts.
struct Places {
  Span where;
  Span other;
  std::string other_message;
};

/// Where the steps of link() report problems, and where they keep what is not known.
class Report {
 public:
  Report(const source::SourceMap& sources, source::Diagnostics& diagnostics, bool keep_going)
      : sources_(sources), diagnostics_(diagnostics), keep_going_(keep_going) {}

  /// What the following problems are about: "network security group web".
  void about(std::string subject) { subject_ = std::move(subject); }
  [[nodiscard]] const std::string& subject() const { return subject_; }

  /// An error; a warning with --keep-going, where the caller leaves open what it is about.
  void error(std::string_view code, const Places& places, std::string message, std::string help);
  void error(std::string_view code, const Span& where, std::string message, std::string help) {
    error(code, Places{where, Span::none(), {}}, std::move(message), std::move(help));
  }
  void warning(std::string_view code, const Span& where, std::string message, std::string help);
  [[nodiscard]] std::size_t errors() const { return errors_; }

  /// The same Unknown twice is one.
  model::UnknownId unknown(model::Unknown unknown);
  /// Of an Unknown node. What it is for (the subject and the field) makes part of what it is: one
  /// expression in a loop has one place and many values, and a fact that two rules share where they
  /// do not is a wrong answer.
  model::UnknownId unknown(const Node& node, model::Unknown::Scope scope,
                           std::string_view field = {});
  model::UnknownId world(const Node& node, std::string_view field = {}) {
    return unknown(node, model::Unknown::Scope::World, field);
  }
  /// Of a condition, which is the same for all that it stands at.
  model::UnknownId condition(const Node& node);
  /// Whether all of them hold, as one fact; there is at least one.
  model::UnknownId all(const std::vector<model::UnknownId>& unknowns);
  /// Of something that had an error.
  model::UnknownId unreadable(std::string what, const Span& where,
                              model::Unknown::Scope scope = model::Unknown::Scope::World);
  /// Of something that the input refers to and does not hold.
  model::UnknownId absent(std::string what, std::string settle, const Span& where,
                          model::Unknown::Scope scope = model::Unknown::Scope::World);

  [[nodiscard]] const model::Unknown& known(model::UnknownId id) const {
    return unknowns_[static_cast<std::size_t>(id)];
  }
  [[nodiscard]] const source::SourceMap& sources() const { return sources_; }
  [[nodiscard]] std::vector<model::Unknown> take_unknowns() { return std::move(unknowns_); }

 private:
  void add(source::Severity severity, std::string_view code, const Places& places,
           std::string message, std::string help);

  using Key = std::tuple<model::Unknown::Scope, std::string, std::string, source::FileId,
                         std::uint32_t, std::uint32_t>;
  const source::SourceMap& sources_;
  source::Diagnostics& diagnostics_;
  bool keep_going_;
  std::string subject_;
  std::size_t errors_ = 0;
  std::vector<model::Unknown> unknowns_;
  std::map<Key, model::UnknownId> ids_;
};

}  // namespace polreach::azure
