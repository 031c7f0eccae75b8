// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "policies/source/diagnostics.h"
#include "policies/syntax/tape.h"

namespace polreach::kubernetes {

/// Reads the fields of one object and reports what is wrong with them. A field that is null counts
/// as absent, as it does for the API server. Every problem makes ok() false.
class Fields {
 public:
  Fields(source::Diagnostics& diagnostics, std::string subject)
      : diagnostics_(diagnostics), subject_(std::move(subject)) {}

  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] const std::string& subject() const { return subject_; }
  void set_subject(std::string subject) { subject_ = std::move(subject); }

  void error(std::string_view code, const source::Span& where, std::string message,
             std::string help = {});
  void warning(std::string_view code, const source::Span& where, std::string message,
               std::string help = {});
  void note(std::string_view code, const source::Span& where, std::string message,
            std::string help = {});

  /// The member of a mapping, unless it is absent or null. `parent` must be a mapping.
  [[nodiscard]] static std::optional<syntax::Value> get(const syntax::Value& parent,
                                                        std::string_view name);
  /// The same, of a given type; anything else is reported as `wrong-type`.
  std::optional<syntax::Value> get(const syntax::Value& parent, std::string_view name,
                                   syntax::Type type);
  /// The same; its absence is reported as `missing-field`.
  std::optional<syntax::Value> require(const syntax::Value& parent, std::string_view name,
                                       syntax::Type type);
  /// Whether the value has the type; reported as `wrong-type` where not. `what` names it.
  bool expect(const syntax::Value& value, syntax::Type type, std::string_view what);

  /// The only member of a mapping that is not null. With none of them, or several, `code` is
  /// reported with the message for that, and that one of `choices` is to be given.
  std::optional<syntax::Value> only_member(const syntax::Value& mapping, std::string_view code,
                                           const std::string& none, const std::string& several,
                                           const std::string& choices);

  /// Reports the members of a mapping that are not in the list as `unknown-field`.
  void only(const syntax::Value& mapping, std::initializer_list<std::string_view> known);

 private:
  source::Diagnostics& diagnostics_;
  std::string subject_;
  bool ok_ = true;
};

}  // namespace polreach::kubernetes
