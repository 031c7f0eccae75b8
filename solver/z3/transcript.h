// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace polreach::solver::z3 {

/// The questions that provers put to Z3, with its answers, so that another solver can be asked the
/// same (SMT-LIB 2.6, bit-vectors and Booleans).
///
/// INVARIANT: holds every question whose answer a verdict rests on, also those that were decided
/// before Z3 saw them.
class Transcript {
 public:
  enum class Answer : std::uint8_t { Sat, Unsat, Unknown };

  /// `what`: the question in words, one line. `text`: declarations, assertions and (check-sat).
  void add(std::string_view what, std::string text, Answer answer);
  /// A question that needs no solver.
  void add_constant(std::string_view what, bool holds);

  [[nodiscard]] std::size_t size() const { return questions_.size(); }
  /// One script for all of them, each behind (reset). What Z3 answered stands before each as
  /// (set-info :status ...). `about` is written into comments.
  void write(std::ostream& out, std::string_view about) const;

 private:
  struct Question {
    std::string what;
    std::string text;
    Answer answer;
  };
  std::vector<Question> questions_;
};

}  // namespace polreach::solver::z3
