// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "policies/source/diagnostics.h"
#include "policies/source/source_map.h"
#include "policies/syntax/tape.h"

namespace polreach::syntax {

/// What the bytes of an input are. Auto decides by the first tokens alone: JSON where, after white
/// space and any number of `[`, there is a `{` and then a name in double quotes and a `:`; YAML
/// otherwise (which reads `{a: 1}`, `{}` and `[1, 2]` just as well). A text that starts as JSON
/// gets JSON's errors. A line `---` after a JSON document makes the rest of the text YAML.
enum class Format : std::uint8_t { Auto, Yaml, Json };

/// Bounds on hostile input. Each has its own diagnostic.
struct Limits {
  std::uint64_t yaml_bytes = 256ULL << 20U;
  std::uint32_t depth = 64;                // nested collections
  std::uint32_t scalar_bytes = 1U << 20U;  // only of values that are kept
  std::uint32_t key_bytes = 4096;
  std::uint64_t nodes = 50'000'000;     // kept nodes of one document, without delivered items
  std::uint32_t documents = 100'000;    // of one file; not items of lists, not empty ones
  std::uint64_t alias_nodes = 100'000;  // nodes that aliases add to one document
};

/// Which members of objects are worth keeping.
class Selection {
 public:
  Selection() = default;
  Selection(const Selection&) = delete;
  Selection& operator=(const Selection&) = delete;
  virtual ~Selection() = default;
  /// See Sink::wanted.
  virtual bool wanted(std::span<const std::string_view> path, const Tape& so_far) = 0;
};

/// Receives what a file holds.
class Sink {
 public:
  virtual ~Sink() = default;

  /// Whether the value of a member is worth keeping. `path` are the names of the mappings around
  /// it and its own, from the object's root; sequences add no element. `so_far` holds what was
  /// read of the object up to here. Values that are not wanted are checked for syntax as far as
  /// the library does so cheaply, and then forgotten. Not asked about `kind` and `apiVersion` of
  /// the root, which are always kept, nor about `items` of what may be a list.
  virtual bool wanted(std::span<const std::string_view> path, const Tape& so_far) = 0;

  /// Says what wanted() says, of the items of a long list, while another thread asks about others.
  /// Nothing: all of the file is read by one thread.
  virtual std::unique_ptr<Selection> selection() const { return nullptr; }

  /// One object: the root of a document, an item of a top-level sequence, or an item of the member
  /// `items` of a list. `list_kind` is the kind of the list around it ("PodList"), else empty; its
  /// apiVersion likewise. Never called for a list itself, nor for empty documents.
  virtual void object(const Tape& tape, std::string_view list_kind,
                      std::string_view list_api_version) = 0;

  /// A document that could not be read; its diagnostics have been added. `where` is its start.
  /// Objects of the same document that came before it have already been delivered.
  virtual void unreadable(const source::Span& where) = 0;
};

/// Reads a file into objects, in order, with memory proportional to its largest object. A sink that
/// has a selection() gets the items of a long JSON list from two threads that take turns; it is
/// itself called by the calling thread only. Every syntax error is a diagnostic (severity Error)
/// with a place, and leads to one unreadable() a document; other documents of the file are still
/// read. Ends on every input.
void read(const source::SourceMap& sources, source::FileId file, Format format,
          const Limits& limits, source::Diagnostics& diagnostics, Sink& sink);

}  // namespace polreach::syntax
