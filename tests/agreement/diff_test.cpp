// SPDX-License-Identifier: Apache-2.0
// A diff of two variations of a cluster holds exactly the pairs whose connections differ.
#include "solver/queries/diff.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <set>

#include "solver/sets/reach.h"
#include "tests/agreement/generator.h"
#include "tests/agreement/listing_model.h"
#include "tests/agreement/rewrite.h"
#include "tests/support/environment.h"

namespace polreach::agreement {
namespace {

namespace queries = solver::queries;

using model::EndpointId;
using net::Traffic;
using queries::Changed;
using queries::DiffChange;
using queries::DiffFlow;
using queries::DiffPeer;
using solver::sets::Piece;

const std::uint64_t kClusters = support::cases(1500);

struct Counts {
  std::uint64_t pairs = 0;
  std::uint64_t changed = 0;
  std::uint64_t of_some_pods = 0;  // changes between variants
  std::uint64_t addresses = 0;
  std::uint64_t changed_addresses = 0;
  std::uint64_t workloads = 0;  // that went
};

/// One side: a model, its cluster and its map.
class Side {
 public:
  Side(const Spec& spec, bool joined, queries::Grouping grouping)
      : endpoints(endpoints_of(spec)), model(to_model(spec)) {
    if (joined) join_workloads(model);
    model::ClusterProfile profile = spec.profile;
    profile.own_node_passes = false;
    cluster.emplace(model, profile);
    options.grouping = grouping;
  }
  Side(const Side&) = delete;
  Side& operator=(const Side&) = delete;

  void solve(bool ipv6) {
    options.ipv6 = ipv6;
    map = queries::map(*cluster, options);
  }

  [[nodiscard]] queries::DiffSide view() const { return {*cluster, map}; }

  [[nodiscard]] std::optional<EndpointId> find(const EndpointName& name) const {
    const auto found = endpoints.find(name);
    if (found == endpoints.end()) return std::nullopt;
    return found->second;
  }

  /// The group that an endpoint stands in, as the diff names it.
  [[nodiscard]] EndpointName group_of(EndpointId id, queries::Grouping grouping) const {
    const model::Endpoint& endpoint = model[id];
    const model::Workload& workload = model[endpoint.workload];
    const bool pod = grouping == queries::Grouping::Pods && endpoint.pod;
    return {std::string(model.text(model[workload.ns].name)),
            std::string(model.text(pod ? *endpoint.pod : workload.name))};
  }

  std::map<EndpointName, EndpointId> endpoints;
  model::Model model;
  std::optional<compiler::Cluster> cluster;
  queries::MapOptions options;
  queries::Map map;
};

/// Whether the words of a change name the endpoint among the pods of its workload.
bool names_pod(const DiffPeer& peer, const model::Model& model, EndpointId id) {
  if (peer.pods.empty()) return true;
  if (!model[id].pod) return peer.pods.find("pods of its template") != std::string::npos;
  const std::string name(model.text(*model[id].pod));
  std::string words = peer.pods;
  const std::size_t end = words.find(" and pods of its template");
  if (end != std::string::npos) words.erase(end);
  words += ", ";
  const std::string wanted = name + ", ";
  return words.starts_with(wanted) || words.find(", " + wanted) != std::string::npos;
}

struct Truth {
  Traffic must;
  Traffic open;
  friend bool operator==(const Truth&, const Truth&) = default;
};

Truth truth_of(const std::vector<Piece>& pieces) {
  REQUIRE(pieces.size() == 1);
  return {pieces.front().must, pieces.front().may - pieces.front().must};
}

class Check {
 public:
  Check(const Spec& before, const Spec& after, bool joined, queries::Grouping grouping,
        Counts& counts)
      : grouping_(grouping),
        counts_(counts),
        old_(before, joined, grouping),
        new_(after, joined, grouping),
        ipv6_(queries::speaks_of_ipv6(*old_.cluster) || queries::speaks_of_ipv6(*new_.cluster)) {
    old_.solve(ipv6_);
    new_.solve(ipv6_);
    diff_ = queries::diff(old_.view(), new_.view());
    for (const auto* side : {&old_, &new_}) {
      for (const auto& [name, id] : side->endpoints) names_.insert(name);
    }
  }

