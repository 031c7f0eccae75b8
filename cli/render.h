// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "policies/source/result.h"

namespace polreach::cli {

/// Runs `kubectl kustomize DIR`, or `kustomize build DIR` where there is no kubectl, and returns
/// the manifests that it writes. Its error output passes through.
source::Result<std::string> kustomize(const std::string& folder);

/// The same for `helm template CHART`.
source::Result<std::string> helm_template(const std::string& chart);

}  // namespace polreach::cli
