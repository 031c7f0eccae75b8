// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/suggest_intents.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>

#include "cli/commands/suggest_intents_network.h"
#include "cli/intents_run.h"
#include "cli/report/suggest_network_report.h"
#include "cli/report/suggest_report.h"
#include "solver/intents/verify.h"
#include "solver/suggest/suggestion.h"

namespace polreach::cli {
namespace {

namespace judged = solver::intents;
namespace queries = solver::queries;
namespace suggest = solver::suggest;

using intents::Intent;
using judged::Judgement;
using solver::audit::Finding;
using suggest::Wish;

/// A finding that is to go away.
struct Chosen {
  const Judgement* judgement = nullptr;
  Finding finding;
  std::string why_not;  // empty: it does
};

Wish wish_of(const Intent& intent) {
  return intent.expect == intents::Expect::Allowed ? Wish::Open : Wish::Close;
}

class SuggestIntentsCommand {
 public:
  SuggestIntentsCommand(Session& session, const InputOptions& options,
                        const compiler::Cluster& cluster, bool windows,
                        const std::vector<Intent>& intents)
      : session_(session),
        arguments_(session.arguments()),
        options_(options),
        cluster_(cluster),
        windows_(windows),
        intents_(intents) {}

  int run() {
    IntentsSetting setting(arguments_, session_.input(), session_.input().model,
                           arguments_.value("namespace"));
    if (const auto done = setting.complete(); !done) {
      return session_.refuse(done.error().code, done.error().message, done.error().help);
    }
    before_ = judged::verify(setting.setting(), intents_);
    choose();
    const std::string wanted = arguments_.value("finding");
    if (chosen_.empty()) {
      return session_.refuse("no-suggestion",
                             wanted.empty() ? "no intent is certainly violated"
                                            : "nothing certainly violates intent " + wanted,
                             "polreach verify says what holds, and what depends");
    }
    if (!session_.input().cloud.empty()) return in_network();
    auto combined = combine();
    if (!combined) return session_.refuse("no-verdict", combined.error().message, "");
    if (combined->after) {
      IntentsSetting then(arguments_, session_.input(), *combined->after,
                          arguments_.value("namespace"));
      if (const auto done = then.complete(); !done) {
        return session_.refuse(done.error().code, done.error().message, done.error().help);
      }
      const judged::Verification after = judged::verify(then.setting(), intents_);
      return conclude(*combined, &after, nullptr);
    }
    return conclude(*combined, nullptr, nullptr);
  }

 private:
  /// All, or those of one intent, or the one with a fingerprint.
  void choose() {
    const std::string wanted = arguments_.value("finding");
    for (const Judgement& judgement : before_.judgements) {
      if (judgement.verdict != judged::Verdict::Violated) continue;
      const std::string& name = judgement.intent->name;
      const bool is_named = wanted.empty() || name == wanted || "intent/" + name == wanted;
      for (const Finding& finding : judgement.findings) {
        if (!finding.certain || (!is_named && fingerprint(finding) != wanted)) continue;
        is_one_finding_ = !is_named;
        chosen_.push_back({&judgement, finding, {}});
      }
    }
    std::stable_sort(chosen_.begin(), chosen_.end(), [](const Chosen& a, const Chosen& b) {
      return a.finding.severity > b.finding.severity;
    });
  }

  static bool is_of_created_pods(const Chosen& each) {
    return each.finding.example && !each.finding.example->pod.empty();
  }

  /// Rules of security groups have a part in it.
  int in_network() {
    std::vector<NetworkIntent> wanted;
    std::vector<std::size_t> of_chosen;
    for (Chosen& each : chosen_) {
      const auto index = static_cast<std::size_t>(each.judgement - before_.judgements.data());
      auto known = std::find_if(wanted.begin(), wanted.end(),
                                [&](const NetworkIntent& one) { return one.index == index; });
      if (known == wanted.end()) known = wanted.insert(known, NetworkIntent{index, {}, {}, {}});
      known->subjects.insert(each.finding.subject);
      if (is_one_finding_) known->fingerprint = fingerprint(each.finding);
      if (is_of_created_pods(each)) known->why_not = why_none(each);
      of_chosen.push_back(static_cast<std::size_t>(known - wanted.begin()));
    }
    auto answer = suggest_in_network(session_, options_, cluster_, windows_, intents_, wanted);
    if (!answer) {
      return session_.refuse(answer.error().code, answer.error().message, answer.error().help);
    }
    for (std::size_t i = 0; i < chosen_.size(); ++i) {
      chosen_[i].why_not = wanted[of_chosen[i]].why_not;
    }
    if (!answer->after) answer->combined.suggestion.none = reasons_of(nullptr);
    if (!answer->network.rules.empty() && arguments_.value("format") == "yaml") {
      return session_.refuse("usage", "rules of security groups are not written as YAML",
                             "use --format json, whose member arm is a template to deploy");
    }
    return conclude(answer->combined, answer->after ? &*answer->after : nullptr, &answer->network);
  }

