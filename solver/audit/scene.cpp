// SPDX-License-Identifier: Apache-2.0
#include "solver/audit/scene.h"

namespace polreach::solver::audit {

const queries::Map& Scene::map() {
  if (!map_) map_ = queries::map(cluster_, {});
  return *map_;
}

const queries::Exposure& Scene::exposure() {
  if (exposure_) return *exposure_;
  queries::ExposureOptions options;
  options.checks_examples = false;  // each check creates the pods that it speaks of
  exposure_ = queries::exposure(cluster_, options);
  return *exposure_;
}

}  // namespace polreach::solver::audit
