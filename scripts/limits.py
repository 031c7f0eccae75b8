#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What hostile or huge input costs: each case ends, with an answer or a reason, within bounds.

    scripts/limits.py [POLREACH]        (default: build/release/polreach, else build/dev/polreach)

The bounds are those of docs/reliability.md. They are generous: a guard against hangs and
explosions, not a measure of speed. Prints what each case took.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MEGA = 1 << 20
MINUTES = 60


def policies_on_one_pod(to, count):
    """As kubectl prints them: one list."""
    def policy(i):
        block = {"cidr": f"10.{i // 256 % 256}.{i % 256}.0/24"}
        return {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
                "metadata": {"name": f"n{i}", "namespace": "default"},
                "spec": {"podSelector": {"matchLabels": {"app": "web"}},
                         "ingress": [{"from": [{"ipBlock": block}],
                                      "ports": [{"port": 1 + i % 60000}]}]}}
    pod = {"apiVersion": "v1", "kind": "Pod",
           "metadata": {"name": "web", "namespace": "default", "labels": {"app": "web"}},
           "spec": {"containers": [{"name": "c", "image": "i"}]}}
    to.write('{"apiVersion": "v1", "kind": "List", "items": [\n')
    to.write(json.dumps(pod))
    for i in range(count):
        to.write(",\n" + json.dumps(policy(i)))
    to.write("\n]}\n")


def security_group(to, rules, prefixes):
    """The most that Azure takes: each rule has its share of the prefixes, which overlap."""
    share = prefixes // rules

    def rule(i):
        some = [f"10.{n % 200}.{n // 200}.0/{16 + n % 9}" for n in range(i * share, (i + 1) * share)]
        return {"name": f"r{i}", "priority": 100 + i, "direction": "Inbound",
                "access": "Deny" if i % 3 else "Allow", "protocol": "Tcp",
                "sourcePortRange": "*", "destinationPortRange": str(1 + i // 10),
                "sourceAddressPrefixes": some, "destinationAddressPrefix": "*"}
    json.dump([{"id": "/subscriptions/0/resourceGroups/shop/providers/Microsoft.Network/"
                      "networkSecurityGroups/web",
                "name": "web", "resourceGroup": "shop",
                "type": "Microsoft.Network/networkSecurityGroups",
                "securityRules": [rule(i) for i in range(rules)]}], to)


def write_cases(folder):
    """name -> (arguments, exit statuses, a word on standard error, seconds, bytes of memory)"""
    cases = {}

    def file(name):
        return open(folder / name, "w", encoding="utf-8")

    for suffix in ("yaml", "json"):
        with file(f"brackets.{suffix}") as to:
            to.write("[" * (20 * MEGA))
        cases[f"20 MB of [ as {suffix.upper()}"] = (["map", str(folder / f"brackets.{suffix}")], {2},
                                                   "error[", 1 * MINUTES, 512 * MEGA)
    with file("bomb.yaml") as to:
        to.write("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n")
        for i in range(1, 40):
            to.write(f"a{i}: &a{i} [" + ", ".join([f"*a{i - 1}"] * 10) + "]\n")
    cases["an alias bomb"] = (["map", str(folder / "bomb.yaml")], {2}, "error[alias-budget]",
                              1 * MINUTES, 256 * MEGA)
    with file("merge.yaml") as to:
        to.write("base: &b0 {k: v}\n")
        for i in range(1, 40):
            to.write(f"m{i}: &b{i} {{" + ", ".join(f"k{j}: *b{i - 1}" for j in range(10)) + "}\n")
    cases["an alias bomb of mappings"] = (["map", str(folder / "merge.yaml")], {2}, "error[",
                                          1 * MINUTES, 256 * MEGA)
    for name, size in (("4 GB", 4 << 30), ("3 GB", 3 << 30)):
        for suffix in ("yaml", "json"):
            path = folder / f"hole{size >> 30}.{suffix}"
            with open(path, "wb") as to:
                to.truncate(size)
            cases[f"a file of {name} of zeros as {suffix.upper()}"] = (
                ["map", str(path)], {2}, "error[", 5 * MINUTES,
                # One JSON document is copied to be read.
                1024 * MEGA + (size if suffix == "json" else 0))
    with file("documents.yaml") as to:
        for i in range(1_000_000):
            to.write(f"---\n{{kind: A, apiVersion: b/v1, metadata: {{name: n{i}}}}}\n")
    cases["a million documents"] = (["map", str(folder / "documents.yaml")], {2}, "error[too-many-", 15 * MINUTES,
                                    2048 * MEGA)
    with file("policies.json") as to:
        policies_on_one_pod(to, 100_000)
    cases["100,000 policies on one pod"] = (
        ["can", "10.1.2.3", "web", "--port", "515", str(folder / "policies.json")], {0, 1}, "",
        15 * MINUTES, 2048 * MEGA)
    with file("group.json") as to:
        security_group(to, 1000, 4000)
    cases["a group of 1,000 rules and 4,000 prefixes"] = (
        ["effective", "nsg", "web", str(folder / "group.json")], {0}, "", 15 * MINUTES,
        2048 * MEGA)
    return cases


def run(program, arguments, seconds):
    """(status, standard error, seconds, bytes at the peak)"""
    began = time.monotonic()
    with tempfile.TemporaryFile() as err:
        child = subprocess.Popen([program, *arguments], stdin=subprocess.DEVNULL,
                                 stdout=subprocess.DEVNULL, stderr=err,
                                 preexec_fn=lambda: resource.setrlimit(
                                     resource.RLIMIT_CPU, (seconds, seconds)))
        _, status, usage = os.wait4(child.pid, 0)
        err.seek(0)
        text = err.read(4 * MEGA).decode(errors="replace")
    cpu = usage.ru_utime + usage.ru_stime
    return os.waitstatus_to_exitcode(status), text, time.monotonic() - began, cpu, usage.ru_maxrss * 1024


def main():
    given = [Path(sys.argv[1])] if len(sys.argv) > 1 else [ROOT / "build/release/polreach",
                                                          ROOT / "build/dev/polreach"]
    program = next(p for p in given if p.exists())
    failed = 0
    with tempfile.TemporaryDirectory() as name:
        for case, (arguments, statuses, word, seconds, memory) in write_cases(Path(name)).items():
            # A mapped file is in memory as long as nothing else needs it: not counted.
            mapped = sum(Path(a).stat().st_size for a in arguments if Path(a).is_file())
            status, err, elapsed, cpu, peak = run(program, arguments, seconds)
            own = max(0, peak - mapped)
            holds = status in statuses and word in err and own <= memory
            failed += not holds
            print(f"{'ok' if holds else 'FAILED':6} {case}: status {status}, {cpu:.1f} s of CPU "
                  f"({elapsed:.0f} s), {peak // MEGA} MB at the peak (bound: {seconds} s of CPU, "
                  f"{memory // MEGA} MB besides the file)", flush=True)
            if not holds:
                print(err[:2000])
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
