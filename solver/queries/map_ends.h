// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "compiler/resolve/classes.h"
#include "solver/queries/map.h"

namespace polreach::solver::queries {

/// The pods at the ends of a map's lines. Those that share a line are a group; those of a group
/// that policies cannot tell apart are a part of it. INVARIANT: each endpoint is in one part, and
/// each part in one group; groups are in the order of namespace, name and kind.
class MapEnds {
 public:
  /// The pods of one group that are of one class.
  struct Part {
    std::uint32_t group = 0;
    std::uint32_t class_id = 0;
    std::vector<model::EndpointId> endpoints;
    std::uint32_t peer = 0;  // into take_peers()
    bool is_source = true;   // that was asked about
    bool is_destination = true;
  };
  struct Group {
    model::NamespaceId ns{};
    model::Symbol kind{};
    model::Symbol name{};
    std::vector<std::uint32_t> parts;
    bool one_pod = false;    // nothing to connect to but itself
    std::uint32_t peer = 0;  // that of its part, where it has one
  };

  MapEnds(const compiler::Cluster& cluster, const compiler::Classes& classes,
          const MapOptions& options);

  [[nodiscard]] const std::vector<Group>& groups() const { return groups_; }
  [[nodiscard]] const std::vector<Part>& parts() const { return parts_; }
  [[nodiscard]] const std::vector<std::uint32_t>& parts_of_class(std::uint32_t id) const {
    return parts_of_class_[id];
  }
  /// A peer for each group and, where it has several parts, for each of these.
  [[nodiscard]] std::vector<MapPeer> take_peers() { return std::move(peers_); }

  /// Whether a part of the group was asked about.
  [[nodiscard]] bool has_source(const Group& group) const;
  [[nodiscard]] bool has_destination(const Group& group) const;

 private:
  void group_endpoints(const compiler::Classes& classes, Grouping grouping);
  void add_peers();
  void choose(const std::optional<Target>& target, bool Part::*chosen);

  const model::Model& model_;
  std::vector<Group> groups_;
  std::vector<Part> parts_;
  std::vector<std::vector<std::uint32_t>> parts_of_class_;
  std::vector<MapPeer> peers_;
};

}  // namespace polreach::solver::queries
