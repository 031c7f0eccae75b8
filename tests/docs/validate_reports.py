#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Validates what findings are written as, in the formats that other programs read.

usage: validate_reports.py POLREACH

Looks at the approved files of tests/report/findings, and at what `polreach audit` writes for
folders of fixtures/: JSON against docs/schemas, SARIF against tests/docs/sarif-2.1.0.json and the
rules of the standard that no schema can say, JUnit XML and GitLab's code quality report against
what their readers demand. Holds the schema of polreach.yaml against what is accepted.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree
from pathlib import Path

try:
    import jsonschema
except ImportError:
    sys.exit("validate_reports: python3-jsonschema is missing; scripts/install-deps.sh --check "
             "installs it")

ROOT = Path(__file__).resolve().parents[2]
SEVERITIES = {"info", "minor", "major", "critical", "blocker"}


def validator(path):
    schema = json.loads((ROOT / path).read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


SARIF = validator("tests/docs/sarif-2.1.0.json")
FINDINGS = validator("docs/schemas/polreach.findings.v1.json")
CHECKS = validator("docs/schemas/polreach.checks.v1.json")
BASELINE = validator("docs/schemas/polreach.baseline.v1.json")
CONFIG = validator("docs/schemas/polreach.config.v1.json")


def validate(schema, text):
    output = json.loads(text)
    error = next(schema.iter_errors(output), None)
    while error is not None and error.context:
        error = max(error.context, key=lambda each: len(each.absolute_path))
    assert error is None, f"{error.json_path}: {error.message[:300]}"
    return output


def check_sarif(text):
    for run in validate(SARIF, text)["runs"]:
        rules = run["tool"]["driver"].get("rules", [])
        ids = [rule["id"] for rule in rules]
        # 3.19.23, 3.49.3: no two rules are the same.
        assert len(ids) == len(set(ids)), "a rule twice"
        for result in run["results"]:
            # 3.27.5, 3.27.6: the index is that of the rule.
            assert ids[result["ruleIndex"]] == result["ruleId"], "ruleIndex of another rule"
            # 3.28.2: ids of locations are unique within the result.
            related = [each["id"] for each in result.get("relatedLocations", [])]
            assert len(related) == len(set(related)), "a location's id twice"
            for location in result["locations"] + result.get("relatedLocations", []):
                region = location.get("physicalLocation", {}).get("region")
                # 3.30.8: without endLine, the region ends in its line.
                assert region is None or region["endColumn"] > region["startColumn"], "empty region"
        for invocation in run["invocations"]:
            for note in invocation["toolExecutionNotifications"]:
                rule = note["associatedRule"]
                assert ids[rule["index"]] == rule["id"], "index of another rule"


def check_json(text):
    output = validate(FINDINGS, text)
    if "findings" not in output:
        return
    for severity in ("critical", "high", "medium", "low", "info"):
        found = sum(each["severity"] == severity for each in output["findings"])
        assert output["counts"][severity] == found, f"count of {severity}"
    assert output["counts"]["suppressed"] == len(output["suppressed"])
    assert output["counts"]["known"] <= len(output["known"])


def check_junit(text):
    root = xml.etree.ElementTree.fromstring(text)
    assert root.tag == "testsuites"
    for suite in root:
        cases = suite.findall("testcase")
        for attribute, found in (("tests", len(cases)),
                                 ("failures", len(suite.findall("testcase/failure"))),
                                 ("errors", len(suite.findall("testcase/error"))),
                                 ("skipped", len(suite.findall("testcase/skipped")))):
            assert int(suite.get(attribute)) == found, f"{attribute}: not {found}"
        for case in cases:
            assert case.get("name") and case.get("classname")
        names = [case.get("name") for case in cases]
        assert len(names) == len(set(names)), "a test case twice"


def check_gitlab(text):
    issues = json.loads(text)
    for issue in issues:
        assert issue["description"] and issue["check_name"] and issue["fingerprint"]
        assert issue["severity"] in SEVERITIES
        assert not issue["location"]["path"].startswith("./"), "GitLab wants no ./"
        assert issue["location"]["lines"]["begin"] >= 1
    prints = [issue["fingerprint"] for issue in issues]
    assert len(prints) == len(set(prints)), "a fingerprint twice"


FORMATS = {"json": check_json, "sarif": check_sarif, "junit": check_junit, "gitlab": check_gitlab}


def audits():
    yield ["fixtures/quickstart"]
    yield ["fixtures/network"]
    yield ["fixtures/nsg-effective"]
    yield ["--severity", "high", "fixtures/quickstart"]
    for expect in sorted(ROOT.glob("fixtures/*/expect.txt"))[::4]:
        yield ["--keep-going", str(expect.parent.relative_to(ROOT))]
    for file in sorted(ROOT.glob("fixtures/malformed/*.yaml"))[::10]:
        yield [str(file.relative_to(ROOT))]


def configurations(check):
    """Yields configurations, as JSON, which is YAML; right ones and wrong ones."""
    yield {}
    yield {"engine": "cilium", "cluster": "main", "audit": {}}
    yield {"service-tags": [], "parameters": [], "intents": "expect.txt"}
    yield {"audit": {"severity": "high", "fail-on": "never", "only": [], "suppress": []}}
    if check is not None:
        yield {"audit": {"only": check, "skip": [check], "severities": {check: "info"}}}
        suppression = {"check": check, "subject": "* shop/*", "namespace": "shop",
                       "reason": "decided", "expires": "2027-01-31"}
        yield {"audit": {"suppress": [suppression]}}
        yield {"audit": {"suppress": [{"check": check}]}}
        yield {"audit": {"suppress": [{"check": check, "reason": " "}]}}
        yield {"audit": {"suppress": [{**suppression, "expires": "soon"}]}}
        yield {"audit": {"suppress": [{**suppression, "why": "?"}]}}
        yield {"audit": {"severities": {check: "never"}}}
    yield {"engine": "istio"}
    yield {"engine": 1}
    yield {"cluster": []}
    yield {"parameters": [1]}
    yield {"audit": {"severity": "never"}}
    yield {"audit": {"fail-on": "info"}}
    yield {"audit": {"suppress": {}}}
    yield {"audit": {"suppress": [{"reason": "x"}]}}
    yield {"audits": {}}


def hold_configurations(polreach, check, problems):
    """What the schema allows is what polreach accepts."""
    folder = ROOT / "fixtures/quickstart"
    with tempfile.TemporaryDirectory() as scratch:
        shutil.copy(folder / "expect.txt", scratch)
        for config in configurations(check):
            path = Path(scratch) / "polreach.yaml"
            path.write_text(json.dumps(config), encoding="utf-8")
            run = subprocess.run([polreach, "audit", "-q", "--config", path, folder], check=False,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            accepted = b"error[" not in run.stderr
            if accepted != CONFIG.is_valid(config):
                problems.append(f"{config}: the schema and polreach do not agree")


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    polreach = os.path.abspath(sys.argv[1])
    problems = []
    validated = 0

    def hold(name, check, text):
        nonlocal validated
        try:
            check(text)
            validated += 1
        except (AssertionError, ValueError, KeyError, IndexError,
                xml.etree.ElementTree.ParseError) as error:
            problems.append(f"{name}\n    {type(error).__name__}: {error}")

    for name, check in FORMATS.items():
        path = ROOT / "tests/report/findings" / f"audit.{name}"
        hold(path.name, check, path.read_text(encoding="utf-8"))
    for words in audits():
        statuses = set()
        for name, check in FORMATS.items():
            run = subprocess.run([polreach, "audit", *words, "--format", name], cwd=ROOT,
                                 check=False, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            statuses.add(run.returncode)
            if run.stdout or name == "json":
                hold(f"polreach audit {' '.join(words)} --format {name}", check,
                     run.stdout.decode("utf-8"))
        if len(statuses) != 1:
            problems.append(f"polreach audit {' '.join(words)}\n    exit status {statuses}")
    listed = subprocess.run([polreach, "audit", "--list", "--format", "json"], check=True,
                            stdout=subprocess.PIPE)
    hold("polreach audit --list", lambda text: validate(CHECKS, text),
         listed.stdout.decode("utf-8"))
    checks = json.loads(listed.stdout)["checks"]
    hold_configurations(polreach, checks[0]["id"] if checks else None, problems)
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "baseline.json"
        subprocess.run([polreach, "audit", "-q", "--write-baseline", path, "fixtures/quickstart"],
                       cwd=ROOT, check=False, stdout=subprocess.DEVNULL)
        hold("baseline", lambda text: validate(BASELINE, text), path.read_text(encoding="utf-8"))
        known = subprocess.run([polreach, "audit", "-q", "--baseline", path, "fixtures/quickstart"],
                               cwd=ROOT, check=False, stdout=subprocess.PIPE)
        if b"[" in known.stdout.replace(b"not checked[", b""):
            problems.append("findings that the baseline has are reported")
    print(f"validated {validated} reports")
    for problem in problems[:5]:
        print(problem, file=sys.stderr)
    if problems or validated == 0:
        sys.exit(1)


if __name__ == "__main__":
    main()
