// SPDX-License-Identifier: Apache-2.0
// How intents are called, in reports of their own and among checks.
#include <fmt/format.h>

#include <array>

#include "solver/intents/verify.h"

namespace polreach::solver::intents {
namespace {

using polreach::intents::Expect;
using polreach::intents::Intent;
using polreach::intents::Scope;

audit::Severity severity_of(std::string_view name) {
  for (const audit::Severity each :
       {audit::Severity::Critical, audit::Severity::High, audit::Severity::Medium,
        audit::Severity::Low, audit::Severity::Info}) {
    if (audit::name_of(each) == name) return each;
  }
  return audit::Severity::High;
}

/// An intent as the tables of checks have it. Lower case and hyphens, whatever its name.
std::string id_of(const Intent& intent) { return "intent/" + intent.name; }

std::string ends_of(const Intent& intent) {
  const std::string ports = intent.ports_text.empty() ? "" : " on " + intent.ports_text;
  switch (intent.expect) {
    case Expect::Allowed:
      return fmt::format("{} from {} to {}{}",
                         intent.some ? "some packet passes" : "everything passes", intent.from.text,
                         intent.to.text, ports);
    case Expect::Denied:
      return fmt::format("nothing passes from {} to {}{}", intent.from.text, intent.to.text, ports);
    case Expect::OnlyFrom:
      return fmt::format("nothing but {} reaches {}{}", intent.from.text, intent.to.text, ports);
    case Expect::OnlyTo:
      return fmt::format("{} reaches nothing but {}{}", intent.from.text, intent.to.text, ports);
    case Expect::Isolated:
      return fmt::format("{} is isolated{}",
                         intent.from.given() ? intent.from.text : intent.to.text, ports);
  }
  return "";
}

}  // namespace

std::string_view to_string(Verdict verdict) {
  static constexpr std::array<std::string_view, 5> kNames = {"holds", "violated", "depends",
                                                             "empty", "unasked"};
  return kNames[static_cast<std::size_t>(verdict)];
}

std::string sentence(const Intent& intent) {
  const bool one_end = intent.expect == Expect::Isolated;
  if (!one_end && (!intent.from.given() || !intent.to.given())) return intent.name;
  return ends_of(intent) +
         (intent.scope == Scope::Possible ? ", also for pods that could be created" : "");
}

IntentCheck::IntentCheck(const Intent& intent)
    : id_(id_of(intent)),
      title_(sentence(intent)),
      why_(intent.description.empty() ? "It was agreed that " + title_ + "." : intent.description),
      remedy_(intent.expect == Expect::Allowed
                  ? "Allow it in the policies and groups that stop it, or change the intent."
                  : "Close what lets it pass, or change the intent."),
      check_{id_, severity_of(intent.severity), title_, why_, remedy_, {}} {}

}  // namespace polreach::solver::intents
