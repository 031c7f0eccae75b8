// SPDX-License-Identifier: Apache-2.0
#include "solver/intents/verify.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "policies/source/progress.h"
#include "solver/intents/findings.h"

namespace polreach::solver::intents {
namespace {

using polreach::intents::Expect;
using polreach::intents::Intent;
using polreach::intents::Scope;

queries::Asked asked_of(const Intent& intent, const source::SymbolTable& symbols) {
  queries::Asked asked;
  for (const model::PortMatch& each : intent.ports) {
    if (const auto* range = std::get_if<model::PortRange>(&each.ports)) {
      asked.entries.push_back({each.protocol, net::PortSet(range->first, range->last)});
    } else if (const auto* name = std::get_if<model::PortName>(&each.ports)) {
      asked.entries.push_back({each.protocol, std::string(symbols.text(name->name))});
    } else {
      asked.entries.push_back({each.protocol, net::all_ports()});
    }
  }
  return asked;
}

/// Adds what may be in an end to what is.
EndSet widened(EndSet set) {
  set.sure.insert(set.sure.end(), set.maybe.begin(), set.maybe.end());
  std::sort(set.sure.begin(), set.sure.end());
  set.maybe.clear();
  return set;
}

/// Judges one intent.
class Case {
 public:
  Case(const Setting& setting, const Intent& intent, const audit::Check& check,
       Verification& verification)
      : setting_(setting), intent_(intent), check_(check), verification_(verification) {
    judgement_.intent = &intent;
    judgement_.check = &check;
  }

  Judgement run() {
    if (!intent_.inexpressible.empty()) {
      give_up(intent_.inexpressible);
      return std::move(judgement_);
    }
    const auto questions = questions_of();
    if (!questions) return std::move(judgement_);
    judgement_.verdict = Verdict::Holds;
    for (const Question& question : *questions) {
      judge(question);
      if (judgement_.verdict == Verdict::Unasked) break;
    }
    if (judgement_.verdict == Verdict::Holds && !unmatched_.empty()) {
      judgement_.verdict = Verdict::Empty;
      judgement_.why = unmatched_;
    }
    if (judgement_.verdict == Verdict::Holds && judgement_.pairs == 0) {
      nothing_left();
    } else if (judgement_.verdict != Verdict::Empty && judgement_.verdict != Verdict::Unasked) {
      judgement_.why.clear();  // of a part of it that was about nothing
    }
    audit::sort(judgement_.findings);
    return std::move(judgement_);
  }

  std::optional<std::vector<Question>> questions() {
    return intent_.inexpressible.empty() ? questions_of() : std::nullopt;
  }

 private:
  void give_up(std::string why) {
    judgement_.verdict = Verdict::Unasked;
    judgement_.why = std::move(why);
  }

  /// An end that matches nothing. False: there is no question.
  bool check_end(const EndSet& set, std::string_view which) {
    for (const std::string& each : set.nothing) judgement_.notes.push_back(each);
    const bool may_exist = intent_.scope == Scope::Possible && !set.possible.empty();
    if (!set.empty() || may_exist) return true;
    const std::string why =
        set.nothing.empty() ? fmt::format("`{}` matches nothing in the input: {}", which, set.text)
                            : fmt::format("`{}` matches nothing: {}", which, set.nothing.front());
    judgement_.notes.clear();
    // "Nobody but these": without these it is "nobody", which can be violated all the same.
    const bool is_exception = (intent_.expect == Expect::OnlyFrom && which == "from") ||
                              (intent_.expect == Expect::OnlyTo && which == "to");
    if (is_exception) {
      if (!intent_.may_be_empty) unmatched_ = why;
      return true;
    }
    judgement_.verdict = intent_.may_be_empty ? Verdict::Holds : Verdict::Empty;
    judgement_.why = why;
    return false;
  }

  std::optional<EndSet> end(const polreach::intents::End& end, std::string_view which) {
    auto set = resolve(setting_, end);
    if (!set) {
      give_up(fmt::format("`{}`: {}", which, set.error().message));
      return std::nullopt;
    }
    if (!check_end(*set, which)) return std::nullopt;
    if (set->asked && (!intent_.ports.empty() || which == "from" || complements())) {
      give_up(which == "from" || complements()
                  ? "a port of a Service can only be `to`, of allowed, denied and only-from"
                  : "the port of a Service is behind its name: leave `ports` out");
      return std::nullopt;
    }
    return std::move(*set);
  }

