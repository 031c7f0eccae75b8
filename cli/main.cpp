// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <iostream>

#include "cli/run.h"
#include "cli/terminal.h"

int main(int count, char** words) {
  std::ios::sync_with_stdio(false);
  const polreach::cli::Streams streams{std::cin,
                                       std::cout,
                                       std::cerr,
                                       isatty(STDOUT_FILENO) == 1,
                                       isatty(STDERR_FILENO) == 1,
                                       isatty(STDIN_FILENO) == 1,
                                       polreach::cli::terminal_width(STDOUT_FILENO),
                                       true};
  return polreach::cli::run({words + 1, words + count}, streams);
}
