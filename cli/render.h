// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>

#include "policies/source/result.h"

namespace polreach::cli {

/// Runs `kubectl kustomize DIR`, or `kustomize build DIR` where there is no kubectl, and returns
/// the manifests that it writes. Its error output passes through.
source::Result<std::string> kustomize(const std::string& folder);

/// The same for `helm template CHART`.
source::Result<std::string> helm_template(const std::string& chart);

/// A graph in the DOT language as SVG, through Graphviz's `dot -Tsvg`. Layouts can take time out of
/// proportion to the graph: beyond the limit, `dot` is ended. What it says of an error is in the
/// failure; nothing passes through.
source::Result<std::string> svg(const std::string& dot,
                                std::chrono::milliseconds limit = std::chrono::seconds(60));

}  // namespace polreach::cli
