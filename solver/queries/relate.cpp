// SPDX-License-Identifier: Apache-2.0
#include "solver/queries/relate.h"

#include <deque>
#include <utility>

#include "solver/queries/contrast.h"
#include "solver/queries/variants.h"

namespace polreach::solver::queries {
namespace {

using compiler::Cluster;
using sets::Joint;

/// The sheets that the questions need, each made once.
class Desk {
 public:
  Desk(const Cluster& a, const Cluster& b) : a_(a), b_(b) {
    sheets_.push_back({&a, Joint::kFirst});
    sheets_.push_back({&b, Joint::kSecond});
  }

  void ask(Relation relation) {
    switch (relation) {
      case Relation::AWithinB:
        questions_.push_back({relation, {{kA, {}}}, kB, false, std::pair(kA, kB)});
        break;
      case Relation::BWithinA:
        questions_.push_back({relation, {{kB, {}}}, kA, false, std::pair(kA, kB)});
        break;
      case Relation::Permits:
        questions_.push_back({relation, stated_by_b(), kA, false, std::pair(kA, kB)});
        break;
      case Relation::Forbids:
        questions_.push_back({relation, stated_by_b(), kA, true, {}});
        break;
      case Relation::BInterferes:
        interferes(relation, a_, b_, kA);
        break;
      case Relation::AInterferes:
        interferes(relation, b_, a_, kB);
        break;
    }
  }

  [[nodiscard]] Related answer() {
    Contrast contrast(sheets_, questions_);
    Contrast::Result found = contrast.run();
    Related result;
    for (std::size_t i = 0; i < questions_.size(); ++i) {
      result.claims.at(static_cast<std::size_t>(questions_[i].relation)) =
          std::move(found.claims[i]);
    }
    result.changes = std::move(found.changes);
    result.replayed = found.replayed;
    result.gaps = std::move(found.gaps);
    return result;
  }

 private:
  static constexpr std::size_t kA = 0;
  static constexpr std::size_t kB = 1;

  std::size_t add(model::Model model, const Cluster& like, std::size_t side) {
    models_.push_back(std::move(model));
    clusters_.emplace_back(models_.back(), like.profile());
    sheets_.push_back({&clusters_.back(), side});
    return sheets_.size() - 1;
  }

  /// A connection is stated where a rule lets it leave, or a rule lets it in.
  const std::vector<Side>& stated_by_b() {
    if (!stated_.empty()) return stated_;
    for (model::Direction direction : {model::Direction::Egress, model::Direction::Ingress}) {
      const std::size_t sheet = add(closed(b_.model(), direction), b_, Joint::kSecond);
      // From outside no rule of egress decides anything, and the other way round.
      stated_.push_back({sheet, direction});
    }
    return stated_;
  }

  void interferes(Relation relation, const Cluster& own, const Cluster& other, std::size_t sheet) {
    const std::size_t both = add(together(own.model(), other.model()), own, sheets_[sheet].model);
    questions_.push_back({relation, {{both, {}}}, sheet, false, std::pair(both, sheet)});
  }

  const Cluster& a_;
  const Cluster& b_;
  std::deque<model::Model> models_;  // deques: others keep references
  std::deque<Cluster> clusters_;
  std::vector<Joint::Sheet> sheets_;
  std::vector<Question> questions_;
  std::vector<Side> stated_;
};

}  // namespace

Related relate(const Cluster& a, const Cluster& b, const std::set<Relation>& asked) {
  Desk desk(a, b);
  for (Relation each : asked) desk.ask(each);
  return desk.answer();
}

Claim is_vacuous(const Cluster& cluster) {
  const model::Model open_model = without_policies(cluster.model());
  const Cluster open(open_model, cluster.profile());
  const std::vector<Joint::Sheet> sheets{{&cluster, Joint::kFirst}, {&open, Joint::kFirst}};
  const std::vector<Question> questions{
      {Relation::BWithinA, {{1, {}}}, 0, false, std::pair<std::size_t, std::size_t>(0, 1)}};
  return Contrast(sheets, questions).run().claims.front();
}

}  // namespace polreach::solver::queries
