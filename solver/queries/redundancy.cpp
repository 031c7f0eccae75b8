// SPDX-License-Identifier: Apache-2.0
#include "solver/queries/redundancy.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "compiler/resolve/classes.h"
#include "compiler/resolve/likeness.h"
#include "policies/model/directions.h"
#include "solver/queries/outside.h"
#include "solver/queries/variants.h"
#include "solver/sets/matrix.h"
#include "solver/sets/overlay.h"
#include "solver/sets/reach.h"
#include "solver/sets/within.h"

namespace polreach::solver::queries {
namespace {

using compiler::Classes;
using compiler::Cluster;
using compiler::Likeness;
using compiler::Party;
using model::Direction;
using model::EndpointId;
using model::Model;
using net::AddressSet;
using sets::Matrix;
using sets::Piece;

enum class Change { None, Doubtful, Certain };

/// A cluster with its connections.
struct Page {
  explicit Page(const Cluster& of) : cluster(of), classes(of, {}), matrix(of, classes) {}
  const Cluster& cluster;
  Classes classes;
  Matrix matrix;
};

template <typename MustMay>
Change change_between(const MustMay& a, const MustMay& b) {
  if (!(a.must - b.may).empty() || !(b.must - a.may).empty()) return Change::Certain;
  const bool open = a.must != a.may || b.must != b.may;
  return open ? Change::Doubtful : Change::None;
}

/// The most ipBlocks that the policies of one endpoint name in a direction: what its connections
/// with the outside cost grows with their square.
std::size_t most_blocks(const Cluster& cluster, const Classes& classes) {
  std::size_t most = 0;
  for (std::uint32_t id = 0; id < classes.size(); ++id) {
    for (Direction direction : model::kDirections) {
      std::size_t blocks = 0;
      for (model::PolicyId each : cluster.candidates(classes.members(id).front(), direction)) {
        for (const model::Rule& rule : *cluster.model()[each].rules(direction)) {
          for (const model::Peer& peer : rule.peers) {
            blocks += std::holds_alternative<model::BlockPeer>(peer.what) ? 1 : 0;
          }
        }
      }
      most = std::max(most, blocks);
    }
  }
  return most;
}

class RedundancySearch {
 public:
  explicit RedundancySearch(const Cluster& cluster)
      : sample_(sample(cluster.model(), Classes(cluster, {}))),
        changed_(sample_.model),
        full_(sample_.model, cluster.profile()),
        page_(full_),
        outside_(outside_addresses(full_)) {
    const auto& gaps = cluster.model().gaps;
    blocks_ = most_blocks(full_, page_.classes);
    has_gaps_ = std::any_of(gaps.begin(), gaps.end(), [](const model::Gap& gap) {
      return gap.effect != model::Gap::Effect::RequestsOnly;
    });
  }

  Redundancy run() {
    const std::size_t policies = sample_.model.policies.size();
    for (std::size_t i = 0; i < policies; ++i) {
      const auto id = static_cast<model::PolicyId>(i);
      if (policies > 1 && try_without({id, {}, 0, true})) continue;
      for (Direction direction : model::kDirections) {
        const auto& rules = sample_.model[id].rules(direction);
        const std::size_t count = rules ? rules->size() : 0;
        for (std::size_t rule = 0; rule < count; ++rule) {
          (void)try_without({id, direction, rule, true});
        }
      }
    }
    return std::move(result_);
  }

 private:
  /// Whether the part is certainly redundant.
  bool try_without(Redundant part) {
    const std::size_t classes = page_.classes.size();
    // Measured: a pair of blocks costs about as much as fifty pairs of classes.
    constexpr std::size_t kBlockWork = 50;
    work_ += classes * classes + sample_.model.policies.size() + kBlockWork * blocks_ * blocks_;
    if (work_ > Redundancy::kMostWork) {
      ++result_.untried;
      return false;
    }
    ++result_.tried;
    const Change change = part.direction ? without_rule(part) : without_policy(part);
    if (change == Change::Certain) return false;
    part.certain = change == Change::None && !has_gaps_;
    result_.found.push_back(part);
    return part.certain;
  }

  Change without_policy(const Redundant& part) {
    auto& policies = changed_.policies;
    const auto at = policies.begin() + static_cast<std::ptrdiff_t>(part.policy);
    model::Policy taken = std::move(*at);
    policies.erase(at);
    const Change change = compare(part.policy);
    policies.insert(policies.begin() + static_cast<std::ptrdiff_t>(part.policy), std::move(taken));
    return change;
  }

  Change without_rule(const Redundant& part) {
    model::Policy& policy = changed_.policies[static_cast<std::size_t>(part.policy)];
    auto& rules = *part.direction == Direction::Ingress ? *policy.ingress : *policy.egress;
    const auto at = static_cast<std::ptrdiff_t>(part.rule);
    model::Rule taken = std::move(rules[part.rule]);
    rules.erase(rules.begin() + at);
    const Change change = compare(part.policy);
    rules.insert(rules.begin() + at, std::move(taken));
    return change;
  }

