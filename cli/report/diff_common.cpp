// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "cli/report/diff_report.h"
#include "cli/report/reasons.h"

namespace polreach::cli {

namespace queries = solver::queries;

using queries::Changed;
using queries::DiffChange;
using queries::DiffFlow;
using queries::DiffPeer;

std::string_view word(Changed changed) {
  switch (changed) {
    case Changed::Added:
      return "added";
    case Changed::Removed:
      return "removed";
    case Changed::Changed:
      return "changed";
  }
  return "?";
}

std::string name_of(const DiffPeer& peer) {
  if (peer.is_controller) return "{ingress controller}";
  if (peer.is_outside()) {
    std::string text;
    for (const net::Prefix& prefix : net::prefixes_of(peer.addresses)) {
      text += (text.empty() ? "" : ", ") + prefix.to_string();
    }
    return text;
  }
  const std::string name = peer.ns + "/" + peer.name;
  return peer.pods.empty() ? name : name + " (" + peer.pods + ")";
}

std::string text_of(const DiffFlow& flow) {
  if (flow.is_nothing()) return "nothing";
  std::string text;
  if (!flow.allowed.empty()) text = net::to_string(flow.allowed);
  if (flow.conditional.empty()) return text;
  if (!text.empty()) text += "; ";
  text += net::to_string(flow.conditional) + " if";
  for (std::size_t i = 0; i < flow.condition.size(); ++i) {
    text += (i == 0 ? " " : ", ") + flow.condition[i];
  }
  return text;
}

std::string summary_of(const queries::Diff& diff) {
  std::size_t counts[3] = {0, 0, 0};
  for (const DiffChange& change : diff.changes) ++counts[static_cast<std::size_t>(change.what)];
  return fmt::format("{} added, {} removed, {} changed", counts[0], counts[1], counts[2]);
}

std::vector<std::string> reasons_of(const DiffReport& report, const DiffChange& change) {
  std::vector<std::string> lines;
  for (const queries::DiffReason& reason : queries::explain(report.before, report.after, change)) {
    if (reason.before) {
      for (const std::string& line : lines_of(report.old_input, *reason.before)) {
        lines.push_back("was " + line);
      }
    }
    if (reason.after) {
      for (const std::string& line : lines_of(report.new_input, *reason.after)) {
        lines.push_back("now " + line);
      }
    }
  }
  return lines;
}

std::string painted(const Style& style, queries::Changed changed) {
  const std::string text = fmt::format("{:<8}", word(changed));
  switch (changed) {
    case queries::Changed::Added:
      return style.green(text);
    case queries::Changed::Removed:
      return style.red(text);
    case queries::Changed::Changed:
      return style.yellow(text);
  }
  return text;
}

}  // namespace polreach::cli
