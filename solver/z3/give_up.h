// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <z3++.h>

#include <string>

#include "policies/source/result.h"
#include "solver/z3/memory.h"

/// A question that Z3 does not answer, as a failure: never as an answer. Included by
/// solver/z3/*.cpp only.
namespace polreach::solver::z3 {

inline tl::unexpected<source::Failure> gave_up(const ::z3::exception& error) {
  heed_memory(error.msg());
  return source::failure(std::string("Z3: ") + error.msg());
}

/// Of a solver that said unknown.
inline tl::unexpected<source::Failure> gave_up(const ::z3::solver& solver) {
  const std::string why = solver.reason_unknown();
  heed_memory(why);
  return source::failure("Z3 gave up: " + why);
}

}  // namespace polreach::solver::z3
