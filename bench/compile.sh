#!/usr/bin/env bash
# Times `polreach can` on a generated cluster as JSON and compiled, with the memory that each takes:
# of a workload and the internet (`can`), and of two workloads (`pair`). `start` is what a run takes that does
# nothing. One run, one machine: the ratios are what counts.
#   bench/compile.sh [PROGRAM [PODS|SIZE|EXPORT...]]
# SIZE: one of bench/generate.py; EXPORT: a file that it has made.
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

# The file of a cluster.
export_of() { # WHICH
  if [[ -f $1 ]]; then
    echo "$1"
    return
  fi
  local sizes=(--size "$1")
  if [[ $1 =~ ^[0-9]+$ ]]; then
    sizes=(--pods "$1" --workloads $(($1 / 25)) --namespaces $(($1 / 250)) --policies $(($1 / 25)))
  fi
  python3 bench/generate.py "${sizes[@]}" >"$folder/cluster.json"
  echo "$folder/cluster.json"
}

read -r start_s _ _ < <(measure 20 "$program" --version)
echo "start $start_s s"
printf '%12s %8s %9s %11s  %8s %8s %7s  %8s %7s %8s %7s  %s\n' cluster json_MB compile_s \
  compiled_MB json_s json_cpu RSS_MB can_s RSS_MB pair_s RSS_MB times
for which in "$@"; do
  json=$(export_of "$which")
  file=$folder/cluster.polreach
  read -r compile_s _ _ < <(measure 1 "$program" compile --quiet "$json" -o "$file")
  pod=ns-0/app-last
  read -r json_s json_cpu json_rss < <(measure 1 "$program" can $pod internet "$json")
  read -r can_s _ can_rss < <(measure 20 "$program" can $pod internet "$file")
  read -r pair_s _ pair_rss < <(measure 20 "$program" can $pod kube-system/coredns "$file")
  awk -v which="$(basename "$which")" -v json="$(stat -c %s "$json")" -v compile="$compile_s" \
    -v file="$(stat -c %s "$file")" -v a="$json_s" -v b="$json_cpu" -v c="$json_rss" \
    -v d="$can_s" -v e="$can_rss" -v f="$pair_s" -v g="$pair_rss" 'BEGIN {
      printf "%12s %8.1f %9.2f %11.1f  %8.3f %8.3f %7.1f  %8.4f %7.1f %8.4f %7.1f  %.0f\n", which,
             json / 1e6, compile, file / 1e6, a, b, c, d, e, f, g, a / d }'
done
