"""grade/course/intake/finding.py: finds the kernel among the files of a
submission.

Here a name is a tuple of its parts. A kernel/ with sources counts, whatever
the names and the number of the folders around it.
"""

import re

from grade.course.intake.archives import is_archive
from grade.machine.host.build import ROOT, UserError
from grade.machine.host.text import shown

# Folders whose copies of kernel/ are not the submitted one.
ASIDE = ("build", "__MACOSX", "node_modules")
TOLD_MAX = 6
OURS = {entry.name for entry in (ROOT / "kernel").iterdir() if entry.is_dir()}


def is_litter(parts):
    """True if macOS has added the file to a folder."""
    return "__MACOSX" in parts or any(map(is_litter_name, parts[-1:]))


def is_litter_name(name):
    return name == ".DS_Store" or name.startswith("._")


def is_aside(parts):
    return any(part in ASIDE or part.startswith(".") for part in parts)


def find_root(names, is_source):
    """The folder that contains kernel/, or None, and a note about what else
    was found. `is_source` says whether a name, from "kernel/" on, may be
    taken. Raises UserError if there are two such folders."""
    found, genuine = set(), set()
    for parts in names:
        if "kernel" in parts[:-1] and not is_litter(parts):
            start = parts.index("kernel")
            while parts[start + 1:-1][:1] == ("kernel",):
                start += 1
            if is_source("/".join(parts[start:])):
                found.add(parts[:start])
                if parts[start + 1] in OURS:
                    genuine.add(parts[:start])
    # The folders around it may be called kernel, too.
    found = {root for root in found if root in genuine or not any(
        inner == root + ("kernel",) * (len(inner) - len(root))
        for inner in genuine)}
    found = {root for root in found if not is_aside(root)} or found
    roots = [root for root in found
             if not any(root[:n] in found for n in range(len(root)))]
    least = min(map(len, roots), default=0)
    best = sorted(root for root in roots if len(root) == least)
    if len(best) > 1:
        raise UserError(f"more than one kernel/: {told(best, '/kernel')}")
    others = sorted(set(roots) - set(best))
    note = f"ignored: {told(others, '/kernel')}" if others else ""
    return (best[0] if best else None), note


def find_archive(times):
    """The newest of several archives, given by name with their times, and a
    note about the others. (None, "") if there are no archives."""
    names = [parts for parts in times if parts and is_archive(parts[-1])
             and not is_aside(parts[:-1]) and not is_litter(parts)]
    least = min(map(len, names), default=0)
    names = [parts for parts in names if len(parts) == least]
    if not names:
        return None, ""
    return newest({parts: times[parts] for parts in names})


def newest(times):
    """The name with the latest time, and a note that says so."""
    *older, last = sorted(times, key=lambda p: (times[p], by_number(p)))
    if not older:
        return last, ""
    tie = times[older[-1]] == times[last]
    return last, f"{shown('/'.join(last))} counts, the newest of " \
        f"{len(times)}" + (" (same date: the last by name)" if tie else "")


def by_number(parts):
    """A sort key that puts "x-10" after "x-9"."""
    return [[(int(word), "") if word.isdigit() else (-1, word)
             for word in re.split(r"(\d+)", part)] for part in parts]


def told(names, more=""):
    words = [shown("/".join(parts) + more).lstrip("/") for parts in names]
    rest = len(words) - TOLD_MAX
    return ", ".join(words[:TOLD_MAX]) + (
        f" and {rest} more" if rest > 0 else "")


def what_is_there(names):
    """What was found instead of kernel/, as part of a sentence."""
    tops = {}
    for parts in names:
        if parts and not is_litter(parts):
            tops.setdefault(parts[0] + ("/" if len(parts) > 1 else ""))
    if not tops:
        return "it is empty"
    return f"it has {told([(top,) for top in sorted(tops)])}"
