// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "solver/suggest/labels.h"

/// Rules without an opening.
namespace polreach::solver::suggest {

/// What a rule shall not allow any more. Of everything the pods in question only.
struct Excluded {
  model::Direction direction = model::Direction::Ingress;
  Pods selves;  // the pods that the policies protect
  net::Traffic traffic;
  bool anyone = false;
  Pods peers;                 // unless `anyone`
  net::AddressSet addresses;  // likewise
};

/// Rules of policies in one namespace, cut down.
class Restriction {
 public:
  /// Keeps references.
  Restriction(const compiler::Cluster& cluster, const Excluded& excluded, model::NamespaceId ns)
      : cluster_(cluster), model_(cluster.model()), excluded_(excluded), ns_(ns) {}

  /// Whether a rule of such a policy may let some of what is excluded pass.
  [[nodiscard]] bool touches(const model::Rule& rule) const;

  /// The same rule without it: none, or several.
  [[nodiscard]] std::vector<model::Rule> rest_of(const model::Rule& rule);

  /// What could not be kept, in words: ipBlocks that could match the pods in question.
  [[nodiscard]] const std::vector<std::string>& losses() const { return losses_; }

 private:
  [[nodiscard]] bool touches(const model::Peer& peer) const;
  [[nodiscard]] bool may_match(const model::BlockPeer& block, model::EndpointId pod) const;
  [[nodiscard]] net::Traffic most(const model::Rule& rule) const;
  [[nodiscard]] net::Traffic most(const model::PortMatch& match) const;

  void split_ports(const model::Rule& rule, std::vector<model::PortMatch>& beyond,
                   std::vector<model::PortMatch>& within) const;
  [[nodiscard]] std::vector<model::Peer> other_peers(const model::Rule& rule);
  void add_rest(const model::PodPeer& peer, std::vector<model::Peer>& result);
  void add_rest(const model::BlockPeer& block, std::vector<model::Peer>& result);
  void add_others(const model::PodPeer& peer, const PodsOf& gone, const Pods& rest,
                  std::vector<model::Peer>& result);

  const compiler::Cluster& cluster_;
  const model::Model& model_;
  const Excluded& excluded_;
  model::NamespaceId ns_;
  std::vector<std::string> losses_;
};

/// A rule that allows everything.
[[nodiscard]] model::Rule everything();

/// Entries for ports of exactly that traffic, which need not be all: with all of it there is no
/// entry. The fewest.
[[nodiscard]] std::vector<model::PortMatch> ports_of(const net::Traffic& traffic);

/// Addresses as ipBlocks: as they are, or as fewer blocks with exceptions.
[[nodiscard]] std::vector<model::Peer> blocks_of(const net::AddressSet& addresses);

}  // namespace polreach::solver::suggest
