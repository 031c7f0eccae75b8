// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "policies/image/image.h"
#include "policies/net/address_set.h"

/// What a compiled file has of a name or of an address, found without reading the rest of it. Names
/// and numbers are those of the file. Where it is not sound nothing is found, or too little, and
/// the image may be damaged afterwards.
namespace polreach::image {

/// Numbers of entries: [first, last).
struct Range {
  std::uint32_t first = 0;
  std::uint32_t last = 0;

  [[nodiscard]] bool empty() const { return first >= last; }
};

/// The namespace of that name.
[[nodiscard]] std::optional<std::uint32_t> find_namespace(const Image& image,
                                                          std::string_view name);

[[nodiscard]] Range workloads_in(const Image& image, std::uint32_t ns);
[[nodiscard]] Range services_in(const Image& image, std::uint32_t ns);

/// Those of the workloads that have the name.
[[nodiscard]] std::vector<std::uint32_t> workloads_named(const Image& image, const Range& among,
                                                         std::string_view name);

/// The endpoints of a workload.
[[nodiscard]] Range endpoints_in(const Image& image, std::uint32_t workload);
/// The workload of an endpoint; nothing where there is none.
[[nodiscard]] std::optional<std::uint32_t> workload_of(const Image& image, std::uint32_t endpoint);

/// The endpoints of the workloads whose pod, or the owner of whose pod, has the name.
[[nodiscard]] std::vector<std::uint32_t> pods_named(const Image& image, const Range& workloads,
                                                    std::string_view name);

/// The endpoints, or the Services, that have an address in the set.
[[nodiscard]] std::vector<std::uint32_t> endpoints_at(const Image& image,
                                                      const net::AddressSet& addresses);
[[nodiscard]] std::vector<std::uint32_t> services_at(const Image& image,
                                                     const net::AddressSet& addresses);

}  // namespace polreach::image
