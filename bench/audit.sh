#!/usr/bin/env bash
# Times `polreach audit` on generated repositories of Deployments and NetworkPolicies, two policies
# a workload: reading, all checks, and each kind of check, in milliseconds; and how many times as
# long all checks take as in the line before. One run, one machine: how the figures grow is what
# counts. The last column: policies and rules of which it was not proven whether they can go.
set -euo pipefail
cd "$(dirname "$0")/.."

program=${1:-build/release/polreach}
sizes=${2:-500 1000 2000 4000}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

printf '%9s %8s %8s %7s  %10s %8s %9s %7s %9s %8s  %8s %8s\n' \
  workloads read checks growth unselected openings entrances egress selectors dead findings unproven
before=0
for workloads in $sizes; do
  file=$folder/cluster.json
  python3 bench/generate.py --deployments --workloads "$workloads" \
    --namespaces $((workloads / 20)) --policies $((workloads * 2)) >"$file"
  "$program" audit --no-config --stats --quiet "$file" >"$folder/audit.txt" \
    2>"$folder/stats.txt" || true
  findings=$(grep -c -v '^not checked' "$folder/audit.txt" || true)
  unproven=$(sed -n 's/^not checked\[rule-redundant\]: for \([0-9]*\) .*/\1/p' "$folder/audit.txt")
  awk -v w="$workloads" -v f="$findings" -v u="${unproven:-0}" -v before="$before" '
    $1 == "stats:" { of[$2] = $3 }
    END { growth = "-"
          if (before > 0) growth = sprintf("%.1f", of["solve"] / before)
          printf "%9d %8.0f %8.0f %7s  %10.0f %8.0f %9.0f %7.0f %9.0f %8.0f  %8d %8d\n", w,
                 of["read"], of["solve"], growth,
                 of["unselected"], of["openings"], of["entrances"], of["egress"],
                 of["selectors"], of["dead"], f, u }' "$folder/stats.txt"
  before=$(awk '$2 == "solve" { print $3 }' "$folder/stats.txt")
done
