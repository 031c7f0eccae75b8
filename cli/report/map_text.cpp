// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "cli/report/diagnostics.h"
#include "cli/report/map_report.h"
#include "cli/report/network_report.h"
#include "cli/report/reasons.h"
#include "cli/report/table.h"

namespace polreach::cli {

namespace queries = solver::queries;

using queries::Map;
using queries::MapConnection;
using queries::MapFlow;
using queries::MapPeer;

namespace {

/// Names longer than this do not push the other column away.
constexpr std::size_t kWidestName = 60;
constexpr std::size_t kFlushAt = 1U << 16U;

class MapTextWriter {
 public:
  MapTextWriter(std::ostream& out, const Style& style, const MapReport& report)
      : out_(out),
        style_(style),
        report_(report),
        names_(names_of(report.input.model, report.map.peers)) {
    for (std::string& name : names_) name = printable(name);
    for (const MapFlow& flow : report.map.flows) {
      const std::string text = text_of(flow);
      flows_.push_back(flow.conditional.empty() ? text : style.yellow(text));
    }
  }

  void connections() {
    const auto& all = report_.map.connections;
    if (all.empty()) out_ << "nothing may connect" << about() << "\n";
    for (auto group = all.begin(); group != all.end();) {
      const auto end = std::find_if(group, all.end(), [&](const MapConnection& each) {
        return each.source != group->source;
      });
      if (group != all.begin()) text_ += "\n";
      std::size_t width = 0;
      for (auto each = group; each != end; ++each) {
        width = std::max(width, std::min(names_[each->destination].size(), kWidestName));
      }
      for (; group != end; ++group) line(*group, width);
    }
    flush();
  }

  void footer() {
    const Map& map = report_.map;
    out_ << "\n"
         << fmt::format("{} connection{}{}", map.connections.size(),
                        map.connections.size() == 1 ? "" : "s", about())
         << "\n";
    for (const auto& assumption : open_assumptions(report_)) {
      out_ << "  " << style_.bold(assumption.id) << ": " << printable(assumption.text) << "\n"
           << "    settled by " << assumption.settle << "\n";
    }
    if (!map.gaps.empty()) {
      out_ << "  "
           << style_.yellow(
                  "what policies that polreach does not understand may open is "
                  "not listed")
           << "\n";
    }
    for (const auto& assumption : standing_assumptions(report_.cluster)) {
      out_ << "  "
           << style_.dim(fmt::format("assumes {}: {}", assumption.id, printable(assumption.text)))
           << "\n";
    }
    std::string closing = describe(report_.input.ledger);
    if (map.proofs > 0) closing += fmt::format("; {} connections proven", map.proofs);
    if (map.unproven > 0) closing += fmt::format("; {} too large for Z3", map.unproven);
    out_ << "  " << style_.dim(closing) << "\n";
  }

 private:
  [[nodiscard]] std::string about() const {
    return report_.asked.empty() ? "" : " on " + report_.asked;
  }

  void line(const MapConnection& each, std::size_t width) {
    fmt::format_to(std::back_inserter(text_), "{} -> {:<{}}  {}\n", names_[each.source],
                   names_[each.destination], width, flows_[each.flow]);
    if (report_.explain) reasons(each);
    if (text_.size() > kFlushAt) flush();
  }

  void reasons(const MapConnection& each) {
    const queries::MapReasons found = queries::explain(report_.cluster, report_.map, each);
    for (const auto* reason : {&found.egress, &found.ingress}) {
      for (const std::string& line : lines_of(report_.input, *reason)) {
        text_ += "    " + style_.dim(line) + "\n";
      }
    }
  }

  void flush() {
    out_ << text_;
    text_.clear();
  }

