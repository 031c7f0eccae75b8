#!/usr/bin/env bash
# Builds the fuzzers and runs each of them for a while, from the seeds in fixtures/fuzz and the
# fixtures. What is found is written to fixtures/fuzz/TARGET, where the ordinary tests replay it.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/lib.sh"

usage() { echo "usage: scripts/fuzz.sh SECONDS [TARGET...]" >&2; exit 2; }
[[ ${1:-} =~ ^[0-9]+$ ]] || usage
seconds=$1
shift
targets=("$@")
if ((${#targets[@]} == 0)); then targets=(yaml json expression commands clusters image); fi

scripts/install-deps.sh --fuzz
build fuzz "${targets[@]/#/fuzz_}"

# seed TARGET PATTERN SIZE: fixtures as seeds, under names of their own; the first byte
# of a seed for `commands` chooses the command.
seed() {
  local target=$1 pattern=$2 size=$3 n=0 file
  while IFS= read -r -d '' file; do
    n=$((n + 1))
    {
      if [[ $target == commands ]]; then printf "\\x$(printf %02x $((n % 16)))"; fi
      cat "$file"
    } >"build/fuzz/corpus/$target/seed-$n"
  done < <(find fixtures -name "$pattern" -size "-$size" -print0 | sort -z)
}

for target in "${targets[@]}"; do
  corpus=build/fuzz/corpus/$target
  mkdir -p "$corpus"
  # A cluster takes some two hundred bytes; beyond them nothing is drawn.
  sizes=(-max_len=16384)
  if [[ $target == clusters ]]; then sizes=(-max_len=512 -len_control=0); fi
  case $target in
    yaml | json) seed "$target" "*.$target" 64k ;;
    commands) seed commands '*.yaml' 16k ;;
  esac
  say "fuzz $target"
  status=0
  ASAN_OPTIONS=detect_leaks=0 build/fuzz/fuzz/fuzz_"$target" \
    -max_total_time="$seconds" "${sizes[@]}" -timeout=20 -rss_limit_mb=4096 \
    -entropic=0 -print_final_stats=1 -artifact_prefix="fixtures/fuzz/$target/" \
    "$corpus" "fixtures/fuzz/$target" 2>build/fuzz/"$target".log || status=$?
  grep -E '^stat::(number_of_executed_units|peak_rss_mb|slowest)|^SUMMARY|^does not hold' \
    build/fuzz/"$target".log || true
  if ((status != 0)); then
    tail -n 30 build/fuzz/"$target".log >&2
    exit "$status"
  fi
done
