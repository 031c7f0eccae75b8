// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "policies/model/model.h"

namespace polreach::compiler {

/// Values of a model as one list of numbers. Lists of any length are preceded by it, so that equal
/// lists come from equal values. Places, names of policies and numbers of rules are no part of it.
class ValueWriter {
 public:
  /// How symbols are written.
  enum class Symbols : std::uint8_t {
    AsTheyAre,  // values are equal where they name the same
    ByFirstUse  // values are equal where they are of one pattern
  };
  explicit ValueWriter(Symbols symbols) : symbols_(symbols) {}

  std::vector<std::uint32_t> out;

  void number(std::size_t value) { out.push_back(static_cast<std::uint32_t>(value)); }
  void symbol(model::Symbol value);
  void symbol(const std::optional<model::Symbol>& value);
  void addresses(const std::vector<net::Address>& values);
  void labels(const model::LabelSet& set);
  void selector(const model::Selector& value);
  /// `ns`: the namespace that a peer without namespaces means; nothing: it goes without saying.
  void rule(const model::Rule& value, const std::optional<model::Symbol>& ns);

 private:
  void address(const net::Address& value);
  void prefix(const net::Prefix& value);
  void peer(const model::Peer& value, const std::optional<model::Symbol>& ns);
  void port(const model::PortMatch& value);

  Symbols symbols_;
  std::unordered_map<model::Symbol, std::uint32_t> names_;  // ByFirstUse
};

}  // namespace polreach::compiler
