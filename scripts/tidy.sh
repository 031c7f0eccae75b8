#!/usr/bin/env bash
# Runs the checks of .clang-tidy over the program's sources (tests excluded). Any finding fails.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/lib.sh"

if [[ ! -f build/dev/compile_commands.json ]]; then
  cmake --preset dev -Wno-dev --log-level=WARNING
fi

say "clang-tidy"
# Compiler warnings are the business of g++; the counts of suppressed findings are noise.
files 'policies/*.cpp' 'compiler/*.cpp' 'solver/*.cpp' 'cli/*.cpp' |
  xargs -0 --no-run-if-empty -P "$jobs" -n 4 clang-tidy --quiet -p build/dev --extra-arg=-w \
    2> >(grep -v 'generated\.$' >&2)
