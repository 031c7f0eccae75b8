// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

/// How a compiled file is laid out (docs/compile.md). All numbers are little-endian:
///
///   magic (8)  layout (8)  size of the file (8)  sections: offset, size, hash (3 x 8 each)
///   hash of all that (8)   the sections, one behind the other, without gaps
///
/// A section is a table of records of 32-bit words, or bytes. A *pool* is two sections: the bytes
/// of its entries one behind the other, and the offsets of their ends. Hashes are XXH3, of 64 bits.
///
/// What questions go through for every pod is in tables, to be read where it lies in the mapped
/// file: namespaces, workloads in the order of their namespaces, endpoints in the order of their
/// workloads. What is small or is needed as a whole is in one archive (policies/image/archive.h).
namespace polreach::image {

/// No text starts like this: the second byte is in no UTF-8, and the last ones are changed by what
/// takes the file for text.
inline constexpr std::string_view kMagic{"P\xFFOLR\r\n\x1A", 8};

/// To be raised whenever the meaning of the bytes changes.
inline constexpr std::uint64_t kFormat = 1;

enum class SectionId : std::uint8_t {
  Settings,    // archive: Settings, ledger, files, diagnostics, notes, representatives
  Core,        // archive: nodes, services, entrances, policies, gaps
  Cloud,       // archive: resources of Azure, service tags
  Namespaces,  // records
  Workloads,   // records
  Endpoints,   // records
  SymbolEnds,  // pool: the texts of symbols
  SymbolBytes,
  LabelEnds,  // pool: label sets, an archive each
  LabelBytes,
  TraitEnds,  // pool: Traits, an archive each
  TraitBytes,
  AddressEnds,   // the ends of lists of addresses, in entries of Addresses
  Addresses,     // records
  FileLines,     // for each file the end of its lines in Lines, and of its places in Widths
  Lines,         // records: the lines that places point into
  LineTextEnds,  // pool: their texts
  LineTextBytes,
  Widths,    // records: the places in lines whose characters are not their bytes
  TextEnds,  // pool: the texts of files that are held as a whole
  TextBytes,
  Estate,  // archive: accounts of pods, and what the API server calls back
};
inline constexpr std::size_t kSections = 22;

/// What pods can have together of addresses, ports and labels of nodes. Many share one entry in the
/// file, and each has its own in a model.
inline constexpr std::uint64_t kMostShared = std::uint64_t{1} << 26U;

inline constexpr std::size_t kSectionEntry = 24;
inline constexpr std::size_t kHeaderSize = 8 + 8 + 8 + kSections * kSectionEntry + 8;

/// The words of records, by position.
namespace namespace_record {
enum : std::size_t { kName, kLabels, kDeclared, kFile, kBegin, kEnd, kFirstWorkload, kWords };
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
