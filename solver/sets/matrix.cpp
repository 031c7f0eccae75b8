// SPDX-License-Identifier: Apache-2.0
#include "solver/sets/matrix.h"

#include <algorithm>
#include <bit>
#include <iterator>
#include <tuple>

#include "compiler/resolve/view.h"
#include "policies/source/result.h"
#include "solver/sets/reach.h"

namespace polreach::solver::sets {
namespace {

using compiler::Cluster;
using compiler::PeerIndex;
using compiler::Tri;
using model::Direction;
using model::EndpointId;
using model::Model;

/// Whether it is open which policies select an endpoint.
bool may_be_selected(const Cluster& cluster, Direction direction, EndpointId id) {
  const Model& model = cluster.model();
  const compiler::Party party = id;
  const compiler::End end{&party, compiler::LabelOwner::SourcePod};
  const model::NamespaceId ns = model.namespace_of(id);
  const auto& policies = cluster.candidates(id, direction);
  return std::any_of(policies.begin(), policies.end(), [&](model::PolicyId each) {
    const model::Policy& policy = model[each];
    if (matches(policy.subject, pod_labels(cluster, end, nullptr)) == Tri::Maybe) return true;
    return policy.tier != model::Tier::Network &&
           matches(policy.namespaces, namespace_labels(cluster, ns, nullptr)) == Tri::Maybe;
  });
}

/// What the rules of a profile can see of another end besides its labels.
struct Sight {
  bool addresses = false;
  bool ports = false;

  Sight(const Cluster& cluster, Direction direction, EndpointId self) {
    const bool blocks = cluster.profile().ipblock_matches_pods != model::Reading::No;
    for (model::PolicyId id : cluster.candidates(self, direction)) {
      for (const model::Rule& rule : *cluster.model()[id].rules(direction)) {
        for (const model::Peer& peer : rule.peers) {
          const auto* block = std::get_if<model::BlockPeer>(&peer.what);
          addresses = addresses || (block != nullptr && (blocks || block->matches_pods));
        }
        for (const model::PortMatch& match : rule.ports) {
          const bool named = std::holds_alternative<model::PortName>(match.ports);
          ports = ports || (named && direction == Direction::Egress);
        }
      }
    }
  }
};

/// Tells classes apart by the peers that match them: equal marks, equal matches.
class Marks {
 public:
  explicit Marks(std::size_t classes) : of_class_(classes, 0) {}

  void add(std::size_t atom, const std::vector<PeerIndex::Match>& matches) {
    for (const PeerIndex::Match& match : matches) {
      std::uint32_t& mark = of_class_[match.id];
      // What a label that is not known decides is different for every class.
      const std::uint32_t whose = match.selected == Tri::Maybe ? match.id + 1 : 0;
      const auto next = static_cast<std::uint32_t>(ids_.size() + 1);
      mark = ids_.emplace(std::tuple{mark, atom, whose}, next).first->second;
    }
  }
  [[nodiscard]] std::uint32_t of(std::uint32_t id) const { return of_class_[id]; }

