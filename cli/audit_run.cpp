// SPDX-License-Identifier: Apache-2.0
#include "cli/audit_run.h"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "cli/network_listing.h"
#include "cli/profile.h"
#include "cli/report/findings_common.h"
#include "cli/report/map_report.h"
#include "cli/report/reasons.h"
#include "policies/source/nearest.h"
#include "solver/queries/conflicts.h"

namespace polreach::cli {

namespace audit = solver::audit;
namespace queries = solver::queries;

using audit::Check;

namespace {

tl::expected<std::vector<const Check*>, ListingError> named(const std::vector<std::string>& lists) {
  std::vector<const Check*> result;
  for (const std::string& id : split_list(lists)) {
    const Check* const check = audit::find_check(id);
    if (check == nullptr) {
      std::vector<std::string> ids;
      for (const Check* const each : audit::all_checks()) ids.emplace_back(each->id);
      return tl::unexpected(
          ListingError{"unknown-check",
                       "there is no check " + id + source::did_you_mean(source::nearest(id, ids)),
                       "polreach audit --list shows them all"});
    }
    result.push_back(check);
  }
  return result;
}

std::string overview_of(const Input& input) {
  std::string text;
  const auto add = [&](std::size_t count, std::string_view noun, std::string_view nouns) {
    if (count == 0) return;
    if (!text.empty()) text += ", ";
    text += std::to_string(count) + " " + std::string(count == 1 ? noun : nouns);
  };
  add(input.model.workloads.size(), "workload", "workloads");
  add(input.model.policies.size() + input.model.unenforced.size(), "policy", "policies");
  add(input.model.services.size(), "Service", "Services");
  add(input.cloud.groups.size(), "security group", "security groups");
  add(input.cloud.clusters.size(), "AKS cluster", "AKS clusters");
  return text;
}

}  // namespace

std::vector<std::string> split_list(const std::vector<std::string>& lists) {
  std::vector<std::string> result;
  for (const std::string& list : lists) {
    std::size_t begin = 0;
    while (begin <= list.size()) {
      const std::size_t end = std::min(list.find(',', begin), list.size());
      const std::string word = list.substr(begin, end - begin);
      const std::size_t first = word.find_first_not_of(' ');
      if (first != std::string::npos) {
        result.push_back(word.substr(first, word.find_last_not_of(' ') - first + 1));
      }
      begin = end + 1;
    }
  }
  return result;
}

std::optional<audit::Severity> severity_of(std::string_view name) {
  using audit::Severity;
  for (const Severity each :
       {Severity::Critical, Severity::High, Severity::Medium, Severity::Low, Severity::Info}) {
    if (audit::name_of(each) == name) return each;
  }
  return std::nullopt;
}

tl::expected<std::vector<const Check*>, ListingError> checks_of(
    const std::vector<std::string>& only, const std::vector<std::string>& skip) {
  const auto wanted = named(only);
  if (!wanted) return wanted;
  const auto unwanted = named(skip);
  if (!unwanted) return unwanted;
  const auto holds = [](const std::vector<const Check*>& list, const Check* check) {
    return std::find(list.begin(), list.end(), check) != list.end();
  };
  std::vector<const Check*> result;
  for (const Check* const each : audit::all_checks()) {
    if ((wanted->empty() || holds(*wanted, each)) && !holds(*unwanted, each)) {
      result.push_back(each);
    }
  }
  return result;
}

tl::expected<AuditRun, ListingError> run_audit(const Arguments& arguments, const Input& input,
                                               std::vector<const Check*> checks) {
  if (input.model.endpoints.empty() && input.cloud.empty() && !input.estate.has_cloud()) {
    return tl::unexpected(ListingError{"no-workloads",
                                       "there are no pods, workloads or networks to look at",
                                       "give the workloads with the policies"});
  }
  AuditRun run;
  run.checks = std::move(checks);
  run.overview = overview_of(input);
  const compiler::Cluster cluster(input.model, list_profile_of(arguments, input.model));
  run.mistakes = queries::equal_priorities(cluster);
  for (const source::Diagnostic& each : run.mistakes) {
    if (each.severity == source::Severity::Error) return run;
  }
  std::unique_ptr<compiler::Surroundings> around;
  if (!input.cloud.empty()) {
    auto made = surroundings_of(arguments, input, cluster);
    if (!made) return tl::unexpected(made.error());
    around = std::move(*made);
  }
  if (!input.model.endpoints.empty()) run.assumptions = standing_assumptions(cluster);
  audit::Scene scene(cluster, around.get(), &input.diagnostics, &input.estate);
  const auto wanted = [&](const Check& check) {
    return std::find(run.checks.begin(), run.checks.end(), &check) != run.checks.end();
  };
  audit::Audit made = audit::audit_in_stages(scene, wanted, run.stages);
  run.findings = std::move(made.findings);
  run.unchecked = std::move(made.unchecked);
  return run;
}

std::map<std::string, source::Span> object_places(const Input& input) {
  const model::Model& model = input.model;
  std::map<std::string, source::Span> places;
  const auto name = [&](model::Symbol kind, model::NamespaceId ns, model::Symbol own) {
    return std::string(model.text(kind)) + " " + std::string(model.text(model[ns].name)) + "/" +
           std::string(model.text(own));
  };
  for (const model::Namespace& each : model.namespaces) {
    places.emplace("Namespace " + std::string(model.text(each.name)), each.where);
  }
  for (const model::Workload& each : model.workloads) {
    places.emplace(name(each.kind, each.ns, each.name), each.where);
  }
  for (std::size_t i = 0; i < model.policies.size(); ++i) {
    places.emplace(policy_name(model, static_cast<model::PolicyId>(i)), model.policies[i].where);
  }
  for (const model::Service& each : model.services) {
    places.emplace("Service " + std::string(model.text(model[each.ns].name)) + "/" +
                       std::string(model.text(each.name)),
                   each.where);
  }
  for (const model::SecurityGroup& each : input.cloud.groups) {
    places.emplace(
        "NSG " + (each.resource_group.empty() ? "" : each.resource_group + "/") + each.name,
        each.where);
  }
  return places;
}

}  // namespace polreach::cli
