// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

namespace polreach::solver::z3 {

/// What provers need of Z3, kept for the next one: to make it and to take it down costs more than
/// many a question. One prover at a time uses it, and leaves nothing behind in it. Not thread-safe.
class Workbench {
 public:
  Workbench();
  Workbench(const Workbench&) = delete;
  Workbench& operator=(const Workbench&) = delete;
  ~Workbench();

 private:
  friend class Prover;
  struct Parts;
  Parts& parts();  // made when they are first needed
  std::unique_ptr<Parts> parts_;
};

}  // namespace polreach::solver::z3
