#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How many faults in the engines' own code the tests find.

Makes mutants of compiler/, solver/sets, solver/check and the readers of policies: those that
tests/mutation/curated.txt spells out, and a sample (by seed) of what operators make of conditions,
returned expressions and statements. All are compiled into one program (mutant schemata: each place
holds the original and its mutants, and POLREACH_MUTANT chooses at run time), and each is run against
the tests, the quickest first, until a test fails.

    cmake --build --preset dev
    scripts/mutation.py [--count 300] [--seed 1] [--jobs 2] [--only ID,ID] [--list]

A mutant is caught by a test that fails, by a crash, or by taking ten times the time of the program
(CPU seconds, so that the load of the machine does not count). Mutants that do not compile are taken
out. Those that tests/mutation/equivalent.txt calls equivalent, with a reason, are listed apart and
do not count. What a run has found is kept in build/mutation/results.json, and not done again while
the sources and the tests are the same. Where tests have only been added since, --added takes over
what was caught before: only the survivors are run again.
"""

import argparse
import concurrent.futures
import hashlib
import json
import os
import random
import re
import resource
import shlex
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DEV = ROOT / "build" / "dev"
OUT = ROOT / "build" / "mutation"

MUTATED = ["compiler/*/*.cpp", "solver/sets/*.cpp", "solver/check/*.cpp"] + [
    f"policies/kubernetes/{name}.cpp" for name in
    ("read_policy", "read_prefix", "read_tiers", "read_tier_ports", "read_common", "read_pod",
     "read_service", "read_node")]

HEADER = """#pragma once
#include <cstdlib>
inline const int polreach_mutant_chosen = [] {
  const char* const text = std::getenv("POLREACH_MUTANT");
  return text == nullptr ? -1 : std::atoi(text);
}();
inline bool polreach_mutant(int number) { return number == polreach_mutant_chosen; }
"""

# The tests, the quickest first: what is run, and how much of what is random.
STAGES = [
    ("agreement", "*tests/agreement/agreement_test*", {"CLUSTERS": 200}),
    ("clouds", "*tests/agreement/cloud_agreement_test*", {"CLOUDS": 80}),
    ("aks", "*tests/agreement/aks_agreement_test*", {"AKS": 60}),
    ("paths", "*tests/agreement/path_agreement_test*", {"PATHS": 80}),
    ("fixtures", "*tests/fixtures*", {}),
    ("parts", "*tests/oracle*,*tests/queries*,*tests/azure*", {}),
    ("lists", "*tests/agreement/m*_test*,*tests/agreement/relate*,*tests/agreement/diff_test*,"
              "*tests/agreement/exposure*,*tests/agreement/aks_flows*,*tests/agreement/t*_test*", {}),
    ("rest", "*tests/audit*,*tests/intents*,*tests/syntax*,*tests/agreement/suggest*", {}),
    ("volume", "*tests/agreement/agreement_test*,*tests/agreement/cloud_agreement_test*,"
               "*tests/agreement/aks_agreement_test*,*tests/agreement/path_agreement_test*",
     {"CLUSTERS": 1500, "CLOUDS": 1500, "AKS": 600, "PATHS": 1000}),
]
SLOW = ("lists", "rest", "volume")


# Places ---------------------------------------------------------------------------------------


def masked(text):
    """The text with comments and what is between quotes blanked, of the same length."""
    def blank(match):
        found = match.group(0)
        if found[0] in "\"'":
            return found[0] + "_" * (len(found) - 2) + found[-1]
        return re.sub(r"[^\n]", " ", found)
    pattern = r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|(?<![0-9A-Za-z])'(?:\\.|[^'\\\n])+'"
    return re.sub(pattern, blank, text, flags=re.S)


def closing(text, at):
    """Behind the bracket that closes the one at `at`."""
    depth = 0
    for i in range(at, len(text)):
        if text[i] in "([{":
            depth += 1
        elif text[i] in ")]}":
            depth -= 1
            if depth == 0:
                return i + 1
    return len(text)


def parts_at_top(text, begin, end):
    """The pieces between semicolons outside of brackets."""
    pieces, start, depth = [], begin, 0
    for i in range(begin, end):
        if text[i] in "([{":
            depth += 1
        elif text[i] in ")]}":
            depth -= 1
        elif text[i] == ";" and depth == 0:
            pieces.append((start, i))
            start = i + 1
    pieces.append((start, end))
    return pieces


DECLARES = re.compile(r"^\s*(?:const\s+)?(?:auto\b|[\w:<>, ]+[*&]+\s*(?:const\s+)?\w+\s*=)|"
                      r"^\s*(?:const\s+)?[\w:]+(?:<[^=]*>)?\s+\w+\s*=[^=]")


def expressions(text):
    """(begin, end, is a condition) of what can be replaced by another expression."""
    found = []
    for match in re.finditer(r"\b(if|while|for) \(", text):
        begin, end = match.end(), closing(text, match.end() - 1) - 1
        pieces = parts_at_top(text, begin, end)
        if match.group(1) == "for":
            if len(pieces) != 3:
                continue
            piece = pieces[1]
        else:
            piece = pieces[-1]
        found.append((*piece, True))
    for match in re.finditer(r"\breturn (?=[^;{\s])|\bconst bool \w+ =\s", text):
        end = parts_at_top(text, match.end(), len(text))[0][1]
        found.append((match.end(), end, False))
    result = []
    for begin, end, condition in found:
        while begin < end and text[begin].isspace():
            begin += 1
        piece = text[begin:end]
        if not piece.strip() or "{" in piece or "[&" in piece or "[=" in piece or "[]" in piece:
            continue
        if condition and DECLARES.search(piece):
            continue
        if re.fullmatch(r"[\w:]+|[\w:]+\(\)|source::failure\(.*|std::nullopt", piece, re.S):
            if not condition:
                continue
        result.append((begin, end, condition))
    result.sort()
    # One inside another (a return in a lambda) is left to the inner one.
    return [each for i, each in enumerate(result)
            if i + 1 == len(result) or result[i + 1][0] >= each[1]]


SWAPS = [(r" && ", " || "), (r" \|\| ", " && "), (r" < ", " <= "), (r" <= ", " < "),
         (r" > ", " >= "), (r" >= ", " > "), (r" == ", " != "), (r" != ", " == "),
         (r" \+ 1\b", ""), (r" - 1\b", ""), (r" \+ 1\b", " - 1"), (r" & ", " | "), (r" \| ", " & "),
         (r" - (?=[a-z])", " & "), (r"(?<![\w])!(?=[\w(*])", ""), (r"\bany_of\(", "all_of("),
         (r"\ball_of\(", "any_of("), (r"\bconjunction\(", "disjunction("),
         (r"\bdisjunction\(", "conjunction("), (r"\bIngress\b", "Egress"),
         (r"\bEgress\b", "Ingress"), (r"(?<=[.>])source\b", "destination"),
         (r"(?<=[.>])destination\b", "source"), (r"(?<=\.)must\b", "may"), (r"(?<=\.)may\b", "must"),
         (r"\btrue\b", "false"), (r"\bfalse\b", "true"), (r"(?<=\.)first\b(?!\()", "last"),
         (r"(?<=\.)last\b(?!\()", "first"), (r"\bfront\(\)", "back()"), (r"\bback\(\)", "front()"),
         (r"\bTri::Yes\b", "Tri::Maybe"), (r"\bTri::No\b", "Tri::Maybe"),
         (r"\bTri::Maybe\b", "Tri::Yes"), (r"\bboth\(", "either("), (r"\beither\(", "both("),
         (r"\bDeny\b", "Allow"), (r"\bAllow\b", "Deny"), (r"\bV4\b", "V6"), (r"\bV6\b", "V4")]


def statements(text):
    """(begin, end) of expression statements, which can be left out."""
    found = []
    for match in re.finditer(r"(?m)(?<=[;{})])[ \t]*\n?[ \t]*(?=[\w+\-*(])|(?<=\) )(?=[\w+\-*])",
                             text):
        begin = match.end()
        end = parts_at_top(text, begin, min(len(text), begin + 600))[0][1]
        piece = text[begin:end]
        if "{" in piece or "}" in piece or end >= len(text) or text[end] != ";":
            continue
        if re.match(r"(return|case|default|using|const|static|auto|struct|enum|friend|explicit|else|"
                    r"if|for|while|do|switch|throw|namespace|typedef|template|public|private)\b",
                    piece):
            continue
        simple = re.fullmatch(r"continue|break|(?:\+\+|--)?\(?\*?[a-z_][\w.\->\[\]:]*(?:\(.*\))?"
                              r"(?:(?:\.|->)[\w.]+(?:\(.*\))?)*"
                              r"(?:\s(?:=|\|=|&=|-=|\+=)\s.*)?", piece, re.S)
        if not simple or not re.search(r"[(=+\-]|continue|break", piece):
            continue
        found.append((begin, end + 1))
    return sorted(set(found))


class Mutant:
    def __init__(self, path, begin, end, original, changed, kind):
        self.path, self.begin, self.end = path, begin, end
        self.original, self.changed, self.kind = original, changed, kind
        self.line = 0
        self.number = -1

    @property
    def name(self):
        """The same as long as the code there is the same."""
        words = f"{self.path}|{self.original}|{self.changed}|{self.occurrence}"
        return hashlib.sha256(words.encode()).hexdigest()[:10]

    occurrence = 0


def mutants_of(path):
    text = (ROOT / path).read_text()
    mask = masked(text)
    result = []

    def add(begin, end, changed, kind):
        each = Mutant(path, begin, end, text[begin:end], changed, kind)
        each.line = text.count("\n", 0, begin) + 1
        result.append(each)

    spots = expressions(mask)
    for begin, end, condition in spots:
        if condition:
            add(begin, end, f"!({text[begin:end]})", "expression")
            add(begin, end, "true", "expression")
            add(begin, end, "false", "expression")
        for pattern, other in SWAPS:
            for match in re.finditer(pattern, mask[begin:end]):
                at = begin + match.start()
                add(begin, end, text[begin:at] + other + text[begin + match.end():end], "expression")
    for begin, end in statements(mask):
        if not any(b < end and begin < e for b, e, _ in spots):
            add(begin, end, ";", "statement")
    number_occurrences(result)
    return result


def curated():
    """Blocks of: a file, lines that start with -, lines that start with +."""
    result = []
    for block in (ROOT / "tests/mutation/curated.txt").read_text().split("\n\n"):
        lines = [line for line in block.splitlines() if line and not line.startswith("#")]
        if not lines:
            continue
        path = lines[0].strip()
        original = "\n".join(line[1:] for line in lines[1:] if line.startswith("-"))
        changed = "\n".join(line[1:] for line in lines[1:] if line.startswith("+"))
        text = (ROOT / path).read_text()
        if text.count(original) != 1:
            sys.exit(f"tests/mutation/curated.txt: {path}: not there once: {original}")
        begin = text.index(original)
        kind = "statement" if original.rstrip().endswith((";", "}")) else "expression"
        each = Mutant(path, begin, begin + len(original), original, changed, kind)
        each.line = text.count("\n", 0, begin) + 1
        result.append(each)
    number_occurrences(result)
    return result


def number_occurrences(mutants):
    seen = {}
    for each in mutants:
        key = (each.path, each.original, each.changed)
        each.occurrence = seen.get(key, 0)
        seen[key] = each.occurrence + 1


# The program with all of them --------------------------------------------------------------------


def schema(text, mutants):
    """The text with all mutants in it. Those of one place are tried one after the other."""
    places = {}
    for each in mutants:
        places.setdefault((each.begin, each.end, each.kind), []).append(each)
    kept, last = [], None
    for place in sorted(places):
        # A curated one can lie across others: the first place stays.
        if last is not None and place[0] < last:
            for each in places[place]:
                each.number = -1
            continue
        last = place[1]
        kept.append(place)
    for begin, end, kind in reversed(kept):
        original = text[begin:end]
        here = places[(begin, end, kind)]
        if kind == "expression":
            chain = "".join(f"polreach_mutant({m.number}) ? ({m.changed}) : " for m in here)
            new = f"({chain}({original}))"
        else:
            chain = "".join(f"if (polreach_mutant({m.number})) {{ {m.changed} }} else " for m in here)
            new = f"{{ {chain}{{ {original} }} }}"
        text = text[:begin] + new + text[end:]
    return text


def commands():
    return {str(Path(c["file"]).resolve().relative_to(ROOT)): c
            for c in json.loads((DEV / "compile_commands.json").read_text())
            if Path(c["file"]).resolve().is_relative_to(ROOT)}


def compile_file(path, mutants, command):
    """The object; takes out of `mutants` what does not compile."""
    source = OUT / "src" / path
    target = OUT / "obj" / (path.replace("/", "_") + ".o")
    source.parent.mkdir(parents=True, exist_ok=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    words = shlex.split(command["command"])
    words = [w for w in words if w not in ("-MD", "-Werror")]
    words[words.index("-o") + 1] = str(target)
    words[words.index("-c") + 1] = str(source)
    for flag in ("-MT", "-MF"):
        if flag in words:
            del words[words.index(flag):words.index(flag) + 2]
    words[-1:] = [words[-1], "-w", "-include", str(OUT / "mutant.h"), "-fno-diagnostics-show-caret"]
    # What has been compiled for these very mutants is still there.
    key = hashlib.sha256((schema((ROOT / path).read_text(), mutants) + " ".join(words)).encode())
    known = target.with_suffix(".json")
    if known.exists() and target.exists():
        before = json.loads(known.read_text())
        if before["of"] == key.hexdigest():
            for each in mutants:
                if each.number in before["bad"]:
                    each.number = -1
            return target
    numbers = {each.number for each in mutants}
    for _ in range(12):
        text = schema((ROOT / path).read_text(), [m for m in mutants if m.number >= 0])
        source.write_text(text)
        done = subprocess.run(words, cwd=command["directory"], capture_output=True, text=True)
        if done.returncode == 0:
            bad = sorted(numbers - {each.number for each in mutants})
            known.write_text(json.dumps({"of": key.hexdigest(), "bad": bad}))
            return target
        lines = text.splitlines()
        bad = set()
        for match in re.finditer(re.escape(str(source)) + r":(\d+):\d+: (?:fatal )?error", done.stderr):
            at = int(match.group(1)) - 1
            near = [int(n) for n in re.findall(r"polreach_mutant\((\d+)\)", lines[at])]
            while not near and at > 0:
                at -= 1
                near = [int(n) for n in re.findall(r"polreach_mutant\((\d+)\)", lines[at])]
            bad.update(near)
        if not bad:
            sys.exit(f"{path} does not compile:\n{done.stderr[:3000]}")
        for each in mutants:
            if each.number in bad:
                each.number = -1
    for each in mutants:
        each.number = -1
    return None


def build(mutants, jobs):
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / "mutant.h").write_text(HEADER)
    by_path = {}
    for number, each in enumerate(mutants):
        each.number = number
        by_path.setdefault(each.path, []).append(each)
    known = commands()
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        objects = list(pool.map(lambda item: compile_file(item[0], item[1], known[item[0]]),
                                by_path.items()))
    link = subprocess.run(["ninja", "-C", str(DEV), "-t", "commands", "polreach_tests"], check=True,
                          capture_output=True, text=True).stdout.splitlines()[-1]
    program = OUT / "polreach_tests"
    link = link.replace("-o tests/polreach_tests",
                        " ".join(str(o) for o in objects if o) + f" -o {program}")
    subprocess.run(link, shell=True, check=True, cwd=DEV)
    return program


# Running them -----------------------------------------------------------------------------------


def run(program, stage, mutant, cpu_seconds):
    """(whether a test has failed, how it ended, CPU seconds)"""
    _, files, sizes = stage
    environment = {**os.environ, "POLREACH_SOURCE_DIR": str(ROOT),
                   **{f"POLREACH_AGREEMENT_{k}": str(v) for k, v in sizes.items()},
                   "POLREACH_AGREEMENT_NO_SHRINKING": "1"}
    environment.pop("POLREACH_CONFORMANCE", None)
    if mutant is not None:
        environment["POLREACH_MUTANT"] = str(mutant)

    def limit():
        resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
        resource.setrlimit(resource.RLIMIT_DATA, (3 << 30, 3 << 30))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    # What tests the comparisons themselves is about faults of its own, and about shrinking.
    with tempfile.TemporaryFile() as written:
        child = subprocess.Popen([program, f"--source-file={files}", "--abort-after=1",
                                  "--no-colors",
                                  "--test-case-exclude=*planted*,*shrink*,*shrunk*"],
                                 stdout=written, stderr=subprocess.STDOUT, env=environment,
                                 cwd=ROOT, preexec_fn=limit, start_new_session=True)
        _, ended, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(ended)
        written.seek(0)
        out = written.read().decode(errors="replace")
    spent = usage.ru_utime + usage.ru_stime
    if child.returncode == 0:
        return False, "", spent
    if child.returncode < 0:
        return True, f"signal {-child.returncode}", spent
    case = re.findall(r"TEST CASE:\s+(.*)", out)
    return True, case[-1] if case else f"status {child.returncode}", spent


class Limits:
    """CPU seconds that a stage may take: ten times what it takes without any mutant."""

    def __init__(self, program):
        self.program = program
        self.known = {}
        self.lock = threading.Lock()

    def of(self, stage):
        with self.lock:
            if stage[0] not in self.known:
                failed, how, spent = run(self.program, stage, None, 3600)
                if failed:
                    print(f"without any mutant the tests fail: {stage[0]}: {how}", flush=True)
                    os._exit(2)
                self.known[stage[0]] = int(10 * spent) + 10
                print(f"{stage[0]}: {spent:.1f} CPU seconds without a mutant", flush=True)
            return self.known[stage[0]]


def judge(program, mutant, limits, stages, passed):
    """`passed`: stages that it has survived before."""
    for stage in stages:
        if stage[0] in passed:
            continue
        caught, how, _ = run(program, stage, mutant.number, limits.of(stage))
        if caught:
            return {"caught": True, "by": f"{stage[0]}: {how}", "stages": []}
    names = {stage[0] for stage in stages}
    return {"caught": False, "by": "", "stages": sorted(names | passed)}


SOURCES = ("policies/**/*", "compiler/**/*", "solver/**/*", "cli/**/*")
TESTS = ("tests/**/*.cpp", "tests/**/*.h", "fixtures/**/*")


def digest(patterns):
    total = hashlib.sha256()
    for pattern in patterns:
        for path in sorted(ROOT.glob(pattern)):
            if path.is_file():
                total.update(path.read_bytes())
    return total.hexdigest()


class Store:
    """What is known of mutants, by name: whether one is caught, by what, and in which stages."""

    def __init__(self, stages, added):
        self.path = OUT / "results.json"
        self.stages = [stage[0] for stage in stages]
        self.of = {"sources": digest(SOURCES), "tests": digest(TESTS)}
        before = json.loads(self.path.read_text()) if self.path.exists() else {}
        same = before.get("of", {}) == self.of
        kept = same or (added and before.get("of", {}).get("sources") == self.of["sources"])
        self.known = {name: result for name, result in before.get("mutants", {}).items()
                      if kept and (same or result["caught"])}
        self.lock = threading.Lock()

    def get(self, name):
        """Nothing where it has survived fewer stages than are asked for."""
        result = self.known.get(name)
        if result is None or result["caught"] or set(self.stages) <= set(result["stages"]):
            return result
        return None

    def passed(self, name):
        """The stages that it has survived."""
        return set(self.known.get(name, {}).get("stages", []))

    def put(self, name, result):
        with self.lock:
            self.known[name] = result
            self.path.write_text(json.dumps({"of": self.of, "mutants": self.known}))


def equivalents():
    """name -> reason, from lines `name reason`."""
    result = {}
    for line in (ROOT / "tests/mutation/equivalent.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            name, reason = line.split(" ", 1)
            result[name] = reason
    return result


def show(mutant):
    print(f"{mutant.path}:{mutant.line}  [{mutant.name}]")
    for line in mutant.original.splitlines():
        print(f"  - {line}")
    for line in ("(left out)" if mutant.changed == ";" else mutant.changed).splitlines():
        print(f"  + {line}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=300, help="of the sample")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--only", help="names of mutants, as survivors are listed")
    parser.add_argument("--minutes", type=float, help="start no mutant after so many; the others "
                                                      "are taken up by the next run")
    parser.add_argument("--quick", action="store_true",
                        help="leave out the tests that take minutes: what survives then may not")
    parser.add_argument("--added", action="store_true",
                        help="tests have only been added since the last run")
    parser.add_argument("--list", action="store_true", help="show the mutants, and run nothing")
    options = parser.parse_args()

    every = []
    for pattern in MUTATED:
        for path in sorted(ROOT.glob(pattern)):
            every += mutants_of(str(path.relative_to(ROOT)))
    spelt = curated()
    sample = random.Random(options.seed).sample(every, min(options.count, len(every)))
    chosen = spelt + sample
    if options.only:
        names = options.only.split(",")
        chosen = [m for m in spelt + every if m.name in names]
    print(f"{len(every)} mutants by operators, of which {len(sample)} (seed {options.seed}); "
          f"{len(spelt)} spelt out")
    if options.list:
        for each in chosen:
            show(each)
        return 0

    program = build(chosen, options.jobs)
    compiled = [m for m in chosen if m.number >= 0]
    print(f"{len(chosen) - len(compiled)} do not compile; {len(compiled)} are run", flush=True)
    limits = Limits(program)
    stages = [stage for stage in STAGES if not (options.quick and stage[0] in SLOW)]

    store = Store(stages, options.added)
    began = time.monotonic()
    todo = [m for m in compiled if store.get(m.name) is None]

    def work(mutant):
        if options.minutes and time.monotonic() - began > 60 * options.minutes:
            return
        result = judge(program, mutant, limits, stages, store.passed(mutant.name))
        store.put(mutant.name, result)
        done = sum(store.get(m.name) is not None for m in compiled)
        print(f"{done}/{len(compiled)} {mutant.path}:{mutant.line} "
              f"{result['by'] if result['caught'] else 'SURVIVES ' + mutant.name}", flush=True)

    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        list(pool.map(work, todo))

    known = equivalents()
    judged = [m for m in compiled if store.get(m.name) is not None]
    survivors = [m for m in judged if not store.get(m.name)["caught"]]
    equivalent = [m for m in survivors if m.name in known]
    alive = [m for m in survivors if m.name not in known]
    counted = len(judged) - len(equivalent)
    print(f"\n{len(judged)} of {len(compiled)} mutants run, {len(equivalent)} of them equivalent")
    for each in equivalent:
        print(f"equivalent: {known[each.name]}")
        show(each)
    for each in alive:
        print("survives:")
        show(each)
    caught = counted - len(alive)
    print(f"\ncaught: {caught} of {counted} ({100 * caught / max(1, counted):.1f} %)")
    return 0 if len(judged) == len(compiled) and caught >= 0.95 * counted else 1


if __name__ == "__main__":
    sys.exit(main())
