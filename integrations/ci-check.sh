#!/usr/bin/env bash
# Runs `polreach check` in a pipeline, as the environment says: annotations on standard output, a
# summary where the pipeline shows one, SARIF where a file is asked for. Ends with the status of
# the check: 0 clean, 1 the change brings something in, 2 no verdict.
#
# POLREACH          the program; default: polreach
# POLREACH_BASE     the revision to compare with; required
# POLREACH_HEAD     the revision to check; default: HEAD
# POLREACH_PATHS    files and folders, separated by spaces; none: the whole repository
# POLREACH_INTENTS  a file of agreed rules
# POLREACH_ALL      true: everything that is found counts
# POLREACH_OPTIONS  further options, separated by spaces
# POLREACH_SARIF    a file for the findings as SARIF
# POLREACH_SUMMARY  not empty: write the summary as Markdown where the pipeline shows it
set -euo pipefail

usage() { echo "usage: integrations/ci-check.sh github|gitlab|azure" >&2; exit 2; }
format=${1:-}
case $format in github | gitlab | azure) ;; *) usage ;; esac
program=${POLREACH:-polreach}
base=${POLREACH_BASE:-}
if [[ -z $base || $base =~ ^0+$ ]]; then
  echo "polreach: there is no revision to compare with; set POLREACH_BASE" >&2
  exit 2
fi

arguments=(--base "$base" --head "${POLREACH_HEAD:-HEAD}")
if [[ -n ${POLREACH_INTENTS:-} ]]; then arguments+=(--intents "$POLREACH_INTENTS"); fi
if [[ ${POLREACH_ALL:-} == true ]]; then arguments+=(--all); fi
read -r -a options <<<"${POLREACH_OPTIONS:-}"
read -r -a paths <<<"${POLREACH_PATHS:-}"

# check FORMAT: writes the check in that format, and keeps its status.
status=0
check() {
  status=0
  "$program" check "${arguments[@]}" ${options[@]+"${options[@]}"} --format "$1" -- \
    ${paths[@]+"${paths[@]}"} || status=$?
}

if [[ -n ${POLREACH_SARIF:-} ]]; then check sarif >"$POLREACH_SARIF"; fi
if [[ -n ${POLREACH_SUMMARY:-} ]]; then
  case $format in
    github) check md >>"${GITHUB_STEP_SUMMARY:-/dev/null}" ;;
    azure)
      summary=${AGENT_TEMPDIRECTORY:-.}/polreach.md
      check md >"$summary"
      echo "##vso[task.uploadsummary]$summary"
      ;;
    gitlab) check md >polreach.md ;;
  esac
fi
case $format in
  gitlab)
    check gitlab >gl-code-quality-report.json
    check text
    ;;
  *) check "$format" ;;
esac
if [[ -n ${GITHUB_OUTPUT:-} ]]; then echo "status=$status" >>"$GITHUB_OUTPUT"; fi
exit "$status"
