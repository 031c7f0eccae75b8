// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "compiler/path/path.h"
#include "solver/sets/diagram.h"

namespace polreach::solver::sets {

/// Which variables of a path are asked, and which are open besides facts.
class PathParts {
 public:
  /// The way must outlive it.
  explicit PathParts(const compiler::Path& way);

  struct Open {
    Variable variable;
    Values values;
  };
  [[nodiscard]] const std::vector<Open>& open_variables() const { return open_; }
  /// Something that is open has no value: no packet takes the way.
  [[nodiscard]] bool is_impossible() const;

  /// The packets that the path is for; the values of what is open.
  [[nodiscard]] Diagram packets(Diagrams& diagrams) const;
  [[nodiscard]] Diagram open(Diagrams& diagrams) const;

  /// The packets for which a function holds whatever is open, and in some case.
  [[nodiscard]] Diagram in_every_case(Diagrams& diagrams, Diagram d) const;
  [[nodiscard]] Diagram in_some_case(Diagrams& diagrams, Diagram d) const;

 private:
  const compiler::Path& way_;
  std::vector<Open> open_;
  bool chosen_source_port_ = false;
};

}  // namespace polreach::solver::sets
