# SPDX-License-Identifier: MIT
"""The picture of how a server grows with its calls, from the table in docs/performance.md."""

import math
import re

WIDTH, HEIGHT = 240, 170  # of one panel
LEFT, RIGHT, TOP, BOTTOM = 34, 12, 40, 30
GRAY, BLUE = "#808080", "#3b82f6"  # both can be read on white and on black


def rows(page):
    """The table's rows, as numbers; None where nothing was measured."""
    table = re.search(r"^\| calls \|.*\n\|[-|]+\|\n((?:\|.*\n)+)", page, re.M).group(1)
    for line in table.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        yield [None if cell == "-" else float(cell.replace(",", "")) for cell in cells]


def nice_top(largest):
    """A round number that is at least as large."""
    unit = 10 ** math.floor(math.log10(largest))
    return next(n * unit for n in (1, 1.5, 2, 3, 4, 5, 6, 8, 10) if n * unit >= largest)


def panel(column, row, title, calls, lines):
    """One chart: the number of calls to the right, in powers of ten."""
    top = nice_top(max(value for _, _, values in lines for value in values if value is not None))
    most = math.log10(max(calls))

    def x(count):
        return LEFT + (WIDTH - LEFT - RIGHT) * math.log10(count) / most

    def y(value):
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / top

    yield f'<g transform="translate({column * WIDTH} {row * HEIGHT})">'
    yield f'<text x="{LEFT}" y="18" font-weight="bold">{title}</text>'
    for value in (0, top / 2, top):
        yield f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(value):.1f}" y2="{y(value):.1f}" ' \
              f'stroke="{GRAY}" stroke-opacity="0.3"/>'
        yield f'<text x="{LEFT - 5}" y="{y(value) + 4:.1f}" text-anchor="end">{value:g}</text>'
    for power in range(int(most) + 1):
        yield f'<text x="{x(10 ** power):.1f}" y="{HEIGHT - 12}" text-anchor="middle">{10 ** power:,}</text>'
    for colour, dash, values in lines:
        points = [(x(c), y(v)) for c, v in zip(calls, values) if v is not None]
        path = " ".join(f"{px:.1f},{py:.1f}" for px, py in points)
        yield f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"{dash}/>'
        yield from (f'<circle cx="{px:.1f}" cy="{py:.1f}" r="2.5" fill="{colour}"/>' for px, py in points)
    yield "</g>"


def legend(left, top, lines):
    for row, (colour, dash, name) in enumerate(lines):
        y = top + 22 * row
        yield f'<line x1="{left}" x2="{left + 30}" y1="{y}" y2="{y}" stroke="{colour}" stroke-width="2"{dash}/>'
        yield f'<text x="{left + 40}" y="{y + 4}">{name}</text>'


def picture(page):
    columns = list(zip(*rows(page)))
    calls, ours, floor, _, slow, slow_floor, memory = columns
    dashed = ' stroke-dasharray="4 3"'
    parts = [
        *panel(0, 0, "CPU for a command, µs", calls, [(GRAY, dashed, floor), (BLUE, "", ours)]),
        *panel(1, 0, "p99 at 5,000 commands/s, ms", calls, [(GRAY, dashed, slow_floor), (BLUE, "", slow)]),
        *panel(0, 1, "KB for an idle call", calls, [(BLUE, "", memory)]),
        *legend(WIDTH + LEFT, HEIGHT + TOP + 30, [(BLUE, "", "agi, coroutines"), (GRAY, dashed, "the floor: prepared bytes")]),
    ]
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {2 * WIDTH} {2 * HEIGHT}" role="img" '
        f'font-family="sans-serif" font-size="11" fill="{GRAY}">',
        "<title>What a call costs, from one call to the most that were tried: this library (blue), and the floor (dashed)</title>",
        *parts,
        "</svg>",
        "",
    ])
