// SPDX-License-Identifier: Apache-2.0
#include "solver/intents/wrong.h"

#include <algorithm>
#include <string_view>

#include "solver/intents/evidence.h"
#include "solver/queries/passage.h"

namespace polreach::solver::intents {
namespace {

using queries::PassageEnd;

std::vector<WrongEnd> ends_of(const EndSet& set) {
  std::vector<WrongEnd> result;
  for (const model::EndpointId pod : set.sure) result.push_back({pod, std::nullopt});
  for (const compiler::Site& site : set.sites) result.push_back({std::nullopt, site});
  return result;
}

void add(const WrongEnd& end, PassageEnd& to) {
  if (end.pod) to.pods.push_back(*end.pod);
  if (end.site) to.sites.push_back(*end.site);
}

class WrongPairSearch {
 public:
  WrongPairSearch(const Setting& setting, const Question& question)
      : setting_(setting), question_(question) {
    asked_.ports = question.asked;
  }

  source::Result<Wrong> run() {
    Wrong result{question_.forbids, question_.asked, {}};
    const std::vector<WrongEnd> sources = ends_of(question_.from);
    const std::vector<WrongEnd> destinations = ends_of(question_.to);
    if (sources.size() * destinations.size() > queries::kMostPassages) {
      return source::failure("it is about more pairs of ends than are looked at one by one");
    }
    PassageEnd all;
    all.text = question_.to.text;
    for (const WrongEnd& each : destinations) add(each, all);
    for (const WrongEnd& source : sources) {
      // What is right with all destinations is right with each.
      const auto whole = ask(source, all);
      if (!whole) return tl::unexpected(whole.error());
      if (whole->empty()) continue;
      for (const WrongEnd& destination : destinations) {
        if (is_one_pod(source, destination)) continue;
        PassageEnd one;
        one.text = question_.to.text;
        add(destination, one);
        auto subjects = ask(source, one);
        if (!subjects) return tl::unexpected(subjects.error());
        if (!subjects->empty()) result.pairs.push_back({source, destination, *subjects});
      }
    }
    return result;
  }

 private:
  /// As `verify` has it: a pod always reaches itself.
  [[nodiscard]] bool is_one_pod(const WrongEnd& source, const WrongEnd& destination) const {
    return source.pod && destination.pod && *source.pod == *destination.pod &&
           setting_.cluster.is_one_pod(*source.pod, *source.pod);
  }

  /// The ends at fault; none: all is right.
  source::Result<std::set<std::string>> ask(const WrongEnd& from, const PassageEnd& destination) {
    PassageEnd source;
    source.text = question_.from.text;
    add(from, source);
    const auto answer = queries::passage(*setting_.around, source, destination, asked_);
    if (!answer) {
      // Ends between which nothing in the input acts are no pair.
      const std::string& why = answer.error().message;
      for (const std::string_view vacuous : {"neither end", "there is nothing", "no destination"}) {
        if (why.starts_with(vacuous)) return std::set<std::string>();
      }
      return tl::unexpected(answer.error());
    }
    std::set<std::string> subjects;
    for (const queries::PassageOutcome& outcome : answer->outcomes) {
      if (!is_wrong(outcome)) continue;
      const compiler::Connection& connection = outcome.connection;
      subjects.insert(question_.blames_source ? connection.source : connection.destination);
    }
    return subjects;
  }

  [[nodiscard]] bool is_wrong(const queries::PassageOutcome& outcome) const {
    const auto& ways = outcome.connection.ways;
    const bool has_no_packets =
        !ways.empty() && std::all_of(ways.begin(), ways.end(),
                                     [](const compiler::Path& way) { return way.has_no_packets; });
    if (has_no_packets) return false;
    const bool denied = outcome.verdict == queries::Verdict::Denied;
    const bool open = !outcome.open.boxes.empty();
    if (question_.forbids) return !denied && (open || !outcome.allowed.boxes.empty());
    return denied || open || !outcome.denied.boxes.empty();
  }

  const Setting& setting_;
  const Question& question_;
  queries::PassageAsked asked_;
};

}  // namespace

source::Result<std::vector<Wrong>> wrong_pairs(const Setting& setting,
                                               const polreach::intents::Intent& intent) {
  std::vector<Wrong> result;
  for (const Question& question : questions_of(setting, intent)) {
    auto wrong = WrongPairSearch(setting, question).run();
    if (!wrong) return tl::unexpected(wrong.error());
    result.push_back(std::move(*wrong));
  }
  return result;
}

}  // namespace polreach::solver::intents
