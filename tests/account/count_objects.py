#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Whether polreach accounts for every object of its input, by another count than its own.

usage: count_objects.py POLREACH

PyYAML reads the manifests of each folder of fixtures/ and, where POLREACH_CONFORMANCE names them, of
the cases of other projects and of realworld/ beside them, and counts their objects; `polreach map
--keep-going` must have read as many, and used, irrelevant, unsupported and rejected ones must be all
of them. Left out, and counted: folders with what one of the two cannot read as YAML or JSON, and with
resources of Azure, which are no objects of Kubernetes.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

try:
    import yaml
except ImportError:
    sys.exit("count_objects: python3-yaml is missing; scripts/install-deps.sh --check installs it")

ROOT = Path(__file__).resolve().parents[2]
# Every value as text: what a date or a number is, is no question of how many objects there are.
LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
SUFFIXES = (".yaml", ".yml", ".json")
# Not an input as a whole.
OTHERS = {"malformed", "fuzz", "intents", "policy-repository"}


class NotManifests(Exception):
    """What a folder holds besides objects of Kubernetes."""


def objects_in(document):
    """How many objects a document holds: those of a list are objects themselves."""
    count = 0
    left = [document]
    while left:
        value = left.pop()
        if value is None or value == "":
            continue
        if not isinstance(value, dict) or "kind" not in value or "apiVersion" not in value:
            raise NotManifests("a document without kind and apiVersion")
        if value["kind"].endswith("List") and isinstance(value.get("items"), list):
            left.extend(value["items"])
        else:
            count += 1
    return count


def count(folder):
    total = 0
    files = 0
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or any(part.startswith(".") for part in path.parts):
            continue
        # kustomize reads a file of its own name without an extension, too.
        if path.suffix not in SUFFIXES and path.name != "Kustomization":
            continue
        files += 1
        try:
            documents = list(yaml.load_all(path.read_bytes(), LOADER))
        except (yaml.YAMLError, ValueError) as error:
            raise NotManifests(str(error)) from error
        total += sum(objects_in(document) for document in documents)
    if files == 0:
        raise NotManifests("no manifests")
    return total


def folders():
    yield from (path for path in sorted(ROOT.glob("fixtures/*/"))
                if path.is_dir() and path.name not in OTHERS)
    cases = os.environ.get("POLREACH_CONFORMANCE")
    if cases:
        conformance = Path(cases).resolve()
        # The folders that hold manifests themselves.
        yield from sorted({path.parent for root in (conformance, conformance.parent / "realworld")
                           for path in root.rglob("*") if path.suffix in SUFFIXES})


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    polreach = os.path.abspath(sys.argv[1])
    compared, objects, left_out, wrong = 0, 0, 0, []
    for folder in folders():
        try:
            expected = count(folder)
        except NotManifests:
            left_out += 1
            continue
        run = subprocess.run([polreach, "map", "--no-config", "--keep-going", "--format", "json",
                              str(folder)], check=False, capture_output=True)
        account = json.loads(run.stdout).get("input") if run.stdout else None
        if account is None:
            left_out += 1
            continue
        parts = sum(account[name] for name in ("used", "irrelevant", "unsupported", "rejected"))
        compared += 1
        objects += expected
        if account["read"] != expected or parts != expected:
            wrong.append(f"{folder}: {expected} objects, polreach: {account}")
    print(f"{objects} objects in {compared} folders; {left_out} folders left out")
    for each in wrong:
        print(each, file=sys.stderr)
    if wrong or compared < 100:
        sys.exit(1)


if __name__ == "__main__":
    main()
