// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "compiler/resolve/cluster.h"
#include "solver/sets/reach.h"
#include "tests/agreement/generator.h"
#include "tests/agreement/rewrite.h"
#include "tests/support/environment.h"

// Laws that hold of every cluster, checked with the set engine alone: changes to a cluster that
// must not change answers, or only in one direction.
namespace polreach::agreement {
namespace {

using solver::sets::Piece;

const std::uint64_t kClusters = support::cases(1500);
/// For laws about the admin and baseline tiers: every cluster has some.
constexpr Options kTiered{false, 100};

/// Where the random clusters have no tiers, neither have these.
auto tiered() { return doctest::skip(kTieredShare == 0); }

/// All answers of a cluster, by the names of the parties.
using Answers = std::map<std::string, std::vector<Piece>>;

/// Between every two endpoints, and between each and all addresses.
Answers answers(const Spec& spec) {
  const model::Model model = to_model(spec);
  const compiler::Cluster cluster(model, spec.profile);
  std::map<std::string, compiler::Party> parties = {{"outside", net::all_addresses()}};
  for (std::size_t i = 0; i < spec.endpoints.size(); ++i) {
    parties.emplace(spec.endpoints[i].name, static_cast<model::EndpointId>(i));
  }
  Answers result;
  for (const auto& [from, source] : parties) {
    for (const auto& [to, destination] : parties) {
      if (source.index() == 1 && destination.index() == 1) continue;
      result.emplace(from + " -> " + to, solver::sets::reach(cluster, source, destination));
    }
  }
  return result;
}

/// Whether `more` has in every place what `less` has.
bool is_within(const std::vector<Piece>& less, const std::vector<Piece>& more) {
  return std::all_of(less.begin(), less.end(), [&](const Piece& a) {
    return std::all_of(more.begin(), more.end(), [&](const Piece& b) {
      const bool between_endpoints = a.addresses.empty() && b.addresses.empty();
      if (!between_endpoints && (a.addresses & b.addresses).empty()) return true;
      return b.must.contains(a.must) && b.may.contains(a.may);
    });
  });
}

/// Counts cases and reports the first one in which a law fails.
class Law {
 public:
  explicit Law(std::string name) : name_(std::move(name)) {}

  template <typename Holds>
  void check(std::uint64_t seed, const Spec& before, const Spec& after, const Holds& holds) {
    const Answers old_answers = answers(before);
    const Answers new_answers = answers(after);
    REQUIRE(old_answers.size() == new_answers.size());
    for (const auto& [pair, pieces] : old_answers) {
      ++cases_;
      if (!pieces.empty() && holds(pieces, new_answers.at(pair))) continue;
      if (faults_++ > 0) continue;
      FAIL_CHECK(name_ << ": seed " << seed << ", " << pair << "\n"
                       << describe_profile(before.profile) << "\n"
                       << to_yaml(before) << "--- after ---\n"
                       << to_yaml(after));
    }
  }

  void check_same(std::uint64_t seed, const Spec& before, const Spec& after) {
    check(seed, before, after, [](const auto& a, const auto& b) { return a == b; });
  }

  void report() const {
    MESSAGE(name_ << ": " << cases_ << " cases");
    CHECK(cases_ > kClusters);
    CHECK(faults_ == 0);
  }

 private:
  std::string name_;
  std::uint64_t cases_ = 0;
  std::uint64_t faults_ = 0;
};

}  // namespace

TEST_CASE("laws: another allow rule never removes anything") {
  Law law("another rule");
  for (std::uint64_t seed = 0; seed < kClusters; ++seed) {
    const Spec spec = generate(seed);
    Random random(seed ^ 0xA11CEULL);
    const std::optional<Spec> more = with_another_rule(spec, random);
    if (more) law.check(seed, spec, *more, is_within);
  }
  law.report();
}

TEST_CASE("laws: the order of everything is without meaning") {
  Law law("order");
  for (std::uint64_t seed = 0; seed < kClusters; ++seed) {
    const Spec spec = generate(seed);
    Random random(seed ^ 0xB0BULL);
    law.check_same(seed, spec, shuffled(spec, random));
  }
  law.report();
}

TEST_CASE("laws: a port range or a block is the union of its parts") {
  Law law("split");
  for (std::uint64_t seed = 0; seed < kClusters; ++seed) {
    const Spec spec = generate(seed);
    Random random(seed ^ 0xCA7ULL);
    law.check_same(seed, spec, split(spec, random));
  }
  law.report();
}

TEST_CASE("laws: labels and namespaces by other names mean the same") {
  Law law("rename");
  for (std::uint64_t seed = 0; seed < kClusters; ++seed) {
    const Spec spec = generate(seed);
    law.check_same(seed, spec, renamed(spec));
  }
  law.report();
}

TEST_CASE("laws: a policy or a rule that is there twice counts once") {
  Law law("twice");
  for (std::uint64_t seed = 0; seed < kClusters; ++seed) {
    const Spec spec = generate(seed);
    Random random(seed ^ 0xD06ULL);
    law.check_same(seed, spec, doubled(spec, random));
  }
  law.report();
}

TEST_CASE("laws: another rule of a tier that allows never removes anything, wherever it stands" *
          tiered()) {
  Law law("another tier rule that allows");
  for (std::uint64_t seed = 0; seed < kClusters; ++seed) {
    const Spec spec = generate(seed, kTiered);
    Random random(seed ^ 0xACCE97ULL);
    law.check(seed, spec, with_another_tier_rule(spec, model::Action::Allow, random), is_within);
  }
  law.report();
}

TEST_CASE("laws: another rule of a tier that denies never adds anything, wherever it stands" *
          tiered()) {
  Law law("another tier rule that denies");
  for (std::uint64_t seed = 0; seed < kClusters; ++seed) {
    const Spec spec = generate(seed, kTiered);
    Random random(seed ^ 0xDE41ULL);
    law.check(seed, spec, with_another_tier_rule(spec, model::Action::Deny, random),
              [](const auto& before, const auto& after) { return is_within(after, before); });
  }
  law.report();
}

TEST_CASE("laws: a rule of a tier that matches nothing changes nothing, wherever it stands" *
          tiered()) {
  Law law("idle tier rule");
  for (std::uint64_t seed = 0; seed < kClusters; ++seed) {
    const Spec spec = generate(seed, kTiered);
    Random random(seed ^ 0x1D7EULL);
    law.check_same(seed, spec, with_idle_tier_rule(spec, random));
  }
  law.report();
}

TEST_CASE("laws: only the order of priorities counts" * tiered()) {
  Law law("priorities");
  for (std::uint64_t seed = 0; seed < kClusters; ++seed) {
    const Spec spec = generate(seed, kTiered);
    Random random(seed ^ 0x0FF5E7ULL);
    law.check_same(seed, spec, with_moved_priorities(spec, random));
  }
  law.report();
}

TEST_CASE("laws: rules mean the same in one policy of a tier and in two that follow each other" *
          tiered()) {
  Law law("policy cut in two");
  for (std::uint64_t seed = 0; seed < kClusters; ++seed) {
    const Spec spec = generate(seed, kTiered);
    Random random(seed ^ 0xC07ULL);
    law.check_same(seed, spec, with_tier_policy_cut(spec, random));
  }
  law.report();
}

TEST_CASE("laws: Pass in the baseline tier allows" * tiered()) {
  Law law("baseline pass");
  for (std::uint64_t seed = 0; seed < kClusters; ++seed) {
    const Spec spec = generate(seed, kTiered);
    law.check_same(seed, spec, with_baseline_pass_as_allow(spec));
  }
  law.report();
}

}  // namespace polreach::agreement
