// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "solver/queries/map.h"

/// "What may connect to each workload, or it to, besides what exists?"
namespace polreach::solver::queries {

struct ExposureOptions {
  std::optional<Target> workloads;       // only these
  std::optional<model::NamespaceId> ns;  // only workloads of this namespace
  bool ingress = true;
  bool egress = true;
  /// Whether the policies that would select an example are asked what they let pass of it.
  bool checks_examples = true;
};

/// Traffic to pods that do not exist, whose named ports can have any number.
struct PossibleTraffic {
  using PortName = std::pair<net::Protocol, model::Symbol>;
  net::Traffic ports;
  std::vector<PortName> named;    // whatever numbers the pods give to these names
  std::vector<PortName> without;  // but for ports of `ports` that have these names
  [[nodiscard]] bool empty() const { return ports.empty() && named.empty() && without.empty(); }
  friend bool operator==(const PossibleTraffic&, const PossibleTraffic&) = default;
};

/// A pod that meets a condition, to be created.
struct ExamplePod {
  std::string name;  // no pod and no workload of the input has it
  std::string ns;
  /// The labels of its namespace besides its name; nothing: the namespace is there already.
  std::optional<std::vector<std::pair<std::string, std::string>>> namespace_labels;
  std::vector<std::pair<std::string, std::string>> labels;
  struct Port {
    std::string name;
    net::Protocol protocol = net::Protocol::Tcp;
    net::Port number = 1;
  };
  std::vector<Port> ports;
  /// What the policies that would select this pod let pass of what the workload's let pass.
  net::Traffic passes;
  /// Those policies stop some of it, or may.
  bool stopped = false;
};

/// Who may connect, and on which ports.
struct ExposureEntry {
  // Pods: every one that meets both, in whatever namespace. Unused for addresses.
  model::Selector namespaces;
  model::Selector pods;
  net::AddressSet addresses;  // not empty: these, outside
  /// All that passes, and what of it no weaker entry says.
  PossibleTraffic allowed;
  PossibleTraffic conditional;
  PossibleTraffic allowed_beyond;
  PossibleTraffic conditional_beyond;
  // What `conditional` rests on, and `conditional_beyond`.
  std::vector<compiler::OpenPoint> points;
  std::vector<compiler::OpenPoint> points_beyond;
  std::optional<ExamplePod> example;  // of pods

  [[nodiscard]] bool is_outside() const { return !addresses.empty(); }
};

/// One direction of a workload. INVARIANT: a pod that does not exist yet gets exactly the union of
/// what the entries say whose conditions it meets, as far as the workload's own policies decide;
/// where `bounded`, at least that.
struct ExposureSide {
  bool selected = false;  // by some policy, or perhaps
  bool bounded = false;
  std::vector<ExposureEntry> entries;  // the weakest conditions first, addresses last
};

struct WorkloadExposure {
  MapPeer pods;
  std::optional<ExposureSide> ingress;
  std::optional<ExposureSide> egress;
  bool gaps = false;  // policies that were not understood could close what is listed
};

struct Exposure {
  std::vector<WorkloadExposure> workloads;  // in the order of the model
  std::vector<std::size_t> gaps;            // those of Model::gaps that can change it
};

/// The exposure of all workloads. The profile must leave out own nodes. Pods with hostNetwork are
/// not among the pods that could be created: policies see them as their nodes.
[[nodiscard]] Exposure exposure(const compiler::Cluster& cluster, const ExposureOptions& options);

}  // namespace polreach::solver::queries