  [[nodiscard]] bool complements() const {
    return intent_.expect == Expect::OnlyTo || intent_.expect == Expect::Isolated;
  }

  std::optional<EndSet> others(const EndSet& set) {
    auto rest = complement(setting_, set);
    if (rest) return std::move(*rest);
    give_up(rest.error().message);
    return std::nullopt;
  }

  std::optional<std::vector<Question>> questions_of() {
    std::optional<EndSet> from;
    std::optional<EndSet> to;
    if (intent_.from.given() && !(from = end(intent_.from, "from"))) return std::nullopt;
    if (intent_.to.given() && !(to = end(intent_.to, "to"))) return std::nullopt;
    queries::Asked asked = asked_of(intent_, *setting_.model().symbols);
    if (to && to->asked) asked = *to->asked;
    std::vector<Question> result;
    switch (intent_.expect) {
      case Expect::Allowed:
      case Expect::Denied:
        result.push_back({*from, *to, asked, intent_.expect == Expect::Denied, false, ""});
        break;
      case Expect::OnlyFrom: {
        const auto rest = others(*from);
        if (!rest) return std::nullopt;
        result.push_back({*rest, *to, asked, true, false, ""});
        break;
      }
      case Expect::OnlyTo: {
        const auto rest = others(*to);
        if (!rest) return std::nullopt;
        result.push_back({*from, *rest, asked, true, true, ""});
        break;
      }
      case Expect::Isolated: {
        const EndSet& group = from ? *from : *to;
        const auto rest = others(group);
        if (!rest) return std::nullopt;
        result.push_back({*rest, group, asked, true, false, "ingress"});
        result.push_back({group, *rest, asked, true, true, "egress"});
        break;
      }
    }
    return result;
  }

  [[nodiscard]] Asking ask(const Question& question) const {
    return setting_.around != nullptr ? ask_network(setting_, question)
                                      : ask_policies(setting_, question);
  }

  static bool has_pairs(const Question& question) {
    const auto has = [](const EndSet& set) {
      return !set.sure.empty() || !set.addresses.empty() || !set.sites.empty();
    };
    return has(question.from) && has(question.to);
  }

  void judge(const Question& question) {
    if (intent_.some) return judge_some(question);
    if (has_pairs(question)) take(ask(question), question, true);
    if (judgement_.verdict == Verdict::Unasked) return;
    if (intent_.scope == Scope::Possible) take(ask_possible(setting_, question), question, true);
    const bool in_doubt = !question.from.maybe.empty() || !question.to.maybe.empty();
    if (!in_doubt || judgement_.verdict != Verdict::Holds) return;
    Question wider = question;
    wider.from = widened(question.from);
    wider.to = widened(question.to);
    take(ask(wider), wider, false);
    const bool undecided = judgement_.verdict == Verdict::Holds;
    if (undecided && intent_.scope == Scope::Possible) {
      take(ask_possible(setting_, wider), wider, false);
    }
  }

  /// `certain`: whether its ends are. Otherwise what is wrong with it depends on who they are.
  void take(const Asking& asking, const Question& question, bool certain) {
    if (!asking) {
      if (!asking.error().is_empty && judgement_.verdict == Verdict::Violated) {
        judgement_.notes.push_back(asking.error().why);  // that is certain whatever this would say
        return;
      }
      if (!asking.error().is_empty) return give_up(asking.error().why);
      if (judgement_.why.empty()) judgement_.why = asking.error().why;
      return;
    }
    count(*asking, certain);
    Findings findings(check_, question, certain);
    for (const Breach& breach : asking->breaches) findings.add(breach);
    for (audit::Finding& finding : findings.take()) {
      if (!finding.certain && !certain) add_assumptions(doubts(question), finding.rests_on);
      worsen(finding.certain ? Verdict::Violated : Verdict::Depends);
      if (!finding.certain) add_assumptions(finding.rests_on, judgement_.rests_on);
      judgement_.findings.push_back(std::move(finding));
    }
  }

  void count(const Evidence& evidence, bool certain) {
    if (certain) judgement_.pairs += evidence.pairs;
    if (!certain && judgement_.pairs == 0) judgement_.pairs = evidence.pairs;
    verification_.proofs += evidence.proofs;
    verification_.unproven += evidence.unproven;
    if (evidence.families_differ) note_families();
  }

