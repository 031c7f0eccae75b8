// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "compiler/path/surroundings.h"
#include "solver/audit/audit.h"
#include "tests/azure/loading.h"

/// Audits of networks, as tests look at them.
namespace polreach::support {

/// An input and what the checks of Azure say of it. Does not move: findings refer to it.
struct AuditedNetwork {
  Loaded loaded;
  std::unique_ptr<compiler::Cluster> cluster;
  std::unique_ptr<compiler::Surroundings> around;
  solver::audit::Audit audit;

  /// Of that check, in order.
  [[nodiscard]] std::vector<const solver::audit::Finding*> of(std::string_view check) const;
  /// The only one of that check; the test fails without it.
  [[nodiscard]] const solver::audit::Finding& one(std::string_view check) const;
  /// "critical nsg-internet-ssh NSG rg/web [AllowSsh] nsgs.json:12", of all findings; "(may)"
  /// before those that are not certain, "+ N" behind those with others of the same cause.
  [[nodiscard]] std::vector<std::string> lines() const;
};

/// Of a cloud and its diagnostics in a text; the test fails where it has errors.
[[nodiscard]] std::unique_ptr<AuditedNetwork> audited_text(const std::string& text);
/// Of files and folders. `only`: ids of checks; none: those of Azure.
[[nodiscard]] std::unique_ptr<AuditedNetwork> audited(const std::vector<std::string>& paths,
                                                      const std::set<std::string>& only = {});
/// Of a cloud built by hand, which must outlive it.
[[nodiscard]] std::unique_ptr<AuditedNetwork> audited_cloud(const model::Cloud& cloud);

}  // namespace polreach::support
