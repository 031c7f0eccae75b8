#!/usr/bin/env bash
# The engines against the oracle at volume: the random clusters of the seeds FROM up to, without, TO,
# in chunks of 1000, side by side. What a chunk said is kept in build/agreement, and a chunk that
# has agreed is not run again: the command can be stopped, and started again. The last lines are the
# sums, over the chunks of this range.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/lib.sh"

usage() { echo "usage: scripts/agreement.sh FROM TO [JOBS]    (multiples of 1000)" >&2; exit 2; }
[[ ${1:-} =~ ^[0-9]+$ && ${2:-} =~ ^[0-9]+$ && ${3:-1} =~ ^[1-9][0-9]*$ ]] || usage
readonly chunk=1000
from=$1 to=$2
((from < to && from % chunk == 0 && to % chunk == 0)) || usage
jobs=${3:-$jobs}

# POLREACH_TESTS: a test program that is there already.
if [[ -z ${POLREACH_TESTS:-} ]]; then
  build dev polreach_tests
  POLREACH_TESTS=build/dev/tests/polreach_tests
fi
export POLREACH_TESTS POLREACH_SOURCE_DIR=$PWD

results=build/agreement
mkdir -p "$results"

run_chunk() {
  local first=$1 result=build/agreement/$1.txt
  # The summary is the last line: a run that was stopped has none.
  if [[ -f $result ]] && tail -n 1 "$result" | grep -q SUCCESS; then return 0; fi
  POLREACH_AGREEMENT_FROM=$first POLREACH_AGREEMENT_CLUSTERS=1000 \
    "$POLREACH_TESTS" --source-file='*tests/agreement/agreement_test*' --no-colors \
    >"$result" 2>&1 || { echo "seeds from $first: see $result" >&2; return 1; }
}
export -f run_chunk

status=0
seq "$from" "$chunk" $((to - 1)) | xargs -P "$jobs" -I{} bash -c 'run_chunk {}' || status=1

# Each number, and the words behind it, from the one line of figures that a chunk writes.
sum() {
  local words=$1 first
  for ((first = from; first < to; first += chunk)); do
    grep -oE "[0-9]+ $words" "$results/$first.txt" || true
  done | awk '{ n += $1 } END { printf "%d", n }'
}
for words in "clusters" "pairs" "packets over all worlds" "always" "sometimes" "never" \
  "in single worlds" "proofs" "sets confirmed" "mutants refuted" "witnesses replayed"; do
  printf '%12d %s\n' "$(sum "$words")" "$words"
done
failed=0
for ((first = from; first < to; first += chunk)); do
  if ! tail -n 1 "$results/$first.txt" | grep -q SUCCESS; then failed=$((failed + 1)); fi
done
printf '%12d chunks with a disagreement\n' "$failed"
exit "$status"
