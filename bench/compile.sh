#!/usr/bin/env bash
# Times `polreach can` on a generated cluster as JSON and compiled, with the memory that each takes.
# One run, one machine: the ratios are what counts.
#   bench/compile.sh [PROGRAM [PODS...]]
set -euo pipefail
cd "$(dirname "$0")/.."

program=${1:-build/release/polreach}
shift || true
if (($# == 0)); then set -- 50000; fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# Seconds, seconds of processor time and MB of the best of several runs.
measure() { # TIMES COMMAND...
  python3 - "$@" <<'END'
import os, subprocess, sys, time

best = None
for _ in range(int(sys.argv[1])):
    start = time.perf_counter()
    child = subprocess.Popen(sys.argv[2:], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        sys.exit("no verdict: " + " ".join(sys.argv[2:]))
    run = (time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)
    best = min(best or run, run)
print("%.4f %.4f %.1f" % best)
END
}

printf '%8s %8s %9s %11s  %9s %9s %7s  %9s %9s %7s  %s\n' pods json_MB compile_s compiled_MB \
  json_s json_cpu RSS_MB can_s can_cpu RSS_MB times
for pods in "$@"; do
  json=$folder/cluster.json
  file=$folder/cluster.polreach
  python3 bench/generate.py --pods "$pods" --workloads $((pods / 25)) --namespaces $((pods / 250)) \
    --policies $((pods / 25)) >"$json"
  workload=$(python3 - "$json" <<'END'
import re, sys

# The names of one pod, without reading all of the export as JSON.
with open(sys.argv[1], encoding="utf-8") as export:
    for line in export:
        if re.search(r'"kind": ?"Pod"', line) is None:
            continue
        text = line + "".join(next(export, "") for _ in range(400))
        print(re.search(r'"namespace": ?"([^"]+)"', text).group(1) + "/" +
              re.search(r'"name": ?"([^"]+)"', text).group(1))
        break
END
)
  read -r compile_s _ _ < <(measure 1 "$program" compile --quiet "$json" -o "$file")
  read -r json_s json_cpu json_rss < <(measure 1 "$program" can "$workload" internet "$json")
  read -r can_s can_cpu can_rss < <(measure 5 "$program" can "$workload" internet "$file")
  awk -v pods="$pods" -v json="$(stat -c %s "$json")" -v compile="$compile_s" \
    -v file="$(stat -c %s "$file")" -v a="$json_s" -v b="$json_cpu" -v c="$json_rss" \
    -v d="$can_s" -v e="$can_cpu" -v f="$can_rss" 'BEGIN {
      printf "%8d %8.1f %9.2f %11.1f  %9.3f %9.3f %7.1f  %9.4f %9.4f %7.1f  %.0f\n", pods,
             json / 1e6, compile, file / 1e6, a, b, c, d, e, f, a / d }'
done
