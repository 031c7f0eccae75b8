// SPDX-License-Identifier: Apache-2.0
#include "solver/queries/cover.h"

#include <algorithm>
#include <set>

namespace polreach::solver::queries {
namespace {

using compiler::Tri;
using net::Traffic;
using sets::Flow;

/// Cubes looked at for one question, and for the whole search.
constexpr std::size_t kMostCubes = 4096;
constexpr std::size_t kMostWork = 200'000;

bool has_all(const Flow& flow, const Flow& target) {
  return flow.must.contains(target.must) && flow.may.contains(target.may);
}

bool is_nothing(const Flow& flow) { return flow.may.empty(); }

class Search {
 public:
  Search(const LabelSpace& space, sets::PossibleFlow& flows) : space_(space), flows_(flows) {
    for (const Cube& atom : space.atoms()) {
      const auto found = std::find(atoms_.begin(), atoms_.end(), atom);
      atom_of_.push_back(static_cast<std::size_t>(found - atoms_.begin()));
      if (found == atoms_.end()) atoms_.push_back(atom);
    }
  }

  Cover run() {
    std::vector<Cube> starts = atoms_;
    std::stable_sort(starts.begin(), starts.end(), [&](const Cube& a, const Cube& b) {
      return space_.requirements(a) < space_.requirements(b);
    });
    start_at(space_.all());
    for (const Cube& start : starts) {
      if (const auto cube = space_.normal(start)) start_at(*cube);
    }
    complete();
    return result();
  }

 private:
  // What the pods of a cube get -----------------------------------------------------------------

  struct Node {
    Cube cube;
    const Flow* flow = nullptr;
    std::optional<std::size_t> open;  // the first atom that some of its pods are in
  };

  [[nodiscard]] std::optional<Node> look(const Cube& cube) {
    const auto normal = space_.normal(cube);
    if (!normal) return std::nullopt;
    ++work_;
    Node node{*normal, nullptr, std::nullopt};
    std::vector<Tri> of_atoms;
    for (std::size_t i = 0; i < atoms_.size(); ++i) {
      of_atoms.push_back(LabelSpace::within(node.cube, atoms_[i], space_));
      if (of_atoms.back() == Tri::Maybe && !node.open) node.open = i;
    }
    auto known = memo_.find(of_atoms);
    if (known == memo_.end()) {
      std::vector<Tri> of_peers;
      for (std::size_t atom : atom_of_) of_peers.push_back(of_atoms[atom]);
      known = memo_.emplace(std::move(of_atoms), flows_.flow(of_peers)).first;
    }
    node.flow = &known->second;
    return node;
  }

  /// What is certain of a node that is not looked into.
  static Flow certain(const Node& node) {
    return node.open ? Flow{node.flow->must, node.flow->must, {}} : *node.flow;
  }

  void push_halves(const Node& node, std::vector<Cube>& stack) const {
    auto [inside, outside] = space_.split(node.cube, atoms_[*node.open]);
    stack.push_back(std::move(inside));
    stack.push_back(std::move(outside));
  }

  /// What all pods of the cube get. There must be one.
  Flow everyone(const Cube& cube) {
    std::optional<Flow> result;
    std::vector<const Flow*> open;
    std::vector<Cube> stack{cube};
    std::size_t left = kMostCubes;
    while (!stack.empty()) {
      const Cube next = std::move(stack.back());
      stack.pop_back();
      const auto node = look(next);
      if (!node) continue;
      if (node->open && result && has_all(certain(*node), *result)) continue;
      if (node->open && left > 0) {
        --left;
        push_halves(*node, stack);
        continue;
      }
      bounded_ = bounded_ || node->open;
      const Flow part = certain(*node);
      if (!result) result = Flow{Traffic::all(), Traffic::all(), {}};
      result->must &= part.must;
      result->may &= part.may;
      if (part.is_open()) open.push_back(node->flow);
      if (result->may.empty()) break;
    }
    if (!result) return {};
    add_points(*result, open);
    return *result;
  }

  static void add_points(Flow& flow, const std::vector<const Flow*>& open) {
    const Traffic conditional = flow.may - flow.must;
    if (conditional.empty()) return;
    std::set<compiler::OpenPoint> points;
    for (const Flow* each : open) {
      if (((each->may - each->must) & conditional).empty()) continue;
      points.insert(each->points.begin(), each->points.end());
    }
    flow.points.assign(points.begin(), points.end());
  }

  /// Whether all pods of the cube get at least the target.
  bool all_get(const Cube& cube, const Flow& target) {
    std::vector<Cube> stack{cube};
    std::size_t left = kMostCubes;
    while (!stack.empty()) {
      const Cube next = std::move(stack.back());
      stack.pop_back();
      const auto node = look(next);
      if (!node || has_all(certain(*node), target)) continue;
      // Some of its pods get at most `may`.
      if (!node->open || !node->flow->may.contains(target.may)) return false;
      if (left == 0 || work_ > kMostWork) {
        bounded_ = true;
        return false;
      }
      --left;
      push_halves(*node, stack);
    }
    return true;
  }

  void start_at(const Cube& start) {
    consider(start, everyone(start));
    // Where some of these pods get less, the plainest of them shows what the others miss.
    const Cube pod = space_.plainest(start);
    consider(pod, start, everyone(pod));
  }

  // Conditions ----------------------------------------------------------------------------------

  [[nodiscard]] Flow explained(const Cube& cube) const {
    Flow result;
    for (const Covered& each : found_) {
      if (!LabelSpace::covers(each.cube, cube)) continue;
      result.must |= each.flow.must;
      result.may |= each.flow.may;
    }
    return result;
  }

