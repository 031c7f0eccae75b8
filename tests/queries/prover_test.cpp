// SPDX-License-Identifier: Apache-2.0
#include "solver/z3/prover.h"

#include <doctest/doctest.h>

#include <optional>

#include "tests/azure/pods_builder.h"

// What Z3 is asked where the input leaves something open.
namespace polreach::solver::z3 {
namespace {

/// A pod "web" to which an admin policy forbids all nodes; one node is listed.
struct Scene {
  support::PodsBuilder pods;
  model::EndpointId web = pods.pod("web");
  std::optional<compiler::Cluster> cluster;

  /// `address`: that of the node; none: not known.
  explicit Scene(const std::optional<net::Address>& address) {
    model::Node node;
    node.name = pods.model.symbols->intern("node-1");
    node.labels = pods.model.label_sets.intern(model::LabelSet::of({}));
    if (address) node.addresses.push_back(*address);
    pods.model.nodes.push_back(node);
    pods.deny_nodes();
    cluster.emplace(pods.model, model::ClusterProfile{});
  }

  [[nodiscard]] Proof to(const net::Address& address) const {
    Prover prover(*cluster);
    auto proof = prover.prove(web, net::AddressSet(address, address), net::Traffic::all());
    REQUIRE(proof.has_value());
    return std::move(*proof);
  }
};

}  // namespace

TEST_CASE("prover: an address may be that of a node whose addresses are not known") {
  const net::Address address = *net::Address::parse("172.31.0.1");
  const Scene scene(std::nullopt);
  const Proof proof = scene.to(address);
  REQUIRE(proof.allowed);
  REQUIRE(proof.denied);
  CHECK(proof.undecided);
  // Each witness passes, or is stopped, in its own world.
  CHECK(check::passes(*scene.cluster, proof.allowed->packet, proof.allowed->world));
  CHECK_FALSE(check::passes(*scene.cluster, proof.denied->packet, proof.denied->world));
}

TEST_CASE("prover: an address is that of a node exactly where the addresses of all are known") {
  const net::Address own = *net::Address::parse("172.31.0.1");
  const Scene scene(own);
  const Proof node = scene.to(own);
  CHECK_FALSE(node.allowed);
  CHECK(node.denied);
  CHECK_FALSE(node.undecided);
  const Proof other = scene.to(*net::Address::parse("172.31.0.2"));
  CHECK(other.allowed);
  CHECK_FALSE(other.denied);
  CHECK_FALSE(other.undecided);
}

}  // namespace polreach::solver::z3
