// SPDX-License-Identifier: Apache-2.0
// The audit of random clusters: it ends, says no superfluous part that is needed, and every packet
// that it shows passes (an InternalError otherwise).
#include <doctest/doctest.h>

#include "solver/audit/audit.h"
#include "solver/queries/redundancy.h"
#include "tests/agreement/generator.h"
#include "tests/support/environment.h"

namespace polreach {
namespace {

namespace audit = solver::audit;

const std::uint64_t kClusters = support::cases(150);

}  // namespace

namespace {

/// "NetworkPolicy shop/web", as findings have it.
std::string name_of(const model::Model& model, model::PolicyId id) {
  const model::Policy& policy = model[id];
  std::string name = std::string(model.text(policy.kind)) + " ";
  if (policy.tier == model::Tier::Network) {
    name += std::string(model.text(model[policy.ns].name)) + "/";
  }
  return name + std::string(model.text(policy.name));
}

struct Count {
  std::size_t findings = 0;
  std::size_t superfluous = 0;
};

/// What nobody that could exist needs, nobody that exists needs. (Of several findings that is said
/// of all of them together.)
void check_superfluous(const compiler::Cluster& cluster, const audit::Audit& found, Count& count) {
  std::vector<const audit::Finding*> parts;
  for (const audit::Finding& each : found.findings) {
    const std::string_view id = each.check->id;
    const bool is_part =
        id == "policy-redundant" || id == "rule-redundant" || id == "rule-contradicted";
    if (is_part) parts.push_back(&each);
  }
  if (parts.size() != 1) return;
  ++count.superfluous;
  bool confirmed = false;
  for (const auto& part : solver::queries::redundant_parts(cluster).found) {
    confirmed = confirmed || name_of(cluster.model(), part.policy) == parts.front()->subject;
  }
  CHECK_MESSAGE(confirmed, parts.front()->subject);
}

void audit_random(const agreement::Options& options, Count& count) {
  for (std::uint64_t seed = 0; seed < kClusters; ++seed) {
    CAPTURE(seed);
    const agreement::Spec spec = agreement::generate(seed, options);
    const model::Model model = agreement::to_model(spec);
    model::ClusterProfile profile = spec.profile;
    profile.own_node_passes = false;
    const compiler::Cluster cluster(model, profile);
    audit::Scene scene(cluster, nullptr);
    const audit::Audit found = audit::audit(scene, [](const audit::Check&) { return true; });
    count.findings += found.findings.size();
    // With one policy redundancy asks about its rules alone.
    if (model.policies.size() > 1) check_superfluous(cluster, found, count);
  }
}

}  // namespace

TEST_CASE("the audit of random clusters holds what it says") {
  Count count;
  audit_random({.readable = true, .tiered = 0}, count);
  audit_random({.readable = true, .tiered = 100}, count);
  audit_random({.readable = false, .tiered = 50}, count);
  CHECK(count.findings > kClusters);
  CHECK(count.superfluous > 0);
  MESSAGE(count.findings << " findings, " << count.superfluous << " of parts that can go");
}

}  // namespace polreach
