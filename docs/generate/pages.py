# SPDX-License-Identifier: MIT
"""The pages of the commands."""

import re

from examples import EXAMPLES
from replies import exchanges_of, meaning

MADE = "<!-- Made by docs/generate from the headers and the tested data. Change those, and run it. -->\n\n"

TYPES = {
    "Text": "text",
    "OptionalText": "text, optional",
    "Formatted": "text or a number",
    "DigitSet": "keys: `0-9*#A-D`",
    "Milliseconds": "time, in ms on the wire",
    "OptionalMilliseconds": "time, in ms on the wire, optional",
    "Seconds": "time, in whole seconds",
    "OptionalSeconds": "time, in whole seconds, optional",
    "Flag": "`true` or `false`",
    "SampleOffset": "a count of samples (8,000 a second for telephone sounds)",
    "Optional<SampleOffset>": "a count of samples, optional",
    "std::optional<char>": "a key, optional",
    "std::optional<unsigned char>": "a byte, optional",
    "std::optional<std::chrono::milliseconds>": "milliseconds, optional",
    "std::chrono::system_clock::time_point": "a point in time",
    "std::string": "text",
    "bool": "`true` or `false`",
    "CarriageReturn": "`CarriageReturn`",
}
DEFAULTS = {"std::chrono::system_clock::now()": "now", "forever": "for ever"}
RESULTS = {
    "void": "Nothing: where it returns, it is done.",
    "bool": "`bool`.",
    "int": "`int`.",
    "std::string": "`std::string`.",
    "std::optional<std::string>": "`std::optional<std::string>`.",
    "std::optional<char>": "`std::optional<char>`.",
    "Reply": "`Reply`.",
}
ANY_COMMAND = (
    "Every command may also throw `AGIInvalidCommandError` (510), `AGIUsageError` (520), `AGIUnknownError` and "
    "`AGINoResultError` for a reply that it never gets, and `AGISIGPIPEHangup` where the stream is closed: see "
    "[Errors](../errors.md)."
)


def code(text):
    """Inline code that may hold anything, in a table too."""
    text = text.replace("|", "\\|")
    fence = "``" if "`" in text else "`"
    return f"{fence}{text}{fence}" if text.strip() else "*nothing*"


def prose(text):
    """Text of a comment: what it has outside of code is no HTML."""
    parts = re.split(r"(`[^`]*`)", text)
    return "".join(p if p.startswith("`") else p.replace("<", "&lt;").replace("{", "&#123;") for p in parts)


def cell(text):
    return prose(text).replace("|", "\\|")


def type_of(member, links):
    name = re.sub(r"(?:std::o|O)ptional<(\w+)>", r"\1", member.type)
    if member.type in TYPES:
        return TYPES[member.type]
    optional = ", optional" if "optional<" in member.type.lower() else ""
    return f"[`{name}`](#{name.lower()}){optional}" if name in links else f"`{name}`{optional}"


def default_of(member):
    if member.default is None:
        return "must be given"
    if not member.default:
        return "none"
    if match := re.fullmatch(r"std::chrono::(\w+)\{(\d+)\}", member.default):
        unit = {"milliseconds": "ms", "seconds": "s"}[match[1]]
        amount = int(match[2])
        return f"{amount // 1000} s" if unit == "ms" and amount and amount % 1000 == 0 else f"{amount} {unit}"
    return DEFAULTS.get(member.default, code(member.default))


def members_table(command):
    links = {enum.name for enum in command.enums}
    lines = ["| Member | What it takes | Default | |", "|---|---|---|---|"]
    for m in command.members:
        lines.append(f"| `{m.name}` | {type_of(m, links)} | {default_of(m)} | {cell(m.doc)} |")
    return "\n".join(lines)


def result_text(command):
    parts = []
    if command.result:
        links = {enum.name for enum in command.enums}
        parts.append(f"`{command.name}::Result`:")
        lines = ["| Member | Type | |", "|---|---|---|"]
        lines += [f"| `{m.name}` | {type_of(m, links)} | {cell(m.doc)} |" for m in command.result]
        parts.append("\n".join(lines))
    else:
        parts.append(RESULTS[command.result_type])
    if command.result_doc:
        parts.append(prose(command.result_doc))
    for enum in command.enums:
        parts.append(f"### {enum.name}\n\n{prose(enum.doc)}")
        lines = ["| Value | |", "|---|---|"]
        lines += [f"| `{name}` | {cell(doc)} |" for name, doc in enum.values]
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def manners(command):
    """What a hang-up, a stop from outside and a deadline do."""
    lines = []
    if command.works_after_hangup:
        lines.append("Works after a hang-up, in [`after_hangup`](../hang-ups.md#what-still-works) too.")
    else:
        lines.append("After a hang-up: `AGIDeadChannelError`. See [When the call ends](../hang-ups.md).")
    if command.can_be_stopped:
        lines.append("`session.execute_until` can stop it from outside; `stopped` says so.")
    if command.has_deadline:
        lines.append("`session.execute_within` knows how long it may take, and adds its margin to that.")
    return "\n".join(f"- {line}" for line in lines)


