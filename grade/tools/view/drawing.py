"""grade/tools/view/drawing.py: draw one moment: page tables, frames, and
arrows from pages to their frames."""

from dataclasses import dataclass
from html import escape
from pathlib import Path

from grade.machine.host.text import many
from grade.tools.view.moments import COPIES, ENDS, KERNEL, KILLED, name

STYLE = Path(__file__).with_name("figure.css")

EDGE = 12               # margin of the picture
HEAD = 30               # height of a card's title
ROW = 40
STEP = 46               # distance from one row to the next
GAP = 16                # between cards
COPY_GAP = 22           # for the arrow from a frame to its copy
TOP = 16
NOTE_NARROW = 16        # letters that leave room for an address
TAG = 9                 # radius of the circle around a letter
TAG_X = 34              # distance of its centre from the end of a row
TIPS = {"arrow": "tip", "act": "acttip"}


@dataclass(frozen=True)
class Layout:
    """The positions of the columns: cards of page tables on the left, and on
    the right if there is room, with the frames between or beside them."""

    name: str
    width: int
    card: int
    frame_x: int
    frame: int
    right_x: int = 0


WIDE = Layout("wide", 900, 286, 370, 160, 602)
NARROW = Layout("narrow", 380, 204, 262, 108)


class Svg:
    """Collects the shapes of an SVG."""

    def __init__(self):
        self.parts = []

    def rect(self, style, x, y, width, height, radius=5):
        self.parts.append(
            f'<rect class="{style}" x="{x:g}" y="{y:g}" width="{width:g}" '
            f'height="{height:g}" rx="{radius}"/>')

    def text(self, style, x, y, words):
        self.parts.append(f'<text class="{style}" x="{x:g}" y="{y:g}">'
                          f'{escape(words)}</text>')

    def circle(self, style, x, y, radius):
        self.parts.append(f'<circle class="{style}" cx="{x:g}" cy="{y:g}" '
                          f'r="{radius:g}"/>')

    def arrow(self, style, x1, y1, x2, y2):
        """An arrow between two points, horizontal at both ends."""
        tip = x2 - 9 if x2 > x1 else x2 + 9
        middle = (x1 + tip) / 2
        self.parts.append(
            f'<path class="{style}" d="M{x1:g} {y1:g} C{middle:g} {y1:g} '
            f'{middle:g} {y2:g} {tip:g} {y2:g}"/>')
        self.parts.append(f'<path class="{TIPS[style]}" d="M{x2:g} {y2:g} '
                          f'l{tip - x2:g} -5 v10 Z"/>')


