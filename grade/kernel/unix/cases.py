"""grade/kernel/unix/cases.py: many small scripts in one boot, each with a
result.

The image gets a script for each case, and one that runs them in turn, each in
an empty folder of its own. A case that this boot did not reach, because an
earlier one stopped the machine, is run in a boot of its own.
"""

import re
from dataclasses import dataclass
from textwrap import dedent

from grade.machine.guest import GuestFailed
from grade.machine.shared_boots import SharedBoots

END = re.compile(r"#end (\d+) (\d+)\n")


@dataclass(frozen=True)
class Case:
    """A script, its output (a regular expression if `pattern`), and its exit
    status. `name` says what it tests."""

    name: str
    script: str
    output: str
    status: int = 0
    pattern: bool = False


def case(name, script, output, status=0, pattern=False):
    return Case(name, dedent(script).lstrip("\n"),
                dedent(output).lstrip("\n"), status, pattern)


def runner_script(numbers):
    lines = ["mkdir /cases"]
    for n in numbers:
        lines += [f"mkdir /cases/{n}; cd /cases/{n}; echo '#begin {n}'",
                  f"sh /case/{n}; echo '#end {n}' $?"]
    return "\n".join(lines) + "\n"


def parse_results(text):
    """Output and status by number, for the cases that finished."""
    found = {}
    for part in text.split("#begin ")[1:]:
        number, _, rest = part.partition("\n")
        end = END.search(rest)
        if end and end.group(1) == number:
            found[int(number)] = rest[:end.start()], int(end.group(2))
    return found


class CaseBoot(SharedBoots):
    """Runs the cases when the first result is needed."""

    def __init__(self, config, logs, name, machine, cases):
        super().__init__(config, logs, name, machine)
        self._cases = list(cases)
        self._results = None

    def check(self, wanted):
        """Raise GuestFailed unless the case does what it should."""
        number = self._cases.index(wanted)
        if self._results is None:
            self._results = self._run(range(len(self._cases)), self.name)
            self.hopeless = self.hopeless or not self._results
        if number not in self._results and not self.hopeless:
            self._results.update(
                self._run([number], f"{self.name}-{number}"))
        if number not in self._results:
            raise GuestFailed(self.keep_log().explain(
                f"the case did not finish:\n{wanted.script}"))
        problem = compare(wanted, *self._results[number])
        if problem:
            raise GuestFailed(f"{problem}\nlog: {self.keep_log().path}")

    def _run(self, numbers, name):
        files = {f"/case/{n}": self._cases[n].script for n in numbers}
        _, text = self.boot(name, runner_script(numbers), 60, 15, files)
        return parse_results(text)


def compare(wanted, output, status):
    """What is wrong with the result of a case, or None."""
    if wanted.pattern:
        right = re.fullmatch(wanted.output, output) is not None
    else:
        right = output == wanted.output
    if right and status == wanted.status:
        return None
    return "\n".join([
        "script:", indent(wanted.script),
        f"expected, with status {wanted.status}"
        + (" (a pattern):" if wanted.pattern else ":"),
        indent(wanted.output),
        f"seen, with status {status}:", indent(output)]).rstrip()


def indent(text):
    return "\n".join("    " + line for line in text.splitlines())