  void consider(const Cube& cube, const Flow& flow) { consider(cube, cube, flow); }

  /// Adds the condition that all get what the pods of `cube` get, unless others say that already.
  /// `start`: whose requirements are given up last.
  void consider(const Cube& cube, const Cube& start, const Flow& flow) {
    if (is_nothing(flow) || has_all(explained(cube), flow)) return;
    Covered added{widened(cube, start, flow), {}, {}};
    added.flow = everyone(added.cube);
    found_.push_back(std::move(added));
  }

  Cube widened(Cube cube, const Cube& start, const Flow& target) {
    for (const bool of_start : {false, true}) {
      for (const LabelSpace::Key& key : space_.keys()) {
        if (space_.is_free(start, key) == of_start) continue;
        widen(cube, key, target);
      }
    }
    return cube;
  }

  /// Gives a key all values with which the pods of the cube still get the target, as far as a
  /// selector can say them.
  void widen(Cube& cube, const LabelSpace::Key& key, const Flow& target) {
    Cube tried = cube;
    space_.free(tried, key);
    if (all_get(tried, target)) {
      cube = tried;
      return;
    }
    std::vector<std::size_t> good;
    for (std::size_t bit : space_.values_of(space_.all(), key)) {
      space_.assign(tried, key, {bit});
      if (space_.has(cube, key, bit) || all_get(tried, target)) good.push_back(bit);
    }
    const auto contains = [&](std::size_t bit) {
      return std::find(good.begin(), good.end(), bit) != good.end();
    };
    // Selectors cannot say "absent, or one of these".
    if (!contains(key.other()) && contains(0)) {
      if (space_.has(cube, key, 0)) return;
      std::erase(good, std::size_t{0});
    }
    space_.assign(cube, key, good);
  }

  /// Looks at all pods for what no condition says yet.
  void complete() {
    std::vector<Cube> stack{space_.all()};
    std::size_t left = kMostCubes;
    while (!stack.empty()) {
      const Cube next = std::move(stack.back());
      stack.pop_back();
      const auto node = look(next);
      if (!node) continue;
      const Flow most{node->flow->may, node->flow->may, {}};
      const Flow said = explained(node->cube);
      if (has_all(said, node->open ? most : *node->flow)) continue;
      if (!node->open) {
        consider_leaf(node->cube, *node->flow, stack);
      } else if (left == 0 || work_ > kMostWork) {
        bounded_ = true;
        return;
      } else {
        --left;
        push_halves(*node, stack);
      }
    }
  }

  /// Selectors cannot say "absent, or one of these": such pods are looked at in two parts.
  void consider_leaf(const Cube& cube, const Flow& flow, std::vector<Cube>& stack) {
    for (const LabelSpace::Key& key : space_.keys()) {
      std::vector<std::size_t> values = space_.values_of(cube, key);
      if (values.size() < 2 || values.front() != 0 || values.back() == key.other()) continue;
      stack.push_back(cube);
      space_.assign(stack.back(), key, {0});
      stack.push_back(cube);
      values.erase(values.begin());
      space_.assign(stack.back(), key, values);
      return;
    }
    consider(cube, flow);
  }

  // The result ----------------------------------------------------------------------------------

  /// What the weaker of the conditions that are kept say of the pods of one of them.
  [[nodiscard]] Flow weaker(const std::vector<bool>& kept, std::size_t than) const {
    Flow result;
    for (std::size_t i = 0; i < found_.size(); ++i) {
      if (i == than || !kept[i] || !is_weaker(i, than)) continue;
      result.must |= found_[i].flow.must;
      result.may |= found_[i].flow.may;
    }
    return result;
  }

  /// Of two conditions that mean the same pods the first is the weaker one.
  [[nodiscard]] bool is_weaker(std::size_t a, std::size_t b) const {
    if (!LabelSpace::covers(found_[a].cube, *space_.normal(found_[b].cube))) return false;
    return a < b || !LabelSpace::covers(found_[b].cube, *space_.normal(found_[a].cube));
  }

  Cover result() {
    std::stable_sort(found_.begin(), found_.end(), [&](const Covered& a, const Covered& b) {
      return space_.requirements(a.cube) < space_.requirements(b.cube);
    });
    std::vector<bool> kept(found_.size(), true);
    for (std::size_t i = found_.size(); i-- > 0;) {
      kept[i] = !has_all(weaker(kept, i), found_[i].flow);
    }
    Cover result;
    for (std::size_t i = 0; i < found_.size(); ++i) {
      if (!kept[i]) continue;
      const Flow base = weaker(kept, i);
      Covered& each = result.conditions.emplace_back(found_[i]);
      each.beyond = {each.flow.must - base.must, each.flow.may - base.may, each.flow.points};
      each.beyond.may |= each.beyond.must;
      if (!each.beyond.is_open()) each.beyond.points.clear();
    }
    result.bounded = bounded_;
    return result;
  }

  const LabelSpace& space_;
  sets::PossibleFlow& flows_;
  std::vector<Cube> atoms_;           // each once
  std::vector<std::size_t> atom_of_;  // by peer
  std::map<std::vector<Tri>, Flow> memo_;
  std::vector<Covered> found_;
  std::size_t work_ = 0;
  bool bounded_ = false;
};

}  // namespace

Cover cover(const LabelSpace& space, sets::PossibleFlow& flows) {
  return Search(space, flows).run();
}

}  // namespace polreach::solver::queries
