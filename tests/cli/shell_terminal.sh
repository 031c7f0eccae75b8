#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# polreach shell as a person uses it: keys into a real terminal, and what is on its screen. Run by
# ctest; tmux is the terminal.
set -euo pipefail

polreach=${1:?usage: shell_terminal.sh POLREACH SOURCE_FOLDER}
root=${2:?usage: shell_terminal.sh POLREACH SOURCE_FOLDER}

if ! command -v tmux >/dev/null; then
  echo "skipped: tmux is not installed (scripts/install-deps.sh --check installs it)"
  exit 77
fi

folder=$(mktemp -d)
export XDG_STATE_HOME=$folder/state TERM=screen NO_COLOR=1 LC_ALL=C.UTF-8
export HOME=$folder HISTFILE=/dev/null
unset TMUX
terminal=0
tmux() { command tmux -S "$folder/socket$terminal" -f /dev/null "$@"; }
# A server of its own for each terminal: one that ends takes its socket with it.
open_terminal() { # open_terminal COLUMNS
  tmux kill-server 2>/dev/null || true
  terminal=$((terminal + 1))
  tmux new-session -d -x "$1" -y 50 "cd '$root' && bash --norc --noprofile"
}
finish() {
  tmux kill-server 2>/dev/null || true
  rm -rf "$folder" || { sleep 1 && rm -rf "$folder"; }
}
trap finish EXIT

screen() { tmux capture-pane -p -J -S -500; }
fail() { echo "FAILED: $1"; echo "--- screen"; screen; exit 1; }
keys() { tmux send-keys "$@"; }
text() { tmux send-keys -l "$1"; }

# expect TEXT: waits until the screen shows it.
expect() {
  local i
  for ((i = 0; i < 300; ++i)); do
    if screen | grep -qF -- "$1"; then return; fi
    sleep 0.1
  done
  fail "the screen does not show: $1"
}
# expect_last TEXT: waits until the last line with anything in it is TEXT, but for spaces behind it.
expect_last() {
  local i last
  for ((i = 0; i < 300; ++i)); do
    last=$(screen | sed 's/ *$//' | { grep -v '^$' || true; } | tail -1)
    if [[ $last == "$1" ]]; then return; fi
    sleep 0.1
  done
  fail "the last line is \"$last\", not \"$1\""
}
absent() { if screen | grep -qF -- "$1"; then fail "the screen shows: $1"; fi; }

start() { # start COLUMNS PATH
  open_terminal "$1"
  text "PS1='done: \$? ' && clear && '$polreach' shell $2"
  keys Enter
  expect_last ">"
}

echo "a question, completed from its first letters"
start 120 fixtures/quickstart
expect "2 namespaces, 3 workloads, 6 policies"
text "can we"
keys Tab
expect_last "> can shop/web"
text "ap"
keys Tab
expect_last "> can shop/web shop/api"
text "ht"
keys Tab Enter
expect "DENIED  shop/web -> shop/api, TCP port http"
expect "policies-shop.yaml:34:9 [3]"
expect_last ">"

echo "in depth, and the file around a rule"
text "why not"
keys Enter
expect "assumes A-enforced"
expect_last ">"
text "source 3"
keys Enter
expect "* 34 |   name: web"
expect_last ">"

echo "what several things fit is listed"
text "show svc shop/"
keys Tab
expect "shop/api  shop/web"
expect_last "> show svc shop/"

echo "Ctrl-C gives the line up"
keys C-c
expect "> show svc shop/^C"
expect_last ">"

echo "a change, its prompt, and back"
text "what if delete netpol data/d"
keys Tab
expect "data/default-deny"
text "b"
keys Enter
expect "removed   shop/api -> data/db  TCP 5432"
expect_last "what if>"
text "undo"
keys Enter
expect "as it was read."
expect_last ">"

echo "earlier lines come back with the keys"
keys Up Up
expect_last "> what if delete netpol data/db"
keys Up
expect_last "> source 3"
keys C-c
expect "> source 3^C"

echo "Ctrl-Z suspends, and fg goes on"
keys C-z
expect "Stopped"
text "fg"
keys Enter
expect_last ">"
text "who reaches db"
keys Enter
expect "shop/api -> data/db  TCP 5432"
expect_last ">"

echo "Ctrl-D ends"
keys C-d
expect_last "done: 0"

echo "the history survives, and is private"
history=$XDG_STATE_HOME/polreach/shell-history
[[ $(stat -c %a "$history") == 600 ]] || fail "others can read the history"
[[ $(stat -c %a "$XDG_STATE_HOME/polreach") == 700 ]] || fail "others can read its folder"
start 120 fixtures/quickstart
keys Up
expect_last "> who reaches db"
keys C-c C-d
expect_last "done: 0"

echo "a narrow terminal: lines are wrapped at spaces"
start 60 fixtures/quickstart
text "can web api http"
keys Enter
expect "  egress: isolated by NetworkPolicy shop/default-deny, no"
expect "    rule allows this"
expect_last ">"
keys C-d

echo "Ctrl-C ends a question that takes long, and not the shell"
{
  for ((i = 0; i < 150; ++i)); do
    printf -- '---\napiVersion: v1\nkind: Pod\nmetadata: {name: p%d, namespace: many, labels: {i: "%d"}}\n' $i $i
    printf 'spec: {containers: [{name: c, image: i}]}\n'
    printf -- '---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p%d, namespace: many}\n' $i
    printf 'spec:\n  podSelector: {matchLabels: {i: "%d"}}\n' $i
    printf '  ingress: [{from: [{ipBlock: {cidr: 10.%d.0.0/16}}], ports: [{port: %d}]}]\n' $i $((i + 1))
  done
} >"$folder/many.yaml"
start 100 "$folder/many.yaml"
text "can any any"
keys Enter
sleep 1
absent "DEPENDS"
keys C-c
expect "the question was given up"
expect_last ">"
text "can p1 p2 999"
keys Enter
expect "DENIED  many/p1 -> many/p2, TCP 999"
expect_last ">"
keys C-d
expect_last "done: 0"

echo "manifests through a pipe, questions from the terminal"
open_terminal 120
text "PS1='done: \$? ' && clear && sed -s '\$a ---' fixtures/quickstart/*.yaml | '$polreach' shell -"
keys Enter
expect_last ">"
text "can api db 5432"
keys Enter
expect "ALLOWED  shop/api -> data/db, TCP 5432"
expect_last ">"
text "quit"
keys Enter
expect_last "done: 0"
echo "all as it should be"
