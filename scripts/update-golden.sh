#!/usr/bin/env bash
# Rewrites the expected outputs that the tests keep in files, and shows which of them changed. Read
# the whole diff before committing it: each change is one that a user will see.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/lib.sh"

build dev
say "rewrite the golden files"
POLREACH_UPDATE_GOLDEN=1 POLREACH_SOURCE_DIR=$PWD build/dev/tests/polreach_tests "$@" ||
  echo "update-golden: some tests fail besides" >&2
git --no-pager diff --stat
