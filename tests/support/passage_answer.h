// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace polreach::support {

/// A rule of a group that decides packets at a hop.
struct PassageRule {
  std::string name;    // "nsg-nodes 120 AllowFrontends"
  std::string effect;  // allows, denies, ...
  bool certain = false;
};

struct PassageHop {
  std::string kind;       // policies, group, gate
  std::string place;      // "subnet vnet/web"
  std::string direction;  // in, out
  std::string effect;     // passes, stopped, in-part, depends
  std::vector<PassageRule> rules;
  std::vector<std::string> selected_by;  // namespace/name of policies
};

struct PassageWay {
  std::string label;
  std::string effect;
  std::vector<PassageHop> hops;
};

struct PassageOutcome {
  std::string source;
  std::string destination;
  std::string verdict;
  std::string permitted;
  std::string routed;  // yes, no, unknown
  std::vector<PassageWay> ways;
  std::vector<std::string> depends_on;  // ids
};

/// What a test wants to know of a polreach.passage/v1 report.
struct PassageAnswer {
  std::string verdict;
  std::vector<PassageOutcome> outcomes;
  std::vector<std::string> depends_on;  // ids, of all outcomes
  std::vector<std::string> assumes;     // ids
  std::string service_tags;
  std::vector<std::string> notes;
  std::vector<std::string> problems;  // codes of diagnostics
};

/// Reads a report. Fails the test where the text is no such report.
[[nodiscard]] PassageAnswer read_passage_answer(std::string_view json);

/// Whether the hop that a table names ("subnet vnet/web in, AllowSsh", "pod shop/web, policy
/// shop/web", "gate"; a place "interface" is that of any node) is among those of the answer, and
/// does what the verdict says: what denies stops the packets there, what allows lets them pass.
[[nodiscard]] bool is_decided_by(const PassageAnswer& answer, const std::string& verdict,
                                 const std::string& hop);

/// The hops, for the message of a test that fails.
[[nodiscard]] std::string shown(const PassageAnswer& answer);

}  // namespace polreach::support
