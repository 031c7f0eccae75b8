// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/dates.h"
#include "policies/source/diagnostics.h"
#include "policies/source/source_map.h"
#include "solver/audit/finding.h"

/// Findings that somebody decided to live with: where that is said, for how long, and of what it
/// holds. It is said beside the object (an annotation, a tag) or in the configuration.
namespace polreach::cli {

struct Input;

struct Suppression {
  std::string check;  // the id of a check
  /// Of which objects, as findings name them: "Deployment shop/*", where * stands for anything.
  /// Empty: of all that `ns` leaves.
  std::string subject;
  std::string ns;  // a namespace; empty: of all
  /// `subject` is the start of a name: what is part of the object ("NetworkPolicy shop/web ingress
  /// 1") is meant too. Its kind may be any where it starts with "* ".
  bool whole_object = false;
  std::string reason;
  std::optional<Date> expires;  // the last day on which it holds
  source::Span where;
  bool external = false;  // said in the configuration
};

/// Whether it is about an object, by the name that findings have for it.
[[nodiscard]] bool covers(const Suppression& suppression, const std::string& subject);

/// Whether the text is what the pattern says: * stands for any characters, case does not count.
[[nodiscard]] bool matches_glob(std::string_view pattern, std::string_view text);

/// What an annotation or a tag says: "check-id[, check-id]: reason [until YYYY-MM-DD]", in each of
/// its lines. `object` is what it stands beside. Mistakes are errors `bad-suppression` at `where`;
/// whether there is such a check is not asked.
[[nodiscard]] std::vector<Suppression> read_suppressions(const std::string& text,
                                                         const std::string& object,
                                                         const source::Span& where,
                                                         source::Diagnostics& diagnostics);

/// All that objects of the input say: in the annotation polreach.dev/ignore, and in the tag
/// polreach-ignore of resources of Azure. By check and place.
[[nodiscard]] std::vector<Suppression> suppressions_beside(const Input& input,
                                                           source::Diagnostics& diagnostics);

}  // namespace polreach::cli
