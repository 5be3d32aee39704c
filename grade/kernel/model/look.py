"""grade/kernel/model/look.py: compare page tables, read from outside, with the
reference.

Each page must have the right bytes and the right rights. A frame that a
process can write to must not be mapped by another one. Pages that fork has
shared have one frame until one of them is written to; then each writer has
exactly one of its own.
"""

from grade.kernel.model import space
from grade.kernel.model.layout import PAGE, R, W, X
from grade.kernel.model.reference import (SHARES_ALL, SHARES_NOTHING,
                                          SHARES_READ_ONLY)
from grade.kernel.model.rules import OtherBytes, Wrong
from grade.machine.sv39 import G, U, V, frame_of, rights

RIGHTS = R | W | X


def check(stage, world):
    """Raises Wrong if something does not match. Meanwhile only the post runs,
    and it changes nothing."""
    seen = {}
    for process in world.alive():
        seen[process.role] = pages_of(stage, process)
    check_tables(seen)
    check_all_bytes(stage, world, seen)
    for process in world.alive():
        check_pages(process, seen[process.role][0])
    check_writers(world, seen)
    check_sharing(world, seen)


def pages_of(stage, process):
    role = process.role
    if role not in stage.roots:
        stage.roots[role] = stage.post.show(role)
    try:
        return space.user_pages(stage.post.ram, stage.roots[role])
    except space.Crossed as error:
        raise Wrong(f"process {role} has {error}") from None


def check_tables(seen):
    owners = {}
    for role, (_, tables) in seen.items():
        for table in tables:
            if owners.setdefault(table, role) != role:
                raise Wrong(f"processes {owners[table]} and {role} use the "
                            "same page table")
    for role, (pages, _) in seen.items():
        for number, entry in pages.items():
            if frame_of(entry) in owners:
                raise Wrong(f"process {role} has a page table mapped at "
                            f"{number * PAGE:#x}")


def check_pages(process, pages):
    memory, who = process.memory, f"process {process.role}"
    for number in memory.pages.keys() - pages.keys():
        if memory.pages[number].made and memory.pages[number].rights:
            raise Wrong(f"{who} has no page at {number * PAGE:#x}")
    for number in pages.keys() - memory.pages.keys():
        raise Wrong(f"{who} has a page at {number * PAGE:#x}, where it must "
                    "not have one")
    for number, page in memory.pages.items():
        if number in pages:
            check_rights(who, number, page, pages[number])


def check_all_bytes(stage, world, seen=None):
    for process in world.alive():
        pages = seen[process.role][0] if seen \
            else pages_of(stage, process)[0]
        for number, page in process.memory.known():
            if number in pages and page.rights:
                check_bytes(stage, process, number, page, pages[number])


def check_rights(who, number, page, entry):
    wanted = page.rights | (R if page.rights & W else 0)
    has = entry & RIGHTS
    if not wanted and not (has and entry & U):
        return          # an entry that is of no use to the program
    if entry & G or not entry & U or not entry & V \
            or has & ~wanted or (wanted & ~has) & ~W:
        raise Wrong(f"{who} has the rights {rights(entry)}"
                    f"{', global' if entry & G else ''} at "
                    f"{number * PAGE:#x}, but must have {rights(wanted | U)}")


def check_bytes(stage, process, number, page, entry):
    who = f"process {process.role}"
    pa = frame_of(entry)
    if not stage.post.ram.has(pa):
        raise Wrong(f"{who} has at {number * PAGE:#x} a page outside of RAM")
    found = stage.post.ram.page(pa)
    if found != page.data:
        at = next(i for i in range(PAGE) if found[i] != page.data[i])
        va = number * PAGE + at
        raise OtherBytes(f"{who} has {found[at]:#04x} at {va:#x}, not "
                         f"{page.data[at]:#04x}",
                         (process.role, va, page.data[at]))


def check_writers(world, seen):
    """If a page is writable, no other page may have its frame."""
    users = {}
    for role, (pages, _) in seen.items():
        for number, entry in pages.items():
            users.setdefault(frame_of(entry), []).append(
                (role, number, entry))
    for several in users.values():
        if len(several) > 1 and any(entry & W for _, _, entry in several):
            told = ", ".join(f"{number * PAGE:#x} of process {role} ("
                             + ("" if entry & W else "not ") + "writable)"
                             for role, number, entry in several)
            raise Wrong(f"one frame is mapped at {told}")


def check_sharing(world, seen):
    """Pages that may have the same frame must have it."""
    frames = {}
    for process in world.alive():
        pages = seen[process.role][0]
        for number, page in process.memory.known():
            if not page.made or not page.rights:
                continue
            first = frames.setdefault(
                id(page.frame), (process.role, number, pages[number]))
            if frame_of(first[2]) != frame_of(pages[number]):
                raise Wrong(
                    f"processes {first[0]} and {process.role} have different "
                    f"frames at {number * PAGE:#x}, although neither has "
                    "written to the page since the fork")


def lacks_pages(post, layout):
    """Whether role 1, which has just begun with that layout, does not have all
    its pages, or has some that it cannot write to yet."""
    there, _ = space.user_pages(post.ram, post.show(1))
    return any(number not in there or rights & W & ~there[number]
               for number, (rights, _) in layout.pages().items())


def what_fork_shares(stage, world, parent, child):
    """SHARES_NOTHING, SHARES_READ_ONLY or SHARES_ALL, as the kernel does with
    most pages of these two processes."""
    one, two = (pages_of(stage, world.processes[role])[0]
                for role in (parent, child))
    known = world.processes[parent].memory.known()

    def are_shared(numbers):
        there = [n for n in numbers if n in one and n in two]
        same = sum(frame_of(one[n]) == frame_of(two[n]) for n in there)
        return 2 * same > len(there)

    if are_shared([n for n, page in known if page.rights & W]):
        return SHARES_ALL
    if are_shared([n for n, page in known if not page.rights & W]):
        return SHARES_READ_ONLY
    return SHARES_NOTHING
