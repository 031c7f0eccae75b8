// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "policies/model/cloud.h"
#include "policies/net/traffic.h"
#include "solver/audit/check.h"
#include "solver/queries/assumptions.h"

namespace polreach::solver::audit {

/// A place that brings a finding about, and what stands there: "rule 2 lets it pass".
struct Cause {
  source::Span where;
  std::string text;
};

/// One packet that shows a finding. It was replayed (solver/check) before it came here.
struct Example {
  std::string source;       // "shop/frontend (10.0.0.4)"
  std::string destination;  // likewise
  std::string packet;       // "TCP 10.0.0.4:40000 -> 10.0.0.7:5432"
  std::string pod;          // of a pod that someone could create: its YAML; else empty
};

/// What could be closed, for `polreach suggest`: traffic of pods in one direction, with pods or
/// addresses at the other end; or what a security group lets pass.
struct Opening {
  std::vector<model::EndpointId> pods;  // none: see `group`
  model::Direction direction = model::Direction::Ingress;
  net::Traffic traffic;                  // empty: everything
  std::vector<model::EndpointId> peers;  // pods at the other end; none and no addresses: anyone
  net::AddressSet addresses;             // addresses at the other end
  std::optional<model::GroupId> group;   // instead of pods
  net::AddressSet own = {};              // behind the group; empty: all that it guards
};

/// Something that an audit found, that an agreed rule forbids, or that a change brings in.
///
/// INVARIANT: what it says holds for packets that there are: it was computed from all rules that
/// act, not from the one that it names.
struct Finding {
  const Check* check = nullptr;
  Severity severity = Severity::Info;
  /// The object that it is about, as "Deployment shop/frontend" or "NSG rg/web". With the check
  /// and `key` it names the finding from one version of the input to the next: no places, no
  /// counts.
  std::string subject;
  /// What tells findings of one check about one subject apart: "egress", "22/tcp"; may be empty.
  std::string key;
  source::Span where;   // the object, or the line to change
  std::string message;  // one sentence without a final full stop
  std::vector<Cause> causes;
  std::optional<Example> example;
  /// Other objects that the same cause brings the same finding to, sorted. A finding with a hundred
  /// of them is one finding.
  std::vector<std::string> also;
  std::string remedy;  // empty: what the check says
  /// False where it depends on what the input leaves open; then `rests_on` says on what.
  bool certain = true;
  std::vector<queries::NamedAssumption> rests_on;
  std::optional<Opening> opening;
};

/// By severity, then check, subject and key: the same whatever the order of files.
void sort(std::vector<Finding>& findings);

/// 16 hexadecimal digits of a hash of check, subject and key: the same in every version of the
/// input in which the finding stands.
[[nodiscard]] std::string fingerprint(const Finding& finding);

}  // namespace polreach::solver::audit
