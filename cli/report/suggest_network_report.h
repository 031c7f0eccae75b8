// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "cli/input.h"
#include "cli/report/style.h"
#include "cli/report/suggest_report.h"
#include "solver/suggest/group.h"

namespace polreach::cli {

/// Rules of security groups that `polreach suggest` found.
struct SuggestNetworkReport {
  const Input& input;
  std::string asked;  // "close TCP 22 from internet to subnet/shop/web"
  std::string none;   // why there are no rules
  std::vector<solver::suggest::GroupRule> rules;
  std::string arm;  // a template that adds them
  solver::suggest::GroupEffect effect;
  std::size_t proofs = 0;
  std::size_t unproven = 0;
  bool compared = false;  // the template was read back, and `effect` is about it
  bool forced = false;
  std::string stands = {};  // of a finding that is still there afterwards: what it then says
  std::vector<std::string> notes = {};
};

[[nodiscard]] SuggestVerdict verdict_of(const SuggestNetworkReport& report);
[[nodiscard]] int exit_status(const SuggestNetworkReport& report);
[[nodiscard]] std::vector<std::string> notes_of(const SuggestNetworkReport& report);

/// An ARM template that adds the rules to their groups.
[[nodiscard]] std::string arm_of(const model::Cloud& cloud,
                                 const std::vector<solver::suggest::GroupRule>& rules);
/// `az network nsg rule create ...`, quoted for a shell.
[[nodiscard]] std::string az_of(const model::Cloud& cloud, const solver::suggest::GroupRule& rule);

/// Of what was asked for and is so: what is stopped, or what is allowed.
[[nodiscard]] std::vector<solver::suggest::GroupChange> done_by(const SuggestNetworkReport& report,
                                                                solver::suggest::Wish wish);
/// Changes under a title; without one they continue a list.
void write_group_changes(std::ostream& out, const Style& style, std::string_view title,
                         const std::vector<solver::suggest::GroupChange>& changes);
/// The rules; unless `brief` with commands and the template.
void write_rules(std::ostream& out, const Style& style, const SuggestNetworkReport& report,
                 bool brief);
void write_suggest_network_text(std::ostream& out, const Style& style,
                                const SuggestNetworkReport& report, bool brief);
/// The schema polreach.suggest/v1.
void write_suggest_network_json(std::ostream& out, const SuggestNetworkReport& report);

}  // namespace polreach::cli
