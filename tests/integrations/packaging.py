#!/usr/bin/env python3
"""Holds what is shipped around the program against the program.

The packages that the Dockerfile installs are those that the program is linked with; the templates
of pipelines are YAML, and the options that they and the script behind them use are there.
"""

import re
import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
# Part of every Debian.
ALWAYS_THERE = {"libc6", "libstdc++6", "libgcc-s1"}


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def packages_of(program):
    """The Debian packages of the libraries that the program itself names."""
    needed = set(re.findall(r"NEEDED\s+(\S+)", output("objdump", "-p", program)))
    found = set()
    for line in output("ldd", program).splitlines():
        words = line.split()
        if words and words[0] in needed and len(words) > 2:
            path = words[2]
            for candidate in (path, "/usr" + path, str(Path(path).resolve())):
                owner = subprocess.run(["dpkg", "-S", candidate], capture_output=True, text=True)
                if owner.returncode == 0:
                    found.add(owner.stdout.split(":")[0])
                    break
            else:
                sys.exit(f"packaging: {path} belongs to no package")
    # libasan and the like, of a build with sanitizers
    return {p for p in found - ALWAYS_THERE if not re.match(r"lib(asan|ubsan)\d", p)}


def installed_by_dockerfile():
    text = (ROOT / "Dockerfile").read_text().split("FROM ")[-1].replace("\\\n", " ")
    names = re.search(r"apt-get install (.*?)&&", text).group(1).split()
    return {n for n in names if not n.startswith("--")}


def check_dockerfile(program):
    linked, installed = packages_of(program), installed_by_dockerfile()
    assert linked == installed, (
        f"Dockerfile: missing {sorted(linked - installed)}, unused {sorted(installed - linked)}")


def check_options(program):
    """Each option after `polreach COMMAND` in what is shipped is one of the command."""
    used = {("check", o) for o in re.findall(r"--[a-z][a-z-]+",
            (ROOT / "integrations/ci-check.sh").read_text())}
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    for hook in hooks:
        command = hook["entry"].split()[1]
        used |= {(command, a) for a in hook["args"] if a.startswith("--")}
    for command, option in sorted(used):
        helped = output(program, command, "--help")
        assert re.search(re.escape(option) + r"\b", helped), f"{command} has no {option}"


def check_templates():
    for name in ("action.yml", "integrations/azure-pipelines.yml", "integrations/gitlab-ci.yml",
                 ".pre-commit-hooks.yaml"):
        assert yaml.safe_load((ROOT / name).read_text()), name
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    text = (ROOT / "action.yml").read_text()
    for name in re.findall(r"inputs\.(\w+)", text):
        assert name in action["inputs"], f"action.yml has no input {name}"
    for name in action["inputs"]:
        assert f"inputs.{name}" in text, f"action.yml does not use its input {name}"
    script = (ROOT / "integrations/ci-check.sh").read_text()
    for name in ("action.yml", "integrations/azure-pipelines.yml", "integrations/gitlab-ci.yml"):
        for variable in set(re.findall(r"^\s+(POLREACH\w*):", (ROOT / name).read_text(), re.M)):
            assert variable in script, f"{name}: {variable} means nothing to ci-check.sh"
    subprocess.run(["bash", "-n", ROOT / "integrations/ci-check.sh"], check=True)


def main():
    program = sys.argv[1]
    check_dockerfile(program)
    check_templates()
    check_options(program)
    print("packaging: the image, the templates and the program agree")


if __name__ == "__main__":
    main()
