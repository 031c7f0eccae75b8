#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Run commands in turn, several times, and say what each takes, the first one being the measure.

usage: bench/measure.py RUNS NAME COMMAND... [-- NAME COMMAND...]...

Of each the best of the runs counts: other work on the machine only ever adds. Processor time is
that of all threads; the ratio of elapsed times is what a user sees on an idle machine, that of
processor times holds on a busy one, too.
"""
import os
import subprocess
import sys
import time


def measured(command):
    """Elapsed seconds, seconds of processor time, and the largest resident set in MiB."""
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        start = time.monotonic()
        process = subprocess.Popen(command, stdout=nowhere, stderr=subprocess.PIPE)
        process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        elapsed = time.monotonic() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):  # 1: an answer, and it is no
        sys.exit(f"{' '.join(command)}: exit status {process.returncode}")
    return elapsed, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def commands(words):
    result, current = [], []
    for word in [*words, "--"]:
        if word != "--":
            current.append(word)
        elif current:
            result.append((current[0], current[1:]))
            current = []
    return result


def main():
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    runs, asked = int(sys.argv[1]), commands(sys.argv[2:])
    best = [(float("inf"),) * 3] * len(asked)
    for _ in range(runs):
        for index, (_, command) in enumerate(asked):
            best[index] = tuple(min(pair) for pair in zip(best[index], measured(command)))
    print(f"{'':24} {'elapsed s':>10} {'cpu s':>8} {'RSS MiB':>8} {'x elapsed':>10} {'x cpu':>7}")
    for (name, _), (elapsed, cpu, memory) in zip(asked, best):
        print(f"{name:24} {elapsed:10.2f} {cpu:8.2f} {memory:8.0f} "
              f"{elapsed / best[0][0]:10.2f} {cpu / best[0][1]:7.2f}")


main()
