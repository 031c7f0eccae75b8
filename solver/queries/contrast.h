// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "compiler/resolve/likeness.h"
#include "solver/queries/relate.h"
#include "solver/sets/joint.h"

namespace polreach::solver::queries {

/// A sheet that takes part in a claim.
struct Side {
  std::size_t sheet = 0;
  /// Of connections with the outside only those of this direction count; nothing: all.
  std::optional<model::Direction> outside;

  [[nodiscard]] bool counts(const std::optional<model::Direction>& direction) const {
    return !direction || !outside || *direction == *outside;
  }
};

/// One claim about sheets of a sets::Joint: what the sheets of `left` together allow is within what
/// `right` allows, or (`disjoint`) has nothing in common with it.
struct Question {
  Relation relation = Relation::AWithinB;
  std::vector<Side> left;
  std::size_t right = 0;
  bool disjoint = false;
  /// The claim holds where the same rules decide in these two sheets.
  std::optional<std::pair<std::size_t, std::size_t>> alike;
};

/// Goes through all connections of the sheets once, and answers every question.
class Contrast {
 public:
  /// Of the sheets of a model the first has its gaps: what these touch is open. Keeps references.
  Contrast(const std::vector<sets::Joint::Sheet>& sheets, const std::vector<Question>& questions);

  struct Result {
    std::vector<Claim> claims;  // by question
    std::set<ChangeKind> changes;
    std::size_t replayed = 0;
    std::array<std::set<std::size_t>, 2> gaps;
  };
  [[nodiscard]] Result run();

 private:
  using Flows = std::vector<const sets::Flow*>;  // by sheet
  struct Finding {
    net::Traffic certain;
    net::Traffic open;
    [[nodiscard]] bool holds() const { return certain.empty() && open.empty(); }
  };
  /// Where a finding was made.
  struct Place {
    std::uint32_t source = 0;  // groups; for an outside end the group of the other one
    std::uint32_t destination = 0;
    std::optional<model::Direction> outside;  // egress: the destination is outside
    net::AddressSet addresses;
  };
  template <typename MustMay>
  [[nodiscard]] static Finding find(const Question& question, const std::vector<MustMay>& flows,
                                    const std::optional<model::Direction>& outside);
  void note_gaps();
  [[nodiscard]] bool touched(const Place& place) const;
  [[nodiscard]] bool alike(const Question& question, const Place& place);
  [[nodiscard]] bool holds_in_each_world(const Question& question, const Place& place);
  void record(std::size_t question, const Place& place, Finding finding);
  void add_points(std::size_t question, const Place& place, const net::Traffic& open);
  void add_change(const Question& question, const Place& place);
  [[nodiscard]] RelatePeer peer(const Place& place, bool source) const;
  [[nodiscard]] std::optional<std::pair<compiler::Party, compiler::Party>> parties(
      std::size_t sheet, const Place& place) const;
  bool replay(const Question& question, const Place& place, const Counterexample& example);
  [[nodiscard]] const model::Model* model_of(std::size_t model) const;

  const std::vector<sets::Joint::Sheet>& sheets_;
  const std::vector<Question>& questions_;
  sets::Joint joint_;
  compiler::Likeness likeness_;
  Result result_;
  std::vector<std::vector<Counterexample>> in_doubt_;  // by question
  std::size_t compared_ = 0;                           // by worlds
  std::array<bool, 2> gap_everywhere_{};
  std::array<std::vector<bool>, 2> gap_in_;  // by namespace
};

}  // namespace polreach::solver::queries
