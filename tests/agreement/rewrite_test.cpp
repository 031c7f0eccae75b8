// SPDX-License-Identifier: Apache-2.0
#include "tests/agreement/rewrite.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <functional>
#include <string>

#include "tests/agreement/generator.h"
#include "tests/agreement/world_count.h"
#include "tests/oracle/oracle.h"
#include "tests/support/environment.h"

// The laws that the engines are held to, put to the oracle first, on small clusters with policies
// of every tier: what a rewrite promises is true by the specification, or the oracle is wrong.
namespace polreach::agreement {
namespace {

using model::Action;
using oracle::Tri;

const std::uint64_t kSeeds = support::cases(1000);
constexpr std::uint64_t kFewWorlds = 600;

const std::vector<oracle::Target>& targets() {
  static const std::vector<oracle::Target> all = {
      {net::Protocol::Tcp, 1},   {net::Protocol::Tcp, 53}, {net::Protocol::Tcp, 80},
      {net::Protocol::Tcp, 443}, {net::Protocol::Udp, 53}, {net::Protocol::Sctp, 8080}};
  return all;
}

/// Every pair of endpoints, and each with some addresses both ways, by the names of endpoints: an
/// answer for each target.
std::vector<Tri> answers(const Spec& spec) {
  const model::Model model = to_model(spec);
  std::vector<std::size_t> order(spec.endpoints.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return spec.endpoints[a].name < spec.endpoints[b].name;
  });
  std::vector<oracle::Party> parties;
  for (std::size_t i : order) parties.emplace_back(static_cast<model::EndpointId>(i));
  for (const char* address : {"8.8.8.8", "10.0.0.1", "192.168.0.1", "203.0.113.9", "fd01::2"}) {
    parties.emplace_back(net::Address::parse(address).value());
  }
  std::vector<Tri> result;
  for (const oracle::Party& from : parties) {
    for (const oracle::Party& to : parties) {
      if (from.index() == 1 && to.index() == 1) continue;
      const std::vector<Tri> some = oracle::decide(model, spec.profile, from, to, targets());
      result.insert(result.end(), some.begin(), some.end());
    }
  }
  return result;
}

using Change = std::function<Spec(const Spec&, Random&)>;
using Holds = std::function<bool(Tri, Tri)>;

struct Law {
  const char* name;
  Change change;
  Holds holds;
};

bool same(Tri before, Tri after) { return before == after; }
bool never_less(Tri before, Tri after) { return before <= after; }
bool never_more(Tri before, Tri after) { return before >= after; }

std::vector<Law> laws() {
  return {
      {"another NetworkPolicy rule",
       [](const Spec& spec, Random& random) {
         return with_another_rule(spec, random).value_or(spec);
       },
       never_less},
      {"order", shuffled, same},
      {"split", [](const Spec& spec, Random& random) { return split(spec, random); }, same},
      {"rename", [](const Spec& spec, Random&) { return renamed(spec); }, same},
      {"twice", [](const Spec& spec, Random& random) { return doubled(spec, random); }, same},
      {"another rule that allows",
       [](const Spec& spec, Random& random) {
         return with_another_tier_rule(spec, Action::Allow, random);
       },
       never_less},
      {"another rule that denies",
       [](const Spec& spec, Random& random) {
         return with_another_tier_rule(spec, Action::Deny, random);
       },
       never_more},
      {"idle rule",
       [](const Spec& spec, Random& random) { return with_idle_tier_rule(spec, random); }, same},
      {"priorities",
       [](const Spec& spec, Random& random) { return with_moved_priorities(spec, random); }, same},
      {"policy cut in two",
       [](const Spec& spec, Random& random) { return with_tier_policy_cut(spec, random); }, same},
      {"baseline pass", [](const Spec& spec, Random&) { return with_baseline_pass_as_allow(spec); },
       same},
  };
}

}  // namespace

TEST_CASE("rewrite: the laws hold of the oracle, with policies of every tier") {
  std::array<std::uint64_t, 3> found{};
  std::vector<std::uint64_t> changed(laws().size());  // manifests that are not the same any more
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    const Spec spec = generate(seed, {false, 100});
    if (most_worlds(spec).all > kFewWorlds) continue;
    const std::vector<Tri> before = answers(spec);
    for (Tri tri : before) ++found[static_cast<std::size_t>(tri)];
    for (std::size_t i = 0; i < laws().size(); ++i) {
      const Law law = laws()[i];
      Random random(seed ^ 0x1A3ULL);
      const Spec other = law.change(spec, random);
      if (most_worlds(other).all > 4 * kFewWorlds) continue;
      changed[i] += to_yaml(other) != to_yaml(spec) ? 1 : 0;
      const std::vector<Tri> after = answers(other);
      const bool holds = before.size() == after.size() &&
                         std::equal(before.begin(), before.end(), after.begin(), law.holds);
      if (holds) continue;
      FAIL_CHECK(law.name << ": seed " << seed << "\n"
                          << describe_profile(spec.profile) << "\n"
                          << to_yaml(spec) << "--- after ---\n"
                          << to_yaml(other));
    }
  }
  MESSAGE(found[0] << " never, " << found[1] << " sometimes, " << found[2] << " always");
  for (std::uint64_t answers : found) CHECK(answers > kSeeds);
  for (std::uint64_t times : changed) CHECK(times > 10);
}

TEST_CASE("rewrite: the order of rules in a tier, and Pass in the admin tier, do have a meaning") {
  int by_order = 0;
  int by_pass = 0;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    const Spec spec = generate(seed, {false, 100});
    if (most_worlds(spec).all > kFewWorlds) continue;
    Spec reversed = spec;
    Spec allowing = spec;
    for (PolicySpec& policy : reversed.policies) {
      if (policy.tier == model::Tier::Network) continue;
      if (policy.ingress) std::reverse(policy.ingress->begin(), policy.ingress->end());
      if (policy.egress) std::reverse(policy.egress->begin(), policy.egress->end());
    }
    for (PolicySpec& policy : allowing.policies) {
      if (policy.tier != model::Tier::Admin) continue;
      for (auto* rules : {&policy.ingress, &policy.egress}) {
        if (!*rules) continue;
        for (RuleSpec& rule : **rules) {
          if (rule.action == Action::Pass) rule.action = Action::Allow;
        }
      }
    }
    const std::vector<Tri> before = answers(spec);
    by_order += answers(reversed) != before ? 1 : 0;
    by_pass += answers(allowing) != before ? 1 : 0;
  }
  CHECK(by_order > kSeeds / 200);
  CHECK(by_pass > kSeeds / 200);
}

}  // namespace polreach::agreement
