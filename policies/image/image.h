// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "policies/image/layout.h"
#include "policies/net/address.h"
#include "policies/source/source_map.h"

/// A compiled file that is mapped. Nothing of it is trusted: a page is looked at after its hash was
/// checked, and every number in it before it is used.
namespace polreach::image {

/// Why a compiled file cannot be used.
enum class Refusal : std::uint8_t {
  Damaged,      // shorter or longer than it says, or of other bytes than were written
  OtherVersion  // written by another version of polreach
};

/// The bytes of a file. What is asked for and is not there, or is not what was written, reads as
/// nothing, and makes the image damaged for good: whoever has read something looks at is_damaged()
/// before it is used. Not thread-safe.
class Image {
 public:
  /// Whether bytes start as those of a compiled file.
  [[nodiscard]] static bool starts(std::string_view bytes) { return bytes.starts_with(kMagic); }

  /// Checks the header and the hashes of pages. The bytes must start().
  [[nodiscard]] static tl::expected<std::shared_ptr<Image>, Refusal> open(
      std::unique_ptr<source::Text> text);

  /// Checks all pages.
  [[nodiscard]] bool check_all() const { return check(0, sections_bytes_.size()); }
  [[nodiscard]] bool is_damaged() const { return is_damaged_; }

  [[nodiscard]] std::size_t size(SectionId id) const { return at(id).size; }
  /// A part of a section.
  [[nodiscard]] std::string_view bytes(SectionId id, std::size_t begin, std::size_t size) const;
  [[nodiscard]] std::string_view all(SectionId id) const { return bytes(id, 0, size(id)); }
  /// The number at an offset of a section.
  [[nodiscard]] std::uint32_t word(SectionId id, std::size_t offset) const {
    const std::string_view found = bytes(id, offset, 4);
    return found.empty() ? 0 : word_at(found, 0);
  }

 private:
  struct Section {
    std::size_t begin = 0;  // among those of all sections
    std::size_t size = 0;
  };
  [[nodiscard]] const Section& at(SectionId id) const {
    return sections_[static_cast<std::size_t>(id)];
  }
  [[nodiscard]] bool check(std::size_t begin, std::size_t end) const;

  std::unique_ptr<source::Text> text_;
  std::array<Section, kSections> sections_;
  std::string_view page_hashes_;
  std::string_view sections_bytes_;
  mutable std::vector<bool> is_checked_;  // by page
  mutable bool is_damaged_ = false;
};

/// Entries of bytes by number.
class Pool {
 public:
  Pool(const Image& image, SectionId ends, SectionId bytes)
      : image_(&image), ends_(ends), bytes_(bytes) {}

  [[nodiscard]] std::size_t size() const { return image_->size(ends_) / 4; }
  /// Of all entries together.
  [[nodiscard]] std::size_t total() const { return image_->size(bytes_); }
  /// Empty, and the image damaged, where there is none.
  [[nodiscard]] std::string_view at(std::size_t index) const {
    const std::size_t begin = index == 0 ? 0 : image_->word(ends_, (index - 1) * 4);
    const std::size_t end = image_->word(ends_, index * 4);
    return image_->bytes(bytes_, begin, end - begin);
  }

 private:
  const Image* image_;
  SectionId ends_;
  SectionId bytes_;
};

/// Records of a fixed number of words.
class Records {
 public:
  Records(const Image& image, SectionId id, std::size_t words)
      : image_(&image), id_(id), words_(words) {}

  [[nodiscard]] std::size_t size() const { return image_->size(id_) / (words_ * 4); }
  /// 0, and the image damaged, where there is none.
  [[nodiscard]] std::uint32_t at(std::size_t index, std::size_t word) const {
    return image_->word(id_, (index * words_ + word) * 4);
  }

 private:
  const Image* image_;
  SectionId id_;
  std::size_t words_;
};

[[nodiscard]] inline Records namespaces_of(const Image& image) {
  return {image, SectionId::Namespaces, namespace_record::kWords};
}
[[nodiscard]] inline Records workloads_of(const Image& image) {
  return {image, SectionId::Workloads, workload_record::kWords};
}
[[nodiscard]] inline Records endpoints_of(const Image& image) {
  return {image, SectionId::Endpoints, endpoint_record::kWords};
}
[[nodiscard]] inline Pool symbols_of(const Image& image) {
  return {image, SectionId::SymbolEnds, SectionId::SymbolBytes};
}

/// The address in a record that starts as address_record says; nothing where it is not sound.
[[nodiscard]] std::optional<net::Address> address_at(const Records& records, std::size_t index);

/// A file of the image as a text of which the lines are left that were kept.
[[nodiscard]] std::unique_ptr<source::Text> excerpt_of(std::shared_ptr<const Image> image,
                                                       std::size_t file);

}  // namespace polreach::image
