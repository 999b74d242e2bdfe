# SPDX-License-Identifier: MIT
"""Reads what the headers say of each command."""

import pathlib
import re
from dataclasses import dataclass, field

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
COMMANDS = ROOT / "include/agi/command"


@dataclass
class Member:
    type: str
    name: str
    default: str | None  # None: must be given
    doc: str


@dataclass
class Enum:
    name: str
    doc: str
    values: list  # of (name, doc)


@dataclass
class Command:
    name: str
    header: str
    summary: str
    wire: str
    text: list  # paragraphs
    since: str | None
    members: list = field(default_factory=list)
    result_type: str = "void"
    result: list = field(default_factory=list)
    result_doc: str = ""
    throws: list = field(default_factory=list)  # of (exception, why)
    enums: list = field(default_factory=list)
    works_after_hangup: bool = False
    can_be_stopped: bool = False
    has_deadline: bool = False

    @property
    def verb(self):
        """The words of the line that are not arguments."""
        words = []
        for word in self.wire.split():
            if not re.fullmatch(r"[A-Z]+|failure", word):
                break
            words.append(word)
        return " ".join(words)

    @property
    def page(self):
        return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", self.name).lower()


def joined(lines):
    text = " ".join(line.strip() for line in lines).strip()
    return re.sub(r"(\w)- (up:)", r"\1-\2", text)  # "hang-" at the end of a line


def doc_above(lines, index):
    """The `///` lines above a line, without the slashes."""
    begin = index
    while begin > 0 and lines[begin - 1].lstrip().startswith("///"):
        begin -= 1
    return [re.sub(r"^\s*/// ?", "", line) for line in lines[begin:index]]


def split_doc(lines):
    """The first paragraph, the indented block, the other paragraphs."""
    wire = [line.strip() for line in lines if line.startswith("    ")]
    paragraphs, now = [], []
    for line in lines + [""]:
        if line and not line.startswith("    "):
            now.append(line)
        elif now:
            paragraphs.append(joined(now))
            now = []
    return paragraphs[0], (wire[0] if wire else ""), paragraphs[1:]


def parse_throws(lines):
    """The text in front, and the `@throws` entries."""
    text, throws = [], []
    for line in lines:
        if match := re.match(r"@throws (\w+)\s+(.*)", line):
            throws.append([match[1], [match[2]]])
        elif throws:
            throws[-1][1].append(line)
        else:
            text.append(line)
    return joined(text), [(name, joined(why)) for name, why in throws]


def parse_members(lines):
    members, above, code = [], [], ""
    for line in lines:
        stripped = line.strip()
        if stripped.startswith("///<"):
            members[-1].doc += " " + stripped[4:].strip()
        elif stripped.startswith("///"):
            above.append(stripped[3:].strip())
        elif stripped and not stripped.startswith("//"):
            statement, _, doc = stripped.partition("///<")
            code += " " + statement.strip()
            if code.rstrip().endswith(";"):
                match = re.match(r"([\w:<>, ]+?)\s+(\w+)\s*(=\s*(.+)|\{\})?;$", code.strip())
                if not match:
                    raise ValueError(f"no member: {code}")
                default = None if match[3] is None else (match[4] or "")
                members.append(Member(match[1], match[2], default, joined(above + [doc])))
                above, code = [], ""
    for member in members:
        member.doc = member.doc.strip()
    return members


def parse_enums(text):
    enums = {}
    for match in re.finditer(r"((?:^///.*\n)*)^enum class (\w+)[^{]*\{([^}]*)\};", text, re.M):
        values = []
        for line in match[3].splitlines():
            names, _, doc = line.partition("///<")
            values += [(name, doc.strip()) for name in re.findall(r"(\w+)(?: = [^,]+)?(?:,|$|(?= ))", names)]
        enums[match[2]] = Enum(match[2], joined(re.findall(r"^/// ?(.*)", match[1], re.M)), values)
    return enums


def parse_command(lines, begin, header, enums):
    name = re.match(r"struct \[\[nodiscard\]\] (\w+)", lines[begin])[1]
    end = next(i for i in range(begin, len(lines)) if lines[i].startswith("};"))
    body = lines[begin + 1 : end]
    summary, wire, paragraphs = split_doc(doc_above(lines, begin))
    since = None
    for i, paragraph in enumerate(paragraphs):
        if match := re.search(r"\s*Since Asterisk ([\d.]+)\.$", paragraph):
            since = match[1]
            paragraphs[i] = paragraph[: match.start()]
    command = Command(name, header, summary, wire, [p for p in paragraphs if p], since)

    first = next(
        (i for i, line in enumerate(body) if re.match(r"    (struct Result|static|template)", line)), 0
    )
    command.members = parse_members(body[:first])
    for i, line in enumerate(body):
        if line == "    struct Result {":
            stop = next(j for j in range(i, len(body)) if body[j] == "    };")
            command.result = parse_members(body[i + 1 : stop])
        if "works_after_hangup = true" in line:
            command.works_after_hangup = True
        command.can_be_stopped |= "when_stopped()" in line
        command.has_deadline |= " longest() const" in line
        if " request() const" in line or " check_server(" in line or " parse(const" in line:
            above = i - 1 if body[i - 1].lstrip().startswith("template") else i
            text, throws = parse_throws(doc_above(body, above))
            command.throws += throws
            if " parse(const" in line:
                command.result_doc = text
                command.result_type = re.match(r"\s*(?:\[\[nodiscard\]\] )?(.+) parse\(", line)[1]
            elif text:
                command.text.append(text)
    used = " ".join(m.type for m in command.members + command.result)
    command.enums = [enum for enum in enums.values() if re.search(rf"\b{enum.name}\b", used)]
    return command


def read_commands():
    commands = []
    for path in sorted(COMMANDS.glob("*.hpp")):
        text = path.read_text()
        lines = text.splitlines()
        enums = parse_enums(text)
        for i, line in enumerate(lines):
            if line.startswith("struct [[nodiscard]]") and not lines[i - 1].startswith("template"):
                commands.append(parse_command(lines, i, f"agi/command/{path.name}", enums))
    return sorted(commands, key=lambda command: command.name)
