// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <istream>
#include <memory>

#include "cli/input.h"

/// The steps of read_input (cli/input.h), for what comes in between: what is compiled has been
/// read, but nobody has said yet what enforces its policies.
namespace polreach::cli {

/// An input without its cloud, and with all of its policies.
struct Unlinked {
  std::unique_ptr<Input> input;
  model::ServiceTags service_tags;
};

source::Result<Unlinked> read_unlinked(const InputOptions& options, std::istream& in);

/// Links the resources of the input to its cloud.
void link_cloud(Input& input, model::ServiceTags tags, const InputOptions& options);

/// Leaves out what the engine does not act on, as the options or the cloud say.
void enforce(Input& input, const InputOptions& options);

}  // namespace polreach::cli
