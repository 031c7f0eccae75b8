// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/input.h"

namespace polreach::support {

/// What reading gave, in a form that is easy to compare.
struct Loaded {
  std::unique_ptr<cli::Input> input;
  std::vector<std::string> resources;  // "networksecuritygroups web", "... vnet/default", sorted
  std::vector<std::string> problems;   // "error code line:column", as sorted by place
  std::string ledger;                  // "used 1, irrelevant 2, rejected 0"
};

/// Reads a text as the program reads standard input.
[[nodiscard]] Loaded load_text(const std::string& text, cli::InputOptions options = {});
/// Reads the paths of the options. Fails the test where the program would fail.
[[nodiscard]] Loaded load(const cli::InputOptions& options, const std::string& in = {});

/// The resource of that name in the form above; the test fails without it.
[[nodiscard]] const azure::Resource& resource(const Loaded& loaded, const std::string& name);

}  // namespace polreach::support
