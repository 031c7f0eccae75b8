#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Validates what polreach writes with --format json against docs/schemas/.

usage: validate_schemas.py POLREACH

Asks every question of fixtures/*/expect.txt and fixtures/*/relate.txt, lists the connections and the
exposure of every folder of fixtures/ in several ways, and compares it with itself and with the next
one; lists effective rules of fixtures/nsg-effective; verifies fixtures/intents, which are held
against the schema of intents, too; asks about every file of fixtures/malformed/ in two ways; and
gives scripts of questions to the shell.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

try:
    import jsonschema
except ImportError:
    sys.exit("validate_schemas: python3-jsonschema is missing; scripts/install-deps.sh --check "
             "installs it")

ROOT = Path(__file__).resolve().parents[2]
MOST_SHOWN = 5


MAPS = ([], ["--explain"], ["--pods"], ["--owners=immediate"])


def questions():
    """Yields the arguments of every run."""
    for expect in sorted(ROOT.glob("fixtures/*/expect.txt")):
        folder = expect.parent.relative_to(ROOT)
        for line in expect.read_text(encoding="utf-8").splitlines():
            line = line.strip()
            if not line or line.startswith("#"):
                continue
            words = line.split("=>")[0].split()
            if "--" in words:
                at = words.index("--")
                words[at:] = [str(folder / path) for path in words[at + 1:]]
            else:
                words.append(str(folder))
            yield words
    for expect in sorted(ROOT.glob("fixtures/azure/*/expected.txt")):
        # Many lines ask the same of another cluster.
        folder = expect.parent.relative_to(ROOT)
        lines = [line for line in expect.read_text(encoding="utf-8").splitlines()
                 if line.strip() and not line.startswith("#")]
        for line in lines[::5]:
            words = line.split("=>")[0].split()
            at = words.index("--")
            words[at:] = [str(folder / path) for path in words[at + 1:]]
            yield words
    for path in sorted(ROOT.glob("fixtures/*")):
        if path.is_dir():
            yield ["exposure", "--keep-going", str(path.relative_to(ROOT))]
    yield ["exposure", "--workload", "nobody", "fixtures/quickstart"]
    for words in (["subnet", "shop/web"], ["nic", "web-0"], ["nsg", "spare-nsg"], ["nsg", "none"]):
        yield ["effective", *words, "fixtures/nsg-effective"]
        yield ["effective", "--expand", *words, "fixtures/nsg-effective"]
    for path in sorted(ROOT.glob("fixtures/intents/*.*")):
        for folder in ("quickstart", "no-policies", "ipblock-pods-unknown-address", "foreign-cilium"):
            yield ["verify", "--intents", str(path.relative_to(ROOT)), f"fixtures/{folder}"]
    yield ["verify", "--intents", "fixtures/quickstart/workloads.yaml", "fixtures/quickstart"]
    for expect in sorted(ROOT.glob("fixtures/*/relate.txt")):
        folder = expect.parent.relative_to(ROOT)
        for line in expect.read_text(encoding="utf-8").splitlines():
            if line and not line.startswith("#"):
                yield [str(folder / word) if (ROOT / folder / word).exists() else word
                       for word in line.split("=>")[0].split()]
    for folder in sorted(ROOT.glob("fixtures/*/")):
        # A set against itself, and a set alone: whatever can be said of each fixture.
        path = str(folder.relative_to(ROOT))
        yield ["relate", path, path]
        yield ["relate", path]
    # What is wrong with a file is told in the same words by every command: two of them each, in turns.
    malformed = [str(path.relative_to(ROOT)) for path in sorted(ROOT.glob("fixtures/malformed/*"))
                 if path.suffix in (".yaml", ".json")]
    for number, path in enumerate(malformed):
        runs = (["can", "default/a", "default/b", path],
                ["map", "--keep-going", "--explain", path],
                ["diff", path, "fixtures/quickstart"],
                ["can", "any", "any", "--keep-going", path],
                ["map", path],
                ["diff", "--keep-going", "fixtures/quickstart", path])
        yield runs[number % 3]
        yield runs[number % 3 + 3]
    folders = [str(expect.parent.relative_to(ROOT))
               for expect in sorted(ROOT.glob("fixtures/*/expect.txt"))]
    for folder, other in zip(folders, folders[1:] + folders[:1]):
        for options in MAPS:
            yield ["map", *options, folder]
        yield ["diff", folder, other]
        yield ["diff", "--equivalent", folder, other]
        yield ["diff", "--equivalent", folder, folder]
    yield ["map", "--prove", "--port", "80", folders[0]]
    yield ["map", "--namespace", "no-such-namespace", folders[0]]
    yield ["diff", "--port", "80", "--no-reasons", "fixtures/variants", folders[0]]
    yield ["diff", "no-such-revision", folders[0]]
    for old, new in (("old", "new"), ("new", "old"), ("old", "old")):
        for options in ([], ["--no-reasons"], ["--port", "22"]):
            yield ["diff", *options, f"fixtures/network-diff/{old}", f"fixtures/network-diff/{new}"]
    for options in ([], ["--explain"], ["--from", "subnet/shop/web"], ["--to", "internet"],
                    ["--from", "10.0.2.0/25"]):
        yield ["map", *options, "fixtures/network-diff/old"]
    for words in (["any", "data/db"], ["shop/api", "data/db", "--port", "5432"],
                  ["shop/web", "data/db", "--allow"], ["internet", "shop/web", "--force"],
                  ["shop/web", "data/db"], ["--default-deny", "shop"], ["shop/web", "nobody"],
                  ["--finding", "0123456789abcdef"]):
        yield ["suggest", *words, "fixtures/quickstart"]
    yield ["suggest", "--default-deny", "default", "fixtures/no-policies"]
    yield ["suggest", "--intents", "fixtures/intents/quickstart.yaml", "fixtures/quickstart"]
    yield ["suggest", "--intents", "fixtures/intents/network.yaml", "fixtures/network-diff/new"]
    yield ["suggest", "default/web", "default/db", "fixtures/no-policies"]
    for words in (["vnet/shop", "subnet/shop/db", "--port", "22"], ["internet", "subnet/shop/web"],
                  ["internet", "subnet/shop/db"], ["subnet/shop/web", "internet"]):
        yield ["suggest", *words, "fixtures/network-diff/new"]
    for finding in ("nsg-lateral-management", "nsg-internet-rdp", "namespace-open"):
        yield ["suggest", "--finding", finding, "fixtures/audit-azure"]
    yield ["map", "fixtures/quickstart", "fixtures/network-diff/new"]
    yield ["diff", "fixtures/quickstart", "fixtures/network-diff/new"]


