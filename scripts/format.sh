#!/usr/bin/env bash
# Formats the tracked C++ files; with --check only says which would change, and fails if any would.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/lib.sh"

case ${1:-} in
  '') mode=(-i) ;;
  --check) mode=(--dry-run --Werror) ;;
  *) echo "usage: scripts/format.sh [--check]" >&2; exit 2 ;;
esac

say "clang-format"
files '*.h' '*.cpp' |
  xargs -0 --no-run-if-empty -P "$jobs" -n 32 clang-format --style=file "${mode[@]}"
