// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "cli/report/diagnostics.h"
#include "cli/report/exposure_report.h"
#include "cli/report/map_report.h"

namespace polreach::cli {

namespace queries = solver::queries;

using queries::ExposureEntry;
using queries::ExposureSide;
using queries::WorkloadExposure;

namespace {

class ExposureTextWriter {
 public:
  ExposureTextWriter(std::ostream& out, const Style& style, const ExposureReport& report)
      : out_(out), style_(style), report_(report), model_(report.input.model) {}

  void workloads() {
    std::vector<queries::MapPeer> peers;
    for (const WorkloadExposure& each : report_.exposure.workloads) peers.push_back(each.pods);
    const std::vector<std::string> names = names_of(model_, peers);
    if (names.empty()) out_ << "there are no workloads\n";
    for (std::size_t i = 0; i < names.size(); ++i) {
      const WorkloadExposure& each = report_.exposure.workloads[i];
      if (i > 0) out_ << "\n";
      out_ << style_.bold(printable(names[i])) << "\n";
      if (each.ingress) side("ingress", *each.ingress, each.gaps);
      if (each.egress) side("egress", *each.egress, each.gaps);
    }
  }

  void footer() {
    out_ << "\n" << summary() << "\n";
    for (const auto& assumption : open_assumptions(report_)) {
      out_ << "  " << style_.bold(assumption.id) << ": " << printable(assumption.text) << "\n"
           << "    settled by " << assumption.settle << "\n";
    }
    if (!report_.exposure.gaps.empty()) {
      out_ << "  "
           << style_.yellow(
                  "what policies that polreach does not understand may open is not listed")
           << "\n";
    }
    for (const auto& assumption : standing_assumptions(report_)) {
      out_ << "  "
           << style_.dim(fmt::format("assumes {}: {}", assumption.id, printable(assumption.text)))
           << "\n";
    }
    out_ << "  " << style_.dim(describe(report_.input.ledger)) << "\n";
  }

 private:
  /// Conditions longer than this do not push the other column away.
  static constexpr std::size_t kWidest = 60;

  void side(std::string_view direction, const ExposureSide& side, bool gaps) {
    const std::string unselected = unselected_text(side);
    if (!unselected.empty()) {
      out_ << "  " << direction << ": " << style_.yellow(unselected);
      if (gaps) out_ << " if " << queries::kUnsupportedPolicy;
      out_ << "\n";
      return;
    }
    out_ << "  " << direction << (side.entries.empty() ? ": nothing" : "") << "\n";
    std::vector<std::string> peers;
    std::size_t width = 0;
    for (const ExposureEntry& entry : side.entries) {
      peers.push_back(printable(peer_text(model_, entry)));
      width = std::max(width, std::min(peers.back().size(), kWidest));
    }
    for (std::size_t i = 0; i < peers.size(); ++i) {
      const ExposureEntry& entry = side.entries[i];
      const std::string text = printable(entry_text(model_, entry, gaps));
      const bool certain = entry.conditional_beyond.empty() && !gaps;
      out_ << fmt::format("    {:<{}}  {}\n", peers[i], width,
                          certain ? text : style_.yellow(text));
      if (report_.examples && entry.example) example(*entry.example);
    }
    const std::string bounded = bounded_text(side);
    if (!bounded.empty()) out_ << "    " << style_.yellow(bounded) << "\n";
  }

  void example(const queries::ExamplePod& pod) {
    if (pod.stopped) {
      const std::string passes =
          pod.passes.empty() ? "nothing" : "only " + net::to_string(pod.passes);
      out_ << "      # of this pod, policies that would select it let " << passes << " pass\n";
    }
    std::istringstream lines(example_yaml(pod));
    for (std::string line; std::getline(lines, line);) {
      out_ << "      " << style_.dim(printable(line)) << "\n";
    }
  }

  [[nodiscard]] std::string summary() const {
    const auto& all = report_.exposure.workloads;
    std::string text = fmt::format("{} workload{}", all.size(), all.size() == 1 ? "" : "s");
    const auto count = [&](std::string_view name, const auto member) {
      const auto open = std::count_if(all.begin(), all.end(), [&](const WorkloadExposure& each) {
        return each.*member && !(each.*member)->selected;
      });
      if (open > 0) text += fmt::format(", {} that no policy selects for {}", open, name);
    };
    count("ingress", &WorkloadExposure::ingress);
    count("egress", &WorkloadExposure::egress);
    return text;
  }

  std::ostream& out_;
  const Style& style_;
  const ExposureReport& report_;
  const model::Model& model_;
};

}  // namespace

void write_exposure_text(std::ostream& out, const Style& style, const ExposureReport& report,
                         bool brief) {
  ExposureTextWriter writer(out, style, report);
  writer.workloads();
  if (!brief) writer.footer();
}

}  // namespace polreach::cli
