# SPDX-License-Identifier: Apache-2.0
"""How objects are written: as kubectl prints JSON, as compact JSON, as kubectl prints YAML, with
keys in the order of the alphabet.

Strings may hold placeholders of Python's % formatting, "%(name)s", so that what many objects have
in common is rendered once. A % that is none must not occur.
"""
import json
import re

_PLACEHOLDER = re.compile(r"%\(\w+\)s")
_PLAIN = re.compile(r"[A-Za-z/][A-Za-z0-9_./@=-]*(:[A-Za-z0-9_./@-]+)*|[0-9]+(\.[0-9]+){3}")
_TYPED = re.compile(r"(?i)(y|n|yes|no|on|off|true|false|null|nan|inf)")
_QUOTED_KEYS = ("resourceVersion", "time")


def json_item(value):
    """An item of a list, as kubectl prints it: four spaces a level, the list around it."""
    return "        " + json.dumps(value, indent=4, sort_keys=True).replace("\n", "\n        ")


def compact(value):
    return json.dumps(value, separators=(",", ":"), sort_keys=True)


def _scalar(value, key):
    if not isinstance(value, str):
        return json.dumps(value)
    sample = _PLACEHOLDER.sub("x", value)
    quoted = (key in _QUOTED_KEYS or key.endswith(("Time", "Timestamp", "At", "index")) or
              not _PLAIN.fullmatch(sample) or _TYPED.fullmatch(sample))
    return json.dumps(value) if quoted else value


def _lines(value, indent, out):
    """Writes a collection that is not empty as a block."""
    pad = "  " * indent
    entries = sorted(value.items()) if isinstance(value, dict) else ((None, each) for each in value)
    for key, each in entries:
        head = "-" if key is None else f"{_scalar(key, '')}:"
        if not isinstance(each, (dict, list)):
            out.append(f"{pad}{head} {_scalar(each, key or '')}")
        elif not each:
            out.append(f"{pad}{head} " + ("{}" if isinstance(each, dict) else "[]"))
        elif key is None:
            inner = []
            _lines(each, indent + 1, inner)
            inner[0] = f"{pad}- {inner[0].lstrip(' ')}"
            out.extend(inner)
        else:
            out.append(pad + head)
            # kubectl does not indent the items of a list.
            _lines(each, indent + isinstance(each, dict), out)


def yaml(value):
    out = []
    _lines(value, 0, out)
    return "\n".join(out) + "\n"
