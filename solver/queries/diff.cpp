// SPDX-License-Identifier: Apache-2.0
#include "solver/queries/diff.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <set>
#include <tuple>

#include "solver/queries/assumptions.h"

namespace polreach::solver::queries {
namespace {

using compiler::Party;
using model::EndpointId;
using model::Model;
using net::AddressSet;

/// A workload on either side; controllers and addresses have no name.
struct PeerName {
  std::string ns;
  std::string name;
  std::string kind;
  bool is_controller = false;
  friend auto operator<=>(const PeerName&, const PeerName&) = default;
  [[nodiscard]] bool is_outside() const { return name.empty() && !is_controller; }
};

PeerName peer_name(const Model& model, const MapPeer& peer) {
  if (peer.is_controller) return {"", "", "", true};
  if (peer.is_outside()) return {};
  return {std::string(model.text(model[peer.ns].name)), std::string(model.text(peer.name)),
          std::string(model.text(peer.kind)), false};
}

/// By namespace, name, kind; then addresses, then controllers.
struct InOrder {
  bool operator()(const PeerName& a, const PeerName& b) const {
    const auto rank = [](const PeerName& n) {
      return n.is_controller ? 2 : n.is_outside() ? 1 : 0;
    };
    return std::tuple(rank(a), a) < std::tuple(rank(b), b);
  }
};

DiffFlow flow_of(const MapFlow& flow) {
  DiffFlow result{flow.allowed, flow.conditional, {}};
  std::set<std::string> ids;
  for (const compiler::OpenPoint& point : flow.points) ids.emplace(id_of(point.assumption));
  if (flow.gaps) ids.emplace(kUnsupportedPolicy);
  if (!flow.conditional.empty()) result.condition.assign(ids.begin(), ids.end());
  return result;
}

/// Pods of one workload that neither side tells apart.
struct AlikePods {
  /// The pods of the map that they are among; none on a side that tells pods of the workload apart
  /// and does not have these.
  std::array<const MapPeer*, 2> in{};
  std::set<std::string> pods;  // by name
  bool of_template = false;

  [[nodiscard]] std::string text() const {
    constexpr std::size_t kMostPods = 3;
    std::string text;
    std::size_t count = 0;
    for (const std::string& pod : pods) {
      if (++count <= kMostPods) text += (text.empty() ? "" : ", ") + pod;
    }
    if (count > kMostPods) text += " and " + std::to_string(count - kMostPods) + " more";
    if (of_template) text += text.empty() ? "pods of its template" : " and pods of its template";
    return text;
  }
};

/// What one side says of two ends.
struct Line {
  const MapPeer* source = nullptr;
  const MapPeer* destination = nullptr;
  DiffFlow flow;

  /// The end that is outside.
  [[nodiscard]] const AddressSet& addresses() const {
    return source->is_outside() ? source->addresses : destination->addresses;
  }
};
using Lines = std::vector<Line>;
using NamePair = std::pair<PeerName, PeerName>;

struct NamePairOrder {
  bool operator()(const NamePair& a, const NamePair& b) const {
    const InOrder less;
    if (less(a.first, b.first)) return true;
    return !less(b.first, a.first) && less(a.second, b.second);
  }
};

/// One side by the names of its ends.
struct Indexed {
  std::map<NamePair, Lines, NamePairOrder> lines;
  /// The pods that the map tells apart; all of the workload where it does not.
  std::map<PeerName, std::vector<const MapPeer*>, InOrder> peers;

  explicit Indexed(const DiffSide& side) {
    const Model& model = side.cluster.model();
    std::vector<PeerName> names;
    for (const MapPeer& peer : side.map.peers) {
      names.push_back(peer_name(model, peer));
      if (peer.endpoints.empty()) continue;
      auto& parts = peers[names.back()];
      // The parts of a workload follow the whole.
      if (!peer.whole && parts.size() == 1 && parts.front()->whole) parts.clear();
      parts.push_back(&peer);
    }
    for (const MapConnection& each : side.map.connections) {
      lines[{names[each.source], names[each.destination]}].push_back(
          {&side.map.peers[each.source], &side.map.peers[each.destination],
           flow_of(side.map.flows[each.flow])});
    }
  }

