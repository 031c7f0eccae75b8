// SPDX-License-Identifier: Apache-2.0
#include "solver/suggest/peers.h"

#include <algorithm>
#include <map>

namespace polreach::solver::suggest {

using model::Model;
using model::NamespaceId;

PeerList peers_for(const Model& model, const Pods& pods, const Pods& others) {
  PeerList result;
  std::vector<NamespaceId> whole;
  for (const PodsOf& part : by_namespace(model, pods)) {
    const Pods rest = both(pods_in(model, part.ns), others);
    // A namespace of one workload is not that workload: others may come to it.
    const bool several = std::any_of(part.pods.begin(), part.pods.end(), [&](auto pod) {
      return model[pod].workload != model[part.pods.front()].workload;
    });
    if (rest.empty() && several) {
      whole.push_back(part.ns);
      continue;
    }
    Telling labels = telling(model, part.pods, rest);
    if (labels.selectors.empty() && rest.empty()) {
      whole.push_back(part.ns);
      continue;
    }
    result.exact = result.exact && labels.exact;
    model::Selector there;
    there.all_of.push_back(named(model, {part.ns}));
    for (model::Selector& each : labels.selectors) {
      result.peers.push_back({model::PodPeer{there, std::move(each)}, {}});
    }
  }
  if (!whole.empty()) {
    model::Selector there;
    there.all_of.push_back(named(model, whole));
    result.peers.insert(result.peers.begin(), {model::PodPeer{there, {}}, {}});
  }
  return result;
}

}  // namespace polreach::solver::suggest
