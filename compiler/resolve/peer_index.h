// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "compiler/resolve/classes.h"
#include "compiler/resolve/match.h"

namespace polreach::compiler {

/// Finds the classes of endpoints that a PodPeer selects without going through all of them: by
/// namespace, or by a label that the selector asks for. Each peer is looked up once however many
/// policies write it.
///
/// Keeps references to the cluster and the classes.
class PeerIndex {
 public:
  PeerIndex(const Cluster& cluster, const Classes& classes);

  struct Match {
    std::uint32_t id = 0;       // of the class
    Tri selected = Tri::Maybe;  // never No
  };
  /// The classes that the peer of a policy selects, or may (where that rests on labels that are not
  /// known), sorted. Pods with hostNetwork are looked at as pods: what they count as is for the
  /// caller to say.
  const std::vector<Match>& matches(const model::PodPeer& peer, const model::Policy& policy);

 private:
  using Written = std::vector<std::uint32_t>;  // a selector in a form that can be compared
  static void write(const model::Selector& selector, Written& out);
  [[nodiscard]] std::vector<Match> find(const model::PodPeer& peer, const model::Policy& policy);
  const std::vector<std::pair<model::NamespaceId, Tri>>& namespaces(
      const model::Selector& selector);
  [[nodiscard]] const model::Requirement* most_telling(const model::Selector& selector) const;
  [[nodiscard]] std::vector<std::uint32_t> holders(const model::Requirement& requirement) const;
  [[nodiscard]] Tri selects(const model::Selector& selector, std::uint32_t id) const;

  const Cluster& cluster_;
  const Classes& classes_;
  std::vector<std::vector<std::uint32_t>> by_namespace_;
  std::map<model::Label, std::vector<std::uint32_t>> by_label_;
  std::map<model::Symbol, std::vector<std::uint32_t>> by_unknown_key_;
  std::vector<std::uint32_t> open_;  // any key may be there
  std::map<Written, std::vector<std::pair<model::NamespaceId, Tri>>> namespaces_;
  std::map<Written, std::vector<Match>> found_;
};

}  // namespace polreach::compiler
