// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compiler/resolve/cluster.h"
#include "compiler/resolve/match.h"
#include "solver/sets/possible.h"

/// The pods that anyone could create, as far as some PodPeers can tell them apart: one variable of
/// finitely many values for each key of their labels, and for each of their namespace's.
namespace polreach::solver::queries {

/// A set of possible pods that says of each key, by itself, which values there may be: one bit for
/// "absent", for each value that a selector names, and for "another value".
using Cube = std::vector<std::uint64_t>;

class LabelSpace {
 public:
  /// `own`: the namespace of the policies, whose pods a peer without a namespaceSelector means.
  ///
  /// A namespace that the input declares has the labels that it says. All other namespaces can have
  /// any: those that nobody has created yet, and those that the input names and does not declare,
  /// unless the profile says that they have none but their name.
  LabelSpace(const sets::PossibleCluster& possible, model::NamespaceId own,
             const std::vector<sets::PossibleFlow::PeerOf>& peers);

  /// The pods that each peer matches, in the order given. Some may be empty: see normal().
  [[nodiscard]] const std::vector<Cube>& atoms() const { return atoms_; }
  [[nodiscard]] const Cube& all() const { return all_; }

  /// The same pods, with the labels of namespaces put in and without names of namespaces that
  /// cannot be; nothing where there is no such pod.
  [[nodiscard]] std::optional<Cube> normal(Cube cube) const;

  /// Whether all pods of a cube are in an atom, some, or none. The cube is normal.
  [[nodiscard]] compiler::Tri within(const Cube& cube, const Cube& atom) const;
  /// Whether every pod of `inner` is in `outer`, read from the two key by key.
  [[nodiscard]] static bool covers(const Cube& outer, const Cube& inner);

  /// Two halves of a cube: in the atom by the first key that leaves it open, and not by that key.
  [[nodiscard]] std::pair<Cube, Cube> split(const Cube& cube, const Cube& atom) const;

  /// The plainest pod of a normal cube: labels absent where they may be, a namespace that does not
  /// exist where it may be. A cube with one value for each key.
  [[nodiscard]] Cube plainest(const Cube& cube) const;

  // The keys, one by one.
  struct Key {
    bool of_namespace = false;
    bool is_name = false;  // of a namespace: kubernetes.io/metadata.name, never absent
    model::Symbol key{};
    std::vector<model::Symbol> values;  // bits 1 to n, sorted by text; bit n + 1: another value
    std::size_t first_word = 0;
    std::size_t words = 1;
    [[nodiscard]] std::size_t bits() const { return values.size() + 2; }
    [[nodiscard]] std::size_t other() const { return values.size() + 1; }
  };
  [[nodiscard]] const std::vector<Key>& keys() const { return keys_; }
  [[nodiscard]] bool has(const Cube& cube, const Key& key, std::size_t bit) const;
  void set(Cube& cube, const Key& key, std::size_t bit, bool value) const;
  [[nodiscard]] std::vector<std::size_t> values_of(const Cube& cube, const Key& key) const;
  void assign(Cube& cube, const Key& key, const std::vector<std::size_t>& bits) const;
  void free(Cube& cube, const Key& key) const;
  [[nodiscard]] bool is_free(const Cube& cube, const Key& key) const;
  /// How many keys are not free.
  [[nodiscard]] std::size_t requirements(const Cube& cube) const;

  /// A cube as selectors; without places.
  [[nodiscard]] model::Selector pods(const Cube& cube) const { return selector(cube, false); }
  [[nodiscard]] model::Selector namespaces(const Cube& cube) const { return selector(cube, true); }

 private:
  void collect(const std::vector<sets::PossibleFlow::PeerOf>& peers);
  void fix_namespaces();
  [[nodiscard]] Cube atom(const sets::PossibleFlow::PeerOf& peer) const;
  void restrict(Cube& cube, bool of_namespace, const model::Selector& selector) const;
  [[nodiscard]] const Key* find(bool of_namespace, model::Symbol key) const;
  [[nodiscard]] std::size_t bit_of(const Key& key, const std::optional<model::Symbol>& value) const;
  [[nodiscard]] model::Selector selector(const Cube& cube, bool of_namespace) const;

  const sets::PossibleCluster& possible_;
  const compiler::Cluster& cluster_;
  model::Symbol own_name_{};
  model::Symbol name_key_{};
  std::vector<Key> keys_;
  /// By bit of the name key: the value of each key of namespaces, where that is fixed.
  std::vector<std::optional<std::vector<std::size_t>>> fixed_;
  Cube all_;
  std::vector<Cube> atoms_;
};

}  // namespace polreach::solver::queries
