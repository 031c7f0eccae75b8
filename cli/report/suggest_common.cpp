// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "cli/report/addresses.h"
#include "cli/report/lists.h"
#include "cli/report/suggest_network_report.h"
#include "cli/report/suggest_report.h"
#include "cli/session.h"
#include "cli/streams.h"
#include "solver/queries/reference.h"

namespace polreach::cli {

namespace suggest = solver::suggest;

using suggest::Suggestion;

namespace {

/// Texts of more lines than this are not compared line by line.
constexpr std::size_t kContext = 3;

std::vector<std::string> split_lines(const std::string& text) {
  std::vector<std::string> result;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    result.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return result;
}

/// How long the longest common subsequence of the rests of two texts is, from each line on.
std::vector<std::vector<std::uint32_t>> common_rests(const std::vector<std::string>& a,
                                                     const std::vector<std::string>& b) {
  std::vector<std::vector<std::uint32_t>> rests(a.size() + 1,
                                                std::vector<std::uint32_t>(b.size() + 1, 0));
  for (std::size_t i = a.size(); i-- > 0;) {
    for (std::size_t j = b.size(); j-- > 0;) {
      rests[i][j] =
          a[i] == b[j] ? rests[i + 1][j + 1] + 1 : std::max(rests[i + 1][j], rests[i][j + 1]);
    }
  }
  return rests;
}

/// Leaves out lines far from any change.
std::vector<std::string> shortened(const std::vector<std::string>& lines) {
  std::vector<bool> shown(lines.size(), false);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].front() == ' ') continue;
    const std::size_t first = i < kContext ? 0 : i - kContext;
    const std::size_t last = std::min(i + kContext, lines.size() - 1);
    for (std::size_t j = first; j <= last; ++j) shown[j] = true;
  }
  std::vector<std::string> result;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (shown[i]) {
      result.push_back(lines[i]);
    } else if (i > 0 && shown[i - 1]) {
      result.emplace_back("  ...");
    }
  }
  return result;
}

/// Of the policies and the rules: the worse one, where there are both.
SuggestVerdict together(const SuggestReport& report) {
  const SuggestNetworkReport* network = rules_of(report);
  if (network == nullptr) return verdict_of(report.suggestion);
  const SuggestVerdict rules = verdict_of(*network);
  if (report.suggestion.objects.empty()) return rules;
  const SuggestVerdict policies = verdict_of(report.suggestion);
  for (const SuggestVerdict each :
       {SuggestVerdict::None, SuggestVerdict::NotProven, SuggestVerdict::WithChanges}) {
    if (policies == each || rules == each) return each;
  }
  return SuggestVerdict::Proven;
}

/// "one NetworkPolicy and 2 security rules".
std::string count_of(const SuggestReport& report) {
  const std::size_t policies = report.suggestion.objects.size();
  const SuggestNetworkReport* network = rules_of(report);
  std::string text;
  if (policies > 0) {
    text = policies == 1 ? "one NetworkPolicy" : fmt::format("{} NetworkPolicies", policies);
  }
  if (network == nullptr) return text;
  if (!text.empty()) text += " and ";
  const std::size_t rules = network->rules.size();
  return text + (rules == 1 ? "one security rule" : fmt::format("{} security rules", rules));
}

std::string proof_of(const SuggestReport& report) {
  const suggest::Effect& effect = report.suggestion.effect;
  if (effect.unproven > 0) {
    return fmt::format("by the set engine, of which Z3 proved {} of {} pairs", effect.proofs,
                       effect.unproven + effect.proofs);
  }
  const SuggestNetworkReport* network = rules_of(report);
  const bool gave_up = network != nullptr && network->unproven > 0;
  return gave_up ? "by the set engine, where Z3 gave up" : "proven";
}

bool is_exact(const SuggestReport& report) {
  const SuggestNetworkReport* network = rules_of(report);
  return report.suggestion.effect.is_exact() &&
         (network == nullptr || network->effect.others.empty());
}

}  // namespace

SuggestVerdict verdict_of(const Suggestion& suggestion) {
  if (suggestion.objects.empty() || !suggestion.effect.missed.empty()) return SuggestVerdict::None;
  if (!suggestion.doubts.empty()) return SuggestVerdict::NotProven;
  return suggestion.effect.is_exact() ? SuggestVerdict::Proven : SuggestVerdict::WithChanges;
}

const SuggestNetworkReport* rules_of(const SuggestReport& report) {
  return report.network == nullptr || report.network->rules.empty() ? nullptr : report.network;
}

std::vector<std::string> all_notes(const SuggestReport& report) {
  std::vector<std::string> notes = report.suggestion.notes;
  if (const SuggestNetworkReport* network = rules_of(report)) {
    for (std::string& each : notes_of(*network)) notes.push_back(std::move(each));
  }
  return notes;
}

