"""grade/kernel/model/boot.py: boot a machine with guest programs of odd
layouts, drawn from a seed, and run many random programs on it."""

import random
import subprocess
from dataclasses import dataclass

from grade.machine.host.build import ROOT
from grade.kernel.model import draw
from grade.kernel.model.layout import (PAGE, SHAPES, USER_TOP, Segment,
                                       draw_layout, layout_of, with_segments)
from grade.kernel.model.play import Stage
from grade.kernel.model.post import Post
from grade.machine.user_programs import build_programs

SUBJECT = ROOT / "grade/kernel/model/subject"
SIZES = ("32M", "48M", "64M", "128M", "128M", "512M", "4G")
R = 2


@dataclass(frozen=True)
class Subject:
    """The program that all processes run, as built."""

    elf: bytes
    symbols: dict


def build_subject(config, folder, log=None):
    item = build_programs(config, str(SUBJECT), folder, log)
    path = item["/bin/subject"].partition("=")[2]
    done = subprocess.run([*config.command("nm"), f"{path}.elf"],
                          stdout=subprocess.PIPE, check=True,
                          encoding="utf-8")
    symbols = {words[2]: int(words[0], 16)
               for words in map(str.split, done.stdout.splitlines())
               if len(words) == 3}
    with open(path, "rb") as file:
        return Subject(file.read(), symbols)


def bad_programs(elf):
    """Programs that exec must refuse, each for a different reason that shows
    only after a part of it has been loaded."""
    far = 3 << 30
    beyond = Segment(far, PAGE, R, bytes(16))
    cut = bytearray(with_segments(elf, [beyond]))
    return [
        bytes(cut[:len(elf) // 2]),
        with_segments(elf, [Segment(USER_TOP - PAGE, 2 * PAGE, R, b"")]),
        with_segments(elf, [Segment(far, 1 << 36, R | 4, b"x")]),
        with_segments(elf, [Segment(USER_TOP - 3 * PAGE, PAGE, R, b"x")]),
    ]


@dataclass(frozen=True)
class Shapes:
    """Programs with odd layouts: their files, and the memory of each."""

    files: dict
    layouts: list


def draw_shapes(rng, subject):
    files, layouts = {}, []
    reaches_top = rng.random() < 0.3
    for index in range(SHAPES):
        elf, layout = subject.elf, layout_of(subject.elf)
        if index > 0:
            elf, layout = draw_layout(rng, subject.elf,
                                      reaches_top and index == SHAPES - 1)
        files[f"/bin/model{index}"] = elf
        layouts.append(layout)
    for index, elf in enumerate(bad_programs(subject.elf)):
        files[f"/bin/bad{index}"] = elf
    return Shapes(files, layouts)


def items(shapes, folder):
    """The files as items for a disk image."""
    found = {}
    for guest, data in shapes.files.items():
        host = folder / guest.rpartition("/")[2]
        host.write_bytes(data)
        found[guest] = f"{guest}={host}"
    return found


class Boot:
    """A machine for the programs of one seed."""

    def __init__(self, config, subject, seed, machine, folder, log,
                 maps=False):
        self.rng = random.Random(f"boot {seed}")
        self.seed = seed
        self.machine = machine
        self.maps = maps
        self.shapes = draw_shapes(self.rng, subject)
        self._post = Post(config, log, machine, subject.symbols,
                          items(self.shapes, folder))

    def __enter__(self):
        post = self._post.__enter__()
        try:
            self.stage = Stage(post, self.shapes.layouts, self.maps)
            self.stage.prepare()
        except BaseException:
            self._post.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self._post.__exit__()

    def program(self, number):
        """The steps of that program, which are drawn as it runs."""
        return draw.program(random.Random(f"{self.seed} {number}"), self.maps)
