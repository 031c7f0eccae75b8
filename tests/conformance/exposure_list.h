// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "policies/net/traffic.h"

namespace polreach::conformance {

/// One requirement of a listed condition, "k=v" or "{Key:k,Operator:In,Values:[a b],}".
struct ListedRequirement {
  std::string key;
  std::string op;  // In, NotIn, Exists, DoesNotExist
  std::vector<std::string> values;
};

/// A line "WORKLOAD => PEER : CONNS" or "WORKLOAD <= PEER : CONNS" of another tool's exposure.
struct ListedExposure {
  std::string workload;  // "namespace/name"
  bool egress = false;
  bool outside = false;           // all IPv4 addresses that are no pod's
  std::string peer;               // as it is written
  std::optional<std::string> ns;  // the namespace's name, where one is meant
  std::vector<ListedRequirement> namespaces;
  std::vector<ListedRequirement> pods;
  net::Traffic traffic;
  std::set<std::string> port_names;
};

struct ListedExposures {
  std::vector<ListedExposure> lines;
  /// "namespace/name" and whether egress is meant.
  std::set<std::pair<std::string, bool>> unprotected;
};

/// Reads such a list; connections that stand in the same file are left out.
[[nodiscard]] ListedExposures read_exposure(const std::filesystem::path& file);

}  // namespace polreach::conformance
