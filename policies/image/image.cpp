// SPDX-License-Identifier: Apache-2.0
#include "policies/image/image.h"

#include <algorithm>

namespace polreach::image {
namespace {

constexpr std::size_t kLayoutAt = 8;
constexpr std::size_t kSizeAt = 16;
constexpr std::size_t kTableAt = 24;

/// Whether a section is the ends of entries in another one.
bool holds_ends(SectionId id) {
  switch (id) {
    case SectionId::SymbolEnds:
    case SectionId::LabelEnds:
    case SectionId::TraitEnds:
    case SectionId::AddressEnds:
    case SectionId::LineTextEnds:
    case SectionId::TextEnds:
      return true;
    default:
      return false;
  }
}

/// What each entry of a table of records takes; 1: a section of bytes.
std::size_t granule(SectionId id) {
  switch (id) {
    case SectionId::Namespaces:
      return namespace_record::kWords * 4;
    case SectionId::Workloads:
      return workload_record::kWords * 4;
    case SectionId::Endpoints:
      return endpoint_record::kWords * 4;
    case SectionId::Addresses:
      return address_record::kWords * 4;
    case SectionId::FileLines:
      return file_record::kWords * 4;
    case SectionId::Lines:
      return line_record::kWords * 4;
    case SectionId::Widths:
      return width_record::kWords * 4;
    default:
      return holds_ends(id) ? 4 : 1;
  }
}

/// Entries lie one behind the other: together they are no more than there is.
bool are_in_order(std::string_view ends) {
  std::uint32_t last = 0;
  for (std::size_t at = 0; at < ends.size(); at += 4) {
    const std::uint32_t end = word_at(ends, at);
    if (end < last) return false;
    last = end;
  }
  return true;
}

}  // namespace

tl::expected<std::shared_ptr<Image>, Refusal> Image::open(std::unique_ptr<source::Text> text) {
  const std::string_view bytes = text->bytes();
  // Another version has another header: what is behind the mark is not looked at.
  if (bytes.size() < kTableAt) return tl::unexpected(Refusal::Damaged);
  if (long_word_at(bytes, kLayoutAt) != layout_mark()) {
    return tl::unexpected(Refusal::OtherVersion);
  }
  const bool is_whole = bytes.size() >= kHeaderSize && long_word_at(bytes, kSizeAt) == bytes.size();
  if (!is_whole) return tl::unexpected(Refusal::Damaged);
  const std::size_t hashed = kHeaderSize - 8;
  if (long_word_at(bytes, hashed) != hash_of(bytes.substr(0, hashed))) {
    return tl::unexpected(Refusal::Damaged);
  }
  auto image = std::make_shared<Image>();
  std::uint64_t next = kHeaderSize;
  for (std::size_t i = 0; i < kSections; ++i) {
    const std::size_t entry = kTableAt + i * kSectionEntry;
    const std::uint64_t offset = long_word_at(bytes, entry);
    const std::uint64_t size = long_word_at(bytes, entry + 8);
    const bool fits = offset == next && size <= bytes.size() - offset &&
                      size % granule(static_cast<SectionId>(i)) == 0;
    if (!fits) return tl::unexpected(Refusal::Damaged);
    image->sections_[i] = {bytes.substr(offset, size), long_word_at(bytes, entry + 16), false};
    next = offset + size;
  }
  if (next != bytes.size()) return tl::unexpected(Refusal::Damaged);
  image->text_ = std::move(text);
  return image;
}

bool Image::require(std::initializer_list<SectionId> ids) {
  return std::all_of(ids.begin(), ids.end(), [&](SectionId id) {
    Section& each = sections_[static_cast<std::size_t>(id)];
    if (!each.is_checked) {
      each.is_checked =
          hash_of(each.bytes) == each.hash && (!holds_ends(id) || are_in_order(each.bytes));
    }
    return each.is_checked;
  });
}

bool Image::has_cloud() const {
  // The section starts with how many there are.
  const std::string_view cloud = section(SectionId::Cloud);
  return cloud.empty() || cloud.front() != '\0';
}

std::optional<WorkloadRange> Image::workloads_in(std::string_view ns) {
  const bool checked = require(
      {SectionId::Namespaces, SectionId::Workloads, SectionId::SymbolEnds, SectionId::SymbolBytes});
  if (!checked) return std::nullopt;
  const Records spaces = namespaces();
  const auto all = static_cast<std::uint32_t>(workloads().size());
  for (std::size_t i = 0; i < spaces.size(); ++i) {
    if (symbols().at(spaces.at(i, namespace_record::kName)) != ns) continue;
    const std::uint32_t first = spaces.at(i, namespace_record::kFirstWorkload);
    const std::uint32_t last =
        i + 1 < spaces.size() ? spaces.at(i + 1, namespace_record::kFirstWorkload) : all;
    if (first > last || last > all) return std::nullopt;
    return WorkloadRange{first, last};
  }
  return std::nullopt;
}

std::vector<std::uint32_t> Image::workloads_named(const WorkloadRange& in,
                                                  std::string_view name) const {
  std::vector<std::uint32_t> result;
  for (std::uint32_t i = in.first; i < in.last; ++i) {
    if (symbols().at(workloads().at(i, workload_record::kName)) == name) result.push_back(i);
  }
  return result;
}

std::optional<std::vector<std::uint32_t>> Image::workloads_at(const net::AddressSet& wanted) {
  std::vector<std::uint32_t> result;
  const bool checked = require(
      {SectionId::Workloads, SectionId::Endpoints, SectionId::AddressEnds, SectionId::Addresses});
  if (!checked) return std::nullopt;
  std::vector<bool> is_in(section(SectionId::AddressEnds).size() / 4);
  for (std::size_t i = 0; i < is_in.size(); ++i) {
    const auto list = addresses(static_cast<std::uint32_t>(i));
    is_in[i] = list && std::any_of(list->begin(), list->end(),
                                   [&](const net::Address& each) { return wanted.contains(each); });
  }
  const Records all = endpoints();
  for (std::uint32_t i = 0; i < workloads().size(); ++i) {
    const auto own = endpoints_of(i);
    if (!own) return std::nullopt;
    bool found = false;
    for (std::uint32_t k = own->first; k < own->second && !found; ++k) {
      const std::size_t list = all.at(k, endpoint_record::kAddresses);
      found = list < is_in.size() && is_in[list];
    }
    if (found) result.push_back(i);
  }
  return result;
}

std::optional<std::pair<std::uint32_t, std::uint32_t>> Image::endpoints_of(
    std::uint32_t workload) const {
  const Records all = workloads();
  const auto count = static_cast<std::uint32_t>(endpoints().size());
  const std::uint32_t first = all.at(workload, workload_record::kFirstEndpoint);
  const std::uint32_t last =
      workload + 1 < all.size() ? all.at(workload + 1, workload_record::kFirstEndpoint) : count;
  if (first > last || last > count) return std::nullopt;
  return std::pair{first, last};
}

std::optional<std::vector<net::Address>> Image::addresses(std::uint32_t list) const {
  const std::string_view ends = section(SectionId::AddressEnds);
  if (list >= ends.size() / 4) return std::nullopt;
  const Records all(section(SectionId::Addresses), address_record::kWords);
  const std::size_t begin = list == 0 ? 0 : word_at(ends, (std::size_t{list} - 1) * 4);
  const std::size_t end = word_at(ends, std::size_t{list} * 4);
  if (begin > end || end > all.size()) return std::nullopt;
  std::vector<net::Address> result;
  result.reserve(end - begin);
  for (std::size_t i = begin; i < end; ++i) {
    const auto bits = [&](std::size_t word) -> net::Uint128 { return all.at(i, word); };
    const bool is_v4 = all.at(i, address_record::kFamily) == 0;
    const net::Uint128 value = bits(address_record::kBits0) | bits(address_record::kBits1) << 32U |
                               bits(address_record::kBits2) << 64U |
                               bits(address_record::kBits3) << 96U;
    if (all.at(i, address_record::kFamily) > 1 || (is_v4 && (value >> 32U) != 0)) {
      return std::nullopt;
    }
    result.push_back({is_v4 ? net::Family::V4 : net::Family::V6, value});
  }
  return result;
}

}  // namespace polreach::image
