# SPDX-License-Identifier: MIT
"""Reads what Asterisk says to each command, from the data that the tests rest on."""

import re
from dataclasses import dataclass

from headers import ROOT


@dataclass
class Row:
    """A reply of tests/corpus/replies.tsv, and what the tests check that it becomes."""

    command: str
    raw: str
    result: str | None
    data: str | None
    endpos: str | None
    digit: str | None
    timed_out: bool
    hung_up: bool
    error: str
    note: str


EXCEPTIONS = {
    "app": "`AGIAppError`",
    "db": "`AGIDBError`",
    "usage": "`AGIUsageError`",
    "dead_channel": "`AGIDeadChannelError`",
    "invalid_command": "`AGIInvalidCommandError`",
    "protocol": "`AGIUnknownError` or `AGINoResultError`",
    "hangup": "`AGISIGPIPEHangup`, as the stream is closed behind it",
}


def read_rows():
    source = (ROOT / "tests/corpus/replies.cpp").read_text()
    results = set(re.findall(r'"(r\d+)"', re.search(r"results\{([^}]*)\}", source)[1]))
    rows = []
    for line in (ROOT / "tests/corpus/replies.tsv").read_text().splitlines()[1:]:
        field = [None if f == "\\N" else f for f in line.split("\t")]
        hostile = (field[11] or "").startswith("hostile")
        if hostile or not field[1] or len(field[2]) > 400:
            continue
        error = "none" if field[0] in results else field[10]
        rows.append(Row(*field[1:3], *field[4:8], field[8] == "1", field[9] == "1", error, field[11] or ""))
    return rows


def meaning(row, command):
    """What the row's columns say, in words."""
    if row.error == "app" and row.result == "-1" and not command.works_after_hangup:
        return "`AGIResultHangup` if the call is over, else `AGIAppError`"
    if row.error != "none":
        return EXCEPTIONS[row.error]
    said = []
    kind = command.result_type
    if row.digit is not None:
        said.append(f"the key `{row.digit}`")
    if row.hung_up:
        said.append("and the call is over")
    if kind == "Result" and row.digit is None and any(m.name == "digits" for m in command.result):
        said.append(f"digits `{row.result}`" if row.result else "no digits")
    if row.timed_out:
        said.append("timed out")
    if row.data is not None and command.result_type in ("std::string", "std::optional<std::string>"):
        said.append(f"text `{row.data}`" if row.data else "an empty text")
    if kind == "std::optional<std::string>" and row.data is None:
        said.append("nothing")
    if row.endpos is not None and row.endpos != "-1":
        said.append(f"endpos {row.endpos}")
    if kind in ("int", "bool") or any(m.name in ("state", "control", "byte") for m in command.result):
        said.append(f"{row.result}")
    return ", ".join(said) if said else "done"


def plain(line):
    """A line of a recording without its mark, its end, and the escapes that hide nothing."""
    return line[3:].removesuffix("\\n").replace('\\"', '"').replace("\\\\", "\\")


def read_exchanges():
    """(version, request, reply lines) of the recorded calls, those of Asterisk 22 first."""
    found = []
    for version in ("22", "16"):
        for path in sorted((ROOT / "tests/transcripts").glob(f"{version}-*.log")):
            if "asyncagi" in path.name:
                continue
            request, reply = None, []
            for line in path.read_text(errors="replace").splitlines() + [">> \\n"]:
                if line.startswith((">> ", "!!")):
                    if request and reply:
                        found.append((version, request, reply))
                    request, reply = plain(line), []
                    if not line.startswith(">> ") or not line.endswith("\\n"):
                        request = None
                elif line.startswith("<< ") and request:
                    reply.append(plain(line))
    return found


def exchanges_of(command, exchanges, most=4):
    """A few that differ, short ones first."""
    verb = command.verb
    mine = [
        e
        for e in exchanges
        if e[1] == verb or e[1].startswith(verb + " ")
        if len(e[1]) < 80 and sum(len(line) for line in e[2]) < 300 and len(e[2]) <= 6
    ]
    chosen, kinds = [], set()
    for version, request, reply in sorted(mine, key=lambda e: (e[0] != "22", len(e[1]) + len("".join(e[2])))):
        kind = re.sub(r"\d+|\(.*\)", "", reply[0])[:24] + re.sub(r"[^(]*(\(\w+\))?.*", r"\1", reply[0])
        if kind not in kinds and len(chosen) < most:
            kinds.add(kind)
            chosen.append((version, request, reply))
    return chosen
