"""grade/score/verdict.py: the points of a kernel for the tests that it passed,
if it failed others.

Points are for a kernel that works. A single failed test may mean that no
program is safe, and then hundreds that pass say little. So, in this order:

1. In a group about memory, the tests that run in the guest count only if one
   that looks at page tables from outside has passed, too.
2. The tests marked `long` count only for a kernel that keeps its promises in
   all others, and does not panic.
3. A group in which a promise was broken, or the kernel panicked, gives at most
   half of its points.
"""

from grade.machine.run_to_end import PANIC_MARK
from grade.score.points import PARTS, Points, add_up, fits

UNSEEN = ("withheld: in this group, the tests that run in the guest count "
          "only if one that looks at page tables from outside passes")
TOO_EARLY = ("withheld: long tests count for a kernel that keeps its promises "
             "in the others")
HALF = ("withheld: a promise of this group is broken, so it gives at most "
        "half of its points")

RULES = (UNSEEN, TOO_EARLY, HALF)


def settle(tests, points=None):
    """The tests, as in results.json, with `got` according to the rules, and to
    these points or those of the graded labs. `withheld` has the points that a
    test that passed has lost by the rules, and its message says why. The
    function may be applied again to its result."""
    tests = [earned(test) for test in tests]
    points = points or Points()
    broken = broken_groups(tests, points)
    unseen = {group for group, pattern in points.shown.items()
              if is_unseen(tests, pattern)}
    is_early = any(breaks_promise(test, points) for test in tests
                   if not is_long(points, test))
    for index, test in enumerate(tests):
        if not test["got"]:
            continue
        if test["group"] in unseen \
                and not fits(test["id"], points.shown[test["group"]]):
            tests[index] = withhold(test, test["got"], UNSEEN)
        elif is_early and is_long(points, test):
            tests[index] = withhold(test, test["got"], TOO_EARLY)
    for group in sorted(broken):
        halve(tests, group)
    return tests


def passed(test):
    return test["status"] == "passed"


def is_long(points, test):
    """True if `points` marks the test as long. Old results may have tests for
    which there is no rule any more."""
    return points.has(test["id"]) and points.is_long(test["id"])


def is_unseen(tests, pattern):
    """Whether the tests that fit the pattern were tried and none passed."""
    ours = [test for test in tests if fits(test["id"], pattern)]
    return bool(ours) and not any(map(passed, ours))


def broken_groups(tests, points):
    """The groups that give at most half of their points."""
    return {test["group"] for test in tests if breaks_promise(test, points)}


def breaks_promise(test, points):
    return test["status"] == "failed" and is_promise(
        test["group"], test["message"], points)


def is_promise(group, message, points):
    """Whether a failure with that message breaks a promise: no program may be
    able to make the kernel panic, whatever the test is about."""
    return group in points.promises or (
        group not in points.tools
        and PANIC_MARK.search(message.encode()) is not None)


def earned(test):
    """The test before any rule was applied."""
    if "withheld" not in test:
        return test
    test = {**test, "got": add_up([test["got"], test["withheld"]]),
            "message": ""}
    del test["withheld"]
    return test


def withhold(test, amount, why):
    more = add_up([test.get("withheld", 0), amount])
    return {**test, "got": add_up([test["got"], -amount]), "withheld": more,
            "message": test["message"] or why}


def halve(tests, group):
    """Let the group have at most half of its points: each test that passed
    loses the same share, in tenths."""
    ours = [i for i, test in enumerate(tests) if test["group"] == group]
    whole = round(PARTS * sum(tests[i]["points"] for i in ours))
    parts = {i: round(PARTS * tests[i]["got"]) for i in ours}
    most, sum_of_parts = whole // 2, sum(parts.values())
    if sum_of_parts <= most:
        return
    kept = {i: part * most // sum_of_parts for i, part in parts.items()}
    rest = most - sum(kept.values())
    for i in ours:
        if rest and kept[i] < parts[i]:
            kept[i] += 1
            rest -= 1
        lost = parts[i] - kept[i]
        if lost:
            tests[i] = withhold(tests[i], lost / PARTS, HALF)
