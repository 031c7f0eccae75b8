#!/usr/bin/env bash
# Times `polreach map` on generated repositories of Deployments and NetworkPolicies: all pairs, with
# the time that reading takes, the time that deciding takes, and what is listed. One run, one
# machine: how the figures grow is what counts. The last column is deciding by listed lines.
set -euo pipefail
cd "$(dirname "$0")/.."

program=${1:-build/release/polreach}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

printf '%11s %9s  %8s  %9s  %9s  %10s  %9s\n' \
  deployments policies read_ms solve_ms report_ms lines us/line
for deployments in 250 500 1000 2000 4000; do
  file=$folder/cluster.json
  python3 bench/generate.py --deployments --workloads "$deployments" \
    --no-tiers --namespaces $((deployments / 20)) --policies $((deployments * 2)) >"$file"
  "$program" map --stats --quiet "$file" >"$folder/map.txt" 2>"$folder/stats.txt"
  lines=$(grep -c -- ' -> ' "$folder/map.txt" || true)
  awk -v d="$deployments" -v p="$((deployments * 2))" -v lines="$lines" '
    $2 == "read" { read = $3 } $2 == "solve" { solve = $3 } $2 == "report" { report = $3 }
    END { printf "%11d %9d  %8.1f  %9.1f  %9.1f  %10d  %9.3f\n", d, p, read, solve, report, lines,
                 solve * 1000 / lines }' "$folder/stats.txt"
done
