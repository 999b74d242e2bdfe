# SPDX-License-Identifier: MIT
"""Writes the pages of docs/ that follow from the headers and the tested data.

    python3 docs/generate              writes them
    python3 docs/generate --check      fails if one of them is not what it would write, or names what is not there
    python3 docs/generate --program    prints a C++ program that checks the examples
"""

import sys

from examples import EXAMPLES, program
from growth import picture
from headers import ROOT, read_commands
from index import headers_index
from names import wrong_names
from pages import command_page, commands_index
from replies import read_exchanges, read_rows

DOCS = ROOT / "docs"


def pages():
    commands, rows, exchanges = read_commands(), read_rows(), read_exchanges()
    if {c.name for c in commands} != set(EXAMPLES):
        sys.exit("docs/generate/examples.py and include/agi/command/ do not have the same commands")
    made = {DOCS / "commands/index.md": commands_index(commands), DOCS / "headers.md": headers_index()}
    made[DOCS / "public/growth.svg"] = picture((DOCS / "performance.md").read_text())
    for command in commands:
        made[DOCS / f"commands/{command.page}.md"] = command_page(command, rows, exchanges)
    return made


def main():
    arguments = sys.argv[1:]
    if arguments == ["--program"]:
        sys.stdout.write(program())
    elif arguments == ["--check"]:
        made = pages()
        wrong = [p for p, text in made.items() if not p.exists() or p.read_text() != text]
        wrong += [p for p in (DOCS / "commands").glob("*.md") if p not in made]
        if wrong:
            sys.exit("Run docs/generate; these pages are old:\n" + "\n".join(map(str, wrong)))
        if strange := wrong_names():
            sys.exit("The headers do not have these names:\n" + "\n".join(strange))
    elif not arguments:
        (DOCS / "commands").mkdir(exist_ok=True)
        for path, text in pages().items():
            path.write_text(text)
    else:
        sys.exit(__doc__)


main()
