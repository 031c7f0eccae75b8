#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs that end before their time: --timeout, --memory, Ctrl-C; and the progress of long ones.

Each run that is ended has no verdict, and leaves nothing half written.
"""

import json
import os
import pty
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

POLREACH = Path(sys.argv[1]).resolve()
ROOT = Path(__file__).resolve().parents[2]
SMALL = str(ROOT / "fixtures" / "default-deny")
GUARD = 300  # seconds: whatever takes longer hangs


def large_cluster(workloads):
    """Each workload has labels and a policy of its own, so that every pair is a question."""
    documents = []
    for i in range(workloads):
        documents.append(
            f"apiVersion: v1\nkind: Pod\nmetadata: {{name: p{i}, labels: {{app: a{i}}}}}\n"
            "spec: {containers: [{name: c, image: i}]}\n")
        documents.append(
            "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n"
            f"metadata: {{name: n{i}}}\nspec:\n  podSelector: {{matchLabels: {{app: a{i}}}}}\n"
            f"  ingress: [{{from: [{{podSelector: {{matchLabels: {{app: a{i // 2}}}}}}}], "
            f"ports: [{{port: {1000 + i}}}]}}]\n")
    return "---\n".join(documents)


def run(*arguments, **options):
    return subprocess.run([POLREACH, *arguments], capture_output=True, text=True, timeout=GUARD,
                          **options)


def demand(holds, what, detail=""):
    if not holds:
        print(f"does not hold: {what}\n{detail}")
        sys.exit(1)


def start_long(folder, *more, **options):
    """A question of 160,000 pairs, each with a proof."""
    large = Path(folder) / "large.yaml"
    large.write_text(large_cluster(400))
    return subprocess.Popen([POLREACH, "can", "any", "any", str(large), *more],
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)


def time_limit():
    with tempfile.TemporaryDirectory() as folder:
        for arguments in ([], ["--format", "json"]):
            target = Path(folder) / "questions.smt2"
            child = start_long(folder, "--timeout", "2", "--smtlib", str(target), *arguments)
            out, err = child.communicate(timeout=GUARD)
            demand(child.returncode == 2, "time over is no verdict", child.returncode)
            demand("error[timeout]: the time is over (--timeout 2)" in err, "it is said", err)
            demand("no verdict" in err, "that there is no verdict is said", err)
            demand(sorted(p.name for p in Path(folder).iterdir()) == ["large.yaml"],
                   "no file is left")
            if arguments:
                answer = json.loads(out)
                demand(answer["verdict"] is None and answer["error"]["code"] == "timeout",
                       "JSON says so", out)
            else:
                demand(out == "", "no part of an answer", out)
    answered = run("can", "default/web", "default/db", SMALL, "--timeout", "5m")
    demand(answered.returncode == 1 and answered.stdout.startswith("PARTLY"),
           "within the limit nothing changes", answered.stdout)
    plain = run("can", "default/web", "default/db", SMALL)
    demand(plain.stdout == answered.stdout, "not by a byte", answered.stdout)
    for wrong in ("", "0", "-1", "nan", "inf", "1d", "5 m", "1e9"):
        refused = run("can", "default/web", "default/db", SMALL, f"--timeout={wrong}")
        demand(refused.returncode == 2 and "error[usage]" in refused.stderr, f"{wrong!r} is no time",
               refused.stderr)
    waiting = subprocess.run([POLREACH, "map", "-", "--timeout", "0.5"], capture_output=True,
                             text=True, timeout=GUARD, stdin=subprocess.PIPE)
    demand(waiting.returncode == 2, "an empty input is no verdict")
    with subprocess.Popen([POLREACH, "map", "-", "--timeout", "0.5"], stdin=subprocess.PIPE,
                          stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as silent:
        demand(silent.wait(timeout=GUARD) == 2, "input that never comes is waited for no longer")
        demand("error[timeout]" in silent.stderr.read(), "which is said")


def memory_limit():
    """At each size there is the answer, or none: never another."""
    outcomes = set()
    with tempfile.TemporaryDirectory() as folder:
        middle = Path(folder) / "middle.yaml"
        middle.write_text(large_cluster(150))
        question = ("can", "p1", "any", str(middle), "--format", "json")
        plain = run(*question)
        demand(plain.returncode == 1, "there is an answer", plain.stderr)
        for size in ("100K", "2M", "8M", "16M", "20M", "24M", "28M", "32M", "40M", "64M", "1G"):
            limited = run(*question, "--memory", size)
            outcomes.add(limited.returncode)
            if limited.returncode == plain.returncode:
                demand(limited.stdout == plain.stdout, f"the same answer in {size}", limited.stdout)
                continue
            demand(limited.returncode == 2, f"no verdict in {size}", limited.returncode)
            demand(f"error[memory]: the memory is used up (--memory {size})" in limited.stderr,
                   "the limit is named", limited.stderr)
            demand(json.loads(limited.stdout)["verdict"] is None, "JSON says so", limited.stdout)
        # A text of 300 MB from standard input is more than 100M.
        with subprocess.Popen([POLREACH, "map", "-", "--memory", "100M"], stdin=subprocess.PIPE,
                              stderr=subprocess.PIPE, stdout=subprocess.PIPE) as reading:
            try:
                for _ in range(300):
                    reading.stdin.write(b"# a comment line\n" * 61681)
                reading.stdin.close()
            except BrokenPipeError:
                pass
            demand(reading.wait(timeout=GUARD) == 2, "no verdict about what does not fit")
            demand(b"error[memory]" in reading.stderr.read(), "which is said")
            reading.stdin = None
    demand(outcomes == {1, 2}, "some sizes are enough, some are not", outcomes)
    for wrong in ("", "0", "-1", "2X", "1.5G", "99999999999T"):
        refused = run("can", "default/web", "default/db", SMALL, f"--memory={wrong}")
        demand(refused.returncode == 2 and "error[usage]" in refused.stderr, f"{wrong!r} is no size",
               refused.stderr)


def interrupt():
    with tempfile.TemporaryDirectory() as folder:
        for number in (signal.SIGINT, signal.SIGTERM):
            child = start_long(folder, "--smtlib", str(Path(folder) / "questions.smt2"))
            time.sleep(1.5)
            demand(child.poll() is None, "the question takes long", child.returncode)
            child.send_signal(number)
            before = time.monotonic()
            out, _ = child.communicate(timeout=GUARD)
            demand(time.monotonic() - before < 60, "the run ends at once")
            # What a shell shows as 128 + number.
            demand(child.returncode == -number, "the signal ends it", child.returncode)
            demand(out == "", "no part of an answer", out)
            demand(sorted(p.name for p in Path(folder).iterdir()) == ["large.yaml"],
                   "no file is left")


def on_terminal(command, environment, seconds):
    """What a program writes to a terminal as its standard error, until it is interrupted."""
    ours, theirs = pty.openpty()
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                             stderr=theirs, env={**os.environ, **environment})
    os.close(theirs)
    time.sleep(seconds)
    child.send_signal(signal.SIGINT)
    child.wait(timeout=GUARD)
    text = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        text += part
    os.close(ours)
    return text.decode()


def progress():
    with tempfile.TemporaryDirectory() as folder:
        large = Path(folder) / "large.yaml"
        large.write_text(large_cluster(400))
        command = [POLREACH, "can", "any", "any", str(large)]
        shown = on_terminal(command, {"TERM": "xterm", "NO_COLOR": "1"}, 8)
        demand(re.search(r"\rdeciding [\d,]+ of [\d,]+ pairs, [\d,.]+(/s| s each)\x1b\[K", shown),
               "a long run shows how far it is", shown)
        demand(shown.endswith("\r\x1b[K"), "the line is erased at the end", shown[-80:])
        demand("\x1b[0" not in shown and "\n" not in shown, "one line, without colour", shown)
        for environment in ({"TERM": "dumb"}, {"TERM": ""}):
            demand(on_terminal(command, environment, 4) == "", "not on a terminal that cannot erase")
        demand(on_terminal([*command, "--quiet"], {"TERM": "xterm"}, 4) == "", "nor when quiet")
        short = [POLREACH, "can", "default/web", "default/db", SMALL]
        demand(on_terminal(short, {"TERM": "xterm"}, 0.3) == "", "what is short shows nothing")
        piped = start_long(folder, "--timeout", "4", env={**os.environ, "TERM": "xterm"})
        _, err = piped.communicate(timeout=GUARD)
        demand("deciding" not in err, "nothing in a pipe", err)


time_limit()
memory_limit()
interrupt()
progress()