 private:
  std::vector<std::uint32_t> of_class_;
  std::map<std::tuple<std::uint32_t, std::size_t, std::uint32_t>, std::uint32_t> ids_;
};

Marks marks_of(const Cluster& cluster, Direction direction, EndpointId self, std::size_t classes,
               PeerIndex& index) {
  Marks marks(classes);
  std::size_t atom = 0;
  for (model::PolicyId id : cluster.candidates(self, direction)) {
    const model::Policy& policy = cluster.model()[id];
    for (const model::Rule& rule : *policy.rules(direction)) {
      for (const model::Peer& peer : rule.peers) {
        const auto* pods = std::get_if<model::PodPeer>(&peer.what);
        if (pods != nullptr) marks.add(atom++, index.matches(*pods, policy));
      }
    }
  }
  return marks;
}

std::uint8_t families_of(const Cluster& cluster, EndpointId id) {
  std::uint8_t result = 0;
  for (net::Family family : {net::Family::V4, net::Family::V6}) {
    const net::AddressSet all = net::all_addresses(family);
    const auto bit = static_cast<std::uint8_t>(1U << static_cast<unsigned>(family));
    if (!(cluster.pod_addresses(id) & all).empty()) result |= bit;
    if (!cluster.model()[id].host_network) continue;
    // As its node it may have others.
    if (!(cluster.node_addresses(id) & all).empty()) result |= static_cast<std::uint8_t>(bit << 2U);
  }
  return result;
}

}  // namespace

Matrix::Matrix(const Cluster& cluster, const compiler::Classes& classes)
    : cluster_(cluster), classes_(classes) {
  if (cluster.profile().own_node_passes) {
    throw source::InternalError("the matrix of all connections does not know nodes");
  }
  intern({});
  for (std::uint32_t id = 0; id < classes.size(); ++id) {
    families_.push_back(families_of(cluster, classes.members(id).front()));
  }
  PeerIndex index(cluster, classes);
  egress_ = build(Direction::Egress, index);
  ingress_ = build(Direction::Ingress, index);
  transpose_ingress();
}

Matrix::FlowId Matrix::intern(Flow flow) {
  const auto next = static_cast<FlowId>(flows_.size());
  const auto [entry, added] = ids_.emplace(std::move(flow), next);
  if (added) flows_.push_back(&entry->first);
  return entry->second;
}

Matrix::FlowId Matrix::Profile::at(std::uint32_t other) const {
  const auto found =
      std::lower_bound(others.begin(), others.end(), other,
                       [](const Entry& entry, std::uint32_t id) { return entry.destination < id; });
  return found != others.end() && found->destination == other ? found->flow : usual;
}

Matrix::Side Matrix::build(Direction direction, PeerIndex& index) {
  const Model& model = cluster_.model();
  using Key =
      std::tuple<std::vector<model::PolicyId>, std::vector<model::NamedPort>, bool, std::uint32_t>;
  std::map<Key, std::uint32_t> known;
  Side side;
  for (std::uint32_t id = 0; id < classes_.size(); ++id) {
    const EndpointId self = classes_.members(id).front();
    const auto& policies = cluster_.candidates(self, direction);
    const bool unknown = may_be_selected(cluster_, direction, self);
    const bool ports = direction == Direction::Ingress && !policies.empty();
    Key key{policies, ports ? model[self].ports : std::vector<model::NamedPort>(),
            model[self].host_network, unknown ? id + 1 : 0};
    const auto next = static_cast<std::uint32_t>(side.profiles.size());
    const auto [entry, added] = known.emplace(std::move(key), next);
    side.profile_of.push_back(entry->second);
    if (added) side.profiles.push_back(profile(direction, self, index));
  }
  return side;
}

Matrix::Profile Matrix::profile(Direction direction, EndpointId self, PeerIndex& index) {
  Profile result;
  if (cluster_.candidates(self, direction).empty()) {
    result.usual = intern({net::Traffic::all(), net::Traffic::all(), {}, {}, false});
    return result;
  }
  const Model& model = cluster_.model();
  const Sight sight(cluster_, direction, self);
  const Marks marks = marks_of(cluster_, direction, self, classes_.size(), index);
  using Kind =
      std::tuple<std::uint32_t, std::uint32_t, std::uint32_t, bool, std::vector<model::NamedPort>>;
  std::map<Kind, FlowId> kinds;
  std::vector<FlowId> of_class;
  std::vector<std::uint32_t> uses;  // by flow
  // Most classes look like the one before.
  std::pair<Kind, FlowId> last{{0xFFFFFFFFU, 0, 0, false, {}}, kNothing};
  for (std::uint32_t id = 0; id < classes_.size(); ++id) {
    const EndpointId other = classes_.members(id).front();
    const model::Endpoint& endpoint = model[other];
    const bool by_address = sight.addresses || endpoint.host_network;
    Kind kind{marks.of(id), by_address ? classes_.address_signature(id) : 0,
              by_address ? families_[id] : 0, endpoint.host_network,
              sight.ports ? endpoint.ports : std::vector<model::NamedPort>()};
    if (kind != last.first) {
      auto known = kinds.find(kind);
      if (known == kinds.end()) {
        known = kinds.emplace(kind, intern(sets::flow(cluster_, direction, self, other))).first;
      }
      last = {std::move(kind), known->second};
    }
    of_class.push_back(last.second);
    if (uses.size() <= last.second) uses.resize(last.second + 1);
    ++uses[last.second];
  }
  result.usual = static_cast<FlowId>(std::max_element(uses.begin(), uses.end()) - uses.begin());
  for (std::uint32_t id = 0; id < of_class.size(); ++id) {
    if (of_class[id] != result.usual) result.others.push_back({id, of_class[id]});
  }
  return result;
}

void Matrix::transpose_ingress() {
  reached_from_.resize(classes_.size());
  for (std::uint32_t destination = 0; destination < classes_.size(); ++destination) {
    const Profile& profile = ingress_.profiles[ingress_.profile_of[destination]];
    if (profile.usual != kNothing) usually_reached_.push_back({destination, profile.usual});
    for (const Entry& entry : profile.others) {
      reached_from_[entry.destination].push_back({destination, entry.flow});
    }
  }
}

std::vector<Matrix::Entry> Matrix::row(std::uint32_t source) {
  const Profile& out = egress_.profiles[egress_.profile_of[source]];
  std::vector<Entry> result;
  const auto add = [&](std::uint32_t destination, FlowId leaves, FlowId enters) {
    if (leaves == kNothing || enters == kNothing) return;
    const FlowId flow = combine(source, destination, leaves, enters);
    if (flow != kNothing) result.push_back({destination, flow});
  };
  if (out.usual == kNothing) {
    for (const Entry& each : out.others) {
      const Profile& in = ingress_.profiles[ingress_.profile_of[each.destination]];
      add(each.destination, each.flow, in.at(source));
    }
    return result;
  }
  // What is usual for a destination, and what is not, in one pass; the latter goes first.
  auto special = reached_from_[source].begin();
  const auto specials_end = reached_from_[source].end();
  auto leaving = out.others.begin();
  const auto leaves = [&](std::uint32_t destination) {
    while (leaving != out.others.end() && leaving->destination < destination) ++leaving;
    const bool found = leaving != out.others.end() && leaving->destination == destination;
    return found ? leaving->flow : out.usual;
  };
  for (const Entry& usual : usually_reached_) {
    for (; special != specials_end && special->destination < usual.destination; ++special) {
      add(special->destination, leaves(special->destination), special->flow);
    }
    if (special != specials_end && special->destination == usual.destination) continue;
    add(usual.destination, leaves(usual.destination), usual.flow);
  }
  for (; special != specials_end; ++special) {
    add(special->destination, leaves(special->destination), special->flow);
  }
  return result;
}

namespace {

Flow at_most_one_open(const Flow& out, const Flow& in) {
  Flow flow{out.must & in.must, out.may & in.may, {}, {}, false};
  if (flow.is_open()) flow.points = out.is_open() ? out.points : in.points;
  return flow;
}

/// Both are open: what they have in common is the reading of ipBlocks. The addresses that decide
/// are those of different ends.
Flow by_reading(const Flow& out, const Flow& in) {
  Flow flow;
  for (std::size_t i : {0U, 1U}) {
    const Flow::Bounds& leaves = (*out.by_reading)[i];
    const Flow::Bounds& enters = (*in.by_reading)[i];
    const net::Traffic must = leaves.must & enters.must;
    flow.must = i == 0 ? must : flow.must & must;
    flow.may |= leaves.may & enters.may;
  }
  if (!flow.is_open()) return flow;
  std::set_union(out.points.begin(), out.points.end(), in.points.begin(), in.points.end(),
                 std::back_inserter(flow.points));
  return flow;
}

}  // namespace

Matrix::FlowId Matrix::combine(std::uint32_t source, std::uint32_t destination, FlowId out,
                               FlowId in) {
  const bool out_open = flows_[out]->is_open();
  const bool in_open = flows_[in]->is_open();
  const bool apart = flows_[out]->by_reading && flows_[in]->by_reading;
  if (out_open && in_open && !apart) return exact(source, destination);
  // Which family is used then matters.
  if ((out_open || in_open) && families_[source] != families_[destination]) {
    return exact(source, destination);
  }
  const bool one_family = std::has_single_bit(families_[source]);
  if (flows_[out]->by_address && flows_[in]->by_address && !one_family) {
    return exact(source, destination);
  }
  const std::uint64_t key = (std::uint64_t{out} << 32U) | in;
  const auto known = combined_.find(key);
  if (known != combined_.end()) return known->second;
  const FlowId id = intern(out_open && in_open ? by_reading(*flows_[out], *flows_[in])
                                               : at_most_one_open(*flows_[out], *flows_[in]));
  combined_.emplace(key, id);
  return id;
}

Matrix::FlowId Matrix::exact(std::uint32_t source, std::uint32_t destination) {
  const EndpointId from = classes_.members(source).front();
  const auto& members = classes_.members(destination);
  // Of one class two pods are meant, where it has two.
  const EndpointId to = source == destination && members.size() > 1 ? members[1] : members[0];
  const Piece piece = reach(cluster_, from, to).at(0);
  Flow flow{piece.must, piece.may, {}, {}, false};
  if (flow.is_open()) flow.points = assumptions(cluster_, from, to, net::Traffic::all());
  return intern(std::move(flow));
}

}  // namespace polreach::solver::sets
