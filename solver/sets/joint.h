// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <tuple>
#include <vector>

#include "compiler/resolve/classes.h"
#include "solver/sets/matrix.h"
#include "solver/sets/overlay.h"
#include "solver/sets/reach.h"

namespace polreach::solver::sets {

/// A pod as two sets of manifests know it; in at least one of them it is there.
using Twin = std::array<std::optional<model::EndpointId>, 2>;

/// Holds the connections of several clusters against each other, class by class.
///
/// The clusters are about the endpoints of one of two models, `kFirst` or `kSecond`, which share
/// their symbol table. Pods of the two are matched by namespace, kind and name of the workload, and
/// in it by the name of the pod; pods that are left over (a roll-out renames them) stand for each
/// other. Pods of equal classes in every cluster form one group, for which all is done once.
class Joint {
 public:
  static constexpr std::size_t kFirst = 0;
  static constexpr std::size_t kSecond = 1;

  struct Sheet {
    const compiler::Cluster* cluster = nullptr;
    std::size_t model = kFirst;  // whose endpoints it has
  };
  struct Group {
    std::vector<Twin> twins;  // in the order of their names; never empty
    /// Whether there are two pods to connect: several twins, or one that a controller replicates.
    bool several = false;
  };

  /// `sheets`: at least one of kFirst; without any of kSecond every pod is in the first alone.
  /// Keeps the clusters, whose profile must not let pods' own nodes pass (see Matrix).
  explicit Joint(const std::vector<Sheet>& sheets);

  [[nodiscard]] const std::vector<Group>& groups() const { return groups_; }
  [[nodiscard]] const Flow& flow(std::size_t sheet, Matrix::FlowId id) const {
    return pages_[sheet]->matrix.flow(id);
  }
  /// The ends of a connection between groups in a sheet; nothing where one is not there.
  struct Ends {
    model::EndpointId source{};
    model::EndpointId destination{};
  };
  [[nodiscard]] std::optional<Ends> ends(std::size_t sheet, std::uint32_t source,
                                         std::uint32_t destination) const;

  /// Calls for each two groups between which some sheet may let something pass, in order; with the
  /// flow of each sheet.
  using OnPair = std::function<void(std::uint32_t source, std::uint32_t destination,
                                    const std::vector<Matrix::FlowId>& flows)>;
  void between_pods(const OnPair& call);

  /// Calls for each group and each part of the addresses that every sheet treats alike, where one
  /// may let something pass; with a piece of each sheet.
  using OnOutside =
      std::function<void(std::uint32_t group, model::Direction direction, const Overlay& part)>;
  void with_outside(const net::AddressSet& outside, const OnOutside& call);

 private:
  struct Page {
    Page(const Sheet& sheet)
        : cluster(*sheet.cluster),
          model(sheet.model),
          classes(*sheet.cluster, {}),
          matrix(*sheet.cluster, classes) {}
    const compiler::Cluster& cluster;
    std::size_t model;
    compiler::Classes classes;
    Matrix matrix;
  };
  static constexpr std::uint32_t kNone = 0xFFFFFFFFU;
  using Classes = std::vector<std::uint32_t>;  // by sheet

  void match();
  void match_pods(const model::Workload* first, const model::Workload* second);
  void match_rest(const std::vector<model::EndpointId>& first,
                  const std::vector<model::EndpointId>& second);
  [[nodiscard]] std::vector<model::EndpointId> distinct(
      std::size_t model, const std::vector<model::EndpointId>& pods) const;
  void add(const Twin& twin);
  [[nodiscard]] const model::Model* model_of(std::size_t model) const;
  [[nodiscard]] Classes classes_of(const Twin& twin) const;
  const std::vector<Piece>& pieces(std::size_t sheet, std::uint32_t class_id,
                                   model::Direction direction, const net::AddressSet& outside);

  std::vector<std::unique_ptr<Page>> pages_;
  std::vector<Group> groups_;
  std::vector<Classes> classes_;  // by group
  std::map<Classes, std::uint32_t> group_ids_;
  std::map<std::tuple<std::size_t, std::uint32_t, model::Direction>, std::vector<Piece>> outside_;
};

}  // namespace polreach::solver::sets