def scripts():
    """Yields the arguments and the questions of every run of the shell."""
    yield ["shell", "fixtures/quickstart"], ROOT / "docs" / "samples" / "shell.txt"
    for script in sorted(ROOT.glob("tests/cli/shell/*.questions")):
        yield ["shell", f"fixtures/{script.stem}"], script


def checks(polreach):
    """Yields what `polreach check` writes about the pull requests of fixtures/policy-repository:
    the whole, and the two documents in it."""
    with tempfile.TemporaryDirectory() as folder:
        history = ROOT / "fixtures" / "policy-repository" / "history.sh"
        subprocess.run([history, folder], check=True, stdout=subprocess.DEVNULL)
        branches = subprocess.run(["git", "branch", "--format=%(refname:short)"], cwd=folder,
                                  check=True, capture_output=True, text=True).stdout.split()
        for head in [*branches, "nowhere"]:
            run = subprocess.run([polreach, "check", "--base", "main", "--head", head, "--format",
                                  "json"], cwd=folder, check=False, stdout=subprocess.PIPE,
                                 stderr=subprocess.DEVNULL)
            yield head, run.stdout
            output = json.loads(run.stdout)
            for part in ("diff", "findings"):
                if output.get(part) is not None:
                    yield head, json.dumps(output[part])


def schema_of(name, loaded={}):
    """The validator for the schema that an output names, "polreach.can/v1"."""
    if name not in loaded:
        path = ROOT / "docs" / "schemas" / (name.replace("/", ".") + ".json")
        schema = json.loads(path.read_text(encoding="utf-8"))
        jsonschema.Draft202012Validator.check_schema(schema)
        loaded[name] = jsonschema.Draft202012Validator(schema)
    return loaded[name]


def deepest(error):
    """Of the branches of a oneOf, the error of the one that went furthest."""
    while error.context:
        error = max(error.context, key=lambda each: len(each.absolute_path))
    return error


def problem_with(text):
    """What is wrong with an output; None for nothing."""
    try:
        output = json.loads(text)
    except ValueError as error:
        return f"no JSON: {error}"
    error = next(schema_of(output.get("schema", "none")).iter_errors(output), None)
    if error is None:
        return None
    error = deepest(error)
    return f"{error.json_path}: {error.message[:300]}"


def problem_with_intents():
    """What the schema of intents says of a file that holds every form; None for nothing."""
    intents = json.loads((ROOT / "fixtures/intents/all-forms.json").read_text(encoding="utf-8"))
    validator = schema_of("polreach.intents/v1")
    error = next(validator.iter_errors(intents), None)
    if error is not None:
        return f"{error.json_path}: {deepest(error).message[:300]}"
    for field, value in (("expect", "deny"), ("scop", "possible"), ("from", []), ("ports", []),
                         ("to", {"pod": "x"})):
        if not list(validator.iter_errors({"intents": [{**intents["intents"][0], field: value}]})):
            return f"{field}: {value} is no error"
    return None


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    # Other folders can be the current one when the path is given.
    polreach = os.path.abspath(sys.argv[1])
    validated = 0
    problems = []
    for words in questions():
        run = subprocess.run([polreach, *words, "--format", "json"], cwd=ROOT, check=False,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if run.stdout == b"" and run.returncode == 2 and run.stderr.startswith(b"error[usage]"):
            continue  # a wrong command line is found before --format is known
        problem = problem_with(run.stdout)
        if problem is None:
            validated += 1
        else:
            problems.append(f"polreach {' '.join(words)}\n    {problem}")
        if len(problems) >= MOST_SHOWN:
            break
    for words, script in scripts():
        run = subprocess.run([polreach, *words, "--format", "json", "--script", str(script)],
                             cwd=ROOT, check=False, stdout=subprocess.PIPE)
        for line in run.stdout.splitlines():
            # A question that the command answers brings its own format with it.
            answer = json.loads(line).get("answer")
            for text in (line, json.dumps(answer)) if answer else (line,):
                problem = problem_with(text)
                validated += problem is None
                if problem:
                    problems.append(f"polreach {' '.join(words)}\n    {line!r}\n    {problem}")
    for head, text in checks(polreach):
        problem = problem_with(text)
        validated += problem is None
        if problem:
            problems.append(f"polreach check --base main --head {head}\n    {problem}")
    problem = problem_with_intents()
    if problem is not None:
        problems.append(f"fixtures/intents/all-forms.json\n    {problem}")
    print(f"validated {validated} outputs against docs/schemas/")
    for problem in problems:
        print(problem, file=sys.stderr)
    if problems or validated == 0:
        sys.exit(1)


if __name__ == "__main__":
    main()
