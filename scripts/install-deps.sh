#!/usr/bin/env bash
# Installs the Debian packages that the build needs; with --check also those of the checks.
set -euo pipefail

usage() {
  cat <<'END'
usage: scripts/install-deps.sh [--check] [--browser] [--fuzz]

Installs what building and testing need (Debian 12 or newer, through apt-get).
  --check   also what the format check, clang-tidy and the tests of schemas, packages, terminals and
            the second solver need
  --browser also Chromium (300 MB), for the tests of the HTML pages; these are skipped without it
  --fuzz    also what the fuzzers need
END
}

packages=(
  g++ cmake ninja-build pkg-config
  libboost-dev libboost-filesystem-dev libboost-program-options-dev libedit-dev libexpected-dev libfmt-dev libgit2-dev libmimalloc-dev libsimdjson-dev libxxhash-dev
  libyaml-cpp-dev libz3-dev rapidjson-dev doctest-dev
)
for argument in "$@"; do
  case $argument in
    --check) packages+=(ccache clang-format clang-tidy cvc5 graphviz libxml2-utils python3-jsonschema python3-yaml tmux) ;;
    --browser) packages+=(chromium chromium-driver python3-selenium) ;;
    --fuzz) packages+=(clang libclang-rt-14-dev) ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done

installed() {
  # shellcheck disable=SC2016  # the ${...} are dpkg-query's
  [[ $(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
  echo "install-deps: this is no Debian; please install the counterparts of:" >&2
  echo "  ${packages[*]}" >&2
  exit 1
fi

missing=()
for package in "${packages[@]}"; do
  installed "$package" || missing+=("$package")
done
if ((${#missing[@]} == 0)); then exit 0; fi

as_root=()
if ((EUID != 0)); then
  if ! command -v sudo >/dev/null; then
    echo "install-deps: please install as root: apt-get install ${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo)
fi

apt() { "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get --quiet=2 "$@" </dev/null; }

echo "install-deps: installing ${missing[*]}"
# The package lists may be absent or out of date.
if ! apt install --yes --no-install-recommends "${missing[@]}" >/dev/null 2>&1; then
  apt update
  apt install --yes --no-install-recommends "${missing[@]}" >/dev/null
fi