def replies_text(command, rows, exchanges):
    mine = [r for r in rows if r.command == command.verb or r.command.startswith(command.verb + " ")]
    parts = []
    if mine:
        parts.append("Each line is one of the tests' own data; the tests check what becomes of it.")
        lines = ["| Asked | Asterisk says | What becomes of it | |", "|---|---|---|---|"]
        for r in mine:
            said = "<br>".join(code(part) for part in r.raw.split("\\n") if part)
            lines.append(f"| {code(r.command)} | {said} | {meaning(r, command)} | {cell(r.note)} |")
        parts.append("\n".join(lines))
    if seen := exchanges_of(command, exchanges):
        parts.append("Recorded on a running Asterisk:")
        for version, request, reply in seen:
            said = "\n".join(f"<< {line}" for line in reply)
            parts.append(f"```txt\n>> {request}\n{said}\n```")
        versions = " and ".join(sorted({e[0] for e in seen}, reverse=True))
        parts.append(f"(Asterisk {versions}; `>>` is the program's line.)")
    return "\n\n".join(parts)


def command_page(command, rows, exchanges):
    cpp, line = EXAMPLES[command.name]
    title = f"{command.verb} ({command.name})" if command.verb else command.name
    if command.verb == "EXEC" and command.name != "Exec" or command.name.endswith("Exact"):
        title = command.name
    parts = [f"# {title}", prose(command.summary)]
    if command.verb and not command.name.endswith("Exact"):
        parts.append(f"```txt\n{command.wire}\n```")
    keep = "" if command.result_type == "void" else "const auto result = "
    parts.append(f"```cpp\n{keep}{cpp}(session);\n```\n\nsends\n\n```txt\n{line}\n```")
    parts += [prose(text) for text in command.text]
    about = f"Declared in [{command.header}](../../include/{command.header}), which `agi/agi.hpp` includes."
    parts.append(about + (f" In Asterisk since {command.since}." if command.since else ""))
    if command.members:
        parts += ["## Members", members_table(command)]
    parts += ["## Result", result_text(command)]
    parts += ["## Errors"]
    if command.throws:
        lines = ["| Throws | When |", "|---|---|"]
        lines += [f"| `{name}` | {cell(why)} |" for name, why in command.throws]
        parts.append("\n".join(lines))
    parts += [ANY_COMMAND, "## Hang-ups, stops, deadlines", manners(command)]
    exact = command.name.endswith("Exact") or not command.verb
    if not exact and (replies := replies_text(command, rows, exchanges)):
        parts += ["## What Asterisk answers", replies]
    return MADE + "\n\n".join(parts) + "\n"


def commands_index(commands):
    lines = [
        "# Commands",
        "Each command of Asterisk is a type: its members are the arguments, its call sends it, and what it returns is "
        "what the reply means. After a hang-up those marked † still work.",
        "| On the wire | Type | Result | |\n|---|---|---|---|",
    ]
    for c in sorted(commands, key=lambda c: (c.wire == "" or not c.verb, c.verb.lower(), c.name)):
        wire = code(c.wire) if c.verb and not c.name.endswith("Exact") else ""
        result = ", ".join(m.name for m in c.result) or c.result_type.removeprefix("std::").replace("void", "")
        result = result.replace("optional<std::string>", "text?").replace("optional<char>", "key?")
        result = result.replace("string", "text")
        dagger = " †" if c.works_after_hangup else ""
        lines[-1] += f"\n| {wire}{dagger} | [{c.name}]({c.page}.md) | {result} | {cell(c.summary)} |"
    lines.append(
        "Any of them may be kept in a variable, sent as a [secret](../errors.md#secrets), and run on a program's "
        "session, a server's call, a coroutine and the simulated Asterisk."
    )
    return MADE + "\n\n".join(lines) + "\n"