SuggestVerdict verdict_of(const SuggestReport& report) {
  const SuggestVerdict verdict = together(report);
  const bool is_answer =
      verdict == SuggestVerdict::Proven || verdict == SuggestVerdict::WithChanges;
  const bool is_partial = std::any_of(report.intents.begin(), report.intents.end(),
                                      [](const SuggestedIntent& each) { return !each.solved; });
  return is_answer && is_partial ? SuggestVerdict::Partial : verdict;
}

std::string_view word(SuggestVerdict verdict) {
  switch (verdict) {
    case SuggestVerdict::Proven:
      return "proven";
    case SuggestVerdict::WithChanges:
      return "changes-more";
    case SuggestVerdict::Partial:
      return "partial";
    case SuggestVerdict::None:
      return "none";
    case SuggestVerdict::NotProven:
      return "not-proven";
  }
  return "?";
}

int exit_status(const SuggestReport& report) {
  switch (verdict_of(report)) {
    case SuggestVerdict::Proven:
      return kYes;
    case SuggestVerdict::WithChanges:
    case SuggestVerdict::Partial:
      return report.forced ? kYes : kNo;
    case SuggestVerdict::None:
      return kNo;
    case SuggestVerdict::NotProven:
      return kNoVerdict;
  }
  return kNoVerdict;
}

std::string headline(const SuggestReport& report) {
  const Suggestion& found = report.suggestion;
  const std::string count = count_of(report);
  const std::string proof = proof_of(report);
  const std::string_view rest =
      is_exact(report) ? "nothing else changes" : "more changes than was asked for, see below";
  switch (verdict_of(report)) {
    case SuggestVerdict::Proven:
    case SuggestVerdict::WithChanges:
      return fmt::format("{}, {}: {}", count, proof, rest);
    case SuggestVerdict::Partial: {
      const auto open = std::count_if(report.intents.begin(), report.intents.end(),
                                      [](const SuggestedIntent& each) { return !each.solved; });
      return fmt::format(
          "{}, {}: {}; {} of {} intents {} not hold with {}", count, proof, rest, open,
          report.intents.size(), open == 1 ? "does" : "do",
          count.starts_with("one ") && count.find(" and ") == std::string::npos ? "it" : "them");
    }
    case SuggestVerdict::None:
      return "no suggestion: " + found.none;
    case SuggestVerdict::NotProven:
      return fmt::format("{}, not proven: {}", count,
                         found.doubts.empty()
                             ? "too many packets differ to list them all"
                             : "policies that were not understood have a part in it");
  }
  return "";
}

std::string name_of(const model::Model& model, const suggest::End& end, std::size_t most) {
  if (end.pods.empty()) return in_words(end.addresses, most);
  std::map<model::WorkloadId, std::vector<model::EndpointId>> workloads;
  for (const model::EndpointId pod : end.pods) workloads[model[pod].workload].push_back(pod);
  std::vector<std::string> names;
  for (const auto& [id, pods] : workloads) {
    const std::string name = solver::queries::name_of(model, id);
    if (pods.size() == model[id].endpoints.size()) {
      names.push_back(name);
      continue;
    }
    std::vector<std::string> some;
    for (const model::EndpointId pod : pods) {
      some.emplace_back(model[pod].pod ? model.text(*model[pod].pod) : "those of its template");
    }
    names.push_back(fmt::format("{} (pods {})", name, joined(some, most)));
  }
  return joined(names, most);
}

std::vector<std::string> line_diff(const std::string& before, const std::string& after) {
  constexpr std::size_t kMostLines = 2000;
  const std::vector<std::string> a = split_lines(before);
  const std::vector<std::string> b = split_lines(after);
  if (a.size() > kMostLines || b.size() > kMostLines) return {};
  const auto rests = common_rests(a, b);
  std::vector<std::string> result;
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < a.size() || j < b.size()) {
    if (i < a.size() && j < b.size() && a[i] == b[j]) {
      result.push_back("  " + a[i]);
      ++i;
      ++j;
    } else if (j == b.size() || (i < a.size() && rests[i + 1][j] >= rests[i][j + 1])) {
      result.push_back("- " + a[i++]);
    } else {
      result.push_back("+ " + b[j++]);
    }
  }
  return shortened(result);
}

int write_suggest(const Session& session, const SuggestReport& report) {
  const std::string format = session.arguments().value("format");
  const int status = exit_status(report);
  if (format == "json") {
    write_suggest_json(session.out(), report);
  } else if (format == "yaml") {
    if (status != kYes) session.err() << printable(headline(report)) << "\n";
    write_suggest_yaml(session.out(), report);
  } else {
    write_suggest_text(session.out(), session.style(), report, session.is_quiet());
  }
  return status;
}

}  // namespace polreach::cli
