// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "cli/input.h"
#include "cli/options.h"
#include "cli/report/length.h"
#include "cli/report/style.h"
#include "cli/streams.h"

namespace polreach::cli {

/// What the commands that read manifests have in common: how input is read, how its problems are
/// shown, and how a run ends without a verdict.
class Session {
 public:
  /// `schema` of what the command writes as JSON. Keeps references to the others.
  Session(const Arguments& arguments, const Streams& streams, std::string schema);

  /// How the arguments say that input is read; `paths` are left to the caller.
  [[nodiscard]] InputOptions input_options(const std::string& default_namespace) const;
  /// Reads, and writes the problems of the input. False where there is no verdict: it has been
  /// said, and the command ends with kNoVerdict.
  bool read(const InputOptions& options);
  /// The same for input that came another way.
  bool accept(std::unique_ptr<Input> input);
  /// Asks about input that was read before, without errors, and whose problems have been shown. It
  /// must outlive the session.
  void use(Input& input) { input_ = &input; }
  /// Writes the problems of a configuration. False as above.
  bool accept(const source::SourceMap& sources, const source::Diagnostics& problems,
              const std::string& name);
  [[nodiscard]] const Input& input() const { return *input_; }
  /// Where texts that are read later get their places.
  [[nodiscard]] source::SourceMap& sources() { return input_->sources; }
  /// Hands over input that was accepted: the session has none then.
  [[nodiscard]] std::unique_ptr<Input> give_input() {
    input_ = nullptr;
    return std::move(own_);
  }
  /// Writes what a query found to warn of, and adds it to what was said of the input.
  void warn(const std::vector<source::Diagnostic>& warnings);

  /// The same for mistakes that only show when policies are looked at together. False where one is
  /// an error: it has been said that there is no verdict.
  bool check(const std::vector<source::Diagnostic>& mistakes);

  /// Whether the question was answered, if only by "it depends": no verdict was refused.
  [[nodiscard]] bool was_answered() const { return answered_; }

  /// False where --require-proof was given and Z3 gave up on something: it has been said that there
  /// is no verdict.
  bool is_proven(std::size_t proofs, std::size_t unproven);

  /// Says why there is no verdict; gives kNoVerdict.
  int refuse(const std::string& code, const std::string& message, const std::string& help);

  /// Says how long a stage took, where --stats asks for it.
  void lap(std::string_view stage);

  [[nodiscard]] const Arguments& arguments() const { return arguments_; }
  [[nodiscard]] std::ostream& out() const { return streams_.out; }
  [[nodiscard]] std::ostream& err() const { return streams_.err; }
  [[nodiscard]] Style style() const;
  [[nodiscard]] bool is_json() const { return arguments_.value("format") == "json"; }
  /// How much of an answer is written as text: all of it unless --quiet says otherwise, or someone
  /// has chosen.
  [[nodiscard]] Length length() const {
    return length_.value_or(is_quiet() ? Length::Verdict : Length::Full);
  }
  void set_length(Length length) { length_ = length; }
  [[nodiscard]] bool is_quiet() const { return arguments_.has("quiet"); }

 private:
  [[nodiscard]] Style error_style() const;
  void say_no_verdict(bool can_go_on);

  using Clock = std::chrono::steady_clock;
  const Arguments& arguments_;
  const Streams& streams_;
  std::string schema_;
  std::unique_ptr<Input> own_;
  Input* input_ = nullptr;
  bool answered_ = true;
  std::optional<Length> length_;
  Clock::time_point last_ = Clock::now();
};

}  // namespace polreach::cli
