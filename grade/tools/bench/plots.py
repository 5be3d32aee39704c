"""grade/tools/bench/plots.py: draw figures as SVG that follows the reader's
choice of light or dark, and is the same in each run."""

import math
from xml.sax.saxutils import escape

from grade.tools.bench.fit import sized_points
from grade.tools.bench.kernels import FINISHED, FOLDER, STARTER
from grade.tools.bench.rows import PEER_NAMES, amount, read_peers
from grade.tools.bench.tables import number

STYLE = """
svg { font: 13px system-ui, -apple-system, "Segoe UI", sans-serif }
.ground { fill: #ffffff } text { fill: #1f2328 } .faint { fill: #59636e }
.title { font-weight: 600; font-size: 15px } .end { text-anchor: end }
.mid { text-anchor: middle } .grid { stroke: #d8dee4; stroke-width: 1 }
.line { fill: none; stroke-width: 2 } .dash { stroke-dasharray: 5 4 }
.finished { stroke: #0969da } .starter { stroke: #bc4c00 }
.peer { stroke: #818b98 } .dot { stroke: none }
.dot.finished, .bar { fill: #0969da } .dot.starter { fill: #bc4c00 }
text.finished { fill: #0969da; stroke: none; font-weight: 600 }
text.starter { fill: #bc4c00; stroke: none; font-weight: 600 }
@media (prefers-color-scheme: dark) {
.ground { fill: #0d1117 } text { fill: #e6edf3 } .faint { fill: #9198a1 }
.grid { stroke: #2f353d } .finished { stroke: #4493f8 }
.starter { stroke: #f0883e } .dot.finished, .bar { fill: #4493f8 }
.dot.starter { fill: #f0883e } text.finished { fill: #4493f8 }
text.starter { fill: #f0883e } }
"""


class Picture:
    """Elements of an SVG file."""

    def __init__(self, width, height, title):
        self._size = width, height
        self._title = title
        self._parts = []

    def text(self, x, y, words, kind=""):
        self._parts.append(f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}">'
                           f"{escape(words)}</text>")

    def line(self, points, kind):
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self._parts.append(f'<polyline points="{path}" class="{kind}"/>')

    def dot(self, x, y, kind):
        self._parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" '
                           f'class="dot {kind}"/>')

    def bar(self, x, y, width, height):
        self._parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" '
            f'height="{height}" rx="2" class="bar"/>')

    def write(self, path):
        width, height = self._size
        path.write_text("\n".join([
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" '
            f'height="{height}" viewBox="0 0 {width} {height}" role="img">',
            f"<title>{escape(self._title)}</title>",
            f"<style>{STYLE}</style>",
            '<rect width="100%" height="100%" class="ground"/>',
            *self._parts, "</svg>"]) + "\n", "utf-8")


# ---- the cost of fork against the size of the parent ------------------------

LEFT, TOP, WIDTH, HEIGHT = 64, 48, 520, 330
X_RANGE = 0, math.log10(262144)
Y_RANGE = 3, 10
X_TICKS = (1, 16, 256, 2560, 25600, 262144)
Y_WORDS = {3: "1,000", 4: "10,000", 5: "100,000", 6: "1 million",
           7: "10 million", 8: "100 million", 9: "1 billion",
           10: "10 billion"}


def place(pages, cost):
    def part(value, low, high):
        return (math.log10(value) - low) / (high - low)
    return (LEFT + 20 + WIDTH * part(pages, *X_RANGE),
            TOP + HEIGHT * (1 - part(cost, *Y_RANGE)))


def axes(picture):
    for power, words in Y_WORDS.items():
        left, y = place(1, 10 ** power)
        right, _ = place(X_TICKS[-1], 1)
        picture.line([(left, y), (right, y)], "grid")
        picture.text(left - 8, y + 4, words, "faint end")
    for pages in X_TICKS:
        x, y = place(pages, 10 ** Y_RANGE[0])
        picture.text(x, y + 20, amount(pages), "faint mid")


def curve(picture, points, label, kind, extra=""):
    """A line with its name at its right end."""
    placed = [place(*point) for point in points]
    picture.line(placed, f"line {kind} {extra}")
    if not extra:
        for x, y in placed:
            picture.dot(x, y, kind)
    x, y = placed[-1]
    look = kind if not extra else "faint"
    if points[-1][0] == X_TICKS[-1]:
        picture.text(x + 10, y + 4, label, look)
    else:               # the largest sizes could not be measured
        picture.text(x - 8, y - 6, label, look + " end")


def draw_fork(results, path):
    picture = Picture(720, 440, "The cost of fork() by size of the parent")
    picture.text(16, 24, "fork() alone: instructions, by memory of the "
                 "parent", "title")
    axes(picture)
    peers = read_peers()
    shape = zip(peers["fork"], peers["fork_page"], PEER_NAMES)
    sizes = [2 ** n for n in range(19)]
    for fixed, slope, name in shape:
        curve(picture, [(n, fixed + slope * n) for n in sizes], name, "peer",
              "dash")
    for kernel in (STARTER, FINISHED):
        points = sized_points(results["figures"][kernel], "fork")
        if points:
            curve(picture, points, f"Calf, {kernel}", kernel)
    picture.text(LEFT + 20, 428, "Dashed: fixed part and part for each page, "
                 "as measured at 0 and 10 MiB.", "faint")
    picture.write(path)


# ---- where the instructions go ----------------------------------------------

PANELS = [("fork", "fork(), tiny parent"),
          ("fork:2560", "fork(), parent of 10 MiB"),
          ("fault_copy:64", "a write fault that copies a page"),
          ("fork_exec_wait", "fork + exec + wait, tiny parent")]
BARS = 6
PANEL_HEIGHT, PANEL_WIDTH, BAR_STEP = 232, 400, 26


def draw_panel(picture, left, top, title, shares):
    total = sum(shares.values())
    picture.text(left, top, f"{title}: {number(round(total))}", "title")
    ranked = list(shares.items())
    bars = ranked[:BARS] + [
        ("all others", sum(count for _, count in ranked[BARS:]))]
    widest = max(count for _, count in bars)
    for i, (name, count) in enumerate(bars):
        y = top + 14 + i * BAR_STEP
        picture.text(left + 116, y + 14, name, "end")
        width = 150 * count / widest
        picture.bar(left + 124, y, width, 18)
        picture.text(left + 132 + width, y + 14,
                     f"{number(round(count))}, {100 * count / total:.0f}%",
                     "faint")


def draw_where(results, path):
    picture = Picture(2 * PANEL_WIDTH, 2 * PANEL_HEIGHT + 8,
                      "Where the instructions go")
    profiles = results["profiles"][FINISHED]
    for i, (row, title) in enumerate(PANELS):
        draw_panel(picture, 16 + i % 2 * PANEL_WIDTH,
                   28 + i // 2 * PANEL_HEIGHT, title, profiles[row])
    picture.write(path)


def draw(results, folder=FOLDER):
    folder.mkdir(parents=True, exist_ok=True)
    draw_fork(results, folder / "bench-fork.svg")
    draw_where(results, folder / "bench-where.svg")
