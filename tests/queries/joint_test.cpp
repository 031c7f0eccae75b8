// SPDX-License-Identifier: Apache-2.0
#include "solver/sets/joint.h"

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <utility>
#include <vector>

// Which pods of two sets of manifests stand for each other.
namespace polreach::solver::sets {
namespace {

using model::EndpointId;
using Pairs = std::set<std::pair<std::size_t, std::size_t>>;

/// A workload shop/web with pods by name, of the version "1" or another, and a policy that closes
/// those of version "1".
model::Model web(const std::shared_ptr<source::SymbolTable>& symbols,
                 const std::vector<std::pair<std::string, std::string>>& pods) {
  model::Model result;
  result.symbols = symbols;
  model::Namespace ns;
  ns.name = symbols->intern("shop");
  ns.labels = result.label_sets.intern(model::LabelSet::of({}));
  ns.declared = true;
  result.namespaces.push_back(ns);
  model::Workload workload;
  workload.kind = symbols->intern("ReplicaSet");
  workload.name = symbols->intern("web");
  for (const auto& [name, version] : pods) {
    workload.endpoints.push_back(static_cast<EndpointId>(result.endpoints.size()));
    model::Endpoint endpoint;
    endpoint.labels = result.label_sets.intern(
        model::LabelSet::of({{symbols->intern("version"), symbols->intern(version)}}));
    endpoint.pod = symbols->intern(name);
    endpoint.owner_kind = workload.kind;
    endpoint.owner_name = workload.name;
    result.endpoints.push_back(std::move(endpoint));
  }
  result.workloads.push_back(std::move(workload));
  model::Policy policy;
  policy.kind = symbols->intern("NetworkPolicy");
  policy.name = symbols->intern("close");
  policy.subject.all_of.push_back(
      {symbols->intern("version"), model::Operator::In, {symbols->intern("1")}, {}});
  policy.ingress.emplace();
  result.policies.push_back(std::move(policy));
  return result;
}

Pairs twins(const std::vector<std::pair<std::string, std::string>>& first,
            const std::vector<std::pair<std::string, std::string>>& second) {
  const auto symbols = std::make_shared<source::SymbolTable>();
  const model::Model one = web(symbols, first);
  const model::Model other = web(symbols, second);
  model::ClusterProfile profile;
  profile.own_node_passes = false;  // as Joint demands
  const compiler::Cluster cluster_one(one, profile);
  const compiler::Cluster cluster_other(other, profile);
  const Joint joint({{&cluster_one, Joint::kFirst}, {&cluster_other, Joint::kSecond}});
  Pairs result;
  for (const Joint::Group& group : joint.groups()) {
    for (const Twin& twin : group.twins) {
      REQUIRE((twin[0] && twin[1]));
      result.emplace(static_cast<std::size_t>(*twin[0]), static_cast<std::size_t>(*twin[1]));
    }
  }
  return result;
}

}  // namespace

TEST_CASE("joint: pods of one name are the same pod, wherever they stand") {
  CHECK(twins({{"web-a", "1"}, {"web-b", "2"}}, {{"web-b", "2"}, {"web-a", "1"}}) ==
        Pairs{{0, 1}, {1, 0}});
}

TEST_CASE("joint: after a roll-out each pod of one side stands for each of the other") {
  CHECK(twins({{"web-a", "1"}, {"web-b", "2"}}, {{"web-c", "1"}, {"web-d", "2"}}) ==
        Pairs{{0, 0}, {0, 1}, {1, 0}, {1, 1}});
}

TEST_CASE("joint: of pods that were added those that are left stand for them") {
  CHECK(twins({{"web-a", "1"}}, {{"web-a", "1"}, {"web-b", "2"}}) == Pairs{{0, 0}, {0, 1}});
}

}  // namespace polreach::solver::sets
