// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "cli/report/diff_report.h"
#include "cli/report/network_diff_report.h"
#include "cli/report/table.h"

namespace polreach::cli {

namespace queries = solver::queries;

using queries::Changed;
using queries::DiffChange;
using queries::DiffFlow;
using queries::DiffPeer;
using queries::DiffWorkload;

namespace {

/// Of more changes the reasons are left to --explain or JSON: a comment has its limits.
constexpr std::size_t kMostInComment = 200;

std::string flows_before_and_after(const DiffChange& change) {
  switch (change.what) {
    case Changed::Added:
      return text_of(change.after);
    case Changed::Removed:
      return text_of(change.before);
    case Changed::Changed:
      return text_of(change.before) + " => " + text_of(change.after);
  }
  return "";
}

std::string called(const DiffWorkload& workload) {
  return fmt::format("{}/{} ({})", workload.ns, workload.name, workload.kind);
}

/// "the workload is new": connections of such are no change of policy.
std::string note_of(const DiffChange& change) {
  std::string note;
  for (const DiffPeer* peer : {&change.source, &change.destination}) {
    if (!peer->workload) continue;
    note += note.empty() ? "  (" : ", ";
    note += name_of(*peer) + (*peer->workload == Changed::Added ? " is new" : " is gone");
  }
  return note.empty() ? note : note + ")";
}

void write_pods_text(std::ostream& out, const Style& style, const DiffReport& report, bool brief) {
  std::size_t width = 0;
  const auto ends = [](const DiffChange& change) {
    return printable(name_of(change.source) + " -> " + name_of(change.destination));
  };
  constexpr std::size_t kWidest = 72;
  for (const DiffChange& change : report.diff.changes) {
    width = std::max(width, std::min(ends(change).size(), kWidest));
  }
  for (const DiffChange& change : report.diff.changes) {
    out << painted(style, change.what) << "  "
        << fmt::format("{:<{}}  {}", ends(change), width, flows_before_and_after(change))
        << style.dim(printable(note_of(change))) << "\n";
    if (brief || !report.explain) continue;
    for (const std::string& line : reasons_of(report, change)) {
      out << "            " << style.dim(line) << "\n";
    }
  }
  if (!report.diff.changes.empty()) out << "\n";
  for (const DiffWorkload& workload : report.diff.workloads) {
    out << painted(style, workload.what) << "  workload " << printable(called(workload)) << "\n";
  }
  const std::string about = report.asked.empty() ? "" : " on " + report.asked;
  if (report.diff.changes.empty()) {
    out << (report.not_counted == 0 ? "no connection changed" : "no change that counts") << about;
  } else {
    out << "connections" << about << ": " << summary_of(report.diff);
  }
  if (report.not_counted > 0) out << fmt::format(" ({} of other kinds)", report.not_counted);
  out << "  " << style.dim(printable(report.old_name) + " => " + printable(report.new_name))
      << "\n";
}

void write_pods_markdown(std::ostream& out, const DiffReport& report) {
  const auto& changes = report.diff.changes;
  out << "**Connectivity:** "
      << (!changes.empty()          ? summary_of(report.diff)
          : report.not_counted == 0 ? "no connection changed"
                                    : "no change that counts")
      << " (" << markdown(report.old_name) << " => " << markdown(report.new_name) << ")\n";
  if (!changes.empty()) {
    out << "\n| | Source | Destination | Before | After |\n|---|---|---|---|---|\n";
  }
  for (std::size_t i = 0; i < changes.size() && i < kMostInComment; ++i) {
    const DiffChange& change = changes[i];
    out << "| " << word(change.what) << " | " << markdown(name_of(change.source)) << " | "
        << markdown(name_of(change.destination)) << " | " << markdown(text_of(change.before))
        << " | " << markdown(text_of(change.after)) << " |\n";
  }
  if (changes.size() > kMostInComment) {
    out << "\n" << changes.size() - kMostInComment << " more changes are not shown.\n";
  }
  if (!report.diff.workloads.empty()) out << "\n";
  for (const DiffWorkload& workload : report.diff.workloads) {
    out << "- workload " << markdown(called(workload)) << " " << word(workload.what) << "\n";
  }
  if (!report.explain || changes.empty()) return;
  out << "\n<details><summary>Rules behind the changes</summary>\n\n";
  for (std::size_t i = 0; i < changes.size() && i < kMostInComment; ++i) {
    out << "- " << word(changes[i].what) << " " << markdown(name_of(changes[i].source)) << " -> "
        << markdown(name_of(changes[i].destination)) << "\n";
    for (const std::string& line : reasons_of(report, changes[i])) {
      out << "  - " << markdown(line) << "\n";
    }
  }
  out << "\n</details>\n";
}

}  // namespace

void write_diff_text(std::ostream& out, const Style& style, const DiffReport& report, bool brief) {
  if (report.has_pods) write_pods_text(out, style, report, brief);
  if (report.network == nullptr) return;
  if (report.has_pods) out << "\n";
  write_network_diff_text(out, style, report, brief);
}

void write_diff_markdown(std::ostream& out, const DiffReport& report) {
  if (report.has_pods) write_pods_markdown(out, report);
  if (report.network == nullptr) return;
  if (report.has_pods) out << "\n";
  write_network_diff_markdown(out, report);
}

namespace {

void csv_peer(std::string& line, const DiffPeer& peer) {
  std::string cidrs;
  for (const net::Prefix& prefix : net::prefixes_of(peer.addresses)) {
    cidrs += (cidrs.empty() ? "" : " ") + prefix.to_string();
  }
  const std::string kind = peer.is_controller ? "IngressController" : peer.kind;
  line += csv(peer.ns) + "," + csv(kind) + "," + csv(peer.name) + "," + csv(peer.pods) + "," +
          cidrs + ",";
}

void csv_side(std::ostream& out, const std::string& ends, std::string_view side,
              const DiffFlow& flow) {
  std::string condition;
  for (const std::string& id : flow.condition) condition += (condition.empty() ? "" : " ") + id;
  for (const auto& [traffic, when] :
       {std::pair{&flow.allowed, std::string()}, std::pair{&flow.conditional, condition}}) {
    for (net::Protocol protocol : net::kProtocols) {
      if ((*traffic)[protocol].empty()) continue;
      out << ends << side << "," << net::to_string(protocol) << ","
          << csv(ports_text((*traffic)[protocol])) << "," << when << "\n";
    }
  }
}

}  // namespace

void write_diff_csv(std::ostream& out, const DiffReport& report) {
  out << "change,source_namespace,source_kind,source_name,source_pods,source_cidrs,"
         "destination_namespace,destination_kind,destination_name,destination_pods,"
         "destination_cidrs,side,protocol,ports,condition\n";
  for (const DiffChange& change : report.diff.changes) {
    std::string ends(word(change.what));
    ends += ",";
    csv_peer(ends, change.source);
    csv_peer(ends, change.destination);
    csv_side(out, ends, "old", change.before);
    csv_side(out, ends, "new", change.after);
  }
  if (report.network != nullptr) write_network_diff_csv(out, report);
}

Graph graph_of(const DiffReport& report) {
  Graph graph;
  graph.is_diff = true;
  std::set<std::string> known;
  const auto node = [&](const DiffPeer& peer) {
    const std::string id =
        peer.is_controller || peer.is_outside() ? name_of(peer) : peer.kind + " " + name_of(peer);
    if (!known.insert(id).second) return id;
    const auto change = [](Changed changed) {
      return changed == Changed::Added ? cli::Change::Added : cli::Change::Removed;
    };
    GraphNode result{id, name_of(peer), peer.ns, NodeShape::Workload, cli::Change::Same};
    if (peer.is_outside()) result.shape = NodeShape::Addresses;
    if (peer.is_controller) result.shape = NodeShape::Entrance;
    if (!peer.ns.empty()) result.label = result.label.substr(peer.ns.size() + 1);
    if (peer.workload) result.change = change(*peer.workload);
    graph.nodes.push_back(std::move(result));
    return id;
  };
  for (const DiffChange& change : report.diff.changes) {
    const std::string from = node(change.source);
    const std::string to = node(change.destination);
    const cli::Change what = change.what == Changed::Added     ? cli::Change::Added
                             : change.what == Changed::Removed ? cli::Change::Removed
                                                               : cli::Change::Changed;
    const DiffFlow& shown = change.what == Changed::Removed ? change.before : change.after;
    graph.edges.push_back({from, to, flows_before_and_after(change), what, shown.allowed.empty()});
  }
  if (report.network != nullptr) add_network(graph, report);
  return graph;
}

}  // namespace polreach::cli