class Drawing:
    """The picture of one Step in that layout."""

    def __init__(self, step, layout):
        self.step = step
        self.picture = step.picture
        self.layout = layout
        self.svg = Svg()
        self.ends = {}          # by row: (x, y) where its arrows begin
        self.boxes = {}         # by frame: (x, y, width) of its box
        self.tags = 0           # number of letters in use
        self.height = 0

    def make(self, standalone=False):
        self._cards()
        self._frames()
        self._copy()
        self._rest()
        layout = self.layout
        title = f"Step {self.step.number}: {self.step.title}"
        style = STYLE.read_text("utf-8")
        style = f"<style>{style}</style>" if standalone else ""
        size = f' width="{layout.width}" height="{self.height:g}"' \
            if standalone else ""
        xmlns = ' xmlns="http://www.w3.org/2000/svg"' if standalone else ""
        ground = '<rect class="card" x="1" y="1" ' \
            f'width="{layout.width - 2}" height="{self.height - 2:g}" ' \
            'rx="10"/>' if standalone else ""
        return (f'<svg{xmlns} class="memory {layout.name}"{size} '
                f'viewBox="0 0 {layout.width} {self.height:g}" role="img" '
                f'aria-label="{escape(title)}">'
                f'<title>{escape(title)}</title>{style}{ground}'
                + "\n".join(self.svg.parts) + "</svg>\n")

    # ---- page tables ----

    def _cards(self):
        left = right = TOP
        cards = dict(self.picture.rows)
        if self.step.kind in (ENDS, KILLED):
            cards[self.step.moment.process.number] = []
        for place, (number, rows) in enumerate(sorted(cards.items())):
            on_right = self.layout.right_x and place % 2
            x = self.layout.right_x if on_right else EDGE
            y = right if on_right else left
            y = self._card(number, rows, x, y, on_right) + GAP
            if on_right:
                right = y
            else:
                left = y
        self.height = max(left, right)

    def _card(self, number, rows, x, y, on_right):
        width = self.layout.card
        height = HEAD + 10 + STEP * max(len(rows), 1)
        self.svg.rect("table" if rows else "none", x, y, width, height, 8)
        process = self.step.moment.drawn[number]
        program = self.step.moment.faces[number].program
        self.svg.text("head", x + 12, y + 22, name(process))
        self.svg.text("end", x + width - 12, y + 22, program[:14])
        if not rows:
            self.svg.text("said", x + 12, y + HEAD + 24, "has ended")
        for place, row in enumerate(rows):
            self._row(row, x + 8, y + HEAD + 4 + STEP * place, width - 16,
                      on_right)
        return y + height

    def _row(self, row, x, y, width, on_right):
        style = "cow" if "COW" in row.rights else "entry"
        if row.has_changed or self._moved(row):
            style += " changed"
        self.svg.rect(style, x, y, width, ROW)
        self.svg.text("", x + 10, y + 17, row.part)
        self.svg.text("mono end", x + width - 10, y + 17, row.rights)
        note = many(row.npages, "page")
        if row.was:
            note, said = f"was {row.was}", "small said end"
        elif row.is_new:
            note, said = f"{note}, new", "small said end"
        elif self._moved(row):
            note, said = "written now", "small said end"
        else:
            said = "small end"
        if row.was and row.npages > 1:
            note = f"{many(row.npages, 'page')}, {note}"
        if self.layout.right_x or len(note) <= NOTE_NARROW:
            self.svg.text("small mono", x + 10, y + 33, f"{row.start:#x}")
        self.svg.text(said, x + width - 10, y + 33, note)
        self.ends[row] = (x if on_right else x + width, y + ROW / 2)

    def _moved(self, row):
        """True if the row now leads to another frame."""
        return self.picture.copied is not None \
            and row.number == self.step.moment.process.number \
            and self.picture.copied[1] in row.frames

    # ---- frames ----

    def _frames(self):
        layout = self.layout
        self.svg.text("head mid", layout.frame_x + layout.frame / 2,
                      TOP + 22, "frames")
        y = TOP + HEAD + 4
        for group in self._in_order():
            y = max(y, self._place(group) - ROW / 2)
            if self._is_copy(group):
                y += COPY_GAP
            self._box(group, layout.frame_x, y)
            y += STEP
        self.height = max(self.height, y + GAP - 6)
        for group in self._in_order():
            self._arrows(group)

    def _in_order(self):
        """Frames in the order of their rows, each copy below its original."""
        groups = sorted(self.picture.frames, key=lambda group: (
            self._place(group), group.addresses[0]))
        copies = [group for group in groups if self._is_copy(group)]
        for copy in copies:
            old = [group for group in groups
                   if self.picture.copied[0] in group.addresses]
            if old:
                groups.remove(copy)
                groups.insert(groups.index(old[0]) + 1, copy)
        return groups

    def _is_copy(self, group):
        return self.step.kind in (COPIES, KERNEL) \
            and self.picture.copied is not None \
            and self.picture.copied[1] in group.addresses

    def _place(self, group):
        """The height of a frame: level with its first row, or half-way between
        its rows on the left and on the right."""
        ys = [self.ends[row][1] for row in set(group.rows)]
        return sum(ys) / len(ys) if self.layout.right_x else min(ys)

    def _box(self, group, x, y):
        width = self.layout.frame
        style = "fresh" if group.is_new else "frame"
        changed = group.count != group.old and group.old
        self.svg.rect(style + (" changed" if changed else ""), x, y, width,
                      ROW)
        count = len(group.addresses)
        narrow = not self.layout.right_x
        news = "new" if group.is_new else \
            f"was {group.old}" if changed else ""
        if count > 1 or not narrow or not news:
            self.svg.text("small" if narrow and count > 99 else "",
                          x + 8, y + 17,
                          "frame" if count == 1 else many(count, "frame"))
        if count == 1:
            self.svg.text("small mono", x + 8, y + 33,
                          f"{group.addresses[0]:#x}")
        elif not news or not narrow:
            self.svg.text("small", x + 8, y + 33, "mapped by")
        if not narrow:
            self.svg.text("small said end", x + width - 36,
                          y + (17 if count == 1 else 33), news)
        elif news:
            self.svg.text("small said", x + 8, y + (17 if count == 1 else 33),
                          news)
        middle = x + width - (14 if narrow else 19)
        self.svg.circle("count", middle, y + ROW / 2, 11)
        self.svg.text("number", middle, y + ROW / 2 + 5, str(group.count))
        for address in group.addresses:
            self.boxes[address] = (x, y, width)

    def _arrows(self, group):
        left, top, width = self.boxes[group.addresses[0]]
        middle = top + ROW / 2
        ends = [("act" if row.is_new or self._moved(row) else "arrow",
                 *self.ends[row]) for row in dict.fromkeys(group.rows)]
        far = [] if self.layout.right_x else \
            [end for end in ends if abs(end[2] - middle) >= STEP]
        letter = self._letter(left - TAG, middle) if far else ""
        for style, x, y in ends:
            if (style, x, y) in far:
                self._lead(style, x, y, letter)
            else:
                self.svg.arrow(style, x, y, left + width if x > left else
                               left - 2 * TAG * bool(far), middle)

    def _letter(self, x, y):
        """Where arrows would cross, put a letter at the frame and the same one
        at the rows that lead to it."""
        letter = "abcdefghijklmnopqrstuvwxyz"[self.tags % 26]
        self.tags += 1
        self._tag("tag", x, y, letter)
        return letter

    def _lead(self, style, x, y, letter):
        self.svg.arrow(style, x, y, x + TAG_X - TAG, y)
        self._tag("tag" if style == "arrow" else "tag changed", x + TAG_X, y,
                  letter)

    def _tag(self, style, x, y, letter):
        self.svg.circle(style, x, y, TAG)
        self.svg.text("letter", x, y + 4.5, letter)

    def _copy(self):
        """Draw an arrow from the old frame to the copy."""
        if self.step.kind not in (COPIES, KERNEL) \
                or self.picture.copied is None:
            return
        old, new = self.picture.copied
        if old not in self.boxes or new not in self.boxes:
            return
        x, y1, width = self.boxes[old]
        _, y2, _ = self.boxes[new]
        middle, begin = x + width / 2, y1 + ROW
        self.svg.parts.append(
            f'<path class="act" d="M{middle:g} {begin:g} V{y2 - 6:g}"/>'
            f'<path class="acttip" d="M{middle:g} {y2:g} l-5 -9 h10 Z"/>')
        self.svg.text("small said", middle + 10, (begin + y2) / 2 + 4,
                      "copied")

    # ---- what is not drawn ----

    def _rest(self):
        if not self.picture.hidden:
            return
        for line in (f"Not drawn: {len(self.picture.hidden)} more processes.",
                     "The numbers count their pages, too."):
            self.svg.text("small", EDGE, self.height + 4, line)
            self.height += 18


def draw(step, layout=WIDE, standalone=False):
    """The picture as SVG."""
    return Drawing(step, layout).make(standalone)