  void run() {
    for (const DiffChange& change : diff_.changes) {
      CHECK_FALSE(change.before == change.after);
      CHECK((change.what == Changed::Added) == change.before.is_nothing());
      CHECK((change.what == Changed::Removed) == change.after.is_nothing());
      if (!change.source.pods.empty() || !change.destination.pods.empty()) ++counts_.of_some_pods;
      // Reasons can be found for every change.
      if (counts_.changed % 50 == 0)
        CHECK_NOTHROW((void)queries::explain(old_.view(), new_.view(), change));
    }
    counts_.workloads += diff_.workloads.size();
    between_pods();
    with_outside();
    mirrored();
    CHECK(queries::diff(old_.view(), old_.view()).changes.empty());
    CHECK(queries::diff(new_.view(), new_.view()).workloads.empty());
  }

 private:
  [[nodiscard]] bool is_meant(const DiffPeer& peer, const EndpointName& name) const {
    for (const auto* side : {&old_, &new_}) {
      const auto id = side->find(name);
      if (!id) continue;
      const EndpointName group = side->group_of(*id, grouping_);
      return EndpointName{peer.ns, peer.name} == group && names_pod(peer, side->model, *id);
    }
    return false;
  }

  void between_pods() {
    for (const EndpointName& from : names_) {
      for (const EndpointName& to : names_) {
        if (in_one_group(from, to)) continue;
        const DiffChange* found = nullptr;
        for (const DiffChange& change : diff_.changes) {
          if (!is_meant(change.source, from) || !is_meant(change.destination, to)) continue;
          CHECK_MESSAGE(found == nullptr, from.second << " -> " << to.second << " twice");
          found = &change;
        }
        ++counts_.pairs;
        compare(found, truth(old_, from, to), truth(new_, from, to),
                from.second + " -> " + to.second);
      }
    }
  }

  [[nodiscard]] bool in_one_group(const EndpointName& from, const EndpointName& to) const {
    if (from == to) return true;
    for (const auto* side : {&old_, &new_}) {
      const auto a = side->find(from);
      const auto b = side->find(to);
      if (a && b) return side->group_of(*a, grouping_) == side->group_of(*b, grouping_);
    }
    return false;
  }

  static Truth truth(const Side& side, const EndpointName& from, const EndpointName& to) {
    const auto a = side.find(from);
    const auto b = side.find(to);
    if (!a || !b) return {};
    return truth_of(solver::sets::reach(*side.cluster, *a, *b));
  }

  void compare(const DiffChange* found, const Truth& before, const Truth& after,
               const std::string& what) {
    if (found == nullptr) {
      CHECK_MESSAGE(before == after, what << " changed and is not listed");
      return;
    }
    ++counts_.changed;
    const auto same = [](const DiffFlow& flow, const Truth& truth) {
      return flow.allowed == truth.must && flow.conditional == truth.open;
    };
    CHECK_MESSAGE(same(found->before, before), what << ": wrong before");
    CHECK_MESSAGE(same(found->after, after), what << ": wrong after");
    // What the same packets rest on can change, too.
    const bool differs = before != after || found->before.condition != found->after.condition;
    CHECK_MESSAGE(differs, what << " is listed and did not change");
  }

  void with_outside() {
    std::set<net::Address> edges;
    for (const auto* side : {&old_, &new_}) {
      const auto some = edges_of(side->model);
      edges.insert(some.begin(), some.end());
    }
    for (const EndpointName& name : names_) {
      for (const net::Address& address : edges) {
        if (address.family == net::Family::V6 && !ipv6_) continue;
        for (const bool egress : {true, false}) at_address(name, address, egress);
      }
    }
  }

  void at_address(const EndpointName& name, const net::Address& address, bool egress) {
    const DiffChange* found = nullptr;
    for (const DiffChange& change : diff_.changes) {
      const DiffPeer& pods = egress ? change.source : change.destination;
      const DiffPeer& outside = egress ? change.destination : change.source;
      if (!outside.addresses.contains(address) || !is_meant(pods, name)) continue;
      CHECK_MESSAGE(found == nullptr, name.second << " with " << address.to_string() << " twice");
      found = &change;
    }
    const net::AddressSet one(address, address);
    std::array<Truth, 2> truths;
    for (const std::size_t i : {0U, 1U}) {
      const Side& side = i == 0 ? old_ : new_;
      const auto id = side.find(name);
      if (!id) continue;
      truths[i] = truth_of(egress ? solver::sets::reach(*side.cluster, *id, one)
                                  : solver::sets::reach(*side.cluster, one, *id));
    }
    ++counts_.addresses;
    if (found != nullptr) ++counts_.changed_addresses;
    compare(found, truths[0], truths[1],
            name.second + (egress ? " -> " : " <- ") + address.to_string());
  }

