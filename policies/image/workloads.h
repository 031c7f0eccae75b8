// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "policies/image/choice.h"
#include "policies/image/fields.h"

namespace polreach::image {

/// The place in a record: three words from this one on.
[[nodiscard]] inline Span span_at(const Records& records, std::size_t at, std::size_t word) {
  return {static_cast<source::FileId>(records.at(at, word)), records.at(at, word + 1),
          records.at(at, word + 2)};
}

/// Reads one entry of a pool, all of it.
template <typename T>
[[nodiscard]] bool read_entry(Entries& entries, std::size_t number, const Bounds& bounds,
                              T& value) {
  const auto bytes = entries.take(number);
  if (!bytes) return false;
  In in(*bytes, bounds);
  parts(in, value);
  return in.ok() && in.at_end();
}

/// Reads the workloads and endpoints that were chosen, with the numbers of the file for namespaces,
/// label sets and symbols. False where the file is damaged; what reads numbers alone leaves that to
/// Image::is_damaged().
[[nodiscard]] bool read_workloads(const Image& image, const Bounds& bounds, const Choice& choice,
                                  model::Model& model);

}  // namespace polreach::image
