// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/options.h"
#include "cli/report/style.h"
#include "cli/shell/citation.h"
#include "cli/shell/question.h"
#include "cli/shell/state.h"
#include "cli/streams.h"

namespace polreach::cli::shell {

/// What came of asking a command.
struct Computed {
  bool answered = false;
  std::string text;  // what it wrote: for people, or its document
};

/// What came of one line.
struct Answer {
  std::string id;         // of its question; empty where the line is none
  bool answered = false;  // also where the answer is that it depends
  std::string text;       // for people: what is to be shown, with what is wrong
  std::string document;   // for programs: what the command wrote, where one was asked
  std::optional<Mistake> mistake;
  std::optional<Excerpt> excerpt;
  std::optional<std::vector<std::string>> files;  // of a reload: what changed
  std::vector<Citation> cited;  // what `source` can show from here on, if the line cites anything
  bool quit = false;
};

/// Answers one line after the other, each by the command that answers it at the command line.
class Executor {
 public:
  /// How a command is run: to be able to end it before it is done. Gives nothing where it was.
  using Runner = std::function<std::optional<Computed>(const std::function<Computed()>&)>;

  /// `arguments` of `polreach shell`. The state has a version. Keeps references.
  Executor(const Arguments& arguments, const Streams& streams, State& state);

  void set_runner(Runner runner) { runner_ = std::move(runner); }
  [[nodiscard]] Answer answer(std::string_view line);
  /// The places of the last answer that had any.
  [[nodiscard]] const std::vector<Citation>& cited() const { return cited_; }
  [[nodiscard]] const State& state() const { return state_; }

 private:
  /// A command with its arguments, and what it is asked about.
  struct Query {
    const CommandSpec* spec = nullptr;
    Arguments arguments;
    std::shared_ptr<Version> before;  // of a comparison
    std::shared_ptr<Version> about;
  };

  Answer run(const Question& question);
  Answer can(const Question& question);
  Answer list(const Question& question);
  Answer map(const Question& question);
  Answer exposure(const Question& question);
  Answer why();
  Answer again();
  Answer what_if(const Question& question);
  Answer undo();
  Answer show(const Question& question);
  Answer source(const Question& question);
  Answer audit();
  Answer reload();
  Answer help(const Question& question);

  [[nodiscard]] Query query(const CommandSpec& spec) const;
  [[nodiscard]] Query difference(std::shared_ptr<Version> before) const;
  [[nodiscard]] tl::expected<std::string, Mistake> place(const std::string& text) const;
  /// Asks, and remembers the question.
  Answer ask(Query query);
  Answer ask(const Query& query, bool deep);
  [[nodiscard]] Computed compute(const Query& query, bool deep) const;
  Answer difference_answer(std::string heading, std::shared_ptr<Version> before);
  Answer excerpt(Excerpt excerpt) const;
  [[nodiscard]] Answer mistaken(Mistake mistake) const;
  [[nodiscard]] Answer told(std::string text) const;
  [[nodiscard]] bool is_json() const;
  [[nodiscard]] Style style() const;

  const Arguments& arguments_;
  const Streams& streams_;
  State& state_;
  Runner runner_;
  std::optional<Query> last_;      // what was answered last, for `why`
  std::optional<Query> question_;  // the last that was not about a change, for `again`
  std::vector<Citation> cited_;
  std::shared_ptr<Version> cited_in_;
  std::shared_ptr<Version> cited_before_;
};

/// Whether this polreach can answer it.
[[nodiscard]] bool is_available(const QuestionSpec& spec);

}  // namespace polreach::cli::shell