  void note_families() {
    const std::string note = fmt::format("some pairs are left out: {}", kFamiliesDiffer);
    auto& notes = judgement_.notes;
    if (std::find(notes.begin(), notes.end(), note) == notes.end()) notes.push_back(note);
  }

  void worsen(Verdict verdict) {
    if (judgement_.verdict == Verdict::Violated) return;
    judgement_.verdict = verdict;
  }

  std::vector<queries::NamedAssumption> doubts(const Question& question) const {
    std::set<compiler::OpenPoint> points = question.from.points;
    points.insert(question.to.points.begin(), question.to.points.end());
    return queries::describe(setting_.cluster, points, {});
  }

  /// It is enough that one packet passes.
  void judge_some(const Question& question) {
    std::optional<Evidence> wide;
    for (const bool certain : {true, false}) {
      const Question asked =
          certain
              ? question
              : Question{
                    widened(question.from), widened(question.to), question.asked, false, false, ""};
      if (!has_pairs(asked)) continue;
      const Asking asking = ask(asked);
      if (!asking) {
        if (!asking.error().is_empty) return give_up(asking.error().why);
        judgement_.why = asking.error().why;
        continue;
      }
      count(*asking, certain);
      if (certain && asking->some_passes) return;
      wide = *asking;
      if (question.from.maybe.empty() && question.to.maybe.empty()) break;
    }
    if (!wide) return;
    if (wide->some_may) {
      judgement_.verdict = Verdict::Depends;
      add_assumptions(wide->rests_on, judgement_.rests_on);
      add_assumptions(doubts(question), judgement_.rests_on);
      return;
    }
    judgement_.verdict = Verdict::Violated;
    if (wide->breaches.empty()) return;
    // One pair of them is enough.
    Breach breach = wide->breaches.front();
    breach.sources.resize(1);
    breach.destinations.resize(1);
    Findings findings(check_, question, true);
    findings.add(breach);
    for (audit::Finding& finding : findings.take()) {
      finding.message =
          fmt::format("nothing passes from {} to {}", intent_.from.text, intent_.to.text);
      judgement_.findings.push_back(std::move(finding));
    }
  }

  void nothing_left() {
    const bool no_others = covers_everything() && judgement_.why.empty();
    judgement_.verdict = intent_.may_be_empty || no_others ? Verdict::Holds : Verdict::Empty;
    if (judgement_.why.empty()) judgement_.why = "nothing is left to check";
  }

  /// "Only any": there is nothing else.
  [[nodiscard]] bool covers_everything() const {
    return intent_.expect != Expect::Allowed && intent_.expect != Expect::Denied;
  }

  const Setting& setting_;
  const Intent& intent_;
  const audit::Check& check_;
  Verification& verification_;
  Judgement judgement_;
  std::string unmatched_;  // why the exceptions of only-from and only-to are none
};

}  // namespace

std::vector<audit::Finding> Verification::findings() const {
  std::vector<audit::Finding> all;
  for (const Judgement& each : judgements) {
    if (each.verdict != Verdict::Violated) continue;
    for (const audit::Finding& finding : each.findings) {
      if (finding.certain) all.push_back(finding);
    }
  }
  audit::sort(all);
  return all;
}

std::vector<audit::Unchecked> Verification::unchecked() const {
  std::vector<audit::Unchecked> all;
  for (const Judgement& each : judgements) {
    if (each.verdict == Verdict::Holds || each.verdict == Verdict::Violated) continue;
    std::string why = each.why;
    if (each.verdict == Verdict::Depends) {
      why = "it depends on";
      for (const queries::NamedAssumption& one : each.rests_on) why += " " + std::string(one.id);
    }
    all.push_back({each.check, std::move(why)});
  }
  return all;
}

std::vector<Question> questions_of(const Setting& setting, const Intent& intent) {
  Verification unused;
  const audit::Check& check = unused.checks.emplace_back(intent).check();
  auto questions = Case(setting, intent, check, unused).questions();
  return questions ? std::move(*questions) : std::vector<Question>();
}

Verification verify(const Setting& setting, const std::vector<Intent>& intents) {
  Verification result;
  source::Progress verifying("verifying", "intents", intents.size());
  for (const Intent& intent : intents) {
    const audit::Check& check = result.checks.emplace_back(intent).check();
    result.judgements.push_back(Case(setting, intent, check, result).run());
    verifying.advance();
  }
  return result;
}

}  // namespace polreach::solver::intents
