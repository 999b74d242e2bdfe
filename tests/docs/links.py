# SPDX-License-Identifier: MIT
"""Fails if a link in a page leads nowhere: to no file, or to no heading of it."""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def headings(path):
    """The anchors of a page, as they are made for the web site and on forges alike."""
    text = re.sub(r"^(`{3,}).*?^\1", "", path.read_text(), flags=re.M | re.S)
    found = set()
    for title in re.findall(r"^#+ (.+)$", text, re.M):
        title = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", title).replace("`", "").lower()
        found.add(re.sub(r"-+", "-", re.sub(r"[^\w]+", "-", title)).strip("-"))
    return found


def pages():
    for folder in ("docs", "examples", "tests", "packaging", "include"):
        yield from (ROOT / folder).rglob("*.md")
    yield from ROOT.glob("*.md")


def problems(page):
    text = re.sub(r"^(`{3,}).*?^\1", "", page.read_text(), flags=re.M | re.S)
    text = re.sub(r"`[^`\n]*`", "", text)
    for link in re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(r"^\s+link: (\S+)", text, re.M):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        if link.startswith("/"):  # of the web site
            target = ROOT / "docs" / (path.strip("/") or "index")
            target = next(
                (t for t in (target.with_suffix(".md"), target / "index.md", ROOT / "docs/public" / path[1:]) if t.is_file()),
                target,
            )
        else:
            target = (page.parent / path).resolve() if path else page
        if not target.exists():
            yield f"{link}: no such file"
        elif anchor and target.suffix == ".md" and anchor not in headings(target):
            yield f"{link}: no such heading in {target.name}"


count, bad = 0, 0
for page in sorted(pages()):
    if "node_modules" in page.parts or "source" in page.parts:
        continue
    count += 1
    for problem in problems(page):
        bad += 1
        print(f"{page.relative_to(ROOT)}: {problem}")
print(f"{count} pages, {bad} links that lead nowhere")
sys.exit(bad > 0 or count < 60)
