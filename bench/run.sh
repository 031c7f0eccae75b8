#!/usr/bin/env bash
# Times `polreach can` on generated clusters, and reading them against only parsing them with
# Python's json module (written in C). One run, one machine: the ratios are what counts.
set -euo pipefail
cd "$(dirname "$0")/.."

program=${1:-build/release/polreach}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

seconds() { # of a command, its output thrown away
  local start end
  start=$(date +%s.%N)
  "$@" >/dev/null 2>&1 || true
  end=$(date +%s.%N)
  awk -v a="$start" -v b="$end" 'BEGIN { printf "%.3f", b - a }'
}

printf '%8s %8s  %9s  %9s  %9s  %9s  %s\n' pods MB parse_s pair_s group_s RSS_MB pair/parse
for pods in 1000 10000 50000; do
  file=$folder/cluster.json
  python3 bench/generate.py --pods "$pods" --no-host-network >"$file"
  workload=ns-0/app-last
  parse=$(seconds python3 -c 'import json, sys; json.load(open(sys.argv[1]))' "$file")
  pair=$(seconds "$program" can "$workload" internet "$file")
  group=$(seconds "$program" can any "$workload" "$file")
  rss=$(python3 -c '
import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)' \
    "$program" can "$workload" internet "$file")
  awk -v p="$pods" -v b="$(stat -c %s "$file")" -v parse="$parse" -v pair="$pair" \
    -v group="$group" -v rss="$rss" 'BEGIN {
      printf "%8d %8.1f  %9.3f  %9.3f  %9.3f  %9.1f  %.2f\n", p, b / 1e6, parse, pair, group,
             rss / 1024, pair / parse }'
done