  [[nodiscard]] const Lines& of(const NamePair& pair) const {
    static const Lines kNone;
    const auto found = lines.find(pair);
    return found == lines.end() ? kNone : found->second;
  }

  [[nodiscard]] const std::vector<const MapPeer*>& parts_of(const PeerName& name) const {
    static const std::vector<const MapPeer*> kNone;
    const auto found = peers.find(name);
    return found == peers.end() ? kNone : found->second;
  }
};

/// A pod on either side, by its name; the template's have none.
std::map<std::string, const MapPeer*> pods_of(const Model& model,
                                              const std::vector<const MapPeer*>& peers) {
  std::map<std::string, const MapPeer*> result;
  for (const MapPeer* peer : peers) {
    for (EndpointId id : peer->endpoints) {
      const auto& pod = model[id].pod;
      result.emplace(pod ? std::string(model.text(*pod)) : std::string(), peer);
    }
  }
  return result;
}

class MapComparison {
 public:
  MapComparison(const DiffSide& before, const DiffSide& after)
      : sides_{&before, &after}, indexed_{Indexed(before), Indexed(after)} {}

  Diff run() {
    std::set<NamePair, NamePairOrder> pairs;
    for (const Indexed& side : indexed_) {
      for (const auto& [pair, lines] : side.lines) pairs.insert(pair);
    }
    for (const NamePair& pair : pairs) {
      const bool outside = pair.first.is_outside() || pair.second.is_outside();
      if (outside) {
        compare_outside(pair);
      } else {
        compare_pods(pair);
      }
    }
    sort_outside();
    add_workloads();
    return std::move(result_);
  }

 private:
  static const DiffFlow& nothing() {
    static const DiffFlow kNothing;
    return kNothing;
  }

  /// The pods of a workload in parts that both sides can speak of: never empty.
  const std::vector<AlikePods>& parts_of(const PeerName& name) {
    const auto known = parts_.find(name);
    if (known != parts_.end()) return known->second;
    std::array<std::map<std::string, const MapPeer*>, 2> pods;
    std::set<std::string> all;
    for (const std::size_t side : {0U, 1U}) {
      pods[side] = pods_of(sides_[side]->cluster.model(), indexed_[side].parts_of(name));
      for (const auto& [pod, peer] : pods[side]) all.insert(pod);
    }
    std::map<std::array<const MapPeer*, 2>, std::size_t> index;
    std::vector<AlikePods> parts;
    for (const std::string& pod : all) {
      std::array<const MapPeer*, 2> in{};
      for (const std::size_t side : {0U, 1U}) in[side] = peer_of(side, name, pods[side], pod);
      const auto [entry, added] = index.emplace(in, parts.size());
      if (added) parts.push_back({in, {}, false});
      AlikePods& part = parts[entry->second];
      if (pod.empty()) part.of_template = true;
      if (!pod.empty()) part.pods.insert(pod);
    }
    if (parts.empty()) parts.emplace_back();  // a controller
    return parts_.emplace(name, std::move(parts)).first->second;
  }

  /// Where a side does not tell the pods of the workload apart, what it says holds for any pod; a
  /// pod that it does not have is one of the template, if there is one.
  [[nodiscard]] const MapPeer* peer_of(std::size_t side, const PeerName& name,
                                       const std::map<std::string, const MapPeer*>& pods,
                                       const std::string& pod) const {
    const auto& peers = indexed_[side].parts_of(name);
    if (peers.size() == 1) return peers.front();
    const auto found = pods.find(pod);
    if (found != pods.end()) return found->second;
    const auto of_template = pods.find("");
    return of_template == pods.end() ? nullptr : of_template->second;
  }

  /// Whether a line that has `peer` at an end is about those pods.
  static bool is_about(const MapPeer* peer, const MapPeer* part) {
    return peer->whole || peer == part;
  }

  /// The lines between two workloads by their ends; null stands for all pods of the workload.
  using ByEnds = std::map<std::pair<const MapPeer*, const MapPeer*>, const DiffFlow*>;

  [[nodiscard]] ByEnds lines_of(std::size_t side, const NamePair& pair) const {
    ByEnds result;
    for (const Line& line : indexed_[side].of(pair)) {
      const auto end = [](const MapPeer* peer) { return peer->whole ? nullptr : peer; };
      result[{end(line.source), end(line.destination)}] = &line.flow;
    }
    return result;
  }

