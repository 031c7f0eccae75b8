#!/usr/bin/env bash
# Builds polreach and asks it about the shipped example.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/lib.sh"

polreach=build/release/polreach
example=fixtures/quickstart

# ask ARGUMENT...: shows the question and its answer. Denied (1) is an answer, too.
ask() {
  local status=0
  printf '\n$ %s\n' "polreach $*"
  "$polreach" "$@" || status=$?
  printf '(exit status %d)\n' "$status"
  if ((status > 1)); then exit "$status"; fi
}

scripts/install-deps.sh
build release polreach

say "the example: $example"
ask can shop/api data/db --port 5432 "$example"
ask can shop/web shop/api --port 8080 "$example"

cat <<END

The second answer is a mistake in the example: web was meant to reach api. The lines that the answer
names show why it cannot.

About your own manifests:
  $polreach can NAMESPACE/POD NAMESPACE/POD --port 443 FOLDER
  kubectl get namespaces,networkpolicies,pods,deployments,replicasets --all-namespaces -o json |
    $polreach can NAMESPACE/POD NAMESPACE/POD -
Either end can also be an address, a block of addresses or \`internet\`. More: $polreach can --help
END
