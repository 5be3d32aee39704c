"""grade/series/check_steps.py: `make series`: build, boot and test every
step."""

import fnmatch
import os
import re
import textwrap
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue

from grade.machine.host.text import many
from grade.series.patches import NO_TESTS, findings, read_series
from grade.series.step_commits import lay_out, steps_of
from grade.series.step_results import (
    Memory, Step, check_out, is_guest_test, try_fast, try_fully)

FAST_AT_ONCE = 3        # steps; usertests often waits
TOLD = re.compile(r"At the beginning it is (\d+)")
ROW = "{:>4}  {:>5}  {:>7}  {:>5}  {:>9}  {}"


def run_series(root, fast):
    """Returns 0, or 1 if something is wrong. Raises UserError if the series
    does not even apply."""
    patches = read_series(root)
    place = root / "build" / "series"
    lay_out(root, patches, place / "steps")
    problems = list(findings(root, patches))
    print(ROW.format("step", "lines", "tests", "new", "score", "what it does"))
    outcomes, memory = [], Memory(root, "fast" if fast else "full")
    steps = [Step(commit, too_early(patches, step) if fast else frozenset())
             for step, commit in enumerate(steps_of(place / "steps"))]
    for step, outcome in enumerate(
            outcomes_in_order(place, steps, memory, fast)):
        before = outcomes[-1] if outcomes else None
        patch = patches[step - 1] if step else None
        if patch:
            print_row(step, patch.lab, patch, before, outcome)
        if step == 0 or step < len(patches) \
                and patches[step].lab != patch.lab:
            print_row(step, patches[step].lab, None, None, outcome)
            problems += judge_starter(root, patches[step].lab, outcome)
        later = frozenset().union(*(p.passes for p in patches[step:]))
        wrong = list(judge(patch, before, outcome, later))
        if step == len(patches):
            wrong += judge_last(outcome)
        if not wrong:
            memory.keep(place / "steps", steps[step], outcome)
        problems += wrong
        outcomes.append(outcome)
        if outcome.error:
            break
    print("".join(f"{problem}\n" for problem in problems), end="")
    print("series: ok" if not problems
          else f"series: {many(len(problems), 'problem')}")
    return int(bool(problems))


def too_early(patches, step):
    """The tests of usertests that need not run at that step, because a patch
    after the next one makes them pass. Right before that patch, they run, and
    must fail."""
    now, later = (frozenset().union(*(patch.passes for patch in some))
                  for some in (patches[:step + 1], patches[step + 1:]))
    return frozenset(filter(is_guest_test, later - now))


def outcomes_in_order(place, steps, memory, fast):
    """Yield the Outcome of each step as soon as it is known."""
    repository = place / "steps"
    at_once = min(FAST_AT_ONCE, (os.cpu_count() or 1) + 1) if fast else 1
    trees = SimpleQueue()
    for number in range(at_once):
        trees.put(place / f"tree-{number}")

    def find(step):
        known = memory.recall(repository, step)
        if known is not None:
            return known
        tree = trees.get()
        try:
            check_out(repository, step.commit, tree)
            return try_fast(tree, step.left_out) if fast else try_fully(tree)
        finally:
            trees.put(tree)

    with ThreadPoolExecutor(at_once) as pool:
        waiting = [pool.submit(find, step) for step in steps]
        try:
            for future in waiting:
                yield future.result()
        finally:
            for future in waiting:
                future.cancel()


def print_row(step, lab, patch, before, outcome):
    """Print a step of the lab, with its score in that lab, or the lab's
    starter if `patch` is None."""
    new = len(outcome.green - before.green) if before else ""
    print(ROW.format(
        step, patch.lines if patch else "", f"{len(outcome.green)}/"
        f"{len(outcome.tests)}", new, outcome.scores.get(lab, "-"),
        patch.subject if patch else f"starter of lab {lab}"), flush=True)


def judge_starter(root, lab, outcome):
    """Yield a line if students are told another score than their starter
    gets. Only a full run knows the score."""
    readme = root / "grade" / "labs" / lab / "files" / "README.md"
    score = outcome.scores.get(lab)
    if score is None or not readme.exists():
        return
    told = TOLD.search(" ".join(readme.read_text("utf-8").split()))
    if told is None or told[1] != score.partition("/")[0]:
        yield (f"starter of lab {lab}: has {score}; its README says "
               f"{told[1] if told else 'nothing'}")


def judge(patch, before, outcome, later=frozenset()):
    """Yield a line for each thing that is wrong with a step. Until the patch
    that names a test, it may be green by chance, and red again: `later` are
    the tests that later patches name."""
    name = patch.name if patch else "starter"
    if outcome.error:
        yield f"{name}: {outcome.error}"
        return
    if patch is None:
        return
    for test in sorted(before.green - outcome.green):
        if not any(fnmatch.fnmatchcase(test, pattern(word))
                   for word in later):
            yield f"{name}: breaks {why(outcome, test)}"
    new = outcome.green - before.green
    said = {word for word in patch.passes
            if is_guest_test(word) or outcome.scores}
    for word in sorted(said):
        if not fnmatch.filter(new, pattern(word)):
            yield f"{name}: says `Passes: {word}`, which does not turn green"
    # It is not known whether an untried test was red, so it may be named or
    # not.
    untold = {test for test in new - before.untried if not any(
        fnmatch.fnmatchcase(test, pattern(word)) for word in said)}
    if untold:
        yield (f"{name}: its last paragraph does not name {listed(untold)}; "
               f"it should be\n{passes_paragraph(untold | patch.passes)}")


def judge_last(outcome):
    for test in sorted(set(outcome.tests) - outcome.green):
        yield f"the finished kernel fails {why(outcome, test)}"


def pattern(word):
    """A pattern of `Passes:`, in which only * is special."""
    return word.replace("[", "[[]").replace("?", "[?]")


def why(outcome, test):
    lines = outcome.tests.get(test, "").splitlines() or ["it is gone"]
    return lines[0] if lines[0].startswith(test) else f"{test}: {lines[0]}"


def listed(names):
    return ", ".join(sorted(names))


def passes_paragraph(names):
    """The tests as a patch's message lists them."""
    return textwrap.fill(
        listed(names) or NO_TESTS, 72, initial_indent="Passes: ",
        subsequent_indent=" " * 8, break_on_hyphens=False)
