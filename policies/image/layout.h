// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

/// How a compiled file is laid out (docs/compile.md). All numbers are little-endian:
///
///   magic (8)  layout (8)  size of the file (8)  sizes of the sections (8 each)
///   hash of the hashes of pages (8)  hash of all that (8)
///   hashes of pages (8 each)  the sections, one behind the other, without gaps
///
/// A page is kPage bytes of the sections, whichever they belong to; the last one may be shorter. A
/// question looks at few of them, and each is checked when it is looked at first. Hashes are XXH3,
/// of 64 bits.
///
/// A section is a table of records of 32-bit words, or bytes. A *pool* is two sections: the bytes
/// of its entries one behind the other, and the offsets of their ends.
///
/// What questions find their way by is in tables, to be read where it lies in the mapped file:
/// namespaces by name, workloads in the order of their namespaces, endpoints in the order of their
/// workloads, addresses in their order. Policies and Services are entries of pools in the order of
/// the model, so that those of a namespace are neighbours. What is small or is needed as a whole
/// is in archives (policies/image/archive.h).
namespace polreach::image {

/// No text starts like this: the second byte is in no UTF-8, and the last ones are changed by what
/// takes the file for text.
inline constexpr std::string_view kMagic{"P\xFFOLR\r\n\x1A", 8};

/// To be raised whenever the meaning of the bytes changes.
inline constexpr std::uint64_t kFormat = 2;

enum class SectionId : std::uint8_t {
  Settings,    // archive: Settings, ledger, files, diagnostics, Summary
  Gaps,        // archive
  Nodes,       // archive
  Entrances,   // archive
  Cloud,       // archive: resources of Azure, service tags
  Rest,        // archive: accounts of pods, what the API server calls back, notes
  Namespaces,  // records
  Workloads,   // records
  Endpoints,   // records
  SymbolEnds,  // pool: the texts of symbols
  SymbolBytes,
  LabelEnds,  // pool: label sets, an archive each
  LabelBytes,
  TraitEnds,  // pool: Traits, an archive each
  TraitBytes,
  PolicyEnds,  // pool: policies, an archive each
  PolicyBytes,
  ServiceEnds,  // pool: Services, an archive each
  ServiceBytes,
  AddressEnds,       // the ends of lists of addresses, in entries of Addresses
  Addresses,         // records
  PodAddresses,      // records: the addresses of endpoints, in order, and whose they are
  ServiceAddresses,  // records: likewise, those of Services
  FileLines,         // for each file the end of its lines in Lines, and of its places in Widths
  Lines,             // records: the lines that places point into
  LineTextEnds,      // pool: their texts
  LineTextBytes,
  Widths,    // records: the places in lines whose characters are not their bytes
  TextEnds,  // pool: the texts of files that are held as a whole
  TextBytes,
};
inline constexpr std::size_t kSections = 30;

/// What pods can have together of addresses, ports and labels of nodes. Many share one entry in the
/// file, and each has its own in a model.
inline constexpr std::uint64_t kMostShared = std::uint64_t{1} << 26U;

inline constexpr std::size_t kSizeAt = 16;
inline constexpr std::size_t kTableAt = 24;
inline constexpr std::size_t kPagesHashAt = kTableAt + kSections * 8;
inline constexpr std::size_t kHeaderHashAt = kPagesHashAt + 8;
inline constexpr std::size_t kHeaderSize = kHeaderHashAt + 8;
inline constexpr std::size_t kPage = 4096;

/// How many pages so many bytes of sections are.
constexpr std::size_t pages_of(std::size_t bytes) { return bytes / kPage + (bytes % kPage != 0); }

/// The words of records, by position.
namespace namespace_record {
enum : std::size_t {
  kName,
  kLabels,
  kDeclared,
  kFile,
  kBegin,
  kEnd,
  kFirstWorkload,
  kFirstPolicy,  // of Tier::Network
  kFirstService,
  kWords
};
}
namespace workload_record {
enum : std::size_t {
  kNamespace,
  kKind,
  kName,
  kReplicated,
  kFile,
  kBegin,
  kEnd,
  kFirstEndpoint,
  kWords
};
}
namespace endpoint_record {
enum : std::size_t {
  kLabels,
  kTraits,
  kAddresses,      // a list
  kNodeAddresses,  // a list
  kNode,           // a symbol and 1; 0: not known
  kPod,            // likewise
  kOwnerKind,
  kOwnerName,
  kFile,
  kBegin,
  kEnd,
  kWords
};
}
namespace address_record {
enum : std::size_t { kFamily, kBits0, kBits1, kBits2, kBits3, kWords };  // the lowest bits first
}
namespace found_record {  // as address_record, and whose it is
enum : std::size_t { kNumber = address_record::kWords, kWords };
}
namespace file_record {
enum : std::size_t { kLinesEnd, kWidthsEnd, kWords };
}
namespace line_record {
enum : std::size_t { kStart, kSize, kNumber, kText, kIsWide, kWords };
}
namespace width_record {
enum : std::size_t { kBegin, kEnd, kBefore, kInside, kWords };
}

/// What tells this layout from every other: the format, the version of the program, and the sizes
/// of the structs that are held, so that a field more does not go unnoticed.
[[nodiscard]] std::uint64_t layout_mark();

[[nodiscard]] std::uint64_t hash_of(std::string_view bytes);

[[nodiscard]] std::uint32_t word_at(std::string_view bytes, std::size_t offset);
[[nodiscard]] std::uint64_t long_word_at(std::string_view bytes, std::size_t offset);
void append_word(std::string& bytes, std::uint32_t value);
void append_long_word(std::string& bytes, std::uint64_t value);

}  // namespace polreach::image
