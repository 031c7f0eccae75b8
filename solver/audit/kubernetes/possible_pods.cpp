// SPDX-License-Identifier: Apache-2.0
#include "solver/audit/kubernetes/possible_pods.h"

#include <algorithm>

#include "solver/queries/example_pods.h"
#include "solver/queries/label_space.h"

namespace polreach::solver::audit::kubernetes {

using compiler::Tri;
using queries::Cube;

PossiblePods::PossiblePods(const compiler::Cluster& cluster)
    : cluster_(cluster), possible_(cluster), name_(queries::example_name(cluster.model())) {}

UnselectedPod PossiblePods::unselected(model::NamespaceId ns, model::Direction direction) const {
  const model::Model& model = cluster_.model();
  // Subjects, as if they were peers; the first one stands for every pod of the namespace.
  std::vector<const model::Policy*> policies;
  for (const model::PolicyId id : cluster_.policies_in(ns)) {
    if (!model[id].rules(direction)) continue;
    if (model[id].subject.all_of.empty()) return {};
    policies.push_back(&model[id]);
  }
  model::Policy anyone;
  anyone.ns = ns;
  std::vector<model::PodPeer> peers(policies.size() + 1);
  std::vector<sets::PossibleFlow::PeerOf> all{{&peers.front(), &anyone}};
  for (std::size_t i = 0; i < policies.size(); ++i) {
    peers[i + 1].pods = policies[i]->subject;
    all.push_back({&peers[i + 1], policies[i]});
  }
  const queries::LabelSpace space(possible_, ns, all);

  struct CubePart {
    Cube cube;
    std::size_t atom;  // those before it hold none of the cube
  };
  constexpr std::size_t kMostParts = 10'000;
  std::vector<CubePart> open{{space.atoms().front(), 1}};
  for (std::size_t looked = 0; !open.empty(); ++looked) {
    if (looked == kMostParts) return {std::nullopt, true};
    CubePart part = std::move(open.back());
    open.pop_back();
    const auto normal = space.normal(part.cube);
    if (!normal) continue;
    part.cube = *normal;
    bool selected = false;
    while (part.atom < space.atoms().size() && !selected) {
      const Cube& atom = space.atoms()[part.atom];
      const Tri within = space.within(part.cube, atom);
      if (within == Tri::Yes) selected = true;
      if (within == Tri::Maybe) {
        auto [in, out] = space.split(part.cube, atom);
        open.push_back({std::move(in), part.atom});
        open.push_back({std::move(out), part.atom});
        selected = true;  // as far as this part is concerned
      }
      ++part.atom;
    }
    if (selected) continue;
    UnselectedPod result;
    result.pod = queries::example_pod(possible_, space, part.cube, {});
    result.pod->name = name_;
    return result;
  }
  return {};
}

}  // namespace polreach::solver::audit::kubernetes
