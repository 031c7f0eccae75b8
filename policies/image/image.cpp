// SPDX-License-Identifier: Apache-2.0
#include "policies/image/image.h"

namespace polreach::image {
namespace {

constexpr std::size_t kLayoutAt = 8;

/// What each entry of a section takes; 1: it is bytes.
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
    case SectionId::PodAddresses:
    case SectionId::ServiceAddresses:
      return found_record::kWords * 4;
    case SectionId::FileLines:
      return file_record::kWords * 4;
    case SectionId::Lines:
      return line_record::kWords * 4;
    case SectionId::Widths:
      return width_record::kWords * 4;
    case SectionId::SymbolEnds:
    case SectionId::LabelEnds:
    case SectionId::TraitEnds:
    case SectionId::PolicyEnds:
    case SectionId::ServiceEnds:
    case SectionId::AddressEnds:
    case SectionId::LineTextEnds:
    case SectionId::TextEnds:
      return 4;
    default:
      return 1;
  }
}

}  // namespace

tl::expected<std::shared_ptr<Image>, Refusal> Image::open(std::unique_ptr<source::Text> text) {
  const std::string_view bytes = text->bytes();
  // Another version has another header: what is behind the mark is not looked at.
  if (bytes.size() < kTableAt) return tl::unexpected(Refusal::Damaged);
  if (long_word_at(bytes, kLayoutAt) != layout_mark()) {
    return tl::unexpected(Refusal::OtherVersion);
  }
  const bool is_whole =
      bytes.size() >= kHeaderSize && long_word_at(bytes, kSizeAt) == bytes.size() &&
      long_word_at(bytes, kHeaderHashAt) == hash_of(bytes.substr(0, kHeaderHashAt));
  if (!is_whole) return tl::unexpected(Refusal::Damaged);
  auto image = std::make_shared<Image>();
  std::size_t total = 0;
  for (std::size_t i = 0; i < kSections; ++i) {
    const std::uint64_t size = long_word_at(bytes, kTableAt + i * 8);
    const bool fits =
        size <= bytes.size() - total && size % granule(static_cast<SectionId>(i)) == 0;
    if (!fits) return tl::unexpected(Refusal::Damaged);
    image->sections_[i] = {total, size};
    total += size;
  }
  const std::size_t hashes = pages_of(total) * 8;
  if (bytes.size() != kHeaderSize + hashes + total) return tl::unexpected(Refusal::Damaged);
  image->page_hashes_ = bytes.substr(kHeaderSize, hashes);
  if (hash_of(image->page_hashes_) != long_word_at(bytes, kPagesHashAt)) {
    return tl::unexpected(Refusal::Damaged);
  }
  image->sections_bytes_ = bytes.substr(kHeaderSize + hashes);
  image->is_checked_.resize(pages_of(total));
  image->text_ = std::move(text);
  return image;
}

std::string_view Image::bytes(SectionId id, std::size_t begin, std::size_t size) const {
  const Section& section = at(id);
  if (begin > section.size || size > section.size - begin) {
    is_damaged_ = true;
    return {};
  }
  const std::size_t first = section.begin + begin;
  return check(first, first + size) ? sections_bytes_.substr(first, size) : std::string_view();
}

bool Image::check(std::size_t begin, std::size_t end) const {
  if (begin == end) return true;
  for (std::size_t page = begin / kPage; page <= (end - 1) / kPage; ++page) {
    if (is_checked_[page]) continue;
    const std::uint64_t hash = hash_of(sections_bytes_.substr(page * kPage, kPage));
    if (hash != long_word_at(page_hashes_, page * 8)) {
      is_damaged_ = true;
      return false;
    }
    is_checked_[page] = true;
  }
  return true;
}

std::optional<net::Address> address_at(const Records& records, std::size_t index) {
  const auto bits = [&](std::size_t word) -> net::Uint128 { return records.at(index, word); };
  const std::uint32_t family = records.at(index, address_record::kFamily);
  const net::Uint128 value = bits(address_record::kBits0) | bits(address_record::kBits1) << 32U |
                             bits(address_record::kBits2) << 64U |
                             bits(address_record::kBits3) << 96U;
  if (family > 1 || (family == 0 && (value >> 32U) != 0)) return std::nullopt;
  return net::Address{family == 0 ? net::Family::V4 : net::Family::V6, value};
}

}  // namespace polreach::image
