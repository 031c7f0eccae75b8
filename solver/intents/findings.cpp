// SPDX-License-Identifier: Apache-2.0
#include "solver/intents/findings.h"

#include <fmt/format.h>

#include <algorithm>

namespace polreach::solver::intents {
namespace {

void add_pods(const std::vector<model::EndpointId>& more, std::vector<model::EndpointId>& all) {
  all.insert(all.end(), more.begin(), more.end());
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
}

/// What could be closed or opened: at the subject, where that is a pod, else at the other ends.
void widen(std::optional<audit::Opening>& opening, const Breach& breach, const EndName& subject,
           const std::vector<EndName>& peers, bool subject_is_source) {
  if (!opening) opening.emplace();
  const bool at_subject = !subject.pods.empty();
  const bool is_egress = subject_is_source == at_subject;
  opening->direction = is_egress ? model::Direction::Egress : model::Direction::Ingress;
  opening->traffic |= breach.open;
  opening->addresses |= breach.addresses;
  add_pods(subject.pods, opening->pods);
  for (const EndName& peer : peers) {
    add_pods(peer.pods, at_subject ? opening->peers : opening->pods);
  }
}

}  // namespace

void add_assumptions(std::vector<queries::NamedAssumption> more,
                     std::vector<queries::NamedAssumption>& all) {
  for (queries::NamedAssumption& each : more) {
    const bool known = std::any_of(all.begin(), all.end(), [&](const auto& other) {
      return other.id == each.id && other.text == each.text;
    });
    if (!known) all.push_back(std::move(each));
  }
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
    return std::pair(a.id, a.text) < std::pair(b.id, b.text);
  });
}

void Findings::add(const Breach& breach) {
  const bool blames_source = question_.blames_source;
  const auto& subjects = blames_source ? breach.sources : breach.destinations;
  const auto& peers = blames_source ? breach.destinations : breach.sources;
  const bool is_certain = breach.certain && certain_;
  for (const EndName& subject : subjects) {
    const auto [at, is_new] = told_.try_emplace({subject.full, is_certain});
    Told& known = at->second;
    audit::Finding& finding = known.finding;
    if (is_new || (!finding.example && breach.example)) {
      auto rests_on = std::move(finding.rests_on);
      auto opening = std::move(finding.opening);
      finding = started(breach, subject, peers.front(), is_certain);
      finding.rests_on = std::move(rests_on);
      finding.opening = std::move(opening);
      known.peer = peers.front().brief;
    }
    for (const EndName& peer : peers) known.peers.insert(peer.brief);
    if (is_certain && !breach.open.empty()) {
      widen(finding.opening, breach, subject, peers, blames_source);
    }
    if (!is_certain) add_assumptions(breach.rests_on, finding.rests_on);
  }
}

std::vector<audit::Finding> Findings::take() {
  std::vector<audit::Finding> result;
  for (auto& [unused, each] : told_) {
    each.peers.erase(each.peer);
    each.finding.also.assign(each.peers.begin(), each.peers.end());
    result.push_back(std::move(each.finding));
  }
  told_.clear();
  return result;
}

audit::Finding Findings::started(const Breach& breach, const EndName& subject, const EndName& peer,
                                 bool certain) const {
  audit::Finding finding;
  finding.check = &check_;
  finding.severity = check_.severity;
  finding.subject = subject.full;
  finding.key = question_.key;
  finding.where = breach.where;
  finding.causes = breach.causes;
  finding.example = breach.example;
  finding.certain = certain;
  const std::string& source = question_.blames_source ? subject.brief : peer.brief;
  const std::string& destination = question_.blames_source ? peer.brief : subject.brief;
  const std::string_view verb = question_.forbids ? (certain ? "reaches" : "may reach")
                                                  : (certain ? "cannot reach" : "may not reach");
  finding.message = fmt::format("{} {} {} on {}", source, verb, destination, breach.traffic);
  return finding;
}

}  // namespace polreach::solver::intents