  /// The connections of `changed_`, in which a policy is not what it was, against those before.
  Change compare(model::PolicyId policy) {
    const Cluster cluster(changed_, full_.profile());
    Likeness likeness;
    std::array<std::vector<bool>, 2> touched;  // by direction and class: those that it selects
    for (Direction direction : model::kDirections) {
      auto& of_direction = touched.at(static_cast<std::size_t>(direction));
      for (std::uint32_t id = 0; id < page_.classes.size(); ++id) {
        const auto& all = full_.candidates(page_.classes.members(id).front(), direction);
        of_direction.push_back(std::find(all.begin(), all.end(), policy) != all.end());
      }
    }
    Change result = Change::None;
    for (Direction direction : model::kDirections) {
      for (std::uint32_t id = 0; id < page_.classes.size(); ++id) {
        if (!touched.at(static_cast<std::size_t>(direction))[id]) continue;
        result = std::max(result, outside_change(cluster, id, direction, likeness));
        if (result == Change::Certain) return result;
      }
    }
    const bool any = std::any_of(touched.begin(), touched.end(), [](const auto& each) {
      return std::find(each.begin(), each.end(), true) != each.end();
    });
    if (!any) return result;
    return std::max(result, pods_change(cluster, touched, likeness));
  }

  Change outside_change(const Cluster& cluster, std::uint32_t id, Direction direction,
                        Likeness& likeness) {
    const EndpointId pod = page_.classes.members(id).front();
    const auto known = outside_pieces_.find({id, direction});
    const auto& before =
        known != outside_pieces_.end()
            ? known->second
            : outside_pieces_.emplace(std::pair{id, direction}, pieces(full_, pod, direction))
                  .first->second;
    const std::vector<Piece> after = pieces(cluster, pod, direction);
    Change result = Change::None;
    for (const sets::Overlay& part : sets::overlay({&before, &after})) {
      result = std::max(result, change_between(*part.pieces[0], *part.pieces[1]));
      if (result == Change::Certain) return result;
    }
    if (result != Change::Doubtful) return result;
    if (likeness.alike(full_, pod, cluster, pod, direction)) return Change::None;
    const Party one = pod;
    const Party other = outside_;
    const bool egress = direction == Direction::Egress;
    return same_in_each_world(cluster, egress ? one : other, egress ? other : one) ? Change::None
                                                                                   : result;
  }

  [[nodiscard]] std::vector<Piece> pieces(const Cluster& cluster, EndpointId pod,
                                          Direction direction) const {
    const Party one = pod;
    const Party other = outside_;
    const bool egress = direction == Direction::Egress;
    return sets::reach(cluster, egress ? one : other, egress ? other : one);
  }

  Change pods_change(const Cluster& cluster, const std::array<std::vector<bool>, 2>& touched,
                     Likeness& likeness) {
    Page changed(cluster);
    std::map<std::pair<Matrix::FlowId, Matrix::FlowId>, Change> judged;
    const auto& egress = touched.at(static_cast<std::size_t>(Direction::Egress));
    const auto& ingress = touched.at(static_cast<std::size_t>(Direction::Ingress));
    std::vector<std::uint32_t> all;
    std::vector<std::uint32_t> entered;
    for (std::uint32_t id = 0; id < page_.classes.size(); ++id) {
      all.push_back(id);
      if (ingress[id]) entered.push_back(id);
    }
    std::vector<Matrix::FlowId> before(page_.classes.size());
    std::vector<Matrix::FlowId> after(changed.classes.size());
    Change result = Change::None;
    for (std::uint32_t source = 0; source < page_.classes.size(); ++source) {
      if (!egress[source] && entered.empty()) continue;
      fill(page_, source, before);
      fill(changed, changed.classes.of(page_.classes.members(source).front()), after);
      for (std::uint32_t destination : egress[source] ? all : entered) {
        const EndpointId to = page_.classes.members(destination).back();
        const EndpointId from = page_.classes.members(source).front();
        if (full_.is_one_pod(from, to)) continue;
        const std::pair ids{before[destination], after[changed.classes.of(to)]};
        if (ids == std::pair{Matrix::kNothing, Matrix::kNothing}) continue;
        const auto [entry, added] = judged.try_emplace(ids, Change::None);
        if (added) {
          entry->second =
              change_between(page_.matrix.flow(ids.first), changed.matrix.flow(ids.second));
        }
        if (entry->second == Change::Certain) return Change::Certain;
        if (entry->second == Change::None || result == Change::Doubtful) continue;
        if (likeness.alike({&full_, from, to}, {&cluster, from, to})) continue;
        if (!same_in_each_world(cluster, from, to)) result = Change::Doubtful;
      }
    }
    return result;
  }

  /// Where the bounds agree and are open: whether what they leave open is the same.
  [[nodiscard]] bool same_in_each_world(const Cluster& cluster, const Party& source,
                                        const Party& destination) {
    // Beyond this the bounds have to do.
    constexpr std::size_t kMostCompared = 20'000;
    if (++compared_ > kMostCompared) return false;
    const sets::Passage before{&full_, source, destination};
    const sets::Passage after{&cluster, source, destination};
    return sets::always_within(before, after) && sets::always_within(after, before);
  }

  static void fill(Page& page, std::uint32_t source, std::vector<Matrix::FlowId>& row) {
    std::fill(row.begin(), row.end(), Matrix::kNothing);
    for (const Matrix::Entry& each : page.matrix.row(source)) row[each.destination] = each.flow;
  }

  Sample sample_;
  Model changed_;
  Cluster full_;
  Page page_;
  AddressSet outside_;
  std::map<std::pair<std::uint32_t, Direction>, std::vector<Piece>> outside_pieces_;
  bool has_gaps_ = false;
  std::size_t blocks_ = 0;  // see most_blocks
  std::size_t work_ = 0;
  std::size_t compared_ = 0;  // by worlds
  Redundancy result_;
};

}  // namespace

Redundancy redundant_parts(const Cluster& cluster) {
  if (cluster.model().policies.empty()) return {};
  return RedundancySearch(cluster).run();
}

}  // namespace polreach::solver::queries
