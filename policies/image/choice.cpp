// SPDX-License-Identifier: Apache-2.0
#include "policies/image/choice.h"

#include "policies/image/find.h"

namespace polreach::image {
namespace {

void choose_all(const Image& image, Choice& choice) {
  for (std::uint32_t i = 0; i < workloads_of(image).size(); ++i) choice.workloads[i];
  choice.services.set_all(image.size(SectionId::ServiceEnds) / 4);
  choice.policies_of.set_all(namespaces_of(image).size());
}

bool add_endpoints(const Image& image, const std::vector<std::uint32_t>& endpoints,
                   Choice& choice) {
  for (const std::uint32_t endpoint : endpoints) {
    const auto workload = workload_of(image, endpoint);
    if (!workload) return false;
    const auto [entry, added] = choice.workloads.try_emplace(*workload);
    if (added) entry->second.emplace();
    if (entry->second) entry->second->push_back(endpoint);
  }
  return true;
}

/// Workloads that share namespace and name are neighbours: a name says which one where there is
/// another.
void add_namesakes(const Image& image, Choice& choice) {
  const Records all = workloads_of(image);
  const auto share_name = [&](std::size_t a, std::size_t b) {
    return all.at(a, workload_record::kNamespace) == all.at(b, workload_record::kNamespace) &&
           all.at(a, workload_record::kName) == all.at(b, workload_record::kName);
  };
  // Up to the next one that is chosen, which goes on from there.
  const auto is_new = [&](std::uint32_t i) { return !choice.workloads.contains(i); };
  std::vector<std::uint32_t> more;
  for (const auto& [workload, endpoints] : choice.workloads) {
    for (std::uint32_t i = workload; i > 0 && is_new(i - 1) && share_name(i - 1, i); --i) {
      more.push_back(i - 1);
    }
    for (std::uint32_t i = workload + 1; i < all.size() && is_new(i) && share_name(i - 1, i); ++i) {
      more.push_back(i);
    }
  }
  for (const std::uint32_t each : more) {
    const auto [entry, added] = choice.workloads.try_emplace(each);
    if (added) entry->second.emplace();
  }
}

}  // namespace

bool choose(const Image& image, const std::optional<Wanted>& wanted, const Summary& summary,
            Choice& choice) {
  if (!wanted) {
    choose_all(image, choice);
    return true;
  }
  const Records workloads = workloads_of(image);
  for (const std::uint32_t each : wanted->workloads) {
    if (each < workloads.size()) choice.workloads[each];
  }
  if (!add_endpoints(image, wanted->endpoints, choice)) return false;
  for (const auto& [workload, endpoints] : choice.workloads) {
    choice.policies_of.add(workloads.at(workload, workload_record::kNamespace));
  }
  choice.policies_of.settle();
  add_namesakes(image, choice);
  choice.services.add(wanted->services);
  choice.services.add(summary.services);
  choice.services.settle();
  return add_endpoints(image, summary.endpoints, choice);
}

}  // namespace polreach::image
