#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Clusters of bench/generate.py: equal arguments give equal bytes, every form says the same, and
polreach reads all of it without a word.

usage: generate_test.py POLREACH"""
import json
import os
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SMALL = ["--pods", "120", "--nodes", "6", "--namespaces", "4", "--workloads", "15",
         "--policies", "30"]
failures = []


def check(condition, what):
    if not condition:
        failures.append(what)
        print(f"failed: {what}", file=sys.stderr)


def generate(*arguments):
    command = [sys.executable, os.path.join(ROOT, "bench", "generate.py"), *SMALL, *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout


def polreach(*arguments):
    return subprocess.run([program, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, check=False)


def answer(*paths):
    """All connections, without the places of what they come from."""
    done = polreach("map", *paths)
    check(done.returncode == 0, f"map {paths}: {done.returncode} {done.stderr[:500]}")
    check(done.stderr == "", f"{paths} read with a word: {done.stderr[:500]}")
    return sorted(line for line in done.stdout.splitlines() if " -> " in line)


def texts(folder):
    result = {}
    for path, _, names in os.walk(folder):
        for name in names:
            full = os.path.join(path, name)
            with open(full, encoding="utf-8") as file:
                result[os.path.relpath(full, folder)] = file.read()
    return result


def check_list(text):
    listed = json.loads(text)
    check(listed["kind"] == "List" and listed["apiVersion"] == "v1", "a List")
    kinds = [each["kind"] for each in listed["items"]]
    for kind, count in (("Pod", 120), ("Node", 6), ("NetworkPolicy", 30), ("Namespace", 5)):
        check(kinds.count(kind) == count, f"{count} of {kind}, not {kinds.count(kind)}")
    pods = [each for each in listed["items"] if each["kind"] == "Pod"]
    for place in (lambda pod: (pod["metadata"]["namespace"], pod["metadata"]["name"]),
                  lambda pod: pod["metadata"]["uid"]):
        check(len({place(pod) for pod in pods}) == len(pods), "pods that differ")
    addresses = [pod["status"]["podIP"] for pod in pods if "hostNetwork" not in pod["spec"]]
    check(len(set(addresses)) == len(addresses), "addresses that differ")
    # As kubectl prints it, which sorts keys and puts four spaces on each level.
    again = json.dumps(listed, indent=4, sort_keys=True) + "\n"
    check(text.decode() == again, "the layout of kubectl")


def main():
    with tempfile.TemporaryDirectory() as folder:
        path = {name: os.path.join(folder, name) for name in
                ("a.json", "compact.json", "yaml", "again", "azure", "repository")}
        text = generate()
        check(text == generate(), "equal bytes")
        check(text != generate("--seed", "2"), "another seed, another cluster")
        check_list(text)
        with open(path["a.json"], "wb") as file:
            file.write(text)
        generate("--format", "compact", "--output", path["compact.json"])
        generate("--format", "yaml", "--output", path["yaml"], "--azure", path["azure"])
        generate("--format", "yaml", "--output", path["again"])
        check(texts(path["yaml"]) == texts(path["again"]), "equal folders")
        with open(path["compact.json"], encoding="utf-8") as file:
            check(json.load(file) == json.loads(text), "compact is the same")

        lines = answer(path["a.json"])
        check(len(lines) > 10, "connections")
        check(lines == answer(path["compact.json"]), "compact says the same")
        check(lines == answer(path["yaml"]), "YAML says the same")
        generate("--deployments", "--format", "yaml", "--output", path["repository"])
        check(len(answer(path["repository"])) > 10, "connections of a repository")
        # The largest and the smallest, where everything about it is written.
        for source in ("ns-0/app-0", "ns-0/app-last"):
            done = polreach("can", source, "internet", "--port", "443", path["yaml"],
                            path["azure"])
            check(done.returncode in (0, 1) and done.stderr == "",
                  f"can {source}: {done.returncode} {done.stderr[:500]}")
    if failures:
        return 1
    print("generated clusters: equal bytes, one answer in every form")
    return 0


if len(sys.argv) != 2:
    sys.exit(__doc__)
program = sys.argv[1]
sys.exit(main())
