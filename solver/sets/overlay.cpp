// SPDX-License-Identifier: Apache-2.0
#include "solver/sets/overlay.h"

#include <algorithm>
#include <map>

namespace polreach::solver::sets {
namespace {

using net::Address;
using net::AddressSet;

/// One interval of one piece.
struct Stretch {
  AddressSet::Interval interval;
  std::uint32_t piece = 0;
};

std::vector<Stretch> stretches_of(const std::vector<Piece>& pieces) {
  std::vector<Stretch> result;
  for (std::uint32_t i = 0; i < pieces.size(); ++i) {
    for (const auto& interval : pieces[i].addresses.intervals()) result.push_back({interval, i});
  }
  std::sort(result.begin(), result.end(),
            [](const Stretch& a, const Stretch& b) { return a.interval.first < b.interval.first; });
  return result;
}

}  // namespace

std::vector<Overlay> overlay(const std::vector<const std::vector<Piece>*>& lists) {
  std::vector<std::vector<Stretch>> rows;
  for (const auto* list : lists) rows.push_back(stretches_of(*list));
  std::map<std::vector<std::uint32_t>, std::vector<AddressSet::Interval>> found;
  std::vector<std::size_t> at(rows.size(), 0);
  const auto done = [&] {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (at[i] == rows[i].size()) return true;
    }
    return rows.empty();
  };
  while (!done()) {
    AddressSet::Interval common = rows[0][at[0]].interval;
    std::vector<std::uint32_t> pieces;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const Stretch& stretch = rows[i][at[i]];
      common.first = std::max(common.first, stretch.interval.first);
      common.last = std::min(common.last, stretch.interval.last);
      pieces.push_back(stretch.piece);
    }
    if (common.first <= common.last) found[pieces].push_back(common);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (rows[i][at[i]].interval.last == common.last) ++at[i];
    }
  }
  std::vector<Overlay> result;
  for (auto& [pieces, intervals] : found) {
    Overlay part{AddressSet::of(std::move(intervals)), {}};
    for (std::size_t i = 0; i < pieces.size(); ++i) part.pieces.push_back(&(*lists[i])[pieces[i]]);
    result.push_back(std::move(part));
  }
  std::sort(result.begin(), result.end(),
            [](const Overlay& a, const Overlay& b) { return a.addresses < b.addresses; });
  return result;
}

}  // namespace polreach::solver::sets
