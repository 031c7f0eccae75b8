// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "solver/intents/evidence.h"

namespace polreach::solver::intents {

/// Adds assumptions to others, sorted, each once.
void add_assumptions(std::vector<queries::NamedAssumption> more,
                     std::vector<queries::NamedAssumption>& all);

/// Findings of one question: one for each end that is at fault, and whether that is certain; the
/// other ends of it are told in one. Each has what could be closed, or opened, for `polreach
/// suggest`, where pods of the input have a part in it.
class Findings {
 public:
  /// `certain`: whether the ends of the question are. Keeps references.
  Findings(const audit::Check& check, const Question& question, bool certain)
      : check_(check), question_(question), certain_(certain) {}

  void add(const Breach& breach);
  [[nodiscard]] std::vector<audit::Finding> take();

 private:
  /// A finding in the making.
  struct Told {
    audit::Finding finding;
    std::string peer;             // that it names
    std::set<std::string> peers;  // that it is about
  };

  [[nodiscard]] audit::Finding started(const Breach& breach, const EndName& subject,
                                       const EndName& peer, bool certain) const;

  const audit::Check& check_;
  const Question& question_;
  bool certain_;
  std::map<std::pair<std::string, bool>, Told> told_;
};

}  // namespace polreach::solver::intents