  /// The other way round, what was added is removed, and the same otherwise.
  void mirrored() {
    const queries::Diff back = queries::diff(new_.view(), old_.view());
    REQUIRE(back.changes.size() == diff_.changes.size());
    REQUIRE(back.workloads.size() == diff_.workloads.size());
    const auto key = [](const DiffChange& change, bool mirror) {
      const auto end = [](const DiffPeer& peer) {
        return std::tuple(peer.ns, peer.name, peer.kind, peer.pods, peer.addresses);
      };
      const DiffFlow& first = mirror ? change.after : change.before;
      const DiffFlow& second = mirror ? change.before : change.after;
      return std::tuple(end(change.source), end(change.destination), first.allowed,
                        first.conditional, first.condition, second.allowed, second.conditional,
                        second.condition);
    };
    for (std::size_t i = 0; i < back.changes.size(); ++i) {
      CHECK(key(back.changes[i], true) == key(diff_.changes[i], false));
    }
    for (std::size_t i = 0; i < back.workloads.size(); ++i) {
      CHECK(back.workloads[i].name == diff_.workloads[i].name);
      CHECK(back.workloads[i].what != diff_.workloads[i].what);
    }
  }

  queries::Grouping grouping_;
  Counts& counts_;
  Side old_;
  Side new_;
  bool ipv6_;
  queries::Diff diff_;
  std::set<EndpointName> names_;
};

/// The same cluster after a commit or so.
Spec variation(Spec spec, Random& random, bool keep_endpoints) {
  const int choice = random.between(0, keep_endpoints ? 4 : 5);
  if (choice == 5 && spec.endpoints.size() > 1) {
    const auto gone = static_cast<std::ptrdiff_t>(random.below(spec.endpoints.size()));
    spec.endpoints.erase(spec.endpoints.begin() + gone);
    return spec;
  }
  if (choice == 4) {  // other labels on one pod
    if (!spec.endpoints.empty()) {
      spec.endpoints[random.below(spec.endpoints.size())].labels =
          spec.endpoints[random.below(spec.endpoints.size())].labels;
    }
    return spec;
  }
  if (choice == 3) {
    if (auto more = with_another_rule(spec, random)) return *more;
    return spec;
  }
  if (spec.policies.empty()) return spec;
  const std::size_t at = random.below(spec.policies.size());
  PolicySpec& policy = spec.policies[at];
  auto& rules = policy.ingress ? policy.ingress : policy.egress;
  if (choice == 2 && rules && !rules->empty()) {
    rules->erase(rules->begin());
  } else {
    spec.policies.erase(spec.policies.begin() + static_cast<std::ptrdiff_t>(at));
  }
  return spec;
}

}  // namespace

TEST_CASE("diff: the changes are the pairs that differ, with both sides, and no others") {
  Counts counts;
  for (std::uint64_t seed = 0; seed < kClusters; ++seed) {
    CAPTURE(seed);
    Random random(seed ^ 0xD1FFULL);
    const Spec before = generate(seed);
    const bool joined = seed % 2 == 1;
    const Spec after = variation(before, random, joined);
    const auto grouping = seed % 4 == 2 ? queries::Grouping::Pods : queries::Grouping::Workloads;
    Check(before, after, joined, grouping, counts).run();
  }
  MESSAGE(counts.pairs << " pairs, " << counts.changed << " changed, " << counts.of_some_pods
                       << " lines about some pods; " << counts.addresses << " addresses, "
                       << counts.changed_addresses << " changed; " << counts.workloads
                       << " workloads came or went");
  CHECK(counts.pairs > 5 * kClusters);
  CHECK(counts.changed > kClusters / 2);
  CHECK(counts.of_some_pods > kClusters / 15);
  CHECK(counts.changed_addresses > kClusters / 2);
  CHECK(counts.workloads > kClusters / 30);
}

}  // namespace polreach::agreement
