// SPDX-License-Identifier: Apache-2.0
#include "policies/image/find.h"

#include <algorithm>

#include "policies/image/numbers.h"

namespace polreach::image {
namespace {

/// What a record says where its own entries start, and the next one where they end.
Range entries_of(const Records& records, std::size_t at, std::size_t word, std::size_t all) {
  if (at >= records.size()) return {};
  const auto count = static_cast<std::uint32_t>(all);
  const std::uint32_t last = at + 1 < records.size() ? records.at(at + 1, word) : count;
  const Range result{records.at(at, word), last};
  return result.first <= last && last <= count ? result : Range{};
}

std::vector<std::uint32_t> owners_of(const Image& image, SectionId id,
                                     const net::AddressSet& addresses) {
  const Records records(image, id, found_record::kWords);
  std::vector<std::uint32_t> result;
  for (const net::AddressSet::Interval& each : addresses.intervals()) {
    std::size_t at = first_of(0, records.size(), [&](std::size_t i) {
      const auto address = address_at(records, i);
      return !address || *address >= each.first;
    });
    for (; at < records.size() && !image.is_damaged(); ++at) {
      const auto address = address_at(records, at);
      if (!address || *address > each.last) break;
      result.push_back(records.at(at, found_record::kNumber));
    }
  }
  std::sort(result.begin(), result.end());
  result.erase(std::unique(result.begin(), result.end()), result.end());
  return result;
}

}  // namespace

std::optional<std::uint32_t> find_namespace(const Image& image, std::string_view name) {
  const Records spaces = namespaces_of(image);
  const Pool symbols = symbols_of(image);
  const auto name_of = [&](std::size_t i) {
    return symbols.at(spaces.at(i, namespace_record::kName));
  };
  const std::size_t at =
      first_of(0, spaces.size(), [&](std::size_t i) { return name_of(i) >= name; });
  if (at == spaces.size() || name_of(at) != name) return std::nullopt;
  return static_cast<std::uint32_t>(at);
}

Range workloads_in(const Image& image, std::uint32_t ns) {
  return entries_of(namespaces_of(image), ns, namespace_record::kFirstWorkload,
                    workloads_of(image).size());
}

Range services_in(const Image& image, std::uint32_t ns) {
  return entries_of(namespaces_of(image), ns, namespace_record::kFirstService,
                    image.size(SectionId::ServiceEnds) / 4);
}

std::vector<std::uint32_t> workloads_named(const Image& image, const Range& among,
                                           std::string_view name) {
  std::vector<std::uint32_t> result;
  const Records workloads = workloads_of(image);
  const Pool symbols = symbols_of(image);
  for (std::uint32_t i = among.first; i < among.last; ++i) {
    if (symbols.at(workloads.at(i, workload_record::kName)) == name) result.push_back(i);
  }
  return result;
}

Range endpoints_in(const Image& image, std::uint32_t workload) {
  return entries_of(workloads_of(image), workload, workload_record::kFirstEndpoint,
                    endpoints_of(image).size());
}

std::optional<std::uint32_t> workload_of(const Image& image, std::uint32_t endpoint) {
  const Records workloads = workloads_of(image);
  const std::size_t behind = first_of(0, workloads.size(), [&](std::size_t i) {
    return workloads.at(i, workload_record::kFirstEndpoint) > endpoint;
  });
  if (behind == 0 || endpoint >= endpoints_of(image).size()) return std::nullopt;
  return static_cast<std::uint32_t>(behind - 1);
}

std::vector<std::uint32_t> pods_named(const Image& image, const Range& workloads,
                                      std::string_view name) {
  std::vector<std::uint32_t> result;
  const Records endpoints = endpoints_of(image);
  const Pool symbols = symbols_of(image);
  // Symbols of neighbours are mostly the same.
  std::optional<std::uint32_t> other;
  std::size_t left = endpoints.size();
  for (std::uint32_t i = workloads.first; i < workloads.last; ++i) {
    const Range own = endpoints_in(image, i);
    // Each is of one workload, whatever the file claims.
    if (own.last - own.first > left) return {};
    left -= own.last - own.first;
    for (std::uint32_t k = own.first; k < own.last; ++k) {
      const std::uint32_t pod = endpoints.at(k, endpoint_record::kPod);
      const std::uint32_t owner = endpoints.at(k, endpoint_record::kOwnerName);
      const bool is_owned = owner != other && symbols.at(owner) == name;
      if (!is_owned) other = owner;
      if (is_owned || (pod != 0 && symbols.at(pod - 1) == name)) result.push_back(k);
    }
  }
  return result;
}

std::vector<std::uint32_t> endpoints_at(const Image& image, const net::AddressSet& addresses) {
  return owners_of(image, SectionId::PodAddresses, addresses);
}

std::vector<std::uint32_t> services_at(const Image& image, const net::AddressSet& addresses) {
  return owners_of(image, SectionId::ServiceAddresses, addresses);
}

}  // namespace polreach::image
