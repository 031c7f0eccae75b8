// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <unordered_map>
#include <vector>

#include "compiler/resolve/classes.h"
#include "compiler/resolve/peer_index.h"
#include "solver/sets/direction.h"

namespace polreach::solver::sets {

/// All connections between classes of endpoints.
///
/// Endpoints with the same policies share one *profile* a direction; to a profile most classes look
/// alike, since none of its rules tells them apart: each kind of other end is decided once. So the
/// work grows with the policies, the classes that they name, and the connections there are, and
/// not with the pairs of classes.
///
/// INVARIANT: row() says what reach() says of representatives of the two classes.
class Matrix {
 public:
  using FlowId = std::uint32_t;
  static constexpr FlowId kNothing = 0;

  /// Keeps references to both. The profile must not let pods' own nodes pass: which pods share a
  /// node would tell all of them apart.
  Matrix(const compiler::Cluster& cluster, const compiler::Classes& classes);

  struct Entry {
    std::uint32_t destination = 0;  // a class
    FlowId flow = kNothing;
    friend bool operator==(const Entry&, const Entry&) = default;
  };
  /// What pods of a class may send to other pods, by class of destination, sorted; nothing where
  /// nothing may pass. An entry for the class itself is about two of its pods.
  std::vector<Entry> row(std::uint32_t source);
  /// Stays valid.
  [[nodiscard]] const Flow& flow(FlowId id) const { return *flows_[id]; }

 private:
  /// What one direction of endpoints with the same policies makes of every class at the other end.
  struct Profile {
    FlowId usual = kNothing;
    std::vector<Entry> others;  // the classes for which it is not the usual, sorted
    [[nodiscard]] FlowId at(std::uint32_t other) const;
  };
  struct Side {
    std::vector<Profile> profiles;
    std::vector<std::uint32_t> profile_of;  // by class
  };

  Side build(model::Direction direction, compiler::PeerIndex& index);
  Profile profile(model::Direction direction, model::EndpointId self, compiler::PeerIndex& index);
  void transpose_ingress();
  FlowId intern(Flow flow);
  FlowId combine(std::uint32_t source, std::uint32_t destination, FlowId out, FlowId in);
  FlowId exact(std::uint32_t source, std::uint32_t destination);

  const compiler::Cluster& cluster_;
  const compiler::Classes& classes_;
  std::map<Flow, FlowId> ids_;
  std::vector<const Flow*> flows_;      // into ids_, whose nodes do not move
  std::vector<std::uint8_t> families_;  // by class: the address families it may have
  Side egress_;
  Side ingress_;
  std::vector<Entry> usually_reached_;            // classes whose ingress usually passes something
  std::vector<std::vector<Entry>> reached_from_;  // by source: destinations where it is not usual
  std::unordered_map<std::uint64_t, FlowId> combined_;
};

}  // namespace polreach::solver::sets
