// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "policies/intents/intent.h"
#include "solver/audit/audit.h"
#include "solver/intents/ends.h"

/// "Does what was agreed hold, for every packet?"
namespace polreach::solver::intents {

enum class Verdict : std::uint8_t {
  Holds,     // whatever is open
  Violated,  // by a packet that passes, or is stopped, whatever is open
  Depends,   // on what the input leaves open
  Empty,     // an end matches nothing: nothing was checked
  Unasked    // it could not be asked, or has no answer
};
[[nodiscard]] std::string_view to_string(Verdict verdict);

/// An intent as a check: findings, and reports for machines, name it so.
class IntentCheck {
 public:
  explicit IntentCheck(const polreach::intents::Intent& intent);
  IntentCheck(const IntentCheck&) = delete;
  IntentCheck& operator=(const IntentCheck&) = delete;
  [[nodiscard]] const audit::Check& check() const { return check_; }

 private:
  std::string id_;
  std::string title_;
  std::string why_;
  std::string remedy_;
  audit::Check check_;
};

struct Judgement {
  const polreach::intents::Intent* intent = nullptr;
  const audit::Check* check = nullptr;
  Verdict verdict = Verdict::Unasked;
  /// Of Empty and Unasked; of Holds where nothing was there to check.
  std::string why;
  /// Members of its ends that match nothing, and pairs that are left out.
  std::vector<std::string> notes;
  /// What violates it; of Depends: what may. Sorted.
  std::vector<audit::Finding> findings;
  std::vector<queries::NamedAssumption> rests_on;  // of Depends
  std::size_t pairs = 0;                           // of groups of ends that were looked at
};

struct Verification {
  std::deque<IntentCheck> checks;
  std::vector<Judgement> judgements;  // in the order of the intents
  std::size_t proofs = 0;
  std::size_t unproven = 0;

  /// All findings, sorted, and what was not checked, as reports of findings want them.
  [[nodiscard]] std::vector<audit::Finding> findings() const;
  [[nodiscard]] std::vector<audit::Unchecked> unchecked() const;
};

/// Judges each intent. Refers to them.
[[nodiscard]] Verification verify(const Setting& setting,
                                  const std::vector<polreach::intents::Intent>& intents);

/// "shop/web to shop/db on TCP 5432 is denied": what an intent says.
[[nodiscard]] std::string sentence(const polreach::intents::Intent& intent);

}  // namespace polreach::solver::intents
