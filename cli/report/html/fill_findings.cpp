// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <map>

#include "cli/report/html/fill.h"
#include "cli/report/html_report.h"
#include "cli/report/style.h"

namespace polreach::cli::html {

namespace audit = solver::audit;

namespace {

class FindingsFilling {
 public:
  FindingsFilling(Page& page, const FindingsReport& report) : page_(page), report_(report) {
    for (std::uint32_t i = 0; i < page.nodes.size(); ++i) {
      const PageNode& node = page.nodes[i];
      nodes_[node.kind + " " + node.name].push_back(i);
    }
  }

  void all() {
    page_.has_findings = true;
    for (const audit::Finding& each : report_.findings) add(each, "");
    for (const Suppressed& each : report_.suppressed) {
      add(each.finding, each.reason.empty() ? "no reason is given" : each.reason);
    }
    for (const audit::Unchecked& each : report_.unchecked) {
      page_.warnings.push_back(
          {"not checked: " + std::string(each.check->id), printable(each.why), "", {}});
    }
  }

 private:
  void add(const audit::Finding& given, const std::string& suppressed) {
    const source::SourceMap& sources = report_.sources;
    PageFinding finding;
    finding.severity = audit::name_of(given.severity);
    finding.check = given.check->id;
    finding.title = printable(given.check->title);
    finding.subject = printable(given.subject);
    finding.message = printable(given.message);
    finding.suppressed = printable(suppressed);
    finding.place = page_.places.add(sources, given.where);
    for (const audit::Cause& cause : given.causes) {
      finding.causes.push_back({printable(cause.text), page_.places.add(sources, cause.where)});
    }
    const auto add_to = [](auto& list, const char* name, std::string_view text) {
      if (!text.empty()) list.emplace_back(name, printable(text));
    };
    if (given.example) {
      add_to(finding.example, "from", given.example->source);
      add_to(finding.example, "to", given.example->destination);
      add_to(finding.example, "packet", given.example->packet);
    }
    add_to(finding.advice, "What to do", given.remedy.empty() ? given.check->remedy : given.remedy);
    add_to(finding.advice, "Why it matters", given.check->why);
    for (const std::string& also : given.also) finding.also.push_back(printable(also));
    for (const auto& each : given.rests_on) page_.add(finding.rests_on, sources, each);
    add_nodes(finding, finding.subject);
    for (const std::string& also : finding.also) add_nodes(finding, also);
    page_.findings.push_back(std::move(finding));
  }

  /// Objects are called "Deployment shop/web" in findings: their kind, and their name on the page.
  void add_nodes(PageFinding& finding, const std::string& object) {
    const auto found = nodes_.find(object);
    if (found == nodes_.end()) return;
    finding.nodes.insert(finding.nodes.end(), found->second.begin(), found->second.end());
  }

  Page& page_;
  const FindingsReport& report_;
  std::map<std::string, std::vector<std::uint32_t>> nodes_;
};

}  // namespace
}  // namespace polreach::cli::html

namespace polreach::cli {

void write_audit_html(std::ostream& out, const FindingsReport& report, const MapReport* map) {
  html::Page page;
  if (map != nullptr) page = html::page_of(*map);
  page.command = report.command;
  html::FindingsFilling(page, report).all();
  std::vector<std::string> summary;
  const std::size_t count = report.findings.size();
  summary.push_back(fmt::format("{} finding{}", count, count == 1 ? "" : "s"));
  if (!report.suppressed.empty()) {
    summary.push_back(fmt::format("{} suppressed", report.suppressed.size()));
  }
  if (report.known > 0) summary.push_back(fmt::format("{} known before", report.known));
  if (!report.unchecked.empty()) {
    summary.push_back(fmt::format("{} not checked", report.unchecked.size()));
  }
  if (!report.overview.empty()) summary.push_back(printable(report.overview));
  page.summary.insert(page.summary.begin(), summary.begin(), summary.end());
  html::write_page(out, std::move(page));
}

}  // namespace polreach::cli
