// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "policies/azure/link/work.h"

namespace polreach::azure {

/// A security rule as it was written, before it goes into the lists of its group.
struct ReadRule {
  model::SecurityRule rule;
  bool inbound = false;
  bool outbound = false;  // both: the direction is not known
  Span priority_where;
};

/// Whose rule it is: the priorities and the actions differ. Effective: a user's, in an export of
/// effective rules, whose lists hold what a user may not write.
enum class RuleOrigin : std::uint8_t { User, Effective, Platform, Manager };

/// Reads the properties of a security rule (Azure REST, SecurityRulePropertiesFormat), checks them
/// as the API does, and leaves open what could not be evaluated. `properties` is the rule's body.
/// A rule with an error is open altogether.
[[nodiscard]] ReadRule read_rule(Work& work, const Node& body, std::string name, const Span& where,
                                 RuleOrigin origin);

/// A rule that may be any rule at all. What it does and where it stands are two different facts.
[[nodiscard]] ReadRule open_rule(Report& report, std::string name, const Span& where,
                                 model::Unknown why);

/// Puts it into the lists of its directions.
void place_rule(const ReadRule& read, model::SecurityGroup& group);

/// The order in which lists of rules are: by priority, then by name, then by place.
void sort_rules(const source::SourceMap& sources, model::SecurityGroup& group);

}  // namespace polreach::azure
