// SPDX-License-Identifier: Apache-2.0
// Endpoints of one class give equal answers as either end of any connection; where nodes are not
// told apart, of any but those from pods with hostNetwork.
#include "compiler/resolve/classes.h"

#include <doctest/doctest.h>

#include "solver/sets/reach.h"
#include "tests/agreement/generator.h"
#include "tests/support/environment.h"

namespace polreach::agreement {
namespace {

using compiler::Classes;
using compiler::Cluster;
using compiler::Party;
using model::EndpointId;

const std::uint64_t kClusters = support::cases(400);

bool same(const std::vector<solver::sets::Piece>& a, const std::vector<solver::sets::Piece>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
    return x.addresses == y.addresses && x.must == y.must && x.may == y.may;
  });
}

/// A random cluster in which each pod is there once more, on another node.
Spec with_twins(std::uint64_t seed) {
  Spec spec = generate(seed);
  const std::vector<EndpointSpec> before = spec.endpoints;
  for (EndpointSpec twin : before) {
    if (twin.host_network || twin.is_template) continue;
    twin.name += "-twin";
    twin.node = "elsewhere";
    spec.endpoints.push_back(std::move(twin));
  }
  return spec;
}

struct Counts {
  std::uint64_t compared = 0;
  std::uint64_t fewer = 0;  // classes, where nodes are not told apart
};

class Comparison {
 public:
  Comparison(const Spec& spec, const Cluster& cluster, const Classes& classes, bool from_nodes)
      : spec_(spec), cluster_(cluster), classes_(classes), from_nodes_(from_nodes) {}

  /// Each pair against the pair of the first of their classes.
  std::uint64_t run(const Party& outside) {
    std::uint64_t compared = 0;
    for (const EndpointId to : all()) {
      compare(to, first(to), outside, true);
      compare(to, first(to), outside, false);
      for (const EndpointId from : all()) {
        if (!from_nodes_ && cluster_.model()[from].host_network) continue;
        if (cluster_.is_one_pod(from, to) || cluster_.is_one_pod(first(from), first(to))) continue;
        ++compared;
        const bool equal = same(solver::sets::reach(cluster_, from, to),
                                solver::sets::reach(cluster_, first(from), first(to)));
        CHECK_MESSAGE(equal, to_yaml(spec_));
      }
    }
    return compared;
  }

 private:
  [[nodiscard]] std::vector<EndpointId> all() const {
    std::vector<EndpointId> result;
    for (std::uint32_t i = 0; i < cluster_.model().endpoints.size(); ++i) {
      result.push_back(static_cast<EndpointId>(i));
    }
    return result;
  }
  [[nodiscard]] EndpointId first(EndpointId id) const {
    return classes_.members(classes_.of(id)).front();
  }
  void compare(EndpointId one, EndpointId other, const Party& outside, bool ingress) const {
    const auto of = [&](EndpointId id) {
      return ingress ? solver::sets::reach(cluster_, outside, id)
                     : solver::sets::reach(cluster_, id, outside);
    };
    CHECK_MESSAGE(same(of(one), of(other)), to_yaml(spec_));
  }

  const Spec& spec_;
  const Cluster& cluster_;
  const Classes& classes_;
  bool from_nodes_;
};

}  // namespace

TEST_CASE("classes: endpoints of one class give equal answers") {
  Counts counts;
  const net::AddressSet outside = net::all_addresses(net::Family::V4);
  for (std::uint64_t seed = 0; seed < kClusters; ++seed) {
    const Spec spec = with_twins(seed);
    const model::Model model = to_model(spec);
    model::ClusterProfile profile = spec.profile;
    profile.own_node_passes = true;
    const Cluster cluster(model, profile);
    const Classes apart(cluster, outside);
    const Classes together(cluster, outside, Classes::Nodes::Together);
    counts.compared += Comparison(spec, cluster, apart, true).run(outside);
    counts.compared += Comparison(spec, cluster, together, false).run(outside);
    if (together.size() < apart.size()) ++counts.fewer;
  }
  MESSAGE(counts.compared << " pairs, " << counts.fewer
                          << " clusters with fewer classes where nodes are not told apart");
  CHECK(counts.compared > kClusters);
  CHECK(counts.fewer > 10);
}

}  // namespace polreach::agreement
