#!/usr/bin/env bash
# polreach beside other analysers of NetworkPolicies, at pinned versions: the list of all connections
# of the same generated manifests, one tool after the other in one run, the answers compared as sets.
# Prints seconds (wall clock) and ratios, and writes them to build/bench/compare.csv.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

usage() {
  cat <<'END'
usage: bench/compare/run.sh [--limit SECONDS] [--no-ranges] [WORKLOADS...]

Installs netpol-analyzer (Go) and network-config-analyzer (PyPI) under build/bench/compare, and lists
the connections of generated manifests with them and with build/release/polreach.
  --limit SECONDS  ends a tool after that time (default 300); it is not tried at larger sizes
  --no-ranges      manifests without ipBlock, which cost netpol-analyzer most
  WORKLOADS        sizes (default 50 100 200 500 1000 2000); there are twice as many policies
END
}

limit=300
shape=ranges
generate=(--deployments --no-tiers --plain)
sizes=()
while (($# > 0)); do
  case $1 in
    --limit) limit=$2; shift ;;
    --no-ranges) shape=no-ranges; generate+=(--no-ranges) ;;
    -h | --help) usage; exit 0 ;;
    *[!0-9]*) usage >&2; exit 2 ;;
    *) sizes+=("$1") ;;
  esac
  shift
done
if ((${#sizes[@]} == 0)); then sizes=(50 100 200 500 1000 2000); fi

polreach=$PWD/build/release/polreach
tools=$PWD/build/bench/compare
results=$PWD/build/bench/compare.csv
mkdir -p "$tools"
if [[ ! -x $polreach ]]; then echo "first: cmake --preset release && cmake --build --preset release" >&2; exit 2; fi
if [[ ! -x $tools/netpolicy ]]; then
  # The hashes in go.sum are checked; the public checksum database does not know all of them.
  (cd bench/compare && GOFLAGS=-mod=mod GONOSUMDB='*' GONOSUMCHECK=1 \
    go build -o "$tools/netpolicy" github.com/np-guard/netpol-analyzer/cmd/netpolicy)
fi
if [[ ! -x $tools/python/bin/nca ]]; then
  python3 -m venv "$tools/python"
  "$tools/python/bin/pip" install --quiet -r bench/compare/requirements.txt
fi

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
if [[ ! -s $results ]]; then echo "shape,workloads,policies,lines,tool,seconds" >"$results"; fi

# timed NAME COMMAND...: seconds of the fastest of three runs (of one, where it takes over two
# seconds), or "-" where it failed or was ended.
timed() {
  local name=$1 best=- run start end
  shift
  for run in 1 2 3; do
    start=$(date +%s.%N)
    if ! timeout "$limit" "$@" >"$folder/$name.out" 2>"$folder/$name.err"; then echo -; return; fi
    end=$(date +%s.%N)
    best=$(awk -v a="$start" -v b="$end" -v best="$best" \
      'BEGIN { t = b - a; printf "%.3f", best == "-" || t < best ? t : best }')
    if awk -v b="$best" 'BEGIN { exit !(b > 2) }'; then break; fi
  done
  echo "$best"
}

ratio() { if [[ $1 == - ]]; then echo -; else awk -v a="$1" -v b="$2" 'BEGIN { printf "%.0f", a / b }'; fi; }

netpol_too_slow=false
nca_too_slow=false
printf '%9s %8s %8s  %10s %15s %10s  %8s %8s  %s\n' workloads policies lines polreach_s \
  netpol-analyzer_s nca_s netpol/p nca/p answers
for size in "${sizes[@]}"; do
  manifests=$folder/manifests
  rm -rf "$manifests"
  policies=$((size * 2))
  python3 bench/generate.py "${generate[@]}" --workloads "$size" \
    --namespaces $((size / 10)) --policies "$policies" --format yaml --output "$manifests"
  find "$manifests" -type f -name '*.yaml' -print0 | sort -z |
    xargs -0 -n 1 sh -c 'echo ---; cat "$0"' >"$folder/all.yaml"

  ours=$(timed polreach "$polreach" map --format json "$manifests")
  netpol=-
  if ! $netpol_too_slow; then netpol=$(timed netpol "$tools/netpolicy" list -q --dirpath "$manifests"); fi
  if [[ $netpol == - ]]; then netpol_too_slow=true; fi
  nca=-
  if ! $nca_too_slow; then
    nca=$(timed nca "$tools/python/bin/nca" --connectivity "$folder/all.yaml" \
      --resource_list "$folder/all.yaml" -o txt_no_fw_rules --output_endpoints deployments)
  fi
  if [[ $nca == - ]]; then nca_too_slow=true; fi

  compared=("polreach=$folder/polreach.out")
  if [[ $netpol != - ]]; then compared+=("netpol-analyzer=$folder/netpol.out"); fi
  if [[ $nca != - ]]; then compared+=("nca=$folder/nca.out"); fi
  answers="-"
  rm -f "$folder/agree.txt"
  if ((${#compared[@]} > 1)); then
    if python3 bench/compare/agree.py "${compared[@]}" >"$folder/agree.txt"; then answers=agree
    else answers=DIFFER; cat "$folder/agree.txt" >&2; fi
  fi
  lines=$(grep -o '"allowed"' "$folder/polreach.out" | wc -l)
  for pair in "polreach=$ours" "netpol-analyzer=$netpol" "network-config-analyzer=$nca"; do
    echo "$shape,$size,$policies,$lines,${pair%%=*},${pair#*=}" >>"$results"
  done
  printf '%9d %8d %8s  %10s %15s %10s  %8s %8s  %s\n' "$size" "$policies" "$lines" "$ours" \
    "$netpol" "$nca" "$(ratio "$netpol" "$ours")" "$(ratio "$nca" "$ours")" "$answers"
done
