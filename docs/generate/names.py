# SPDX-License-Identifier: MIT
"""The names in the tables of docs/coming-from: no compiler sees them, so they are looked up in the headers."""

import re

from headers import ROOT

SPAN = re.compile(r"`([^`]+)`")
CELLS = re.compile(r"(?<!\\)\|")  # a \| is part of its cell
TEXT = re.compile(r'"(?:[^"\\]|\\.)*"')


def read_code():
    """All headers, without their comments."""
    code = "\n".join(path.read_text() for path in sorted((ROOT / "include/agi").rglob("*.hpp")))
    return re.sub(r"//.*", "", code)


def spans(text):
    """What stands as code in the cells of the tables; not in the first ones, which have the other library's names."""
    for line in text.splitlines():
        if line.startswith("|"):
            for cell in CELLS.split(line)[2:]:
                yield from SPAN.findall(cell)


def is_there(pattern, code):
    return re.search(pattern, code) is not None


def subscripted(code, name):
    """Whether `name()` gives something that has an operator[]."""
    kinds = re.findall(rf"([\w:]+)&? {name}\(\)", code)
    for kind in {kind.split("::")[-1] for kind in kinds}:
        body = re.search(rf"(?:class|struct) {kind}\b[^;{{]*{{(.*?)\n}};", code, re.S)
        if body and "operator[]" in body[1]:
            return True
    return False


def unknown(span, code):
    """The names of ours in a span that the headers do not have; X is any command."""
    span = TEXT.sub('""', span)
    of_ours = re.findall(r"\b(?:agi|testing)::((?:\w+::)*\w+)", span)
    parts = {part for name in of_ours for part in name.split("::")} - {"X"}
    found = [part for part in sorted(parts) if not is_there(rf"[\w>&*\]] {part}\b", code)]
    calls = re.findall(r"\.(\w+)\(", span)
    found += [f".{name}()" for name in calls if not is_there(rf"[ &*]{name}\(", code)]
    members = re.findall(r"\.([a-z]\w*)\b(?!\()", span)
    found += [f".{name}" for name in members if not is_there(rf" {name}(?:;|{{| =)", code)]
    found += [f"{name}()[]" for name in re.findall(r"(\w+)\(\)\[", span) if not subscripted(code, name)]
    return found


def wrong_names():
    """A line for each name that is not there."""
    code = read_code()
    return [
        f"{page}: `{span}`: {name}"
        for page in sorted((ROOT / "docs/coming-from").glob("*.md"))
        for span in spans(page.read_text())
        for name in unknown(span, code)
    ]
