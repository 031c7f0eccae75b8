// SPDX-License-Identifier: Apache-2.0
#include "solver/sets/joint.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

namespace polreach::solver::sets {

using compiler::Party;
using model::EndpointId;
using model::Model;
using model::Workload;
using net::AddressSet;

namespace {

/// More pods of one workload than this are not held against all of the other set one by one.
constexpr std::size_t kMostPodPairs = 1024;

using Name = std::tuple<std::string_view, std::string_view, std::string_view>;

Name name_of(const Model& model, const Workload& workload) {
  return {model.text(model[workload.ns].name), model.text(workload.name),
          model.text(workload.kind)};
}

}  // namespace

Joint::Joint(const std::vector<Sheet>& sheets) {
  pages_.reserve(sheets.size());
  for (const Sheet& sheet : sheets) pages_.push_back(std::make_unique<Page>(sheet));
  match();
}

const Model* Joint::model_of(std::size_t model) const {
  for (const auto& page : pages_) {
    if (page->model == model) return &page->cluster.model();
  }
  return nullptr;
}

void Joint::match() {
  std::map<Name, std::array<const Workload*, 2>> workloads;
  for (std::size_t side : {kFirst, kSecond}) {
    const Model* model = model_of(side);
    if (model == nullptr) continue;
    for (const Workload& each : model->workloads) workloads[name_of(*model, each)].at(side) = &each;
  }
  for (const auto& [name, both] : workloads) match_pods(both[kFirst], both[kSecond]);
}

void Joint::match_pods(const Workload* first, const Workload* second) {
  if (first == nullptr || second == nullptr) {
    const std::size_t side = first != nullptr ? kFirst : kSecond;
    for (EndpointId id : (first != nullptr ? first : second)->endpoints) {
      Twin twin;
      twin.at(side) = id;
      add(twin);
    }
    return;
  }
  const Model& one = *model_of(kFirst);
  const Model& other = *model_of(kSecond);
  // A template has no name: it is matched by that.
  std::map<std::optional<model::Symbol>, EndpointId> by_name;
  for (EndpointId id : second->endpoints) by_name.emplace(other[id].pod, id);
  std::set<EndpointId> matched;
  std::vector<EndpointId> rest_of_first;
  for (EndpointId id : first->endpoints) {
    const auto found = by_name.find(one[id].pod);
    if (found == by_name.end()) {
      rest_of_first.push_back(id);
    } else {
      add({id, found->second});
      matched.insert(found->second);
    }
  }
  std::vector<EndpointId> rest_of_second;
  for (EndpointId id : second->endpoints) {
    if (!matched.contains(id)) rest_of_second.push_back(id);
  }
  // More replicas here than there: the pods there stand for them.
  if (rest_of_first.empty() && rest_of_second.empty()) return;
  if (rest_of_first.empty()) rest_of_first.push_back(first->endpoints.back());
  if (rest_of_second.empty()) rest_of_second.push_back(second->endpoints.back());
  match_rest(distinct(kFirst, rest_of_first), distinct(kSecond, rest_of_second));
}

std::vector<EndpointId> Joint::distinct(std::size_t model,
                                        const std::vector<EndpointId>& pods) const {
  std::set<Classes> seen;
  std::vector<EndpointId> result;
  for (EndpointId id : pods) {
    Twin twin;
    twin.at(model) = id;
    if (seen.insert(classes_of(twin)).second) result.push_back(id);
  }
  return result;
}

void Joint::match_rest(const std::vector<EndpointId>& first,
                       const std::vector<EndpointId>& second) {
  if (first.size() * second.size() <= kMostPodPairs) {
    for (EndpointId a : first) {
      for (EndpointId b : second) add({a, b});
    }
    return;
  }
  for (std::size_t i = 0; i < std::max(first.size(), second.size()); ++i) {
    add({first[std::min(i, first.size() - 1)], second[std::min(i, second.size() - 1)]});
  }
}

Joint::Classes Joint::classes_of(const Twin& twin) const {
  Classes result;
  for (const auto& page : pages_) {
    const auto& id = twin.at(page->model);
    result.push_back(id ? page->classes.of(*id) : kNone);
  }
  return result;
}

void Joint::add(const Twin& twin) {
  Classes classes = classes_of(twin);
  const auto next = static_cast<std::uint32_t>(groups_.size());
  const auto [entry, added] = group_ids_.emplace(classes, next);
  if (added) {
    groups_.emplace_back();
    classes_.push_back(std::move(classes));
  }
  Group& group = groups_[entry->second];
  group.several = group.several || !group.twins.empty();
  for (std::size_t side : {kFirst, kSecond}) {
    if (!twin.at(side)) continue;
    const Model& model = *model_of(side);
    group.several = group.several || model[model[*twin.at(side)].workload].replicated;
  }
  group.twins.push_back(twin);
}

std::optional<Joint::Ends> Joint::ends(std::size_t sheet, std::uint32_t source,
                                       std::uint32_t destination) const {
  const std::size_t model = pages_[sheet]->model;
  const auto& twins = groups_[destination].twins;
  const bool other = source == destination && twins.size() > 1;
  const auto& from = groups_[source].twins.front().at(model);
  const auto& to = twins[other ? 1 : 0].at(model);
  if (!from || !to) return std::nullopt;
  return Ends{*from, *to};
}

void Joint::between_pods(const OnPair& call) {
  std::vector<std::vector<Matrix::FlowId>> rows;  // by sheet and class, for one source
  for (const auto& page : pages_) rows.emplace_back(page->classes.size(), Matrix::kNothing);
  std::vector<Matrix::FlowId> flows(pages_.size(), Matrix::kNothing);
  for (std::uint32_t source = 0; source < groups_.size(); ++source) {
    for (std::size_t i = 0; i < pages_.size(); ++i) {
      std::fill(rows[i].begin(), rows[i].end(), Matrix::kNothing);
      const std::uint32_t own = classes_[source][i];
      if (own == kNone) continue;
      for (const Matrix::Entry& entry : pages_[i]->matrix.row(own)) {
        rows[i][entry.destination] = entry.flow;
      }
    }
    for (std::uint32_t destination = 0; destination < groups_.size(); ++destination) {
      if (source == destination && !groups_[source].several) continue;
      bool any = false;
      for (std::size_t i = 0; i < pages_.size(); ++i) {
        const std::uint32_t id = classes_[destination][i];
        flows[i] = id == kNone ? Matrix::kNothing : rows[i][id];
        any = any || flows[i] != Matrix::kNothing;
      }
      if (any) call(source, destination, flows);
    }
  }
}

const std::vector<Piece>& Joint::pieces(std::size_t sheet, std::uint32_t class_id,
                                        model::Direction direction, const AddressSet& outside) {
  const auto key = std::tuple(sheet, class_id, direction);
  const auto known = outside_.find(key);
  if (known != outside_.end()) return known->second;
  const Page& page = *pages_[sheet];
  const Party pod = page.classes.members(class_id).front();
  const Party there = outside;
  const bool egress = direction == model::Direction::Egress;
  auto found = reach(page.cluster, egress ? pod : there, egress ? there : pod);
  return outside_.emplace(key, std::move(found)).first->second;
}

void Joint::with_outside(const AddressSet& outside, const OnOutside& call) {
  const std::vector<Piece> nothing{{outside, {}, {}}};
  for (std::uint32_t group = 0; group < groups_.size(); ++group) {
    for (model::Direction direction : {model::Direction::Egress, model::Direction::Ingress}) {
      std::vector<const std::vector<Piece>*> lists;
      for (std::size_t i = 0; i < pages_.size(); ++i) {
        const std::uint32_t id = classes_[group][i];
        lists.push_back(id == kNone ? &nothing : &pieces(i, id, direction, outside));
      }
      for (const Overlay& part : overlay(lists)) {
        const bool any = std::any_of(part.pieces.begin(), part.pieces.end(),
                                     [](const Piece* piece) { return !piece->may.empty(); });
        if (any) call(group, direction, part);
      }
    }
  }
}

}  // namespace polreach::solver::sets