  source::Result<suggest::Combined> combine() {
    std::vector<suggest::Wanted> wishes;
    std::vector<Chosen*> of_wishes;
    for (Chosen& each : chosen_) {
      const auto& opening = each.finding.opening;
      if (!opening || opening->pods.empty()) {
        each.why_not = why_none(each);
        continue;
      }
      suggest::Wanted wanted{*opening, wish_of(*each.judgement->intent)};
      if (wanted.wish == Wish::Close) add_ipv6(wanted.opening);
      wishes.push_back(std::move(wanted));
      of_wishes.push_back(&each);
    }
    auto combined = suggest::combine({cluster_, session_.input().sources, windows_}, wishes);
    if (!combined) return combined;
    for (std::size_t i = 0; i < wishes.size(); ++i) of_wishes[i]->why_not = combined->why_not[i];
    if (!combined->after) combined->suggestion.none = reasons_of(nullptr);
    return combined;
  }

  /// Where nothing in the input speaks of IPv6 an intent about the internet was not asked about it;
  /// a rule that closes IPv4 alone would be the first to speak of it, and leave it open.
  void add_ipv6(solver::audit::Opening& opening) const {
    const net::AddressSet v4 = net::internet_addresses() & net::all_addresses(net::Family::V4);
    if (!opening.addresses.contains(v4) || queries::speaks_of_ipv6(cluster_)) return;
    opening.addresses |= net::all_addresses(net::Family::V6);
  }

  static std::string why_none(const Chosen& each) {
    if (is_of_created_pods(each)) {
      return "it is about pods that someone could create, and suggestions are made for those that "
             "there are";
    }
    return "no policy of a pod has a part in it";
  }

  /// Why findings of an intent stay, or of all of them, each reason once.
  [[nodiscard]] std::string reasons_of(const Intent* intent) const {
    std::string text;
    std::set<std::string> told;
    for (const Chosen& each : chosen_) {
      if (intent != nullptr && each.judgement->intent != intent) continue;
      if (each.why_not.empty() || !told.insert(each.why_not).second) continue;
      text += (text.empty() ? "" : "; ") + each.why_not;
    }
    return text;
  }

  /// How a rule stands afterwards; `after`: nullptr where nothing changes.
  [[nodiscard]] SuggestedIntent outcome(std::size_t index, bool is_chosen,
                                        const judged::Verification* after) const {
    const Judgement& then = (after == nullptr ? before_ : *after).judgements[index];
    SuggestedIntent result;
    result.name = then.intent->name;
    result.verdict = judged::to_string(then.verdict);
    result.solved = then.verdict == judged::Verdict::Holds;
    if (result.solved) return result;
    result.why = is_chosen ? reasons_of(then.intent) : "it held before";
    if (!result.why.empty()) return result;
    if (then.findings.empty()) {
      result.why = then.why;
      return result;
    }
    result.why = then.findings.front().message;
    if (is_one_finding_) {
      const std::string wanted = arguments_.value("finding");
      result.solved =
          std::none_of(then.findings.begin(), then.findings.end(),
                       [&](const Finding& each) { return fingerprint(each) == wanted; });
    }
    return result;
  }

  int conclude(const suggest::Combined& combined, const judged::Verification* after,
               const SuggestNetworkReport* network) {
    session_.lap("solve");
    SuggestReport report{session_.input(), asked(), "intents", combined.suggestion,
                         arguments_.has("force")};
    for (std::size_t i = 0; i < intents_.size(); ++i) {
      const Judgement& first = before_.judgements[i];
      const bool is_chosen = std::any_of(chosen_.begin(), chosen_.end(), [&](const Chosen& each) {
        return each.judgement == &first;
      });
      const bool is_broken = after != nullptr && first.verdict == judged::Verdict::Holds &&
                             after->judgements[i].verdict != judged::Verdict::Holds;
      if (is_chosen || is_broken) report.intents.push_back(outcome(i, is_chosen, after));
    }
    report.network = network;
    const int status = write_suggest(session_, report);
    session_.lap("report");
    return status;
  }

  [[nodiscard]] std::string asked() const {
    std::set<std::string> names;
    for (const Chosen& each : chosen_) names.insert(each.judgement->intent->name);
    if (chosen_.size() == 1) {
      const bool opens = wish_of(*chosen_.front().judgement->intent) == Wish::Open;
      return (opens ? "open: " : "close: ") + chosen_.front().finding.message;
    }
    if (names.size() == 1) return "make this intent hold: " + *names.begin();
    return fmt::format("make {} violated intents hold", names.size());
  }

  Session& session_;
  const Arguments& arguments_;
  const InputOptions& options_;
  const compiler::Cluster& cluster_;
  bool windows_;
  const std::vector<Intent>& intents_;
  judged::Verification before_;
  std::vector<Chosen> chosen_;
  bool is_one_finding_ = false;  // --finding gives a fingerprint
};

}  // namespace

int run_suggest_intents(Session& session, const InputOptions& options,
                        const compiler::Cluster& cluster, bool windows,
                        const std::vector<Intent>& intents) {
  return SuggestIntentsCommand(session, options, cluster, windows, intents).run();
}

}  // namespace polreach::cli