  static const DiffFlow& flow_in(const ByEnds& lines, const MapPeer* source,
                                 const MapPeer* destination) {
    for (const MapPeer* from : {source, static_cast<const MapPeer*>(nullptr)}) {
      for (const MapPeer* to : {destination, static_cast<const MapPeer*>(nullptr)}) {
        const auto found = lines.find({from, to});
        if (found != lines.end()) return *found->second;
      }
    }
    return nothing();
  }

  void compare_pods(const NamePair& pair) {
    struct Found {
      const AlikePods* source;
      const AlikePods* destination;
      const DiffFlow* before;
      const DiffFlow* after;
    };
    const std::array<ByEnds, 2> lines{lines_of(0, pair), lines_of(1, pair)};
    std::vector<Found> found;
    for (const AlikePods& source : parts_of(pair.first)) {
      for (const AlikePods& destination : parts_of(pair.second)) {
        found.push_back({&source, &destination, &flow_in(lines[0], source.in[0], destination.in[0]),
                         &flow_in(lines[1], source.in[1], destination.in[1])});
      }
    }
    const Found& first = found.front();
    const bool alike = std::all_of(found.begin(), found.end(), [&](const Found& each) {
      return *each.before == *first.before && *each.after == *first.after;
    });
    if (alike) found.resize(1);
    for (const Found& each : found) {
      if (*each.before == *each.after) continue;
      add(pair, {each.source, each.destination}, alike, {}, *each.before, *each.after);
    }
  }

  using Ranges = std::vector<std::tuple<AddressSet, DiffFlow, DiffFlow>>;

  void compare_outside(const NamePair& pair) {
    const bool from_outside = pair.first.is_outside();
    const std::vector<AlikePods>& parts = parts_of(from_outside ? pair.second : pair.first);
    std::vector<Ranges> ranges;
    for (const AlikePods& part : parts) {
      ranges.push_back(changed_ranges(ranges_in(0, pair, part), ranges_in(1, pair, part)));
    }
    const bool alike = std::all_of(ranges.begin(), ranges.end(),
                                   [&](const Ranges& each) { return each == ranges.front(); });
    for (std::size_t i = 0; i < (alike ? 1 : parts.size()); ++i) {
      for (const auto& [addresses, before, after] : ranges[i]) {
        add(pair, {&parts[i], &parts[i]}, alike, addresses, before, after);
      }
    }
  }

  using Range = std::pair<AddressSet, const DiffFlow*>;

  [[nodiscard]] std::vector<Range> ranges_in(std::size_t side, const NamePair& pair,
                                             const AlikePods& part) const {
    std::vector<Range> ranges;
    for (const Line& line : indexed_[side].of(pair)) {
      const MapPeer* pods = pair.first.is_outside() ? line.destination : line.source;
      if (is_about(pods, part.in[side])) ranges.emplace_back(line.addresses(), &line.flow);
    }
    return ranges;
  }

  static Ranges changed_ranges(std::vector<Range> before, std::vector<Range> after) {
    complete(before, after);
    complete(after, before);
    Ranges changed;
    for (const Range& was : before) {
      for (const Range& is : after) {
        const AddressSet common = was.first & is.first;
        if (common.empty() || *was.second == *is.second) continue;
        const auto known = std::find_if(changed.begin(), changed.end(), [&](const auto& each) {
          return std::get<1>(each) == *was.second && std::get<2>(each) == *is.second;
        });
        if (known != changed.end()) {
          std::get<0>(*known) |= common;
        } else {
          changed.emplace_back(common, *was.second, *is.second);
        }
      }
    }
    std::sort(changed.begin(), changed.end(),
              [](const auto& a, const auto& b) { return std::get<0>(a) < std::get<0>(b); });
    return changed;
  }

  /// Adds that nothing passes, for the addresses that only the other side names.
  static void complete(std::vector<Range>& ranges, const std::vector<Range>& other) {
    AddressSet rest;
    for (const Range& range : other) rest |= range.first;
    for (const Range& range : ranges) rest -= range.first;
    if (!rest.empty()) ranges.emplace_back(rest, &nothing());
  }

