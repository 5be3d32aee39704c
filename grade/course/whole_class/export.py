"""grade/course/whole_class/export.py: read the submissions in an archive of
many.

A submission that is too large or damaged does not affect the others: each has
its own limits and its own error.
"""

from contextlib import closing, contextmanager

from grade.course.intake.archives import is_archive, open_archive
from grade.course.intake.finding import is_litter
from grade.course.intake.part import Part
from grade.course.intake.taker import may_be_taken
from grade.machine.host.build import UserError

NOT_HANDED_IN = ("submission_metadata.yml",)


def is_visible(name):
    return name[0] != "." and name not in NOT_HANDED_IN \
        and not is_litter((name,))


@contextmanager
def opened(path):
    with closing(open_archive(path)) as archive:
        yield archive


def holds_many(path):
    """True for an archive of submissions, false for a single submission."""
    if not path.is_file() or not is_archive(path.name):
        return False
    try:
        with opened(path) as archive:
            names = [member.parts for member in archive.members]
    except UserError:
        return False
    roots = {parts[:parts.index("kernel")] for parts in names
             if "kernel" in parts[:-1] and may_be_taken(
                 "/".join(parts[parts.index("kernel"):]))}
    # Of nested folders the outermost counts.
    roots = {root for root in roots
             if not any(root[:n] in roots for n in range(len(root)))}
    return bool(names) and (len(roots) != 1 or len(min(roots)) > 1)


def read_export(path, scratch):
    """Yield each (name, read) of the export, where read() gives the Tree or
    raises UserError."""
    with opened(path) as archive:
        parts = {name: Part(members, scratch) for name, members
                 in sorted(submissions_in(archive).items())}
        wanted = {member: part for part in parts.values()
                  for member in part.wanted}
        for member, read in archive.read(wanted):
            wanted[member].put(member, read)
    return [(name, part.read) for name, part in parts.items()]


def submissions_in(archive):
    """The members of each submission, by its name, with their names in it.
    Empty submissions are included, and get a row."""
    everything = [member.parts for member in archive.members] \
        + archive.folders
    cover = cover_of(everything)
    found = {}
    for parts in everything:
        if all(map(is_visible, parts[:cover + 1])) and len(parts) > cover:
            found.setdefault(parts[cover], {})
    for member in archive.members:
        if member.parts[cover:cover + 1] and member.parts[cover] in found:
            found[member.parts[cover]][member] = member.parts[cover + 1:]
    return found


def cover_of(names):
    """The number of folders around all submissions: an export may have them
    all in one."""
    cover = 0
    while True:
        names = [name for name in names
                 if len(name) > cover and is_visible(name[cover])]
        inner = {name[cover + 1] for name in names if len(name) > cover + 1}
        if len({name[cover] for name in names}) != 1 or "kernel" in inner \
                or sum(map(is_visible, inner)) < 2:
            return cover
        cover += 1
