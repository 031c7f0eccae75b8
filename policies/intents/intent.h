// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "policies/model/model.h"

/// Agreed rules about who may talk to whom, as somebody wrote them. Nothing here decides anything:
/// what they mean is in solver/intents (docs/verify.md says it in words).
namespace polreach::intents {

/// A member of an end: a reference, as `polreach can` understands it, or pods by labels.
struct Member {
  std::string text;       // as reports show it
  std::string reference;  // empty: by labels
  /// Of pods: in which namespaces; nothing: in any.
  std::optional<model::Selector> namespaces;
  model::Selector pods;
  std::vector<std::string> except;  // CIDRs that are not meant, of a reference that is one
  source::Span where;
};

/// One end of a rule: everything that some member means and none of `except`.
struct End {
  std::string text;
  std::vector<Member> members;
  std::vector<Member> except;
  source::Span where;

  [[nodiscard]] bool given() const { return !members.empty(); }
};

enum class Expect : std::uint8_t {
  Allowed,   // every packet from each of `from` to each of `to` passes
  Denied,    // none does
  OnlyFrom,  // nobody but `from` reaches `to`
  OnlyTo,    // `from` reaches nothing but `to`
  Isolated   // nothing passes between the one end that is given and everything else
};

enum class Scope : std::uint8_t {
  Existing,  // what the input holds
  Possible   // also each pod that someone could create
};

/// In whose words a rule was written.
enum class Language : std::uint8_t { Polreach, NetAssert, BaselineRules };

struct Intent {
  std::string name;
  std::string description;
  std::string severity = "high";  // critical, high, medium, low, info
  End from;
  End to;
  /// None: every packet.
  std::vector<model::PortMatch> ports;
  std::string ports_text;  // "TCP 5432"; empty: every packet
  Expect expect = Expect::Denied;
  /// Of Expect::Allowed: it is enough that some packet passes.
  bool some = false;
  Scope scope = Scope::Existing;
  /// An end that matches nothing is no fault.
  bool may_be_empty = false;
  Language language = Language::Polreach;
  /// What of the rule cannot be expressed: it is not judged. Empty: all can.
  std::string inexpressible;
  source::Span where;  // its name
};

/// "allowed", "denied", "only-from", "only-to", "isolated".
[[nodiscard]] std::string_view to_string(Expect expect);
[[nodiscard]] std::string_view to_string(Scope scope);
[[nodiscard]] std::string_view to_string(Language language);  // "NetAssert", ...

}  // namespace polreach::intents
