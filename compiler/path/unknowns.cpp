// SPDX-License-Identifier: Apache-2.0
#include "compiler/path/unknowns.h"

#include <utility>

namespace polreach::compiler {

using model::Unknown;
using model::UnknownId;

// The Cloud's own are not indexed: two of them with one text may be two facts (two parameters of
// one name in two templates).
Unknowns::Unknowns(const model::Cloud& cloud) : all_(cloud.unknowns) {}

UnknownId Unknowns::add(const Unknown& unknown) {
  const auto id = static_cast<UnknownId>(all_.size());
  const auto [place, is_new] = index_.try_emplace({unknown.scope, unknown.id, unknown.what}, id);
  if (is_new) all_.push_back(unknown);
  return place->second;
}

UnknownId Unknowns::of_address(UnknownId id) {
  if ((*this)[id].scope == Unknown::Scope::Address) return id;
  const UnknownId result = another(id, "");
  all_[static_cast<std::size_t>(result)].scope = Unknown::Scope::Address;
  return result;
}

UnknownId Unknowns::another(UnknownId id, const std::string& words) {
  const auto next = static_cast<UnknownId>(all_.size());
  const auto [place, is_new] = made_.try_emplace({id, words}, next);
  if (!is_new) return place->second;
  Unknown copy = (*this)[id];
  copy.what += words;
  all_.push_back(std::move(copy));
  return next;
}

}  // namespace polreach::compiler
