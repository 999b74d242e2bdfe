# SPDX-License-Identifier: MIT
"""The index of the headers and of the names in them."""

import re

from headers import ROOT, joined
from pages import MADE, cell


def first_sentence(text):
    return re.match(r"(.*?)(\.(\s|$)|:?$)", text)[1] + "." if text else ""


def about_header(path):
    """The comment at the top of a header."""
    found = []
    for line in path.read_text().splitlines():
        if line.startswith(("// SPDX", "#pragma")):
            continue
        if not line.startswith("// "):
            break
        found.append(line[3:])
    return first_sentence(joined(found).removeprefix("Opt-in. "))


def types_of(path):
    """Names that users name: types and functions with a `///` comment at the top level, and what it says."""
    lines = path.read_text().splitlines()
    found, internal = [], False
    for i, line in enumerate(lines):
        if line.startswith("namespace "):
            internal = re.search(r"namespace (wire|detail)\b", line) is not None
        elif re.match(r"\}.*// namespace", line):
            internal = False
        match = re.match(r"(?:struct|class|enum class)(?: \[\[nodiscard\]\])? (\w+)[^;]*(?:\{|$)", line)
        if not match:
            match = re.match(r"(?:inline |constexpr |template .*)?[\w:<>&*, ]+ (\w+)\([^;]*\{$", line)
        above = i - 1 if i and lines[i - 1].startswith("template") else i
        if not match or internal or not lines[above - 1].startswith("///"):
            continue
        begin = above
        while lines[begin - 1].startswith("///"):
            begin -= 1
        text = joined([line[3:] for line in lines[begin:above] if not line.startswith("///     ")])
        if match[1] not in [name for name, _ in found]:
            found.append((match[1], first_sentence(text)))
    return found


def headers_index():
    parts = ["# Headers and names", "What each header is for, and the names in it that programs use."]
    folders = {}
    for path in sorted((ROOT / "include/agi").rglob("*.hpp")):
        folder = path.parent.relative_to(ROOT / "include").as_posix()
        if not re.search(r"/(detail|simulator|wire)$", folder):
            folders.setdefault(folder, []).append(path)
    for folder, paths in folders.items():
        parts.append(f"## {folder}/")
        lines = ["| Header | For | Names |", "|---|---|---|"]
        for path in paths:
            header = path.relative_to(ROOT / "include").as_posix()
            names = "<br>".join(f"`{name}`: {cell(text)}" for name, text in types_of(path))
            if path.parent.name == "command":
                names = ""
            lines.append(f"| [{path.name}](../include/{header}) | {cell(about_header(path))} | {names} |")
        parts.append("\n".join(lines))
        if folder.endswith("command"):
            parts.append("The commands are on [pages of their own](commands/index.md).")
    return MADE + "\n\n".join(parts) + "\n"
