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
struct Name {
  std::string ns;
  std::string name;
  std::string kind;
  bool is_controller = false;
  friend auto operator<=>(const Name&, const Name&) = default;
  [[nodiscard]] bool is_outside() const { return name.empty() && !is_controller; }
};

Name name_of(const Model& model, const MapPeer& peer) {
  if (peer.is_controller) return {"", "", "", true};
  if (peer.is_outside()) return {};
  return {std::string(model.text(model[peer.ns].name)), std::string(model.text(peer.name)),
          std::string(model.text(peer.kind)), false};
}

/// By namespace, name, kind; then addresses, then controllers.
struct InOrder {
  bool operator()(const Name& a, const Name& b) const {
    const auto rank = [](const Name& n) { return n.is_controller ? 2 : n.is_outside() ? 1 : 0; };
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

std::string pods_of(const Model& model, const MapPeer& peer) {
  constexpr std::size_t kMostPods = 3;
  if (peer.whole) return "";
  std::string text;
  std::size_t count = 0;
  for (EndpointId id : peer.endpoints) {
    if (!model[id].pod || ++count > kMostPods) continue;
    text += (text.empty() ? "" : ", ") + std::string(model.text(*model[id].pod));
  }
  if (count > kMostPods) text += " and " + std::to_string(count - kMostPods) + " more";
  return text.empty() ? "pods of its template" : text;
}

/// What one side says of two ends.
struct Line {
  std::string source_pods;
  std::string destination_pods;
  AddressSet addresses;  // of the end that is outside
  DiffFlow flow;
};
using Lines = std::vector<Line>;
using Pair = std::pair<Name, Name>;

struct PairOrder {
  bool operator()(const Pair& a, const Pair& b) const {
    const InOrder less;
    if (less(a.first, b.first)) return true;
    return !less(b.first, a.first) && less(a.second, b.second);
  }
};

/// One side by the names of its ends.
struct Indexed {
  std::map<Pair, Lines, PairOrder> lines;
  std::map<Name, std::vector<const MapPeer*>, InOrder> peers;

  explicit Indexed(const DiffSide& side) {
    const Model& model = side.cluster.model();
    std::vector<Name> names;
    for (const MapPeer& peer : side.map.peers) {
      names.push_back(name_of(model, peer));
      if (!peer.endpoints.empty()) peers[names.back()].push_back(&peer);
    }
    for (const MapConnection& each : side.map.connections) {
      const MapPeer& from = side.map.peers[each.source];
      const MapPeer& to = side.map.peers[each.destination];
      lines[{names[each.source], names[each.destination]}].push_back(
          {pods_of(model, from), pods_of(model, to),
           from.is_outside() ? from.addresses : to.addresses, flow_of(side.map.flows[each.flow])});
    }
  }

  [[nodiscard]] const Lines& of(const Pair& pair) const {
    static const Lines kNone;
    const auto found = lines.find(pair);
    return found == lines.end() ? kNone : found->second;
  }

  /// A representative of a workload, of those of its pods that are meant.
  [[nodiscard]] std::optional<Party> party(const Model& model, const Name& name,
                                           const std::string& pods) const {
    const auto found = peers.find(name);
    if (found == peers.end()) return std::nullopt;
    for (const MapPeer* peer : found->second) {
      if (pods_of(model, *peer) == pods) return peer->endpoints.front();
    }
    return found->second.front()->endpoints.front();
  }
};

class Comparison {
 public:
  Comparison(const DiffSide& before, const DiffSide& after)
      : sides_{&before, &after}, indexed_{Indexed(before), Indexed(after)} {}

  Diff run() {
    std::set<Pair, PairOrder> pairs;
    for (const Indexed& side : indexed_) {
      for (const auto& [pair, lines] : side.lines) pairs.insert(pair);
    }
    for (const Pair& pair : pairs) {
      const bool outside = pair.first.is_outside() || pair.second.is_outside();
      if (outside) {
        compare_outside(pair);
      } else {
        compare_pods(pair);
      }
    }
    add_workloads();
    return std::move(result_);
  }

 private:
  static const DiffFlow& nothing() {
    static const DiffFlow kNothing;
    return kNothing;
  }

  void compare_pods(const Pair& pair) {
    const Lines& before = indexed_[0].of(pair);
    const Lines& after = indexed_[1].of(pair);
    std::set<std::pair<std::string, std::string>> parts;
    for (const Lines* lines : {&before, &after}) {
      for (const Line& line : *lines) parts.emplace(line.source_pods, line.destination_pods);
    }
    // A line about all pods says what lines about some of them do not.
    if (parts.size() > 1) parts.erase({"", ""});
    for (const auto& [source, destination] : parts) {
      const DiffFlow& old_flow = flow_in(before, source, destination);
      const DiffFlow& new_flow = flow_in(after, source, destination);
      if (old_flow == new_flow) continue;
      add(pair, source, destination, {}, old_flow, new_flow);
    }
  }

  static const DiffFlow& flow_in(const Lines& lines, const std::string& source,
                                 const std::string& destination) {
    const DiffFlow* whole = &nothing();
    for (const Line& line : lines) {
      if (line.source_pods == source && line.destination_pods == destination) return line.flow;
      if (line.source_pods.empty() && line.destination_pods.empty()) whole = &line.flow;
    }
    return *whole;
  }

  void compare_outside(const Pair& pair) {
    const bool from_outside = pair.first.is_outside();
    const auto pods_in = [&](const Line& line) {
      return from_outside ? line.destination_pods : line.source_pods;
    };
    std::set<std::string> parts;
    for (const Indexed& side : indexed_) {
      for (const Line& line : side.of(pair)) parts.insert(pods_in(line));
    }
    if (parts.size() > 1) parts.erase("");
    for (const std::string& pods : parts) {
      const auto lines_of = [&](const Indexed& side) {
        Lines chosen;
        for (const Line& line : side.of(pair)) {
          if (pods_in(line) == pods || pods_in(line).empty()) chosen.push_back(line);
        }
        return chosen;
      };
      compare_ranges(pair, pods, lines_of(indexed_[0]), lines_of(indexed_[1]));
    }
  }

  void compare_ranges(const Pair& pair, const std::string& pods, Lines before, Lines after) {
    complete(before, after);
    complete(after, before);
    std::vector<std::tuple<AddressSet, DiffFlow, DiffFlow>> changed;
    for (const Line& old_line : before) {
      for (const Line& new_line : after) {
        const AddressSet common = old_line.addresses & new_line.addresses;
        if (common.empty() || old_line.flow == new_line.flow) continue;
        const auto known = std::find_if(changed.begin(), changed.end(), [&](const auto& each) {
          return std::get<1>(each) == old_line.flow && std::get<2>(each) == new_line.flow;
        });
        if (known != changed.end()) {
          std::get<0>(*known) |= common;
        } else {
          changed.emplace_back(common, old_line.flow, new_line.flow);
        }
      }
    }
    std::sort(changed.begin(), changed.end(),
              [](const auto& a, const auto& b) { return std::get<0>(a) < std::get<0>(b); });
    const bool from_outside = pair.first.is_outside();
    for (const auto& [addresses, old_flow, new_flow] : changed) {
      add(pair, from_outside ? "" : pods, from_outside ? pods : "", addresses, old_flow, new_flow);
    }
  }

  /// Adds a line that says that nothing passes, for the addresses that only the other side names.
  static void complete(Lines& lines, const Lines& other) {
    AddressSet rest;
    for (const Line& line : other) rest |= line.addresses;
    for (const Line& line : lines) rest -= line.addresses;
    if (!rest.empty()) lines.push_back({"", "", rest, {}});
  }

  DiffPeer peer(const Name& name, const std::string& pods, const AddressSet& addresses) const {
    DiffPeer peer{name.ns, name.kind, name.name, pods, {}, name.is_controller, {}, {}, {}};
    if (name.is_controller) return peer;
    if (name.is_outside()) {
      peer.addresses = addresses;
      peer.in_old = peer.in_new = addresses;
      return peer;
    }
    peer.in_old = indexed_[0].party(sides_[0]->cluster.model(), name, pods);
    peer.in_new = indexed_[1].party(sides_[1]->cluster.model(), name, pods);
    if (!peer.in_old) peer.workload = Changed::Added;
    if (!peer.in_new) peer.workload = Changed::Removed;
    return peer;
  }

  void add(const Pair& pair, const std::string& source, const std::string& destination,
           const AddressSet& addresses, const DiffFlow& before, const DiffFlow& after) {
    DiffChange change;
    change.what = before.is_nothing()  ? Changed::Added
                  : after.is_nothing() ? Changed::Removed
                                       : Changed::Changed;
    change.source = peer(pair.first, source, addresses);
    change.destination = peer(pair.second, destination, addresses);
    change.before = before;
    change.after = after;
    result_.changes.push_back(std::move(change));
  }

  void add_workloads() {
    std::set<Name, InOrder> names;
    for (const Indexed& side : indexed_) {
      for (const auto& [name, peers] : side.peers) names.insert(name);
    }
    for (const Name& name : names) {
      const bool was = indexed_[0].peers.contains(name);
      const bool is = indexed_[1].peers.contains(name);
      if (was && is) continue;
      result_.workloads.push_back(
          {name.ns, name.kind, name.name, is ? Changed::Added : Changed::Removed});
    }
  }

  std::array<const DiffSide*, 2> sides_;
  std::array<Indexed, 2> indexed_;
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

Diff diff(const DiffSide& before, const DiffSide& after) { return Comparison(before, after).run(); }

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
