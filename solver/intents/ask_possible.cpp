// SPDX-License-Identifier: Apache-2.0
#include "solver/intents/evidence.h"

namespace polreach::solver::intents {

Asking ask_possible(const Setting& /*setting*/, const Question& /*question*/) {
  return tl::unexpected(NoEvidence{false, "pods that could be created are not looked at"});
}

}  // namespace polreach::solver::intents
