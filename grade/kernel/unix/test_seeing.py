"""grade/kernel/unix/test_seeing.py: what the tools say about memory is true.

proctest adds up the figures of /proc while others fork and end. The figures of
a parent of 10 MiB with 20 children are compared with the page tables, which
are walked from outside.
"""

import re
from collections import Counter

import pytest

from grade.kernel.outside.checks import check
from grade.kernel.outside.probe import PAGE, Probe, build_probe
from grade.machine.guest import GuestFailed
from grade.machine.qemu import Machine
from grade.machine.shared_boots import SharedBoots

PROCESSES = 21
KIB_PER_PAGE = PAGE // 1024
ROW = re.compile(r"^ *(\d+) crowd +(\d+) +(\d+) +(\d+)$", re.MULTILINE)
HASH = re.compile(r"^pagemap (\d+) ([0-9a-f]+)$", re.MULTILINE)

# As in kernel/abi/proc.h.
PRESENT, EXCLUSIVE, WRITABLE = 1 << 63, 1 << 56, 1 << 59
FNV_PRIME = 0x100000001b3


@pytest.mark.xdist_group("seeing")
def test_sums(calf):
    """seeing: /proc adds up while processes fork and exit, 4 harts"""
    boot = SharedBoots(calf.config(), calf.logs, "seeing", Machine(cpus=4))
    try:
        ending, text = boot.boot("seeing", "proctest 3\n", 150, 90)
        if ending.status != 0 or "proctest: ok" not in text:
            raise GuestFailed(boot.keep_log().explain(
                f"proctest: status {ending.status}"))
    finally:
        boot.end()


class Crowd:
    """The output of the guest, and the contents of its memory."""

    def __init__(self, config, log, programs):
        with Probe(config, log, programs, "crowd") as probe:
            self.views = probe.gather(PROCESSES)
        text = log.text()
        self.rows = {int(pid): tuple(map(int, rest))
                     for pid, *rest in ROW.findall(text)}
        self.hashes = {int(pid): int(digits, 16)
                       for pid, digits in HASH.findall(text)}
        self.owners = Counter(page.pa for view in self.views.values()
                              for page in view.pages.values())

    def amounts(self, view):
        """USS, PSS and RSS in KiB."""
        owners = [self.owners[page.pa] for page in view.pages.values()]
        return (KIB_PER_PAGE * owners.count(1),
                KIB_PER_PAGE * sum(1 / n for n in owners),
                KIB_PER_PAGE * len(owners))

    def hash(self, view):
        """The hash of the pagemap that crowd.c computes, too."""
        value, mapped = 0xcbf29ce484222325, 0
        for va in sorted(view.pages):
            # The entry of a page that is not mapped is 0.
            unmapped = (va - mapped) // PAGE
            value = value * pow(FNV_PRIME, unmapped, 1 << 64) % (1 << 64)
            value = (value ^ self.entry(view.pages[va])) * FNV_PRIME
            value %= 1 << 64
            mapped = va + PAGE
        return value

    def entry(self, page):
        return (page.pa // PAGE | PRESENT
                | (EXCLUSIVE if self.owners[page.pa] == 1 else 0)
                | (WRITABLE if page.writable else 0))


@pytest.mark.xdist_group("seeing")
def test_many(calf, log, tmp_path):
    """seeing: 20 children of 10 MiB, tools compared with page tables"""
    config = calf.config()
    crowd = Crowd(config, log, build_probe(config, tmp_path, name="crowd"))
    check(set(crowd.rows) == set(crowd.views)
          and len(crowd.hashes) == PROCESSES - 1,
          f"smem of {sorted(crowd.views)}, and 20 pagemaps",
          f"{sorted(crowd.rows)} and {sorted(crowd.hashes)}")
    for pid, view in crowd.views.items():
        uss, pss, rss = crowd.amounts(view)
        told = crowd.rows[pid]
        check(told[0] == uss and told[2] == rss and abs(told[1] - pss) < 1,
              f"smem of {pid}: USS {uss}, PSS {pss:.2f}, RSS {rss}",
              "USS {}, PSS {}, RSS {}".format(*told))
    for pid, told in crowd.hashes.items():
        check(told == crowd.hash(crowd.views[pid]),
              f"the pagemap of {pid} is its page table",
              f"another one, hash {told:x}")