  std::ostream& out_;
  const Style& style_;
  const MapReport& report_;
  std::vector<std::string> names_;
  std::vector<std::string> flows_;
  std::string text_;
};

}  // namespace

void write_map_text(std::ostream& out, const Style& style, const MapReport& report, bool brief) {
  if (report.has_pods) {
    MapTextWriter writer(out, style, report);
    writer.connections();
    if (!brief) writer.footer();
  }
  if (report.network == nullptr) return;
  if (report.has_pods) {
    if (!brief) {
      out << "  note: this list of pods does not go through the security groups of the network; "
             "polreach can does\n";
    }
    out << "\n";
  }
  write_network_text(out, style, report.input, *report.network, report.explain, brief);
  if (!brief && !report.has_pods) {
    out << "  " << style.dim(describe(report.input.ledger)) << "\n";
  }
}

namespace {

void write_pods_markdown(std::ostream& out, const MapReport& report) {
  const std::vector<std::string> names = names_of(report.input.model, report.map.peers);
  out << "| Source | Destination | Connections |\n|---|---|---|\n";
  for (const MapConnection& each : report.map.connections) {
    out << "| " << markdown(names[each.source]) << " | " << markdown(names[each.destination])
        << " | " << markdown(text_of(report.map.flows[each.flow]));
    if (report.explain) {
      const queries::MapReasons found = queries::explain(report.cluster, report.map, each);
      for (const auto* reason : {&found.egress, &found.ingress}) {
        for (const std::string& line : lines_of(report.input, *reason)) {
          out << "<br>" << markdown(line);
        }
      }
    }
    out << " |\n";
  }
  const auto open = open_assumptions(report);
  if (!open.empty()) out << "\n";
  for (const auto& assumption : open) {
    out << "- **" << assumption.id << "**: " << markdown(assumption.text) << "; settled by "
        << markdown(assumption.settle) << "\n";
  }
}

}  // namespace

void write_map_markdown(std::ostream& out, const MapReport& report) {
  if (report.has_pods) write_pods_markdown(out, report);
  if (report.network == nullptr) return;
  if (report.has_pods) out << "\n";
  write_network_markdown(out, report.input, *report.network, report.explain);
}

namespace {

void csv_peer(std::string& line, const model::Model& model, const MapPeer& peer) {
  if (peer.is_controller) {
    line += ",IngressController,,,";
    return;
  }
  if (peer.is_outside()) {
    std::string cidrs;
    for (const net::Prefix& prefix : net::prefixes_of(peer.addresses)) {
      cidrs += (cidrs.empty() ? "" : " ") + prefix.to_string();
    }
    line += ",,,," + cidrs;
    return;
  }
  std::string pods;
  for (model::EndpointId id : peer.endpoints) {
    if (!peer.whole && model[id].pod) {
      pods += (pods.empty() ? "" : " ") + std::string(model.text(*model[id].pod));
    }
  }
  line += csv(model.text(model[peer.ns].name)) + "," + csv(model.text(peer.kind)) + "," +
          csv(model.text(peer.name)) + "," + csv(pods) + ",";
}

}  // namespace

void write_map_csv(std::ostream& out, const MapReport& report) {
  out << "source_namespace,source_kind,source_name,source_pods,source_cidrs,"
         "destination_namespace,destination_kind,destination_name,destination_pods,"
         "destination_cidrs,protocol,ports,condition\n";
  for (const MapConnection& each : report.map.connections) {
    std::string ends;
    csv_peer(ends, report.input.model, report.map.peers[each.source]);
    ends += ",";
    csv_peer(ends, report.input.model, report.map.peers[each.destination]);
    const MapFlow& flow = report.map.flows[each.flow];
    std::string condition;
    for (const std::string& id : conditions_of(flow)) {
      condition += (condition.empty() ? "" : " ") + id;
    }
    for (const auto& [traffic, when] :
         {std::pair{&flow.allowed, std::string()}, std::pair{&flow.conditional, condition}}) {
      for (net::Protocol protocol : net::kProtocols) {
        const net::PortSet& ports = (*traffic)[protocol];
        if (ports.empty()) continue;
        out << ends << "," << net::to_string(protocol) << "," << csv(ports_text(ports)) << ","
            << when << "\n";
      }
    }
  }
  if (report.network != nullptr) write_network_csv(out, *report.network);
}

}  // namespace polreach::cli
