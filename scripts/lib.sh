# shellcheck shell=bash
# Sourced by the other scripts: starts them in the root of the repository, with a compiler cache
# where there is one.

cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit

if [[ -z ${CMAKE_CXX_COMPILER_LAUNCHER:-} ]] && command -v ccache >/dev/null; then
  export CMAKE_CXX_COMPILER_LAUNCHER=ccache
  # What one clone has compiled serves another.
  export CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1
fi

jobs=$(nproc)

say() { printf '\n== %s\n' "$*"; }

# build PRESET [TARGET...]: configures and builds.
build() {
  local preset=$1
  shift
  say "build $preset"
  cmake --preset "$preset" -Wno-dev --log-level=WARNING
  cmake --build --preset "$preset" --parallel "$jobs" ${@:+--target "$@"}
}

# files PATTERN...: the tracked files of these patterns that are there.
files() {
  local file
  git ls-files -z -- "$@" | while IFS= read -r -d '' file; do
    if [[ -f $file ]]; then printf '%s\0' "$file"; fi
  done
}
