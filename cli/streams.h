// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <iosfwd>

namespace polreach::cli {

/// Where a run reads and writes, so that tests can run the whole program in memory.
struct Streams {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  bool out_is_terminal = false;
  bool err_is_terminal = false;
  bool in_is_terminal = false;
  std::size_t width = 0;  // of the terminal behind `out`; 0: there is none, or it is not known
  /// Whether the run is the whole process: then limits and Ctrl-C end it, and progress is shown.
  bool owns_process = false;
};

/// 0 yes, 1 no, 2 no verdict. The format of the output never changes it.
enum ExitStatus : int { kYes = 0, kNo = 1, kNoVerdict = 2 };

}  // namespace polreach::cli
