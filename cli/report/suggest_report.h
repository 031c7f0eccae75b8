// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "cli/input.h"
#include "cli/report/style.h"
#include "solver/suggest/suggestion.h"

namespace polreach::cli {

class Session;
struct SuggestNetworkReport;

/// How an agreed rule stands with a suggestion.
struct SuggestedIntent {
  std::string name;
  std::string verdict;  // as of polreach verify: "holds"
  bool solved = false;  // what was to be done about it is done
  std::string why;      // where it is not
};

/// A suggestion with everything that a report shows of it.
struct SuggestReport {
  const Input& input;
  std::string asked;  // "close TCP 5432 from shop/web to shop/db"
  std::string kind;   // "close", "allow", "default-deny", "intents"
  const solver::suggest::Suggestion& suggestion;
  bool forced = false;  // it may do other things than asked for
  /// Those that were to hold, and those that no longer do, in their own order.
  std::vector<SuggestedIntent> intents = {};
  /// Rules of security groups that are part of it; nullptr: there are none.
  const SuggestNetworkReport* network = nullptr;
};

enum class SuggestVerdict : std::uint8_t {
  Proven,       // does what was asked for and nothing else
  WithChanges,  // does it, and other things, which it names
  Partial,      // does it for some of the intents, or breaks one
  None,         // there is nothing to do, or nothing does it
  NotProven     // policies that were not understood could do otherwise
};
[[nodiscard]] SuggestVerdict verdict_of(const solver::suggest::Suggestion& suggestion);
[[nodiscard]] SuggestVerdict verdict_of(const SuggestReport& report);
[[nodiscard]] std::string_view word(SuggestVerdict verdict);
/// Its rules of security groups; nullptr: it has none.
[[nodiscard]] const SuggestNetworkReport* rules_of(const SuggestReport& report);
/// Of the policies and of the rules.
[[nodiscard]] std::vector<std::string> all_notes(const SuggestReport& report);
/// 0: a suggestion, which changes nothing else unless that is allowed; 1: none; 2: not proven.
[[nodiscard]] int exit_status(const SuggestReport& report);

/// One line that says what was found.
[[nodiscard]] std::string headline(const SuggestReport& report);

/// "shop/web, shop/api", "pods web-0, web-1 of shop/web", "10.0.0.0/8"; `most`: names beyond are
/// counted.
[[nodiscard]] std::string name_of(const model::Model& model, const solver::suggest::End& end,
                                  std::size_t most);

/// Lines of two texts, with those of the first alone behind "-" and those of the second alone
/// behind "+"; of those in both, three around each change.
[[nodiscard]] std::vector<std::string> line_diff(const std::string& before,
                                                 const std::string& after);

/// For people. `brief`: without the texts of the policies.
void write_suggest_text(std::ostream& out, const Style& style, const SuggestReport& report,
                        bool brief);
/// The policies alone, as a stream of documents: nothing unless the exit status is 0.
void write_suggest_yaml(std::ostream& out, const SuggestReport& report);
/// The schema polreach.suggest/v1: docs/schemas/polreach.suggest.v1.json.
void write_suggest_json(std::ostream& out, const SuggestReport& report);
/// As the arguments of the session say. Returns the exit status.
int write_suggest(const Session& session, const SuggestReport& report);

}  // namespace polreach::cli
