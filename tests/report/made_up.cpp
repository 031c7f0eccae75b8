// SPDX-License-Identifier: Apache-2.0
#include "tests/report/made_up.h"

#include <array>
#include <sstream>

namespace polreach::support {

namespace audit = solver::audit;

using audit::Check;
using audit::Severity;

namespace {

constexpr std::array<audit::Elsewhere, 2> kElsewhere = {{
    {"Checkov", "CKV_EXAMPLE_1"},
    {"CIS Example", "5.1"},
}};

constexpr std::string_view kWorkloads =
    "kind: Deployment\n"
    "metadata: {name: db, namespace: data}\n"
    "---\n"
    "kind: Deployment\n"
    "metadata: {name: wéb, namespace: shop}  # é is one character of two bytes\n";

constexpr std::string_view kPolicies =
    "kind: NetworkPolicy\n"
    "metadata:\n"
    "  name: allow\n"
    "spec:\n"
    "  ingress:\n"
    "    - from: [{podSelector: {}}]\n"
    "    - ports: [{port: 5432}]\n";

}  // namespace

const Check MadeUp::kOpenDatabase = {"open-database",
                                     Severity::Critical,
                                     "The internet reaches a port of a database",
                                     "Whoever reaches a database can try its passwords.",
                                     "name who may connect",
                                     kElsewhere};
const Check MadeUp::kOpenToAll = {"open-to-all",
                                  Severity::High,
                                  "Any pod can connect",
                                  "A pod that someone takes over reaches this one.",
                                  "name the pods that may connect",
                                  {}};
const Check MadeUp::kNoDefaultDeny = {"no-default-deny",
                                      Severity::Medium,
                                      "A namespace has no default deny",
                                      "New pods are open until someone writes a policy.",
                                      "add a NetworkPolicy that selects every pod",
                                      {}};
const Check MadeUp::kDeadRule = {"dead-rule",
                                 Severity::Low,
                                 "A rule never decides",
                                 "Whoever reads it believes that it does something.",
                                 "delete the rule",
                                 {}};
const Check MadeUp::kWorthKnowing = {"worth-knowing",
                                     Severity::Info,
                                     "Something is worth knowing",
                                     "It may come as a surprise.",
                                     "read about it",
                                     {}};
const Check MadeUp::kPassed = {"passed",           Severity::High, "This does not occur",
                               "It would matter.", "nothing",      {}};
const Check MadeUp::kUnanswered = {"unanswered",       Severity::Medium, "This takes too long",
                                   "It would matter.", "nothing",        {}};

MadeUp::MadeUp()
    : checks{&kOpenDatabase, &kOpenToAll, &kNoDefaultDeny, &kDeadRule,
             &kWorthKnowing, &kPassed,    &kUnanswered} {}

source::Span MadeUp::at(source::FileId file, std::string_view text) const {
  const auto begin = static_cast<std::uint32_t>(sources.bytes(file).find(text));
  return {file, begin, begin + static_cast<std::uint32_t>(text.size())};
}

void MadeUp::fill() {
  const auto workloads =
      sources.add("k8s/work loads.yaml", source::Text::own(std::string(kWorkloads)));
  const auto policies =
      sources.add("./k8s/policies.yaml", source::Text::own(std::string(kPolicies)));

  audit::Finding database;
  database.check = &kOpenDatabase;
  database.severity = Severity::Critical;
  database.subject = "Deployment data/db";
  database.key = "5432/tcp";
  database.where = at(workloads, "db");
  database.message = "the internet reaches TCP 5432";
  database.causes = {{at(policies, "- ports"), "rule 2 of NetworkPolicy data/allow lets it pass"}};
  database.example = {"internet (203.0.113.7)", "data/db (10.0.0.7)",
                      "TCP 203.0.113.7:40000 -> 10.0.0.7:5432", ""};
  findings.push_back(database);

  audit::Finding all;
  all.check = &kOpenToAll;
  all.severity = Severity::High;
  all.subject = "Deployment shop/wéb";
  all.where = at(workloads, "wéb");
  all.message = "any pod of the namespace can connect";
  all.causes = {
      {at(policies, "{podSelector: {}}"), "rule 1 of NetworkPolicy data/allow lets it pass"},
      {source::Span::none(), "no policy denies it"}};
  all.example = {"shop/example", "shop/wéb", "TCP 10.0.0.9:40000 -> 10.0.0.8:80",
                 "apiVersion: v1\nkind: Pod\nmetadata:\n  name: example\n"};
  all.also = {"Deployment shop/a", "Deployment shop/b", "Deployment shop/c",
              "Deployment shop/d", "Deployment shop/e", "Deployment shop/f"};
  all.certain = false;
  all.rests_on = {{"A-example", "whether it is so", "--example", {}}};
  findings.push_back(all);

  audit::Finding deny;
  deny.check = &kNoDefaultDeny;
  deny.severity = Severity::Medium;
  deny.subject = "Namespace shop";
  deny.message = "no policy selects every pod of it";
  findings.push_back(deny);

  audit::Finding dead;
  dead.check = &kDeadRule;
  dead.severity = Severity::Low;
  dead.subject = "NetworkPolicy data/allow";
  dead.key = "ingress 1";
  dead.where = at(policies, "- from");
  dead.message = "ingress rule 1 never decides";
  dead.remedy = "delete rule 1";
  findings.push_back(dead);

  audit::Finding info;
  info.check = &kWorthKnowing;
  info.severity = Severity::Info;
  info.subject = "Deployment data/db";
  info.where = at(workloads, "db");
  info.message = "this is how it is";
  findings.push_back(info);

  audit::Finding lived_with = dead;
  lived_with.key = "ingress 2";
  lived_with.message = "ingress rule 2 never decides";
  lived_with.where = at(policies, "- ports");
  suppressed.push_back({lived_with, "it is needed next month", at(policies, "name: allow")});

  unchecked.push_back({&kUnanswered, "the budget of 10 steps ran out"});
}

void MadeUp::fill_with(const std::string& hostile) {
  const auto file = sources.add(hostile, source::Text::own(hostile));
  const source::Span whole{file, 0, static_cast<std::uint32_t>(hostile.size())};
  audit::Finding finding;
  finding.check = &kOpenToAll;
  finding.severity = Severity::High;
  finding.subject = hostile;
  finding.key = hostile;
  finding.where = whole;
  finding.message = hostile;
  finding.causes = {{whole, hostile}};
  finding.example = {hostile, hostile, hostile, hostile};
  finding.also = {hostile};
  finding.remedy = hostile;
  finding.certain = false;
  finding.rests_on = {{"A-example", hostile, hostile, {whole}}};
  findings.push_back(finding);
  suppressed.push_back({finding, hostile, whole});
  unchecked.push_back({&kUnanswered, hostile});
}

cli::FindingsReport MadeUp::report() const {
  cli::FindingsReport report{
      sources, "audit", "2 workloads, 1 policy", checks, findings, unchecked, suppressed, 0};
  report.assumptions = {{"A-complete", "the input holds all policies and all pods", "", {}}};
  return report;
}

std::string MadeUp::written(const std::string& format) const {
  std::ostringstream out;
  if (!cli::write_findings(out, format, cli::Style(false), report(), false)) return "(refused)";
  return out.str();
}

}  // namespace polreach::support
