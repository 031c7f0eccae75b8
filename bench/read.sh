#!/usr/bin/env bash
# What reading takes against what the libraries that read take by themselves, in one run: an export
# in JSON against simdjson walking it, a folder of YAML against the event parser of yaml-cpp.
#
# usage: bench/read.sh [BUILD [SIZE [RUNS]]]
#   BUILD  of the release preset, which builds the bare parsers, too; default build/release
#   SIZE   of bench/generate.py; default large. aks-largest needs 2.5 GB of disk for a while
set -euo pipefail
cd "$(dirname "$0")/.."

build=${1:-build/release}
size=${2:-large}
runs=${3:-5}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# Of a workload that is not there: all is read and put together, and nothing is asked.
read_only=(sh -c '"$0" "$@" 2>/dev/null; test $? -eq 2' "$build/polreach" can ns-0/none internet)
question=("$build/polreach" can ns-0/app-last internet --quiet)
audit=("$build/polreach" audit --no-config --quiet)

python3 bench/generate.py --size "$size" --output "$folder/export.json"
echo "JSON as kubectl prints it, size $size: $(($(stat -c %s "$folder/export.json") / 1000000)) MB"
python3 bench/measure.py "$runs" "simdjson walks it" "$build/bench/walk_json" "$folder/export.json" \
  -- "polreach reads it" "${read_only[@]}" "$folder/export.json" \
  -- "polreach can" "${question[@]}" "$folder/export.json" \
  -- "polreach audit" "${audit[@]}" "$folder/export.json"

# Fewer pods: YAML is slow to parse, and the ratio is the same.
python3 bench/generate.py --size medium --pods 3000 --nodes 60 --format yaml --output "$folder/yaml"
mapfile -t files < <(find "$folder/yaml" -name '*.yaml' | sort)
echo
echo "YAML, a folder of ${#files[@]} files: $(cat "${files[@]}" | wc -c | awk '{ printf "%.0f", $1 / 1e6 }') MB"
python3 bench/measure.py "$runs" "yaml-cpp parses it" "$build/bench/parse_yaml" "${files[@]}" \
  -- "polreach reads it" "${read_only[@]}" "$folder/yaml" \
  -- "polreach can" "${question[@]}" "$folder/yaml"
