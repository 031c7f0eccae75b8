// SPDX-License-Identifier: Apache-2.0
#include "solver/queries/contrast.h"

#include <algorithm>

#include "policies/source/result.h"
#include "solver/queries/outside.h"
#include "solver/queries/replay.h"
#include "solver/sets/within.h"

namespace polreach::solver::queries {

using compiler::Party;
using model::Direction;
using model::Gap;
using model::Model;
using net::AddressSet;
using net::Traffic;
using sets::Joint;
using sets::Matrix;

Contrast::Contrast(const std::vector<Joint::Sheet>& sheets, const std::vector<Question>& questions)
    : sheets_(sheets), questions_(questions), joint_(sheets) {
  result_.claims.resize(questions.size());
  in_doubt_.resize(questions.size());
  note_gaps();
}

const Model* Contrast::model_of(std::size_t model) const {
  for (const Joint::Sheet& sheet : sheets_) {
    if (sheet.model == model) return &sheet.cluster->model();
  }
  return nullptr;
}

void Contrast::note_gaps() {
  for (std::size_t side : {Joint::kFirst, Joint::kSecond}) {
    const Model* model = model_of(side);
    if (model == nullptr) continue;
    gap_in_.at(side).resize(model->namespaces.size(), false);
    for (std::size_t i = 0; i < model->gaps.size(); ++i) {
      const Gap& gap = model->gaps[i];
      if (gap.effect == Gap::Effect::RequestsOnly) continue;
      result_.gaps.at(side).insert(i);
      if (gap.ns) {
        gap_in_.at(side)[static_cast<std::size_t>(*gap.ns)] = true;
      } else {
        gap_everywhere_.at(side) = true;
      }
    }
  }
}

bool Contrast::touched(const Place& place) const {
  for (std::uint32_t group : {place.source, place.destination}) {
    const sets::Twin& twin = joint_.groups()[group].twins.front();
    for (std::size_t side : {Joint::kFirst, Joint::kSecond}) {
      if (gap_everywhere_.at(side)) return true;
      if (!twin.at(side)) continue;
      const auto ns = static_cast<std::size_t>(model_of(side)->namespace_of(*twin.at(side)));
      if (gap_in_.at(side)[ns]) return true;
    }
  }
  return false;
}

template <typename MustMay>
Contrast::Finding Contrast::find(const Question& question, const std::vector<MustMay>& flows,
                                 const std::optional<Direction>& outside) {
  Traffic must;
  Traffic may;
  for (const Side& each : question.left) {
    if (!each.counts(outside)) continue;
    must |= flows[each.sheet]->must;
    may |= flows[each.sheet]->may;
  }
  const auto& right = *flows[question.right];
  Finding result;
  if (question.disjoint) {
    result.certain = must & right.must;
    result.open = (may & right.may) - result.certain;
  } else {
    result.certain = must - right.may;
    result.open = (may - right.must) - result.certain;
  }
  return result;
}

Contrast::Result Contrast::run() {
  // Few combinations of flows occur; each is judged once.
  std::map<std::vector<Matrix::FlowId>, std::vector<Finding>> judged;
  const std::pair<const std::vector<Matrix::FlowId>, std::vector<Finding>>* last = nullptr;
  joint_.between_pods(
      [&](std::uint32_t source, std::uint32_t destination, const std::vector<Matrix::FlowId>& ids) {
        if (last == nullptr || last->first != ids) {
          const auto [entry, added] = judged.try_emplace(ids);
          if (added) {
            Flows flows;
            for (std::size_t i = 0; i < ids.size(); ++i) flows.push_back(&joint_.flow(i, ids[i]));
            for (const Question& each : questions_) entry->second.push_back(find(each, flows, {}));
          }
          last = &*entry;
        }
        for (std::size_t i = 0; i < questions_.size(); ++i) {
          if (!last->second[i].holds()) record(i, {source, destination, {}, {}}, last->second[i]);
        }
      });
  AddressSet outside;
  for (const Joint::Sheet& sheet : sheets_) outside |= outside_addresses(*sheet.cluster);
  joint_.with_outside(outside,
                      [&](std::uint32_t group, Direction direction, const sets::Overlay& part) {
                        for (std::size_t i = 0; i < questions_.size(); ++i) {
                          Finding finding = find(questions_[i], part.pieces, direction);
                          if (finding.holds()) continue;
                          record(i, {group, group, direction, part.addresses}, std::move(finding));
                        }
                      });
  const bool gaps = !result_.gaps[0].empty() || !result_.gaps[1].empty();
  for (std::size_t i = 0; i < questions_.size(); ++i) {
    Claim& claim = result_.claims[i];
    const bool doubt = claim.open > 0 || gaps;
    claim.holds = claim.broken > 0 ? Holds::No : doubt ? Holds::Depends : Holds::Yes;
    claim.examples.insert(claim.examples.end(), in_doubt_[i].begin(), in_doubt_[i].end());
  }
  return std::move(result_);
}

bool Contrast::alike(const Question& question, const Place& place) {
  if (!question.alike) return false;
  const auto [one, other] = *question.alike;
  if (place.outside) {
    const sets::Twin& twin = joint_.groups()[place.source].twins.front();
    const auto& a = twin.at(sheets_[one].model);
    const auto& b = twin.at(sheets_[other].model);
    return a && b &&
           likeness_.alike(*sheets_[one].cluster, *a, *sheets_[other].cluster, *b, *place.outside);
  }
  const auto a = joint_.ends(one, place.source, place.destination);
  const auto b = joint_.ends(other, place.source, place.destination);
  return a && b &&
         likeness_.alike({sheets_[one].cluster, a->source, a->destination},
                         {sheets_[other].cluster, b->source, b->destination});
}

/// The bounds do not say; what both sides leave open may be the same.
bool Contrast::holds_in_each_world(const Question& question, const Place& place) {
  // Beyond this the bounds have to do.
  constexpr std::size_t kMostCompared = 20'000;
  if (++compared_ > kMostCompared) return false;
  const auto right = parties(question.right, place);
  const auto passage = [&](std::size_t sheet, const std::pair<Party, Party>& ends) {
    return sets::Passage{sheets_[sheet].cluster, ends.first, ends.second};
  };
  return std::all_of(question.left.begin(), question.left.end(), [&](const Side& each) {
    if (!each.counts(place.outside)) return true;
    const auto left = parties(each.sheet, place);
    if (!left) return true;  // nothing passes
    if (!right) return question.disjoint;
    const sets::Passage one = passage(each.sheet, *left);
    const sets::Passage other = passage(question.right, *right);
    return question.disjoint ? sets::never_both(one, other) : sets::always_within(one, other);
  });
}

void Contrast::record(std::size_t question, const Place& place, Finding finding) {
  Claim& claim = result_.claims[question];
  const Question& asked = questions_[question];
  if (finding.certain.empty() && (alike(asked, place) || holds_in_each_world(asked, place))) return;
  if (touched(place)) {
    finding.open |= finding.certain;
    finding.certain = {};
  }
  const bool certain = !finding.certain.empty();
  ++(certain ? claim.broken : claim.open);
  if (!finding.open.empty()) add_points(question, place, finding.open);
  if (certain) add_change(asked, place);
  auto& examples = certain ? claim.examples : in_doubt_[question];
  if (examples.size() >= Claim::kMostExamples) return;
  Counterexample example{peer(place, true),
                         peer(place, false),
                         certain ? finding.certain : finding.open,
                         certain,
                         {},
                         1,
                         false};
  const PacketChoice packet = choose_packet(example.traffic);
  example.protocol = packet.protocol;
  example.port = packet.port;
  if (certain) example.replayed = replay(asked, place, example);
  if (example.replayed) ++result_.replayed;
  examples.push_back(std::move(example));
}

std::optional<std::pair<Party, Party>> Contrast::parties(std::size_t sheet,
                                                         const Place& place) const {
  if (!place.outside) {
    const auto ends = joint_.ends(sheet, place.source, place.destination);
    if (!ends) return std::nullopt;
    return std::pair<Party, Party>{ends->source, ends->destination};
  }
  const auto& pod = joint_.groups()[place.source].twins.front().at(sheets_[sheet].model);
  if (!pod) return std::nullopt;
  if (*place.outside == Direction::Egress) return std::pair<Party, Party>{*pod, place.addresses};
  return std::pair<Party, Party>{place.addresses, *pod};
}

/// What the flows between pods rest on is asked for once more: those of a few pairs are enough.
void Contrast::add_points(std::size_t question, const Place& place, const Traffic& open) {
  constexpr std::size_t kMostAsked = 50;
  Claim& claim = result_.claims[question];
  if (claim.open > kMostAsked) return;
  std::vector<std::size_t> sheets{questions_[question].right};
  for (const Side& each : questions_[question].left) sheets.push_back(each.sheet);
  for (std::size_t sheet : sheets) {
    const auto ends = parties(sheet, place);
    if (!ends) continue;
    const auto points = sets::assumptions(*sheets_[sheet].cluster, ends->first, ends->second, open);
    claim.points.at(sheets_[sheet].model).insert(points.begin(), points.end());
  }
}

void Contrast::add_change(const Question& question, const Place& place) {
  const bool gained = question.relation == Relation::BWithinA;
  if (!gained && question.relation != Relation::AWithinB) return;
  const auto kept = [&](std::uint32_t group) {
    const sets::Twin& twin = joint_.groups()[group].twins.front();
    return twin[0].has_value() && twin[1].has_value();
  };
  const bool one = kept(place.source);
  const bool other = kept(place.destination);
  EndsKind kind = EndsKind::KeptOther;
  if (place.outside) {
    kind = one ? EndsKind::KeptOutside : EndsKind::OtherOutside;
  } else if (one == other) {
    kind = one ? EndsKind::Kept : EndsKind::OtherOther;
  }
  result_.changes.insert({gained, kind});
}

RelatePeer Contrast::peer(const Place& place, bool source) const {
  RelatePeer result;
  if (place.outside && source == (*place.outside == Direction::Ingress)) {
    result.addresses = place.addresses;
    return result;
  }
  const auto& twins = joint_.groups()[source ? place.source : place.destination].twins;
  // Of one group two pods are meant, where it has two.
  const bool second =
      !source && !place.outside && place.source == place.destination && twins.size() > 1;
  result.pod = twins[second ? 1 : 0];
  result.alike = twins.size();
  return result;
}

/// Whether the evaluator of single packets says the same. It says so in any world: this one is as
/// good as others.
bool Contrast::replay(const Question& question, const Place& place, const Counterexample& example) {
  const auto passes = [&](std::size_t sheet) -> std::optional<bool> {
    const auto ends = parties(sheet, place);
    if (!ends) return false;
    const compiler::Cluster& cluster = *sheets_[sheet].cluster;
    const auto packet =
        packet_between(cluster, ends->first, ends->second, example.protocol, example.port);
    if (!packet) return std::nullopt;
    return check::passes(cluster, *packet, {});
  };
  bool left = false;
  for (const Side& each : question.left) {
    if (!each.counts(place.outside)) continue;
    const auto one = passes(each.sheet);
    if (!one) return false;
    left = left || *one;
  }
  const auto right = passes(question.right);
  if (!right) return false;
  if (!left || *right != question.disjoint) {
    throw source::InternalError("the single-packet evaluator does not confirm a counterexample");
  }
  return true;
}

}  // namespace polreach::solver::queries
