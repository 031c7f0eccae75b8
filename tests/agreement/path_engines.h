// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "solver/sets/path_flows.h"
#include "solver/z3/path_prover.h"
#include "tests/agreement/path_compare.h"

/// The engines of paths, as the comparison asks them.
namespace polreach::agreement {

/// Whether a diagram of packets holds one.
[[nodiscard]] bool contains(solver::sets::Diagrams& diagrams, solver::sets::Diagram packets,
                            const net::Flow& packet);
/// What two sets of packets say of one.
[[nodiscard]] oracle::Tri verdict(solver::sets::Diagrams& diagrams, solver::sets::Diagram must,
                                  solver::sets::Diagram may, const net::Flow& packet);

/// solver::sets::flows, and the boxes that people read.
class SetEngine : public Evaluator {
 public:
  [[nodiscard]] std::string name() const override { return "the set engine"; }
  void open(const PathCase& paths) override;
  [[nodiscard]] oracle::Tri decide(const net::Flow& packet) override;
  /// Corners of boxes.
  [[nodiscard]] std::vector<net::Flow> edges() override;
  /// Policies have bounds of their own for each hop, which are not always the closest.
  [[nodiscard]] bool is_exact(const PathCase& paths) const override { return !paths.policies; }

 private:
  std::optional<solver::sets::PathSpace> space_;
  solver::sets::PathFlows flows_;
  solver::sets::FlowBoxes must_;
  solver::sets::FlowBoxes may_;
};

/// solver::z3::PathProver, packet by packet, and whether it accepts the boxes of the set engine and
/// refutes wrong ones. Its witnesses are put to the oracle.
class Z3Engine : public Evaluator {
 public:
  [[nodiscard]] std::string name() const override { return "Z3"; }
  void open(const PathCase& paths) override;
  [[nodiscard]] oracle::Tri decide(const net::Flow& packet) override;
  [[nodiscard]] std::optional<Difference> objection() override;
  [[nodiscard]] std::size_t most_packets() const override { return 3; }

  struct Counts {
    std::uint64_t proofs = 0;
    std::uint64_t confirmed = 0;  // answers of the set engine
    std::uint64_t refuted = 0;    // of those that were made wrong
    std::uint64_t witnesses = 0;
  };
  [[nodiscard]] const Counts& counts() const { return counts_; }

 private:
  [[nodiscard]] bool is_true(const solver::check::PathWitness& witness, bool passes);
  [[nodiscard]] std::optional<Difference> object_to(const std::vector<solver::sets::FlowBox>& must,
                                                    const std::vector<solver::sets::FlowBox>& may,
                                                    bool is_right);

  const PathCase* paths_ = nullptr;
  std::optional<solver::z3::PathProver> prover_;
  Counts counts_;
};

/// solver::check::passes.
class CheckReplay : public Replayer {
 public:
  [[nodiscard]] std::string name() const override { return "the replay"; }
  [[nodiscard]] bool passes(const PathCase& paths, std::size_t way, const net::Flow& packet,
                            const oracle::Openings& openings) override;
};

/// What is open, in the words of the engines and of the oracle.
[[nodiscard]] solver::check::PathWitness to_check(const PathCase& paths, std::size_t way,
                                                  const net::Flow& packet,
                                                  const oracle::Openings& openings);
/// The oracle's; the world of the policies is left out.
[[nodiscard]] oracle::Openings to_oracle(const solver::check::PathWitness& witness);

}  // namespace polreach::agreement
