// SPDX-License-Identifier: Apache-2.0
#include "solver/queries/cover.h"

#include <algorithm>
#include <set>

namespace polreach::solver::queries {
namespace {

using compiler::Tri;
using net::Traffic;
using sets::Flow;

/// Cubes taken apart for one question, and for all that no question before has explained.
constexpr std::size_t kMostCubes = 4096;
/// What giving keys more values may cost: words of cubes held against atoms.
constexpr std::size_t kMostWork = 200'000'000;
/// What computing flows may cost: see PossibleFlow::cost().
constexpr std::size_t kMostFlowCost = 100'000'000;

bool has_all(const Flow& flow, const Flow& target) {
  return flow.must.contains(target.must) && flow.may.contains(target.may);
}

bool is_nothing(const Flow& flow) { return flow.may.empty(); }

class CoverSearch {
 public:
  CoverSearch(const LabelSpace& space, sets::PossibleFlow& flows) : space_(space), flows_(flows) {
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
    if (!flows_.adds_up()) complete();
    return result();
  }

 private:
  // What the pods of a cube get -----------------------------------------------------------------

  /// What a cube's pods get lies between `low` and `high`, which are equal where no atom is open.
  struct Node {
    Cube cube;
    Flow low;
    Flow high;
    std::optional<std::size_t> open;  // the first atom that some of its pods are in
  };

  [[nodiscard]] std::optional<Node> look(const Cube& cube) {
    auto normal = space_.normal(cube);
    if (!normal) return std::nullopt;
    work_ += atoms_.size() * normal->size();
    Node node{std::move(*normal), {}, {}, std::nullopt};
    std::vector<Tri> of_atoms;
    for (std::size_t i = 0; i < atoms_.size(); ++i) {
      of_atoms.push_back(space_.within(node.cube, atoms_[i]));
      if (of_atoms.back() == Tri::Maybe && !node.open) node.open = i;
    }
    if (!node.open) {
      node.low = node.high = flow(of_atoms);
    } else if (flows_.adds_up()) {
      std::vector<Tri> all = of_atoms;
      std::replace(of_atoms.begin(), of_atoms.end(), Tri::Maybe, Tri::No);
      std::replace(all.begin(), all.end(), Tri::Maybe, Tri::Yes);
      node.low = flow(of_atoms);
      node.high = flow(all);
    } else {
      const Flow& bounds = flow(of_atoms);
      node.low = {bounds.must, bounds.must, {}};
      node.high = {bounds.may, bounds.may, {}};
    }
    if (exhausted_) {
      // Nothing is certain any more, and nothing can be ruled out.
      node.high = {Traffic::all(), Traffic::all(), {}};
    }
    return node;
  }

  /// Nothing where the budget is used up.
  const Flow& flow(const std::vector<Tri>& of_atoms) {
    const auto known = memo_.find(of_atoms);
    if (known != memo_.end()) return known->second;
    spent_ += flows_.cost();
    if (spent_ > kMostFlowCost) {
      exhausted_ = true;
      return nothing_;
    }
    std::vector<Tri> of_peers;
    for (std::size_t atom : atom_of_) of_peers.push_back(of_atoms[atom]);
    return memo_.emplace(of_atoms, flows_.flow(of_peers)).first->second;
  }

  void push_halves(const Node& node, std::vector<Cube>& stack) const {
    auto [inside, outside] = space_.split(node.cube, atoms_[*node.open]);
    stack.push_back(std::move(inside));
    stack.push_back(std::move(outside));
  }

  /// What all pods of the cube get. There must be one.
  Flow everyone(const Cube& cube) {
    Flow result = look(space_.plainest(*space_.normal(cube)))->low;
    std::vector<Flow> open{result};
    std::vector<Cube> stack{cube};
    std::size_t left = kMostCubes;
    while (!stack.empty() && !result.may.empty()) {
      const Cube next = std::move(stack.back());
      stack.pop_back();
      const auto node = look(next);
      if (!node) continue;
      if (node->open && has_all(node->low, result)) continue;
      if (node->open && left > 0) {
        --left;
        push_halves(*node, stack);
        continue;
      }
      bounded_ = bounded_ || node->open;
      result.must &= node->low.must;
      result.may &= node->low.may;
      open.push_back(node->low);
    }
    add_points(result, open);
    return result;
  }

  static void add_points(Flow& flow, const std::vector<Flow>& open) {
    const Traffic conditional = flow.may - flow.must;
    std::set<compiler::OpenPoint> points;
    for (const Flow& each : open) {
      if (((each.may - each.must) & conditional).empty()) continue;
      points.insert(each.points.begin(), each.points.end());
    }
    flow.points.assign(points.begin(), points.end());
  }

  /// Whether all pods of the cube get at least the target. False, too, where that is not found out
  /// in time: then a condition is narrower than it could be.
  bool all_get(const Cube& cube, const Flow& target) {
    const auto start = space_.normal(cube);
    if (!start) return true;
    // Most questions end here.
    if (work_ > kMostWork || !has_all(look(space_.plainest(*start))->low, target)) return false;
    std::vector<Cube> stack{*start};
    std::size_t left = kMostCubes;
    while (!stack.empty()) {
      const Cube next = std::move(stack.back());
      stack.pop_back();
      const auto node = look(next);
      if (!node || has_all(node->low, target)) continue;
      if (!node->open || !has_all(node->high, target)) return false;
      if (left-- == 0 || work_ > kMostWork) return false;
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
      if (has_all(explained(node->cube), node->high)) continue;
      if (!node->open) {
        consider_leaf(node->cube, node->low, stack);
      } else if (left == 0) {
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
    result.bounded = exhausted_ || (bounded_ && !flows_.adds_up());
    return result;
  }

  const LabelSpace& space_;
  sets::PossibleFlow& flows_;
  std::vector<Cube> atoms_;           // each once
  std::vector<std::size_t> atom_of_;  // by peer
  std::map<std::vector<Tri>, Flow> memo_;
  std::vector<Covered> found_;
  const Flow nothing_;
  std::size_t spent_ = 0;
  bool exhausted_ = false;
  std::size_t work_ = 0;
  bool bounded_ = false;
};

}  // namespace

Cover cover(const LabelSpace& space, sets::PossibleFlow& flows) {
  return CoverSearch(space, flows).run();
}

}  // namespace polreach::solver::queries
