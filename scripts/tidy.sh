#!/usr/bin/env bash
# Runs the checks of .clang-tidy over the program's sources (tests excluded). Any finding fails.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/lib.sh"

usage() {
  cat <<'END'
usage: scripts/tidy.sh [--each]

Checks the batches of files that the sanitizer preset compiles, which reads most headers once.
  --each  checks each file alone: some four times as long. Only then misc-unused-using-decls, which
          looks at nothing that is included, finds something.
END
}

each=false
for argument in "$@"; do
  case $argument in
    --each) each=true ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done

if $each; then preset=dev; else preset=asan-ubsan; fi
cmake --preset "$preset" -Wno-dev --log-level=WARNING >/dev/null

sources() {
  if $each; then
    files 'policies/*.cpp' 'compiler/*.cpp' 'solver/*.cpp' 'cli/*.cpp'
  else
    # Not all that are there: a layer that has lost files leaves its last batch behind.
    grep -oE '"file": ".*/unity_[^"]*"' build/asan-ubsan/compile_commands.json |
      sed 's/^"file": "//; s/"$//' | tr '\n' '\0'
    printf '%s\0' cli/main.cpp
  fi
}

say "clang-tidy"
# Compiler warnings are the business of g++; the counts of suppressed findings are noise.
sources |
  xargs -0 --no-run-if-empty -P "$jobs" -n 4 clang-tidy --quiet -p "build/$preset" \
    --extra-arg=-w 2> >(grep -v 'generated\.$' >&2)
