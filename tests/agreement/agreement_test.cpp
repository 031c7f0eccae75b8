// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <string>

#include "tests/agreement/compare.h"
#include "tests/agreement/generator.h"
#include "tests/agreement/shrink.h"
#include "tests/support/environment.h"

// The engines against the oracle, on random clusters. POLREACH_AGREEMENT_CLUSTERS sets how many,
// and POLREACH_AGREEMENT_FROM from which seed on (scripts/agreement.sh runs ranges of them);
// POLREACH_AGREEMENT_SEED replays one.
namespace polreach::agreement {
namespace {

constexpr std::uint64_t kDefaultClusters = 2000;
constexpr std::size_t kEndpointPairs = 3;
constexpr std::size_t kProvedPairs = 2;
constexpr std::size_t kAllAddresses = 1000;

enum class Engine : std::uint8_t { Sets, Z3 };

struct Disagreement {
  Engine engine;
  std::string text;
};

std::optional<Disagreement> disagreement(Comparison& comparison, const std::vector<Pair>& pairs,
                                         std::size_t proved, Random& random) {
  for (const Pair& pair : pairs) {
    if (auto text = comparison.check_sets(pair, random)) return Disagreement{Engine::Sets, *text};
  }
  for (std::size_t i = 0; i < std::min(proved, pairs.size()); ++i) {
    const Pair& pair = proved < pairs.size() ? random.pick(pairs) : pairs[i];
    if (auto text = comparison.check_z3(pair, random)) return Disagreement{Engine::Z3, *text};
  }
  return std::nullopt;
}

/// Looks at every pair and address, so that it finds a fault wherever shrinking moves it.
std::optional<Disagreement> any_disagreement(const Spec& spec, Engine engine) {
  Comparison comparison(spec, kAllAddresses);
  Random random(1);
  const std::vector<Pair> pairs = comparison.all_pairs();
  auto found = disagreement(comparison, pairs, engine == Engine::Z3 ? pairs.size() : 0, random);
  return found && found->engine == engine ? found : std::nullopt;
}

std::string report(std::uint64_t seed, const Spec& spec, const Disagreement& first) {
  std::string text = "seed " + std::to_string(seed) + ": " + first.text;
  if (!is_shrinking()) return text;
  const auto again = any_disagreement(spec, first.engine);
  if (!again) {
    return text + "\n(not found again on the pairs used for shrinking)\n" +
           describe_profile(spec.profile) + "\n" + to_yaml(spec);
  }
  const Spec small =
      shrink(spec, [&](const Spec& s) { return any_disagreement(s, first.engine).has_value(); });
  text += "\nshrunk: " + any_disagreement(small, first.engine)->text + "\n" +
          describe_profile(small.profile) + "\n";
  for (const NamespaceSpec& ns : small.namespaces) {
    if (!ns.declared) text += "# not declared: namespace " + ns.name + "\n";
    for (const std::string& key : ns.unknown) {
      text += "# unknown label: " + key + " of namespace " + ns.name + "\n";
    }
  }
  for (const EndpointSpec& endpoint : small.endpoints) {
    for (const std::string& key : endpoint.unknown) {
      text += "# unknown label: " + key + " of pod " + endpoint.name + "\n";
    }
  }
  return text + to_yaml(small);
}

/// One seed; false where an engine and the oracle differ.
bool agrees(std::uint64_t seed, Counts& counts) {
  const Spec spec = generate(seed);
  Comparison comparison(spec);
  Random random(~seed);
  const std::vector<Pair> pairs = comparison.some_pairs(random, kEndpointPairs);
  const auto found = disagreement(comparison, pairs, kProvedPairs, random);
  counts += comparison.counts();
  if (found) FAIL_CHECK(report(seed, spec, *found));
  return !found;
}

}  // namespace

TEST_CASE("agreement: the set engine, Z3 and the replay agree with the oracle") {
  const auto only = support::number_in("POLREACH_AGREEMENT_SEED");
  const std::uint64_t first =
      only ? *only : support::number_in("POLREACH_AGREEMENT_FROM").value_or(0);
  const std::uint64_t count = only ? 1
                                   : support::number_in("POLREACH_AGREEMENT_CLUSTERS")
                                         .value_or(support::cases(kDefaultClusters));
  Counts counts;
  int disagreements = 0;
  for (std::uint64_t seed = first; seed < first + count && disagreements < 3; ++seed) {
    if (!agrees(seed, counts)) ++disagreements;
  }
  MESSAGE(count << " clusters, " << counts.pairs << " pairs, " << counts.packets
                << " packets over all worlds (" << counts.always << " always, " << counts.sometimes
                << " sometimes, " << counts.never << " never), " << counts.single_worlds
                << " in single worlds; Z3: " << counts.proofs << " proofs, " << counts.confirmed
                << " sets confirmed, " << counts.mutants << " mutants refuted, " << counts.witnesses
                << " witnesses replayed");
  if (only) return;
  CHECK(counts.always > count);
  CHECK(counts.sometimes > count);
  CHECK(counts.never > count);
}

}  // namespace polreach::agreement
