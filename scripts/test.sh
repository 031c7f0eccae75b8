#!/usr/bin/env bash
# Builds everything and runs all tests.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/lib.sh"

usage() {
  cat <<'END'
usage: scripts/test.sh [--all]

Installs what is missing, builds the dev preset and runs all tests.
  --all   first checks the format and runs clang-tidy; last runs the tests once more under
          AddressSanitizer and UndefinedBehaviorSanitizer, and those of threads under ThreadSanitizer
END
}

all=false
for argument in "$@"; do
  case $argument in
    --all) all=true ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done

run_tests() {
  say "test $1"
  ctest --preset "$1" --parallel "$jobs"
}

if $all; then scripts/install-deps.sh --check --browser; else scripts/install-deps.sh --check; fi
if $all; then scripts/format.sh --check; fi
build dev
if $all; then scripts/tidy.sh; fi
run_tests dev
if $all; then
  build asan-ubsan
  run_tests asan-ubsan
  build tsan
  run_tests tsan
fi
