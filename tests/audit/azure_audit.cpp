// SPDX-License-Identifier: Apache-2.0
#include "tests/audit/azure_audit.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "compiler/resolve/engine.h"
#include "solver/audit/azure/checks.h"
#include "solver/queries/site_reference.h"

namespace polreach::support {
namespace {

using solver::audit::Check;
using solver::audit::Finding;

void run(AuditedNetwork& result, const model::Model& model, const model::Cloud& cloud,
         std::optional<model::ManagedClusterId> managed, const std::set<std::string>& only,
         const model::Estate* estate = nullptr) {
  model::ClusterProfile profile;
  compiler::settle(profile, model.engine);
  profile.own_node_passes = false;
  result.cluster = std::make_unique<compiler::Cluster>(model, profile);
  const bool has_pods = !model.endpoints.empty();
  result.around = std::make_unique<compiler::Surroundings>(
      cloud, has_pods ? result.cluster.get() : nullptr, managed);
  solver::audit::Scene scene(*result.cluster, result.around.get(), nullptr, estate);
  const auto checks = solver::audit::azure::checks();
  result.audit = solver::audit::audit(scene, [&](const Check& check) {
    const bool is_azure = &check >= checks.data() && &check < checks.data() + checks.size();
    return is_azure && (only.empty() || only.contains(std::string(check.id)));
  });
}

std::unique_ptr<AuditedNetwork> of(Loaded loaded, const std::set<std::string>& only) {
  auto result = std::make_unique<AuditedNetwork>();
  result->loaded = std::move(loaded);
  const cli::Input& input = *result->loaded.input;
  run(*result, input.model, input.cloud,
      solver::queries::select_cluster(input.cloud, "").value_or(std::nullopt), only, &input.estate);
  return result;
}

}  // namespace

std::vector<const Finding*> AuditedNetwork::of(std::string_view check) const {
  std::vector<const Finding*> result;
  for (const Finding& each : audit.findings) {
    if (each.check->id == check) result.push_back(&each);
  }
  return result;
}

const Finding& AuditedNetwork::one(std::string_view check) const {
  const auto found = of(check);
  std::string all;
  for (const std::string& line : lines()) all += line + "\n";
  REQUIRE_MESSAGE(found.size() == 1, (std::string(check) + " of\n" + all));
  return *found.front();
}

std::vector<std::string> AuditedNetwork::lines() const {
  std::vector<std::string> result;
  for (const Finding& each : audit.findings) {
    std::string line = (each.certain ? "" : "(may) ") + std::string(name_of(each.severity)) + " " +
                       std::string(each.check->id) + " " + each.subject;
    if (!each.key.empty()) line += " [" + each.key + "]";
    if (loaded.input && each.where.exists()) {
      const auto& sources = loaded.input->sources;
      std::string file(sources.name(each.where.file));
      file = file.substr(file.rfind('/') + 1);
      line += " " + file + ":" + std::to_string(sources.location(each.where).line);
    }
    if (!each.also.empty()) line += " + " + std::to_string(each.also.size());
    result.push_back(line);
  }
  return result;
}

std::unique_ptr<AuditedNetwork> audited_text(const std::string& text) {
  return of(load_text(text), {});
}

std::unique_ptr<AuditedNetwork> audited(const std::vector<std::string>& paths,
                                        const std::set<std::string>& only) {
  cli::InputOptions options;
  options.paths = paths;
  return of(load(options), only);
}

std::unique_ptr<AuditedNetwork> audited_cloud(const model::Cloud& cloud) {
  static const model::Model kNoPods;
  auto result = std::make_unique<AuditedNetwork>();
  run(*result, kNoPods, cloud, {}, {});
  return result;
}

}  // namespace polreach::support
