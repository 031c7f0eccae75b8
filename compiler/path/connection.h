// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "compiler/path/path.h"

/// What there is between two ends: the ways that a packet may take, and whether it is led to its
/// destination at all.
namespace polreach::compiler {

/// An assumption that holds for any verdict of an answer: an id of docs/assumptions.md.
struct Standing {
  std::string id;
  std::string text;
  friend auto operator<=>(const Standing&, const Standing&) = default;
};

/// Whether there is a way, filters apart: addresses, routes, public addresses.
struct Routed {
  enum class Answer : std::uint8_t { Yes, No, Unknown };
  Answer answer = Answer::Unknown;
  std::string reason;  // "no route of vnet hub leads to 10.1.0.0/16"
  model::Span where;   // of what decides; none() where nothing that was written does
};

/// All Paths of a connection have the same packets asked about; its ends are those of the Paths.
/// A packet certainly passes where all of `ways` let it pass. Never without ways.
struct Connection {
  std::string source;  // "subnet vnet/aks", "pod shop/web"
  std::string destination;
  std::vector<Path> ways;
  Routed routed;
  std::vector<Standing> assumes;   // by id, each once
  std::vector<std::string> notes;  // what the answer should say besides
};

}  // namespace polreach::compiler