  DiffPeer peer(const PeerName& name, const AlikePods* part, bool whole,
                const AddressSet& addresses) const {
    DiffPeer peer{name.ns, name.kind, name.name, "", {}, name.is_controller, {}, {}, {}};
    if (name.is_controller) return peer;
    if (name.is_outside()) {
      peer.addresses = addresses;
      peer.in_old = peer.in_new = addresses;
      return peer;
    }
    const bool alone = parts_.at(name).size() == 1;
    if (!whole && !alone) peer.pods = part->text();
    if (part->in[0] != nullptr) peer.in_old = part->in[0]->endpoints.front();
    if (part->in[1] != nullptr) peer.in_new = part->in[1]->endpoints.front();
    if (indexed_[0].parts_of(name).empty()) peer.workload = Changed::Added;
    if (indexed_[1].parts_of(name).empty()) peer.workload = Changed::Removed;
    return peer;
  }

  void add(const NamePair& pair, const std::pair<const AlikePods*, const AlikePods*>& parts,
           bool whole, const AddressSet& addresses, const DiffFlow& before, const DiffFlow& after) {
    DiffChange change;
    change.what = before.is_nothing()  ? Changed::Added
                  : after.is_nothing() ? Changed::Removed
                                       : Changed::Changed;
    change.source = peer(pair.first, parts.first, whole, addresses);
    change.destination = peer(pair.second, parts.second, whole, addresses);
    change.before = before;
    change.after = after;
    result_.changes.push_back(std::move(change));
  }

  /// Changes from outside go by their addresses, then by destination.
  void sort_outside() {
    auto& changes = result_.changes;
    const auto is_outside = [](const DiffChange& each) { return each.source.is_outside(); };
    const auto first = std::find_if(changes.begin(), changes.end(), is_outside);
    const auto last = std::find_if_not(first, changes.end(), is_outside);
    std::stable_sort(first, last, [](const DiffChange& a, const DiffChange& b) {
      return a.source.addresses < b.source.addresses;
    });
  }

  void add_workloads() {
    std::set<PeerName, InOrder> names;
    for (const Indexed& side : indexed_) {
      for (const auto& [name, peers] : side.peers) names.insert(name);
    }
    for (const PeerName& name : names) {
      const bool was = indexed_[0].peers.contains(name);
      const bool is = indexed_[1].peers.contains(name);
      if (was && is) continue;
      result_.workloads.push_back(
          {name.ns, name.kind, name.name, is ? Changed::Added : Changed::Removed});
    }
  }

  std::array<const DiffSide*, 2> sides_;
  std::array<Indexed, 2> indexed_;
  std::map<PeerName, std::vector<AlikePods>> parts_;
  Diff result_;
};

/// The packets that one side lets pass, or may, and the other does not.
net::Traffic difference(const DiffFlow& a, const DiffFlow& b) {
  return (a.allowed - b.allowed) | (b.allowed - a.allowed) | (a.conditional - b.conditional) |
         (b.conditional - a.conditional);
}

std::optional<DirectionReason> reason(const DiffSide& side, model::Direction direction,
                                      const std::optional<Party>& source,
                                      const std::optional<Party>& destination,
                                      const net::Traffic& asked) {
  if (!source || !destination) return std::nullopt;
  return explain(side.cluster, direction, *source, *destination, asked);
}

}  // namespace

Diff diff(const DiffSide& before, const DiffSide& after) {
  return MapComparison(before, after).run();
}

std::vector<DiffReason> explain(const DiffSide& before, const DiffSide& after,
                                const DiffChange& change) {
  std::vector<DiffReason> reasons;
  const net::Traffic asked = difference(change.before, change.after);
  for (model::Direction direction : {model::Direction::Egress, model::Direction::Ingress}) {
    DiffReason each{
        reason(before, direction, change.source.in_old, change.destination.in_old, asked),
        reason(after, direction, change.source.in_new, change.destination.in_new, asked)};
    const bool both = each.before && each.after;
    // Where both sides have both ends, the direction that makes the difference is the reason.
    if (both && each.before->effect == each.after->effect &&
        each.before->basis == each.after->basis && each.after->effect != Effect::InPart &&
        each.after->effect != Effect::Depends) {
      continue;
    }
    if (each.before || each.after) reasons.push_back(std::move(each));
  }
  return reasons;
}

}  // namespace polreach::solver::queries
