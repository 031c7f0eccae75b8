// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

#include "policies/image/layout.h"
#include "policies/net/address_set.h"
#include "policies/source/source_map.h"

/// A compiled file that is mapped. Nothing of it is trusted: a section is looked at after its hash
/// was checked, and every number in it before it is used.
namespace polreach::image {

/// Why a compiled file cannot be used.
enum class Refusal : std::uint8_t {
  Damaged,      // shorter or longer than it says, or of other bytes than were written
  OtherVersion  // written by another version of polreach
};

/// Entries of bytes by number.
class Pool {
 public:
  Pool(std::string_view ends, std::string_view bytes) : ends_(ends), bytes_(bytes) {}

  [[nodiscard]] std::size_t size() const { return ends_.size() / 4; }
  /// Nothing where there is none, or where it is out of bounds.
  [[nodiscard]] std::optional<std::string_view> at(std::size_t index) const {
    if (index >= size()) return std::nullopt;
    const std::size_t begin = index == 0 ? 0 : word_at(ends_, (index - 1) * 4);
    const std::size_t end = word_at(ends_, index * 4);
    if (begin > end || end > bytes_.size()) return std::nullopt;
    return bytes_.substr(begin, end - begin);
  }

 private:
  std::string_view ends_;
  std::string_view bytes_;
};

/// Records of a fixed number of words.
class Records {
 public:
  Records(std::string_view bytes, std::size_t words) : bytes_(bytes), words_(words) {}

  [[nodiscard]] std::size_t size() const { return bytes_.size() / (words_ * 4); }
  /// The record must exist.
  [[nodiscard]] std::uint32_t at(std::size_t index, std::size_t word) const {
    return word_at(bytes_, (index * words_ + word) * 4);
  }

 private:
  std::string_view bytes_;
  std::size_t words_;
};

/// Workloads by number: [first, last).
struct WorkloadRange {
  std::uint32_t first = 0;
  std::uint32_t last = 0;
};

class Image {
 public:
  /// Whether bytes start as those of a compiled file.
  [[nodiscard]] static bool starts(std::string_view bytes) { return bytes.starts_with(kMagic); }

  /// Checks the header; sections are checked when they are required. The bytes must start().
  [[nodiscard]] static tl::expected<std::shared_ptr<Image>, Refusal> open(
      std::unique_ptr<source::Text> text);

  /// Checks sections that have not been checked yet. False: the file is damaged.
  [[nodiscard]] bool require(std::initializer_list<SectionId> ids);

  /// The bytes of a section that was required.
  [[nodiscard]] std::string_view section(SectionId id) const {
    return sections_[static_cast<std::size_t>(id)].bytes;
  }
  [[nodiscard]] Pool pool(SectionId ends, SectionId bytes) const {
    return {section(ends), section(bytes)};
  }
  [[nodiscard]] Records namespaces() const {
    return {section(SectionId::Namespaces), namespace_record::kWords};
  }
  [[nodiscard]] Records workloads() const {
    return {section(SectionId::Workloads), workload_record::kWords};
  }
  [[nodiscard]] Records endpoints() const {
    return {section(SectionId::Endpoints), endpoint_record::kWords};
  }
  [[nodiscard]] Pool symbols() const { return pool(SectionId::SymbolEnds, SectionId::SymbolBytes); }

  /// Whether any resource of Azure is in it.
  [[nodiscard]] bool has_cloud() const;

  /// The workloads of a namespace; nothing where it has no such name, or is not sound. These
  /// require their sections themselves, and find nothing where these are damaged.
  [[nodiscard]] std::optional<WorkloadRange> workloads_in(std::string_view ns);
  /// Those of them with that name.
  [[nodiscard]] std::vector<std::uint32_t> workloads_named(const WorkloadRange& in,
                                                           std::string_view name) const;
  /// Those with an endpoint that has an address in the set; nothing where that is not sound.
  [[nodiscard]] std::optional<std::vector<std::uint32_t>> workloads_at(
      const net::AddressSet& addresses);

  /// The endpoints of a workload; nothing where they are out of bounds.
  [[nodiscard]] std::optional<std::pair<std::uint32_t, std::uint32_t>> endpoints_of(
      std::uint32_t workload) const;
  /// The addresses of a list; nothing where it is out of bounds.
  [[nodiscard]] std::optional<std::vector<net::Address>> addresses(std::uint32_t list) const;

 private:
  struct Section {
    std::string_view bytes;
    std::uint64_t hash = 0;
    bool is_checked = false;
  };

  std::unique_ptr<source::Text> text_;
  std::array<Section, kSections> sections_;
};

/// A file of the image as a text: all of its bytes, or the lines that were kept. `image` must have
/// the sections of lines.
[[nodiscard]] std::unique_ptr<source::Text> excerpt_of(std::shared_ptr<const Image> image,
                                                       std::size_t file);

}  // namespace polreach::image
