// SPDX-License-Identifier: Apache-2.0
// Exposure as tables: CSV and Markdown.
#include "cli/report/exposure_report.h"
#include "cli/report/map_report.h"
#include "cli/report/table.h"

namespace polreach::cli {

namespace queries = solver::queries;

using queries::ExposureEntry;
using queries::ExposureSide;
using queries::WorkloadExposure;

namespace {

std::vector<std::string> names(const ExposureReport& report) {
  std::vector<queries::MapPeer> peers;
  for (const WorkloadExposure& each : report.exposure.workloads) peers.push_back(each.pods);
  return names_of(report.input.model, peers);
}

/// Calls with the name of each direction there is, and its side.
template <typename Use>
void for_sides(const WorkloadExposure& workload, Use use) {
  if (workload.ingress) use("ingress", *workload.ingress);
  if (workload.egress) use("egress", *workload.egress);
}

class CsvWriter {
 public:
  CsvWriter(std::ostream& out, const ExposureReport& report)
      : out_(out), report_(report), model_(report.input.model) {}

  void all() {
    out_ << "namespace,kind,name,pods,direction,selected,peer_namespaces,peer_pods,peer_cidrs,"
            "protocol,ports,port_names,condition\n";
    for (const WorkloadExposure& workload : report_.exposure.workloads) {
      std::string pods;
      for (model::EndpointId id : workload.pods.endpoints) {
        if (!workload.pods.whole && model_[id].pod) {
          pods += (pods.empty() ? "" : " ") + std::string(model_.text(*model_[id].pod));
        }
      }
      const std::string name = csv(model_.text(model_[workload.pods.ns].name)) + "," +
                               csv(model_.text(workload.pods.kind)) + "," +
                               csv(model_.text(workload.pods.name)) + "," + csv(pods) + ",";
      for_sides(workload, [&](const std::string& direction, const ExposureSide& side) {
        for (const ExposureEntry& each : side.entries) {
          entry(name + direction + (side.selected ? ",yes," : ",no,"), each, workload.gaps);
        }
      });
    }
  }

 private:
  void entry(const std::string& start, const ExposureEntry& entry, bool gaps) {
    std::string cidrs;
    for (const net::Prefix& prefix : net::prefixes_of(entry.addresses)) {
      cidrs += (cidrs.empty() ? "" : " ") + prefix.to_string();
    }
    const std::string peer = csv(selector_text(model_, entry.namespaces)) + "," +
                             csv(selector_text(model_, entry.pods)) + "," + cidrs + ",";
    std::string condition;
    for (const std::string& id : ids_of(entry.points, gaps)) {
      condition += (condition.empty() ? "" : " ") + id;
    }
    traffic(start + peer, entry.allowed, gaps ? std::string(queries::kUnsupportedPolicy) : "");
    traffic(start + peer, entry.conditional, condition);
  }

  void traffic(const std::string& start, const queries::PossibleTraffic& traffic,
               const std::string& condition) {
    for (net::Protocol protocol : net::kProtocols) {
      std::string port_names;
      for (const auto& [names, sign] :
           {std::pair(&traffic.named, ""), std::pair(&traffic.without, "!")}) {
        for (const auto& [of, port] : *names) {
          if (of != protocol) continue;
          port_names +=
              (port_names.empty() ? "" : " ") + std::string(sign) + std::string(model_.text(port));
        }
      }
      const net::PortSet& ports = traffic.ports[protocol];
      if (ports.empty() && port_names.empty()) continue;
      out_ << start << net::to_string(protocol) << ","
           << (ports.empty() ? "" : csv(ports_text(ports))) << "," << csv(port_names) << ","
           << condition << "\n";
    }
  }

  std::ostream& out_;
  const ExposureReport& report_;
  const model::Model& model_;
};

}  // namespace

void write_exposure_csv(std::ostream& out, const ExposureReport& report) {
  CsvWriter(out, report).all();
}

void write_exposure_markdown(std::ostream& out, const ExposureReport& report) {
  const model::Model& model = report.input.model;
  const std::vector<std::string> all = names(report);
  out << "| Workload | Direction | Open to | Connections |\n|---|---|---|---|\n";
  for (std::size_t i = 0; i < all.size(); ++i) {
    const WorkloadExposure& workload = report.exposure.workloads[i];
    for_sides(workload, [&](const std::string& direction, const ExposureSide& side) {
      const auto row = [&](const std::string& peer, const std::string& text) {
        out << "| " << markdown(all[i]) << " | " << direction << " | " << markdown(peer) << " | "
            << markdown(text) << " |\n";
      };
      if (!side.selected) {
        const std::string gaps =
            workload.gaps ? " if " + std::string(queries::kUnsupportedPolicy) : "";
        row("everything", "all traffic: no policy selects it" + gaps);
        return;
      }
      if (side.entries.empty()) row("nothing", "");
      for (const ExposureEntry& entry : side.entries) {
        row(peer_text(model, entry), entry_text(model, entry, workload.gaps));
      }
      if (side.bounded) row("", bounded_text(side));
    });
  }
  const auto open = open_assumptions(report);
  if (!open.empty()) out << "\n";
  for (const auto& assumption : open) {
    out << "- **" << assumption.id << "**: " << markdown(assumption.text) << "; settled by "
        << markdown(assumption.settle) << "\n";
  }
}

}  // namespace polreach::cli
